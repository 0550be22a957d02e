"""What one job may take from the machine: memory in bytes, from WORKER_MEMORY_MB or half of what there is."""

from __future__ import annotations

import os
from pathlib import Path

from django.conf import settings

from segmentiq.ml.machine import find_budget


def memory_bytes() -> int:
    """Return the memory budget of one job."""
    return int(settings.WORKER_MEMORY_MB) * 2**20 or find_budget()


def mapped_bytes() -> int:
    """Return the address space this process has mapped already: libraries map far more than they use."""
    return int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0]) * os.sysconf("SC_PAGE_SIZE")


def resident_bytes() -> int:
    """Return the memory this process really occupies."""
    return int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1]) * os.sysconf("SC_PAGE_SIZE")
