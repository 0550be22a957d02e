"""One job done in the calling process: claim, work, outcome; no child, no deadline, no memory limit.

Flows in: a kind of job and a row's key (or a queue entry, or everything that is queued). Flows out: the row in its final state.
Tests and Django's immediate backend take this path, and the worker's child does its part of it: what a job function's return or
exception means is decided here once (`perform`).
"""

from __future__ import annotations

import logging
import time
import traceback
from collections.abc import Callable
from uuid import UUID, uuid4

from django.db import InterfaceError, OperationalError, connection
from django.utils.module_loading import autodiscover_modules

from segmentiq.jobs.lifecycle import Job, LeaseLost
from segmentiq.jobs.limits import memory_bytes
from segmentiq.jobs.task import JOBS, JobKind
from segmentiq.ml.errors import Refusal
from segmentiq.ml.values import OnProgress

logger = logging.getLogger("segmentiq.jobs")

PROGRESS_EVERY_S = 0.3
DATABASE_AWAY = (OperationalError, InterfaceError)
"""What a database that restarts, is locked for long or cannot be reached raises."""


def progress_of(row: Job, clock: Callable[[], float] = time.monotonic) -> OnProgress:
    """Return a reporter that writes a new stage at once and shares within a stage at most every 0.3 s.

    A database that is away for a while costs progress, not the job: what counts is written at the end.
    """
    last_at = float("-inf")
    last_stage = ""

    def on_progress(stage: str, share: float) -> None:
        nonlocal last_at, last_stage
        now = clock()
        if stage != last_stage or now - last_at >= PROGRESS_EVERY_S:
            last_at, last_stage = now, stage
            try:
                row.advance(stage, share)
            except DATABASE_AWAY:
                if connection.in_atomic_block:
                    raise
                connection.close()

    return on_progress


def perform(kind: JobKind, row: Job) -> None:
    """Do the work of a claimed row and write what came of it.

    Two failures escape, because nothing can be written about them here: no memory, and no database.
    """
    try:
        kind.work(row, progress_of(row))
    except LeaseLost:
        logger.info("%s %s: the lease is gone, nothing published", kind.path, row.pk)
    except Refusal as refusal:
        row.fail(refusal)
    except (MemoryError, *DATABASE_AWAY):
        raise
    except Exception as error:
        row.fail(internal_error(kind, row, error))
    else:
        if row.holds_lease():
            row.fail(internal_error(kind, row, AssertionError()))


def internal_error(kind: JobKind, row: Job, error: Exception) -> Refusal:
    """Log what broke and where, never with which value (libraries put cells into exception texts); return the sentence."""
    reference = uuid4().hex[:8]
    logger.error("%s %s: %s at %s [reference %s]", kind.path, row.pk, type(error).__qualname__, _places(error), reference)
    return Refusal(
        f"Something went wrong on our side (reference {reference}); your data is unchanged.",
        code="internal_error",
        hint="Try again; if it happens again, give the reference to whoever runs this site.",
    )


def _places(error: BaseException) -> str:
    frames = traceback.extract_tb(error.__traceback__)[-6:]
    return " < ".join(
        f"{frame.name}:{frame.lineno}@{frame.filename.rpartition('site-packages/')[2]}" for frame in reversed(frames)
    )


def run_inline(kind: JobKind, pk: UUID | str) -> bool:
    """Do this job now, in this process; False when it is gone, ended or claimed by somebody else."""
    row = kind.model._default_manager.filter(pk=pk).first()
    if row is None or not row.claim():
        return False
    try:
        perform(kind, row)
    except MemoryError:
        row.fail(out_of_memory())
    return True


def out_of_memory() -> Refusal:
    """Return the sentence for a job that asked for more memory than it may have."""
    return Refusal(
        f"The job needed more than the {memory_bytes() // 2**20:,} MB of memory it may use.",
        code="out_of_memory",
        hint="Use fewer rows or columns, or ask whoever runs this site to raise WORKER_MEMORY_MB.",
    )


def drain(limit: int = 1000) -> int:
    """Do everything that is queued, oldest first, in this process; return how many jobs were done."""
    from django_tasks_db.models import DBTaskResult

    autodiscover_modules("tasks")
    done = 0
    for _ in range(limit):
        entry = DBTaskResult.objects.ready().first()
        if entry is None:
            return done
        entry.claim("inline")
        done += run_inline(JOBS[entry.task_path], entry.args_kwargs["args"][0])
        entry.set_successful(None)
    raise RuntimeError(f"More than {limit} jobs were queued.")
