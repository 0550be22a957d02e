"""Job functions become tasks: `@job_task(Dataset, limit="READ_TIME_LIMIT_S")` over `def read_dataset(row, on_progress)`.

Flows in: a model with a lifecycle and the function that does its work. Flows out: a django-tasks Task of the same name, queued
with `read_dataset.enqueue(str(row.pk))`, and an entry in `JOBS` from which the worker's parent, the child and the recovery find
model and function by the task's path.

The queue carries nothing but the row's key: what is to be done stands in the row, so a lost or doubled entry does no harm.
Any backend other than our worker (Django's immediate one, a plain `db_worker`) that calls the task gets the in-process path.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from django.conf import settings
from django.utils.module_loading import import_string
from django_tasks import task

from segmentiq.jobs.lifecycle import Job
from segmentiq.ml.values import OnProgress

__all__ = ["JOBS", "JobKind", "OnProgress", "job_task"]

J = TypeVar("J", bound=Job)


@dataclass(frozen=True, kw_only=True, slots=True)
class JobKind:
    """What the worker must know to run one kind of job."""

    path: str
    model: type[Job]
    work: Callable[[Any, OnProgress], None]
    limit: str
    preload: tuple[str, ...]
    prepare: tuple[str, ...] = ()

    @property
    def seconds(self) -> int:
        """Return the wall clock limit, read from the settings when asked."""
        return int(getattr(settings, self.limit))

    def enqueue(self, row: Job) -> None:
        """Put the row's key in the queue; call it inside the transaction that queues the row."""
        import_string(self.path).enqueue(str(row.pk))


JOBS: dict[str, JobKind] = {}
"""Every kind of job by its task's path, filled when the applications' `tasks` modules are imported."""


def job_task(
    model: type[J],
    *,
    limit: str = "RUN_TIME_LIMIT_S",
    preload: tuple[str, ...] = (),
    prepare: tuple[str, ...] = (),
    priority: int = 0,
) -> Callable[[Callable[[J, OnProgress], None]], Any]:
    """Turn a job function into a task and register it.

    `limit` names the setting with the wall clock limit in seconds; `preload` names the modules with heavy imports that a child
    process loads before its first job, `prepare` functions that it calls then, each with a function to call if that will take
    seconds; of what waits, a higher `priority` (up to 100) goes first. The function publishes its result itself, with
    `row.finish` in its transaction.
    """

    def register(work: Callable[[J, OnProgress], None]) -> Any:
        path = f"{work.__module__}.{work.__qualname__}"
        taken = [kind.path for kind in JOBS.values() if kind.model is model and kind.path != path]
        if taken:
            raise TypeError(f"{model.__name__} is already worked on by {taken[0]}: one model, one task.")
        kind = JobKind(path=path, model=model, work=work, limit=limit, preload=preload, prepare=prepare)

        @functools.wraps(work)
        def call(pk: str) -> None:
            from segmentiq.jobs.inline import run_inline

            run_inline(kind, pk)

        JOBS[path] = kind
        return task(priority=priority)(call)

    return register
