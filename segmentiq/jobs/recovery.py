"""What is put right after something died: leases, queue entries, worker rows, files.

Flows in: the rows as every worker looks at them, every 5 s, also while its child computes. Flows out: jobs of dead workers queued
again or failed, queued jobs that nobody would take back in the queue, jobs of deactivated people cancelled, old queue entries
pruned, orphan files swept.

Dead is who did not beat for 30 s **on the clock of the observer**: a beat is compared with the one seen before, never with the
time of day, so a clock that jumps by an hour recovers nothing that lives. An observer that was itself asleep, or could not reach
the database, starts observing anew.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterable
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone
from django_tasks import TaskResultStatus
from django_tasks_db.models import DBTaskResult

from segmentiq.files import GRACE_S, SWEEPERS
from segmentiq.jobs.lifecycle import MAX_ATTEMPTS, STALE_AFTER, Job, Status
from segmentiq.jobs.task import JOBS, JobKind
from segmentiq.ml.errors import Refusal
from segmentiq.models import WorkerBeat

logger = logging.getLogger("segmentiq.jobs")

KEEP_ENTRIES = timedelta(days=1)
ASLEEP_S = 25.0
"""Looks further apart than this prove nothing: the observer was asleep."""

Sign = tuple[Any, ...]
"""Who, and their latest beat."""


class Silence:
    """Who has not changed their sign of life for 30 s, as one observer sees it."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._since: dict[Sign, float] = {}
        self._looked_at = float("-inf")

    def look(self, signs: Iterable[Sign]) -> set[Sign]:
        """Take the present signs of life; return those that have stood unchanged too long."""
        now = self._clock()
        known = self._since if now - self._looked_at <= ASLEEP_S else {}
        self._since = {sign: known.get(sign, now) for sign in signs}
        self._looked_at = now
        return {sign for sign, since in self._since.items() if now - since >= STALE_AFTER.total_seconds()}


class Recovery:
    """One worker's watch over all the others."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._workers = Silence(clock)
        self._rows = {path: Silence(clock) for path in JOBS}

    def look(self) -> None:
        """Recover everything whose holder is dead."""
        self._bury_workers()
        release_entries()
        for path, silence in self._rows.items():
            self._recover_rows(JOBS[path], silence)
            queue_again(JOBS[path])
            cancel_unwanted(JOBS[path])

    def _bury_workers(self) -> None:
        for worker, beat_at in self._workers.look(WorkerBeat.objects.values_list("worker", "beat_at")):
            if WorkerBeat.objects.filter(worker=worker, beat_at=beat_at).delete()[0]:
                logger.warning("Worker %s is dead.", worker)

    def _recover_rows(self, kind: JobKind, silence: Silence) -> None:
        running = kind.model._default_manager.filter(status=Status.RUNNING)
        for pk, lease, _ in silence.look(running.values_list("pk", "lease", "beat_at")):
            row = running.filter(pk=pk, lease=lease).first()
            if row is not None:
                logger.warning("%s %s: its worker is dead (attempt %s)", kind.path, pk, row.attempts)
                retry(kind, row, "its worker died")


def retry(kind: JobKind, row: Job, why: str) -> None:
    """Queue a job whose process died once more, or end it after the last attempt; nothing, if its lease is gone."""
    with transaction.atomic():
        if row.attempts < MAX_ATTEMPTS:
            if row.requeue():
                kind.enqueue(row)
        else:
            row.fail(crashed_repeatedly(row.attempts, why))


def hand_back(kind: JobKind, row: Job) -> None:
    """Return a job to the queue as if it had not been begun: the worker goes home."""
    with transaction.atomic():
        if row.hand_back():
            kind.enqueue(row)


def crashed_repeatedly(attempts: int, why: str) -> Refusal:
    """Return the sentence for a job that poisons whoever works on it."""
    return Refusal(
        f"The process doing this work died {attempts} times (the last time: {why}), so it was given up.",
        code="crashed_repeatedly",
        hint="Often the machine ran out of memory: try fewer rows or columns, or tell whoever runs this site.",
    )


def release_entries() -> None:
    """End the queue entries whose worker is no longer there; their jobs are found by their rows."""
    alive = set(WorkerBeat.objects.values_list("worker", flat=True))
    for entry in DBTaskResult.objects.running().filter(task_path__in=JOBS):
        if not alive.intersection(entry.worker_ids):
            close_entry(entry, "worker gone", TaskResultStatus.FAILED)


def close_entry(entry: DBTaskResult[Any, Any], word: str, status: TaskResultStatus = TaskResultStatus.SUCCESSFUL) -> None:
    """End a queue entry with a word on how it ended; the job's own end stands in its row."""
    running = DBTaskResult.objects.filter(pk=entry.pk, status=TaskResultStatus.RUNNING)
    running.update(status=status, finished_at=timezone.now(), return_value=word)


def queue_again(kind: JobKind) -> None:
    """Put queued jobs back in the queue that have lost their entry. A doubled entry would do no harm: a job is claimed once."""
    queued = list(kind.model._default_manager.filter(status=Status.QUEUED))
    if not queued:
        return
    unfinished = DBTaskResult.objects.filter(task_path=kind.path, status__in=[TaskResultStatus.READY, TaskResultStatus.RUNNING])
    entered = {arguments["args"][0] for arguments in unfinished.values_list("args_kwargs", flat=True)}
    for row in queued:
        if str(row.pk) not in entered:
            logger.warning("%s %s: was queued without an entry", kind.path, row.pk)
            kind.enqueue(row)


def cancel_unwanted(kind: JobKind) -> None:
    """Stop what a person asked for whose account was deactivated since; who works on it loses the lease."""
    rows: Any = kind.model._default_manager
    for row in rows.unwanted():
        row.cancel("Cancelled because the account was deactivated.")


def clean_up() -> None:
    """Prune finished queue entries and sweep the applications' orphan files; a sweep that breaks does not stop the others."""
    DBTaskResult.objects.finished().filter(finished_at__lt=timezone.now() - KEEP_ENTRIES).delete()
    for sweeper in SWEEPERS:
        try:
            for path in sweeper(GRACE_S):
                logger.info("Swept %s", path)
        except OSError as error:
            logger.error("%s.%s failed: %s", sweeper.__module__, sweeper.__qualname__, type(error).__qualname__)
