"""What one job may take from the machine: WORKER_MEMORY_MB or half of the memory there is, and RUN_TIME_LIMIT_S seconds."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import TypedDict

from django.conf import settings

from segmentiq.jobs.engine import speeds_path
from segmentiq.ml.linkage.calibration import load_speeds
from segmentiq.ml.machine import find_budget


class RunLimits(TypedDict):
    """What a run is forecast and computed under, named like the engine's arguments."""

    memory_bytes: int
    limit_s: float
    speeds: Mapping[str, float]


def run_limits() -> RunLimits:
    """Return the limits of a run on this machine, and how quick it is."""
    return {"memory_bytes": memory_bytes(), "limit_s": settings.RUN_TIME_LIMIT_S, "speeds": load_speeds(speeds_path())}


def memory_bytes() -> int:
    """Return the memory budget of one job."""
    return int(settings.WORKER_MEMORY_MB) * 2**20 or find_budget()


def mapped_bytes() -> int:
    """Return the address space this process has mapped already: libraries map far more than they use."""
    return int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0]) * os.sysconf("SC_PAGE_SIZE")


def resident_bytes() -> int:
    """Return the memory this process really occupies."""
    return int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1]) * os.sysconf("SC_PAGE_SIZE")
