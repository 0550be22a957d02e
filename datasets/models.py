"""What the customer gave us: a dataset is one uploaded file, read once by the worker, or the customers of another's orders.

Its columns can be corrected.
"""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models.functions import Coalesce

from datasets.orders.labels import labels_of
from segmentiq.jobs.lifecycle import Job, JobQuerySet, Status
from segmentiq.ml.values import Column as ColumnValue
from segmentiq.ml.values import Label

CHOSEN = "Chosen by a person."
"""The reason of a column whose kind or role was overridden; reading the file again keeps such a choice."""


class DatasetQuerySet(JobQuerySet["Dataset"]):
    def ready(self) -> DatasetQuerySet:
        return self.filter(status=Status.DONE)

    def newest(self) -> DatasetQuerySet:
        return self.order_by("-created_at", "-pk")

    def weighed(self) -> DatasetQuerySet:
        """Say what the files take: `upload_bytes` the original, which turned customers have not, `table_bytes` what was read."""
        original = models.Case(models.When(recipe__isnull=True, then="size"), default=0, output_field=models.BigIntegerField())
        return self.annotate(upload_bytes=original, table_bytes=Coalesce("table_size", 0) + Coalesce("rows_size", 0))


class Dataset(Job):
    """One file of customers. As a job, it is queued while uploaded, running while read, done when its table stands."""

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="datasets")
    name = models.CharField(max_length=200)
    file_name = models.CharField(max_length=255, editable=False)
    sha256 = models.CharField(max_length=64, editable=False)
    fingerprint = models.CharField(max_length=64, blank=True, editable=False)
    """As `segmentiq.files.fingerprinting` makes it, like those of the two files below; a SHA-256 where it was stored before."""
    size = models.PositiveBigIntegerField(editable=False, help_text="Bytes of the uploaded file.")
    overrides = models.JSONField(default=dict, blank=True, editable=False)
    """Reader decisions taken by the person: {"delimiter": ";", "encoding": "cp1252", "sheet": "E Comm", "header": true}."""
    decisions = models.JSONField(default=list, editable=False)
    """How the file was read: [{"what": "delimiter", "value": ";", "reason": "..."}]."""
    warnings = models.JSONField(default=list, editable=False)
    """[{"code": "constant_column", "message": "...", "column": "Z_Revenue"}]"""
    preview = models.JSONField(default=list, editable=False)
    """The first 20 rows as lists of strings (null for missing), for the page."""
    n_rows = models.PositiveIntegerField(null=True, editable=False)
    n_columns = models.PositiveIntegerField(null=True, editable=False)
    table_fingerprint = models.CharField(max_length=64, blank=True, editable=False)
    table_size = models.PositiveBigIntegerField(null=True, editable=False)
    rows_fingerprint = models.CharField(max_length=64, blank=True, editable=False)
    rows_size = models.PositiveBigIntegerField(null=True, editable=False)
    is_sample = models.BooleanField(default=False, editable=False)
    parent = models.ForeignKey("self", null=True, on_delete=models.SET_NULL, related_name="derived", editable=False)
    """The order file these customers were turned from; none for an upload, or when that file was deleted since."""
    recipe: models.JSONField[Any, Any] = models.JSONField(null=True, editable=False)
    """How order lines became these customers, as `datasets.orders.Recipe.to_mapping` writes it; null for an upload."""
    ledger = models.JSONField(default=list, editable=False)
    """What became of every row that came in: [{"what": "returns", "rows": 3, "reason": "...", "is_kept": false}]."""

    objects: Any = DatasetQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["owner", "-created_at"])]

    def __str__(self) -> str:
        return self.name

    @property
    def is_derived(self) -> bool:
        """Whether these are the customers of an order file, so that there is no uploaded original."""
        return self.recipe is not None

    @property
    def state(self) -> str:
        """Return the word the API and the pages use: reading, ready or failed."""
        return {Status.DONE: "ready", Status.FAILED: "failed", Status.CANCELLED: "failed"}.get(Status(self.status), "reading")

    @property
    def labels(self) -> dict[str, Label]:
        """Return what people call the columns that were computed; those of an upload go by their names in the file."""
        return labels_of(self.recipe) if self.recipe else {}

    def queue_again(self, **choices: Any) -> bool:
        """Return an ended reading to the queue with another choice (`overrides` or `recipe`); its table no longer counts.

        False when it has not ended.
        """
        ended = {"status__in": [Status.DONE, Status.FAILED, Status.CANCELLED]}
        unread = {"table_fingerprint": "", "table_size": None, "rows_fingerprint": "", "rows_size": None, "finished_at": None}
        unsaid = {"error_code": "", "error_message": "", "error_hint": ""}
        return self._move(ended, status=Status.QUEUED, attempts=0, progress=0.0, **choices, **unread, **unsaid)


class Column(models.Model):
    """One column of a dataset, as detected; `kind` and `role` may be overridden by the person."""

    dataset = models.ForeignKey(Dataset, on_delete=models.CASCADE, related_name="columns")
    position = models.PositiveIntegerField()
    name = models.CharField(max_length=200)
    kind = models.CharField(max_length=12)
    role = models.CharField(max_length=12)
    reason = models.CharField(max_length=300, blank=True)
    n_missing = models.PositiveIntegerField(default=0)
    n_distinct = models.PositiveIntegerField(default=0)
    statistics = models.JSONField(default=dict)
    """number/date: {"min","max","mean","median","sd","histogram":{"edges":[...],"counts":[...]}};
    category/boolean: {"levels":[["Female",112],...]} most frequent first, at most 20; others: {}.
    Where a person overrode the column, {"read_as": {"kind", "role", "reason"}} too."""

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["dataset", "position"], name="column_position_once"),
            models.UniqueConstraint(fields=["dataset", "name"], name="column_name_once"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_overridden(self) -> bool:
        return self.reason == CHOSEN

    def take_word(self, kind: str, role: str) -> None:
        """Take a person's word for the kind and role, and remember what was read; the row is not saved."""
        if not self.is_overridden:
            self.statistics["read_as"] = {"kind": self.kind, "role": self.role, "reason": self.reason}
        self.kind, self.role, self.reason = kind, role, CHOSEN

    def override(self, kind: str, role: str) -> bool:
        """Take a person's word for the kind and role. False when the row is gone: the file is read again at this moment."""
        self.take_word(kind, role)
        return self._store()

    def restore(self) -> bool:
        """Return to the kind and role as read. False when that is what they are, or not known."""
        read_as = self.statistics.get("read_as")
        if not self.is_overridden or read_as is None:
            return False
        del self.statistics["read_as"]
        self.kind, self.role, self.reason = read_as["kind"], read_as["role"], read_as["reason"]
        return self._store()

    def _store(self) -> bool:
        word = {name: getattr(self, name) for name in ("kind", "role", "reason", "statistics")}
        return Column.objects.filter(pk=self.pk).update(**word) == 1

    def to_value(self) -> ColumnValue:
        """Return the pure value that the reader and `ml` speak of."""
        label = self.dataset.labels.get(self.name)
        return ColumnValue(name=self.name, kind=self.kind, role=self.role, reason=self.reason, label=label)  # type: ignore[arg-type]
