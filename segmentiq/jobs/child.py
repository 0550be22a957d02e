"""The process that computes: confined, killable, kept warm between jobs.

Flows in, over an inherited socket: `(task path, row key, lease)`, one job at a time. Flows out: `"preparing"` if it has to
compile something, `"ready"` once, then `"done"` or `"leaving"` (done, and this process has had its day) per job; the result
itself goes straight into the row, under the lease.

Apart from the parent, because linkage holds the GIL for seconds (a heartbeat here would starve) and because native code can
crash, hang or eat the machine: the parent kills, and reads the exit code. Started fresh and not forked, so that no library meets
locks or threads of another life; tied to its parent's life, so that no orphan does a job that is given to somebody else.
"""

from __future__ import annotations

import ctypes
import faulthandler
import importlib
import logging
import os
import resource
import signal
import sys
from collections.abc import Callable
from multiprocessing.connection import Connection
from pathlib import Path

MAX_JOBS = 50
MAX_GROWTH_BYTES = 2**30
BESIDE = 512 * 2**20
"""Bytes that a job may map beside its budget. The budget is what a tree may take; a table is there too, and stacks of threads."""
OUT_OF_MEMORY_EXIT = 77
DATABASE_AWAY_EXIT = 75
NICENESS = 10
"""Behind pages and database, which must stay quick, and still a tenth of a core beside a busy process. At 19 it was a fiftieth:
a run of 16 s took 80 s because something else was computing."""
_PR_SET_PDEATHSIG = 1

logger = logging.getLogger("segmentiq.jobs")


def confine(parent: int) -> None:
    """Tie this process to its parent's life, and leave the decision to stop to the parent."""
    ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(1)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # a core dump would hold customers' data
    faulthandler.enable(all_threads=False)
    try:
        Path("/proc/self/oom_score_adj").write_text("800", encoding="ascii")  # sooner this one than the database
    except OSError:
        logger.debug("The kernel does not let this process volunteer for the out-of-memory killer.")


def warm_up(tell: Callable[[str], None]) -> None:
    """Import what the jobs will need, and prepare it, so that the first one does not pay for it."""
    import django

    django.setup()
    from django.utils.module_loading import autodiscover_modules, import_string

    autodiscover_modules("tasks")
    from segmentiq.jobs.task import JOBS

    for kind in JOBS.values():
        for module in kind.preload:
            importlib.import_module(module)
        for function in kind.prepare:
            import_string(function)(lambda: tell("preparing"))


def limit_memory() -> None:
    """Allow the budget, which the forecast of a tree may fill, on top of what everything else takes: the address space that
    libraries have mapped, far more than they use, and what the table, its features and the threads will map.
    """
    from segmentiq.jobs.limits import mapped_bytes, memory_bytes

    _, ceiling = resource.getrlimit(resource.RLIMIT_AS)
    wanted = mapped_bytes() + memory_bytes() + BESIDE
    resource.setrlimit(resource.RLIMIT_AS, (wanted if ceiling == resource.RLIM_INFINITY else min(wanted, ceiling), ceiling))


def work(path: str, pk: str, lease: str) -> None:
    """Do one claimed job, unless its lease is gone already."""
    from django.db import close_old_connections

    from segmentiq.jobs.inline import DATABASE_AWAY, perform
    from segmentiq.jobs.lifecycle import Status
    from segmentiq.jobs.task import JOBS

    close_old_connections()
    kind = JOBS[path]
    row = kind.model._default_manager.filter(pk=pk, lease=lease, status=Status.RUNNING).first()
    if row is not None:
        try:
            perform(kind, row)
        except MemoryError:
            os._exit(OUT_OF_MEMORY_EXIT)  # whatever else is tried here may run out of memory too: the parent writes the sentence
        except DATABASE_AWAY as error:
            logger.error("%s %s: the database was away (%s)", path, pk, type(error).__qualname__)
            os._exit(DATABASE_AWAY_EXIT)


def serve(connection: Connection) -> None:
    """Take jobs until the parent hangs up or this process has had its day."""
    from segmentiq.jobs.limits import memory_bytes, resident_bytes

    ceiling = resident_bytes() + min(MAX_GROWTH_BYTES, memory_bytes() // 2)
    connection.send("ready")
    for count in range(1, MAX_JOBS + 1):
        work(*connection.recv())
        leaving = count == MAX_JOBS or resident_bytes() > ceiling
        connection.send("leaving" if leaving else "done")
        if leaving:
            return


def main(parent: int, descriptor: int) -> None:
    """Run as `python -m segmentiq.jobs.child <pid of the parent> <descriptor of the socket>`."""
    confine(parent)
    connection = Connection(descriptor)
    warm_up(connection.send)
    limit_memory()
    os.nice(NICENESS)  # only now: a machine under load should have a worker soon
    try:
        serve(connection)
    except (EOFError, BrokenPipeError, ConnectionResetError):
        logger.info("The worker has hung up.")


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
