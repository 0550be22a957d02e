"""What this machine has, for all who must not ask for more, and what a piece of work took of it.

Nothing flows in; bytes, threads and seconds flow out. Peak memory is the kernel's own high-water mark, set back where a piece of
work begins: the mark of a process that has done fifty jobs says nothing about the fifty-first.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import re
import time
from pathlib import Path
from types import TracebackType
from typing import Self

_CONTAINER = Path("/sys/fs/cgroup/memory.max")
_STATUS = Path("/proc/self/status")
_MARK = Path("/proc/self/clear_refs")
_SET_BACK = "5"
"""What Linux (4.0 and newer) wants to read there; see proc(5)."""


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


def peak_bytes() -> int:
    """Return the most memory this process has occupied since the outermost open `Gauge`, else since the mark was set back."""
    return max(_read_status("VmHWM"), *(gauge.peak for gauge in _OPEN), 0)


def give_back() -> None:
    """Return to the system what the allocator keeps of memory that was freed; else work that reuses it seems to need none."""
    with contextlib.suppress(OSError, AttributeError):  # only glibc keeps, and only glibc has this function
        ctypes.CDLL(None).malloc_trim(0)


class Gauge:
    """Measures a piece of work: seconds, and bytes beyond what was held when it began. Gauges may lie in one another.

    Where the mark may not be set back (some sandboxes), `bytes` is told only if the work raised the mark; else it is None.

    Examples
    --------
    >>> with Gauge() as gauge:
    ...     held = bytearray(2**25)
    >>> gauge.bytes is None or gauge.bytes > 2**24
    True
    """

    seconds: float = 0.0
    bytes: int | None = None

    def __init__(self, mark: Path = _MARK) -> None:
        self.peak = 0
        self._mark = mark

    def __enter__(self) -> Self:
        high = _note_peak()
        give_back()
        self._to_beat = 0 if _set_back(self._mark) else high
        self._held = _read_status("VmRSS")
        self._began = time.perf_counter()
        _OPEN.append(self)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.seconds = time.perf_counter() - self._began
        _note_peak()
        _OPEN.remove(self)
        if self.peak > self._to_beat:
            self.bytes = max(self.peak - self._held, 0)


_OPEN: list[Gauge] = []


def _note_peak() -> int:
    """Let every open gauge know the mark, before it is set back or forgotten."""
    high = _read_status("VmHWM")
    for gauge in _OPEN:
        gauge.peak = max(gauge.peak, high)
    return high


def _set_back(mark: Path) -> bool:
    try:
        mark.write_text(_SET_BACK, encoding="ascii")
    except OSError:
        return False
    return True


def _read_status(name: str) -> int:
    found = re.search(rf"{name}:\s+(\d+) kB", _STATUS.read_text(encoding="ascii", errors="replace"))
    return int(found[1]) * 1024 if found else 0
