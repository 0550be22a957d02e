"""Who is working: workers beat here, probes and pages ask here.

A worker beats only while its child process is able to take jobs or is being prepared for them, so a worker that cannot work
counts as absent.
"""

from __future__ import annotations

from datetime import timedelta

from django.db.models import QuerySet
from django.utils import timezone

from segmentiq.jobs.lifecycle import STALE_AFTER
from segmentiq.models import WorkerBeat

TOLERATED_CLOCK_LEAD = timedelta(minutes=2)
"""A beat from further in the future was written before the clock was set back, and proves nothing."""


def beat(worker: str, *, is_ready: bool = True) -> None:
    """Say that this worker is alive, and able or about to be."""
    WorkerBeat.objects.update_or_create(worker=worker, defaults={"beat_at": timezone.now(), "is_ready": is_ready})


def leave(worker: str) -> None:
    """Take this worker off the list: it goes home."""
    WorkerBeat.objects.filter(worker=worker).delete()


def worker_is_alive() -> bool:
    """Tell whether queued work will be taken: some worker said so in the last 30 s."""
    return fresh().exists()


def engine_is_preparing() -> bool:
    """Tell whether queued work waits because no worker is able yet, and one is being prepared."""
    states = set(fresh().values_list("is_ready", flat=True))
    return states == {False}


def fresh() -> QuerySet[WorkerBeat]:
    """Return the workers that said in the last 30 s that they can work, or are about to."""
    now = timezone.now()
    return WorkerBeat.objects.filter(beat_at__gt=now - STALE_AFTER, beat_at__lt=now + TOLERATED_CLOCK_LEAD)
