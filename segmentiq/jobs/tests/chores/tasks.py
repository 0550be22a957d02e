"""The ways a job can end, by name."""

from __future__ import annotations

import ctypes
import os
import signal
import sys
import time
from collections.abc import Callable

from django.db import OperationalError

from segmentiq.jobs.task import JOBS, OnProgress, job_task
from segmentiq.jobs.tests.chores.models import Chore
from segmentiq.ml.errors import FileRefused


def finish(chore: Chore) -> None:
    time.sleep(chore.seconds)
    chore.finish(result=f"attempt {chore.attempts}")


def refuse(chore: Chore) -> None:
    raise FileRefused("Line 3 has 5 fields, the header has 4.", code="ragged_rows", hint="Mend line 3.")


def stumble(chore: Chore) -> None:
    raise ValueError("could not convert string to float: 'Mrs Secret'")


def lose_database(chore: Chore) -> None:
    raise OperationalError("server closed the connection unexpectedly")


def die(chore: Chore) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def die_once(chore: Chore) -> None:
    if chore.attempts == 1:
        die(chore)
    finish(chore)


def hoard(chore: Chore) -> None:
    held = []
    while True:
        held.append(bytearray(2**26))


def grow(chore: Chore) -> None:
    KEPT.append(bytearray(300 * 2**20))
    finish(chore)


def freeze(chore: Chore) -> None:
    signal.pthread_sigmask(signal.SIG_BLOCK, set(signal.Signals))
    time.sleep(600)


KEPT: list[bytearray] = []
ENDS: dict[str, Callable[[Chore], object]] = {
    "finish": finish,
    "refuse": refuse,
    "stumble": stumble,
    "forget": lambda chore: None,
    "lose database": lose_database,
    "die": die,
    "die once": die_once,
    "segfault": lambda chore: ctypes.string_at(0),
    "exit": lambda chore: sys.exit(3),
    "hoard": hoard,
    "grow": grow,
    "freeze": freeze,
}


def prepare(tell: Callable[[], None]) -> None:
    """Prepare as long as the environment says."""
    if seconds := os.environ.get("CHORE_PREPARING_S"):
        tell()
        time.sleep(float(seconds))


@job_task(Chore, limit="CHORE_TIME_LIMIT_S", prepare=("segmentiq.jobs.tests.chores.tasks.prepare",))
def do_chore(chore: Chore, on_progress: OnProgress) -> None:
    """Do a chore as it says itself."""
    if chore.trace:
        with open(chore.trace, "a", encoding="ascii") as trace:  # noqa: PTH123
            trace.write(f"{chore.pk} {os.getpid()}\n")
    on_progress("working", 0.5)
    ENDS[chore.what](chore)


KIND = JOBS[do_chore.module_path]
