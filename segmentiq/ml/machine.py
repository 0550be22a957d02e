"""How much memory this machine has, for all who must not ask for more. Nothing flows in; bytes flow out."""

from __future__ import annotations

import os
from pathlib import Path

_CONTAINER = Path("/sys/fs/cgroup/memory.max")


def machine_bytes(container: Path = _CONTAINER) -> int:
    """Return the memory of this machine, or of the container around us where that is less."""
    installed = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    try:
        allowed = container.read_text(encoding="ascii").strip()
    except OSError:
        return installed
    return min(installed, int(allowed)) if allowed.isdigit() else installed


def find_budget() -> int:
    """Return half of the memory, which is what one job may take unless it is told otherwise."""
    return machine_bytes() // 2


def find_threads() -> int:
    """Return how many threads one job may compute with: `ENGINE_THREADS`, else the cores this process may run on."""
    asked = os.environ.get("ENGINE_THREADS", "")
    return int(asked) if asked.isdigit() and int(asked) > 0 else len(os.sched_getaffinity(0))
