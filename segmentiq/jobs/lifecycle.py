"""The life of a job: one row that is queued, claimed, worked on under a lease, and finished exactly once.

A dataset being read and a run being computed are both jobs. Every change of state is one conditional UPDATE that names the state
it expects, so two workers cannot both win and a late one cannot publish:

    queued --claim--> running --finish--> done
       |                 |---fail-------> failed
       |                 |---hand_back--> queued      (the worker shuts down; the attempt is not counted)
       |                 |---recover----> queued | failed (the lease went stale; after MAX_ATTEMPTS it failed)
       '----cancel-------'--------------> cancelled

The **lease** is a random token written by `claim`. Whoever holds it beats (`beat`) and writes progress; losing it, whether by
`cancel`, by deletion of the row or by another worker's recovery, is the one signal to stop. `finish` and `fail` demand the token
(fencing), so what a process does after losing its lease never shows.
"""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any, Self, TypeVar

from django.db import models
from django.utils import timezone
from django.utils.crypto import get_random_string

from segmentiq.access import OwnedQuerySet
from segmentiq.ml.errors import Refusal

MAX_ATTEMPTS = 3
STALE_AFTER = timedelta(seconds=30)
SILENT_AFTER = timedelta(seconds=60)
"""By now another worker would have taken the job over; there is none."""

J = TypeVar("J", bound="Job")


class Status(models.TextChoices):
    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


ACTIVE = (Status.QUEUED, Status.RUNNING)


class LeaseLost(Exception):
    """The job was cancelled, deleted or taken over: stop, and publish nothing."""


class JobQuerySet(OwnedQuerySet[J]):
    """Jobs by where they are in their life."""

    def active(self) -> Self:
        """Keep what is queued or running."""
        return self.filter(status__in=ACTIVE)

    def unwanted(self) -> Self:
        """Keep queued and running jobs of people who may not sign in any more."""
        return self.active().filter(**{f"{self.OWNER}__is_active": False})

    def stale(self) -> Self:
        """Keep running jobs whose worker stopped beating."""
        return self.filter(status=Status.RUNNING, beat_at__lt=timezone.now() - STALE_AFTER)


class Job(models.Model):
    """A row with a lifecycle; see the module's picture."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    status = models.CharField(max_length=12, choices=Status, default=Status.QUEUED, editable=False)
    stage = models.CharField(max_length=40, blank=True, editable=False)
    progress = models.FloatField(default=0.0, editable=False)
    attempts = models.PositiveSmallIntegerField(default=0, editable=False)
    lease = models.CharField(max_length=32, blank=True, editable=False)
    beat_at = models.DateTimeField(null=True, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    started_at = models.DateTimeField(null=True, editable=False)
    finished_at = models.DateTimeField(null=True, editable=False)
    error_code = models.CharField(max_length=40, blank=True, editable=False)
    error_message = models.TextField(blank=True, editable=False)
    error_hint = models.TextField(blank=True, editable=False)

    class Meta:
        abstract = True

    @property
    def is_active(self) -> bool:
        return self.status in ACTIVE

    @property
    def shown_status(self) -> Status:
        """Return the state as people see it: a job whose worker died, and which no other has taken over, waits for one."""
        silent = self.beat_at is not None and self.beat_at < timezone.now() - SILENT_AFTER
        return Status.QUEUED if self.status == Status.RUNNING and silent else Status(self.status)

    @classmethod
    def _rows(cls) -> models.QuerySet[Any]:
        return cls._default_manager.all()

    def _move(self, expected: dict[str, Any], /, **changes: Any) -> bool:
        """Apply the changes if the row is still as expected; mirror them on this instance."""
        moved = self._rows().filter(pk=self.pk, **expected).update(**changes) == 1
        if moved:
            for name, value in changes.items():
                setattr(self, name, value)
        return moved

    def _holding(self) -> dict[str, Any]:
        return {"status": Status.RUNNING, "lease": self.lease}

    def claim(self) -> bool:
        """Take the queued job: one UPDATE, one winner. Counts an attempt and draws the lease."""
        now = timezone.now()
        return self._move(
            {"status": Status.QUEUED},
            status=Status.RUNNING,
            lease=get_random_string(32),
            attempts=self.attempts + 1,
            beat_at=now,
            started_at=now,
            stage="",
            progress=0.0,
        )

    def beat(self) -> bool:
        """Say that the holder is alive; False means the lease is lost."""
        return self._move(self._holding(), beat_at=timezone.now())

    def holds_lease(self) -> bool:
        return self._rows().filter(pk=self.pk, **self._holding()).exists()

    def advance(self, stage: str, progress: float) -> None:
        """Write how far the job is. Raises LeaseLost."""
        if not self._move(self._holding(), stage=stage[:40], progress=min(max(progress, 0.0), 1.0)):
            raise LeaseLost

    def finish(self, **results: Any) -> None:
        """Publish: mark the job done together with its results. Call inside the transaction that saves them. Raises LeaseLost."""
        done = {"status": Status.DONE, "lease": "", "progress": 1.0, "finished_at": timezone.now()}
        if not self._move(self._holding(), **done, **results):
            raise LeaseLost

    def fail(self, refusal: Refusal) -> bool:
        """End the job with a sentence; False when the lease was lost meanwhile."""
        return self._move(
            self._holding(),
            status=Status.FAILED,
            lease="",
            finished_at=timezone.now(),
            error_code=refusal.code,
            error_message=refusal.message,
            error_hint=refusal.hint,
        )

    def cancel(self, why: str = "Cancelled on request.") -> bool:
        """Stop the job whatever it is doing; False when it had already ended."""
        return self._move(
            {"status__in": ACTIVE},
            status=Status.CANCELLED,
            lease="",
            finished_at=timezone.now(),
            error_code="cancelled",
            error_message=why,
        )

    def hand_back(self) -> bool:
        """Return the job to the queue without counting the attempt: the worker is shutting down."""
        return self._move(self._holding(), status=Status.QUEUED, lease="", attempts=max(self.attempts - 1, 0), beat_at=None)

    def requeue(self) -> bool:
        """Return the job to the queue, the attempt counted: its process died."""
        return self._move(self._holding(), status=Status.QUEUED, lease="", beat_at=None)
