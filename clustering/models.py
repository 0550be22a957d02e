"""What we made of it: a run is one specification applied to one dataset; its files are artifacts; branches can be named."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q

from datasets.models import Dataset
from segmentiq.jobs.lifecycle import Job, JobQuerySet, Status


class RunQuerySet(JobQuerySet["Run"]):
    OWNER = "dataset__owner"

    def answering(self) -> RunQuerySet:
        """Keep runs that are, or will be, an answer: the same question is not computed twice."""
        return self.filter(status__in=[Status.QUEUED, Status.RUNNING, Status.DONE])

    def newest(self) -> RunQuerySet:
        return self.order_by("-created_at", "-pk")


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
    """The answer's number of segments; `cut` may change it."""
    n_rows = models.PositiveIntegerField(null=True, editable=False)
    n_clustered = models.PositiveIntegerField(null=True, editable=False)
    sizes = models.JSONField(default=list, editable=False)
    """Customers per segment at `k`, largest first."""
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

    def cut(self, *, k: int, sizes: list[int], silhouette: float | None) -> bool:
        """Make another cut of the finished tree the answer; False when the run is not done (any more)."""
        return self._move({"status": Status.DONE}, k=k, sizes=sizes, silhouette=silhouette)

    @property
    def n_set_aside(self) -> int:
        return (self.n_rows or 0) - (self.n_clustered or 0)


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


class SegmentName(models.Model):
    """What a person calls a branch; it stays on the branch whatever k is shown."""

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="names")
    branch = models.PositiveSmallIntegerField()
    name = models.CharField(max_length=80, blank=True)
    note = models.TextField(max_length=2000, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["run", "branch"], name="segment_name_once")]

    def __str__(self) -> str:
        return self.name
