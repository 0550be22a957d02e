"""What a process that computes needs around it: threads, a folder for compiled code, and how quick this machine is.

Flows in: the settings. Flows out: environment variables, to be set before numpy and numba are loaded (both read theirs then), and
the file in which the worker keeps what it has measured and from which the web process forecasts.

The libraries get one thread each and ours get `ENGINE_THREADS`: two layers of threads would fight for the same cores, and sums
that a library splits among threads differ in their last digits from one machine to the next.
"""

from __future__ import annotations

import logging
import os
import stat
import tempfile
from pathlib import Path

from django.conf import settings

logger = logging.getLogger("segmentiq.jobs")

COMPILED = "NUMBA_CACHE_DIR"
ALLOCATORS = {"MALLOC_ARENA_MAX": "2", "ARROW_DEFAULT_MEMORY_POOL": "system"}
"""They reserve no address space, which the limit would count, and what one step lets go the next one takes."""


def engine_environment() -> dict[str, str]:
    """Return the variables of a process that computes."""
    return {
        "ENGINE_THREADS": str(settings.ENGINE_THREADS),
        "OMP_NUM_THREADS": "1",
        "OPENBLAS_NUM_THREADS": "1",
        "MKL_NUM_THREADS": "1",
        "NUMBA_NUM_THREADS": "1",
        "MPLBACKEND": "Agg",
        COMPILED: str(compiled_folder()),
        **ALLOCATORS,
    }


def speeds_path() -> Path:
    """Return the file that says how quick this machine is; it may be missing."""
    return Path(settings.ENGINE_DIR) / "speeds.json"


def compiled_folder() -> Path:
    """Return the folder for compiled code: as the environment says, else ENGINE_DIR, else a private one among temporary files."""
    wanted = Path(os.environ.get(COMPILED) or Path(settings.ENGINE_DIR) / "compiled")
    if _is_writable(wanted):
        return wanted
    private = Path(tempfile.gettempdir()) / f"segmentiq-compiled-{os.getuid()}"
    if not (_is_writable(private) and _is_ours_alone(private)):
        private = Path(tempfile.mkdtemp(prefix="segmentiq-compiled-"))
    logger.warning("%s cannot be written to; compiled code goes to %s and may have to be made again.", wanted, private)
    return private


def _is_writable(folder: Path) -> bool:
    """Make the folder if need be; tell whether it takes files."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError:
        return False
    return os.access(folder, os.W_OK | os.X_OK)


def _is_ours_alone(folder: Path) -> bool:
    """Tell whether nobody else can have put anything there: what lies in it is loaded as code, and /tmp is everybody's."""
    facts = folder.lstat()
    return stat.S_ISDIR(facts.st_mode) and facts.st_uid == os.getuid() and not facts.st_mode & (stat.S_IWGRP | stat.S_IWOTH)
