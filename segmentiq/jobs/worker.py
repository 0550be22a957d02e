"""The leased worker: takes queued jobs one after the other, lets its child do them, and stays responsive itself.

Flows in: queue entries and two signals. Flows out: jobs that ended, one way or another, and signs of life. This process computes
nothing and imports nothing heavy, so it can beat, watch for cancellation and the deadline, recover what other workers left, and
kill the child at any moment:

    entry --claim--> row --claim--> child --> done | lost | late | gone | starved | stopped --settle--> row, entry
"""

from __future__ import annotations

import logging
import os
import signal
import socket
import time
from copy import copy
from enum import StrEnum
from types import FrameType
from typing import Any

from django.db import connection, transaction
from django.utils import timezone
from django.utils.crypto import get_random_string
from django.utils.module_loading import autodiscover_modules
from django_tasks import TaskResultStatus
from django_tasks_db.models import DBTaskResult

from segmentiq.jobs import beats, recovery
from segmentiq.jobs.child import OUT_OF_MEMORY_EXIT
from segmentiq.jobs.inline import DATABASE_AWAY, out_of_memory
from segmentiq.jobs.leash import Leash
from segmentiq.jobs.lifecycle import Job, Status
from segmentiq.jobs.task import JOBS, JobKind
from segmentiq.ml.errors import Refusal

logger = logging.getLogger("segmentiq.jobs")

POLL_S = 0.5
BEAT_EVERY_S = 5.0
CLEAN_EVERY_S = 20.0
"""With the sweep's grace of 30 s, what was deleted has left the disk within a minute."""
GRACE_S = 25.0
FAREWELL_S = 2.0
LET_GO_S = 1.0
"""What a child gets to notice by itself that its job is not wanted any more: one that does keeps its imports."""
FAILED_START_PAUSE_S = 5.0


class End(StrEnum):
    """How the work on a job came to its end, as the parent saw it."""

    DONE = "done"
    LOST = "lost"
    LATE = "late"
    GONE = "gone"
    STARVED = "starved"
    STOPPED = "stopped"


class LeasedWorker:
    """One worker process and its child."""

    def __init__(self, *, batch: bool = False, grace_s: float = GRACE_S) -> None:
        autodiscover_modules("tasks")
        self.name = f"{socket.gethostname()[:40]}-{os.getpid()}-{get_random_string(8)}"
        self.batch = batch
        self.grace_s = grace_s
        self.stop_by: float | None = None
        self.leash = Leash()
        self.recovery = recovery.Recovery()
        self._tended_at = self._cleaned_at = float("-inf")

    # --- The loop --------------------------------------------------------------------------------------------------------

    def run(self) -> None:
        """Work until told to stop; with `batch`, until nothing is queued."""
        logger.info("Worker %s takes %s", self.name, ", ".join(sorted(JOBS)))
        try:
            while self.stop_by is None:
                try:
                    self.tend()
                    if self.has_ready_child() and not self.step():
                        if self.batch:
                            return
                        time.sleep(POLL_S)
                except DATABASE_AWAY as error:
                    self.wait_for_database(error)
        finally:
            self.leash.kill()
            self.go_home()

    def has_ready_child(self) -> bool:
        """Wait a moment for the child to have its imports; replace one that died before it had a job."""
        if self.leash.is_ready and self.leash.exit_code is None:
            return True
        word = self.leash.hear(POLL_S)
        if word in ("preparing", "ready"):
            beats.beat(self.name, is_ready=self.leash.is_ready)
        elif word == "gone":
            beats.leave(self.name)
            logger.error("The worker's child died before it had a job: %s", self.leash.how_it_ended())
            time.sleep(FAILED_START_PAUSE_S)
            self.leash.start()
        return self.leash.is_ready

    def step(self) -> bool:
        """Do one job; False when nothing is queued."""
        waiting = DBTaskResult.objects.ready().filter(task_path__in=list(JOBS))  # kinds unknown here are left to a newer worker
        for entry in waiting[:5]:
            row = self.take(entry)
            if row is not None:
                self.do(JOBS[entry.task_path], row, entry)
                return True
        return False

    def take(self, entry: DBTaskResult[Any, Any]) -> Job | None:
        """Claim the entry and its row in one transaction; an entry whose row is gone, ended or taken is closed."""
        ours = {"status": TaskResultStatus.RUNNING, "started_at": timezone.now(), "worker_ids": [*entry.worker_ids, self.name]}
        with transaction.atomic():
            if not DBTaskResult.objects.filter(pk=entry.pk, status=TaskResultStatus.READY).update(**ours):
                return None
            rows = JOBS[entry.task_path].model._default_manager
            row: Job | None = rows.filter(pk=entry.args_kwargs["args"][0]).first()
            if row is not None and row.claim():
                return row
            recovery.close_entry(entry, "nothing to do")
            return None

    def tend(self) -> None:
        """Beat, and look after the others, when it is due."""
        now = time.monotonic()
        if now - self._tended_at >= BEAT_EVERY_S:
            self._tended_at = now
            connection.close_if_unusable_or_obsolete()
            if self.leash.is_ready or self.leash.is_preparing:
                beats.beat(self.name, is_ready=self.leash.is_ready)
            self.recovery.look()
        if now - self._cleaned_at >= CLEAN_EVERY_S:
            self._cleaned_at = now
            recovery.clean_up()

    def wait_for_database(self, error: Exception) -> None:
        """Drop the connection and wait; the database comes back, or somebody stops us."""
        logger.warning("The database is away (%s); trying again.", type(error).__qualname__)
        connection.close()
        time.sleep(2 * POLL_S)

    def go_home(self) -> None:
        """Take this worker off the list."""
        try:
            beats.leave(self.name)
        except DATABASE_AWAY:
            logger.warning("The database is away; others will find out that %s has left.", self.name)

    # --- One job ----------------------------------------------------------------------------------------------------------

    def do(self, kind: JobKind, row: Job, entry: DBTaskResult[Any, Any]) -> None:
        """Bring a claimed job to its end, whatever that is."""
        began = time.monotonic()
        self.leash.hand_over(kind, row)
        end = self.watch(kind, row)
        logger.info("%s %s: %s after %.1f s (attempt %s)", kind.path, row.pk, end, time.monotonic() - began, row.attempts)
        why = self.leash.how_it_ended()
        self.see_to_child(end)
        self.settle(end, kind, row, entry, why)

    def watch(self, kind: JobKind, row: Job) -> End:
        """Keep the job alive and see how it ends."""
        now = beaten_at = time.monotonic()
        deadline = now + kind.seconds
        while True:
            word = self.leash.hear(POLL_S)
            if word:
                return self.heard(word)
            now = time.monotonic()
            if now >= deadline:
                return End.LATE
            if self.stop_by is not None and now >= self.stop_by:
                return End.STOPPED
            beating = now - beaten_at >= BEAT_EVERY_S
            if not self.still_ours(row, beating=beating):
                return self.farewell(row)
            beaten_at = now if beating else beaten_at

    def heard(self, word: str) -> End:
        """Tell what the child's word means."""
        if word == "gone":
            return End.STARVED if self.leash.exit_code == OUT_OF_MEMORY_EXIT else End.GONE
        self.leash.is_ready = word == "done"
        return End.DONE

    def farewell(self, row: Job) -> End:
        """Let a child live that ended the job this moment, or that notices in time that the lease is gone; tell how it ended."""
        has_ended = type(row)._default_manager.filter(pk=row.pk, status__in=[Status.DONE, Status.FAILED]).exists()
        word = self.leash.hear(FAREWELL_S if has_ended else LET_GO_S)
        return self.heard(word) if word else End.LOST

    def still_ours(self, row: Job, *, beating: bool) -> bool:
        """Tell whether the lease holds, and say that we live when that is due. While the database is away, nobody can take it."""
        try:
            self.tend()
            return row.beat() if beating else row.holds_lease()
        except DATABASE_AWAY as error:
            self.wait_for_database(error)
            return True

    def see_to_child(self, end: End) -> None:
        """Kill a child that is still at it; replace one that is no use any more, unless we go home."""
        if end is not End.DONE or not self.leash.is_ready:
            self.leash.kill()
            if self.stop_by is None:
                self.leash.start()

    def settle(self, end: End, kind: JobKind, row: Job, entry: DBTaskResult[Any, Any], why: str) -> None:
        """Write what came of the job, as long as it takes the database to listen."""
        while True:
            try:
                with transaction.atomic():
                    write_end(end, kind, copy(row), why)  # a copy: what is rolled back must not stay on the row
                    recovery.close_entry(entry, end)
                break
            except DATABASE_AWAY as error:
                if self.stop_by is not None and time.monotonic() >= self.stop_by:
                    raise
                self.wait_for_database(error)

    # --- Signals -----------------------------------------------------------------------------------------------------------

    def heed_signals(self) -> None:
        """Let SIGTERM and SIGINT stop this worker: the first when the job is done or 25 s are over, the second now."""
        signal.signal(signal.SIGTERM, self._stop)
        signal.signal(signal.SIGINT, self._stop)

    def _stop(self, number: int, frame: FrameType | None) -> None:
        again = self.stop_by is not None
        self.stop_by = time.monotonic() + (0 if again else self.grace_s)
        if again:
            signal.signal(signal.SIGTERM, signal.SIG_DFL)
            signal.signal(signal.SIGINT, signal.SIG_DFL)


def write_end(end: End, kind: JobKind, row: Job, why: str) -> None:
    """Move the row to where this end leads; nothing, if its lease is gone or the child wrote the end itself."""
    match end:
        case End.GONE:
            recovery.retry(kind, row, why)
        case End.STARVED:
            row.fail(out_of_memory())
        case End.LATE:
            row.fail(too_late(kind))
        case End.STOPPED:
            recovery.hand_back(kind, row)


def too_late(kind: JobKind) -> Refusal:
    """Return the sentence for a job that took too long."""
    minutes, seconds = divmod(kind.seconds, 60)
    spent = f"{minutes} min" if not seconds else f"{kind.seconds} s"
    return Refusal(
        f"The work was stopped after {spent}, the limit for one job.",
        code="time_limit",
        hint=f"Use fewer rows or columns, or ask whoever runs this site to raise {kind.limit}.",
    )
