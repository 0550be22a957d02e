"""A run on its way in, its page out: where it is, how long it will still take, and what it waits for.

The time left is the forecast of before the start minus what has passed; where a busy machine made the forecast wrong, the page
says so instead of promising a moment that is gone. A run waits behind every file and run that was asked for earlier, because the
workers take them in that order.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.utils import timezone

from clustering.models import Run
from clustering.pages import STAGES
from datasets.models import Dataset
from segmentiq.jobs import beats
from segmentiq.jobs.lifecycle import ACTIVE, MAX_ATTEMPTS, Status
from segmentiq.words import duration, plural

LATE = 1.3
"""How many times the forecast may have passed before the page says that it was wrong."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ProgressPage:
    run: Run
    headline: str
    stage: str
    left: str
    percent: str
    is_queued: bool
    lacks_worker: bool
    note: str


def progress_page(run: Run) -> ProgressPage:
    """Say how far a queued or running run is."""
    queued = run.shown_status == Status.QUEUED
    return ProgressPage(
        run=run,
        headline="Waiting to start." if queued else "Finding the segments.",
        stage=_waiting(run) if queued else STAGES.get(run.stage, "Working"),
        left=_once_started(run) if queued else _time_left(run),
        percent=f"{100 * run.progress:.0f}",
        is_queued=queued,
        lacks_worker=not beats.worker_is_alive(),
        note=_note(run),
    )


def _waiting(run: Run) -> str:
    if beats.engine_is_preparing():
        return STAGES["preparing"]
    ahead = _count_ahead(run)
    behind = f" behind {plural(ahead, 'other job')}" if ahead else ""
    return f"Waiting for its turn{behind}"


def _count_ahead(run: Run) -> int:
    """Return how many files and runs were asked for earlier and have not ended."""
    earlier = {"status__in": ACTIVE, "created_at__lt": run.created_at}
    return int(Run.objects.filter(**earlier).count() + Dataset.objects.filter(**earlier).count())


def _forecast_s(run: Run) -> float:
    return float(run.report.get("forecast", {}).get("seconds", 0.0))


def _once_started(run: Run) -> str:
    seconds = _forecast_s(run)
    return f"Once started it takes about {duration(max(seconds, 1))}." if seconds else ""


def _time_left(run: Run) -> str:
    seconds = _forecast_s(run)
    if not seconds or run.started_at is None:
        return ""
    passed = (timezone.now() - run.started_at).total_seconds()
    if passed > LATE * seconds + 2:
        return f"It takes longer than the {duration(max(seconds, 1))} that were forecast; the work goes on."
    return f"About {duration(max(seconds - passed, 1))} left."


def _note(run: Run) -> str:
    if run.attempts < 2:
        return "You can leave this page and come back; the work goes on."
    return f"The work was interrupted and begun again: attempt {run.attempts} of {MAX_ATTEMPTS}."
