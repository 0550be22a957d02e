"""What we made of it: a run is one specification applied to one dataset; its files are artifacts.

People say two things about its tree: which branches are the segments (every answer it has had is a kept cut) and what a branch is
called.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import models
from django.db.models import OuterRef, Q, Subquery, Sum
from django.db.models.functions import Coalesce
from django.utils import timezone

from datasets.models import Dataset
from segmentiq.jobs.lifecycle import Job, JobQuerySet, Status

if TYPE_CHECKING:
    from clustering.cutting import Cut


HUES = 8
"""Colours a segment can have."""


class RunQuerySet(JobQuerySet["Run"]):
    OWNER = "dataset__owner"

    def answering(self) -> RunQuerySet:
        """Keep runs that are, or will be, an answer: the same question is not computed twice."""
        return self.filter(status__in=[Status.QUEUED, Status.RUNNING, Status.DONE])

    def newest(self) -> RunQuerySet:
        return self.order_by("-created_at", "-pk")

    def weighed(self) -> RunQuerySet:
        """Say what the files take: `file_bytes`."""
        sizes = Artifact.objects.filter(run=OuterRef("pk")).order_by().values("run").annotate(total=Sum("size"))
        return self.annotate(file_bytes=Coalesce(Subquery(sizes.values("total")), 0))


class Run(Job):
    """One segmentation. It belongs to whoever owns its dataset."""

    dataset = models.ForeignKey(Dataset, on_delete=models.CASCADE, related_name="runs")
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+", editable=False
    )
    spec = models.JSONField(editable=False)
    """`SegmentationSpec.to_json()`."""
    stamp = models.CharField(max_length=64, editable=False)
    """SHA-256 over specification digest, file hash and column kinds and roles: what makes two runs the same."""
    k = models.PositiveSmallIntegerField(null=True, editable=False)
    """The answer's number of segments; `keep` may change it."""
    branches = models.JSONField(default=list, editable=False)
    """The answer's branches of the tree, largest first; none in a run of before they were kept, which is cut into `k`."""
    n_rows = models.PositiveIntegerField(null=True, editable=False)
    n_clustered = models.PositiveIntegerField(null=True, editable=False)
    sizes = models.JSONField(default=list, editable=False)
    """Customers per segment of the answer, largest first."""
    silhouette = models.FloatField(null=True, editable=False)
    advice = models.JSONField(default=dict, editable=False)
    """`Advice.to_json()`."""
    report = models.JSONField(default=dict, editable=False)
    """Engine, seconds per stage, versions, notes: the technical report."""

    objects: Any = RunQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["dataset", "-created_at"])]
        constraints = [
            models.UniqueConstraint(
                fields=["dataset", "stamp"], condition=Q(status__in=["queued", "running", "done"]), name="run_answers_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.dataset_id} · {self.stamp[:8]}"

    def keep(self, cut: Cut, silhouette: float | None) -> bool:
        """Make a cut of the finished tree the answer; False when the run is not done (any more)."""
        sizes = [branch.size for branch in cut.branches]
        return self._move({"status": Status.DONE}, branches=list(cut.ids), k=cut.k, sizes=sizes, silhouette=silhouette)

    @property
    def n_set_aside(self) -> int:
        return (self.n_rows or 0) - (self.n_clustered or 0)


class KeptCutQuerySet(models.QuerySet["KeptCut"]):
    def newest(self) -> KeptCutQuerySet:
        return self.order_by("-pk")


class Artifact(models.Model):
    """One file of a run: its row is the proof of what the file must hold."""

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="artifacts")
    name = models.CharField(max_length=40)
    path = models.CharField(max_length=200, unique=True)
    """Below OUTPUT_DIR; made by the server, never from a person's words."""
    sha256 = models.CharField(max_length=64)
    size = models.PositiveBigIntegerField()
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["run", "name"], name="artifact_once_per_run")]

    def __str__(self) -> str:
        return self.name


class KeptCut(models.Model):
    """One answer a run has had; the newest is the one it has, and undoing goes back along them."""

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="kept_cuts")
    branches = models.JSONField(default=list)
    """As `Run.branches`."""
    k = models.PositiveSmallIntegerField()
    kept_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    """Nobody for the engine's own answer, and when that person has left."""
    kept_at = models.DateTimeField(default=timezone.now)

    objects: Any = KeptCutQuerySet.as_manager()

    def __str__(self) -> str:
        return f"{self.k} segments"


class SegmentName(models.Model):
    """What a person calls a branch and how it is coloured; both stay on the branch whatever cut is shown."""

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="names")
    branch = models.PositiveSmallIntegerField()
    name = models.CharField(max_length=80, blank=True)
    note = models.TextField(max_length=2000, blank=True)
    hue = models.PositiveSmallIntegerField(default=0)
    """A colour of the person's choice, 1 to `HUES`; 0 is the one the tree was laid out with."""

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["run", "branch"], name="segment_name_once"),
            models.CheckConstraint(condition=Q(hue__lte=HUES), name="segment_hue_exists"),
        ]

    def __str__(self) -> str:
        return self.name
