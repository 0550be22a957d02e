"""How quick this machine is, kernel by kernel: seconds measured over seconds forecast, found out once and kept in a file.

Flows in: the path of the file, and a function that measures (`probes.measure_speeds`, which the web process must not know). Flows
out: one factor per kernel (2 means twice as slow as where the kernel's model was made), by which forecasts are multiplied. The
worker measures; the web process only reads, and forecasts with factors of 1 while there is no file, or none it can understand.

A factor never decides which kernel links: the same question shall take the same way on every machine.
"""

from __future__ import annotations

import hashlib
import json
import logging
import os
import platform
from collections.abc import Callable, Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Any

from segmentiq.ml.linkage.kernels import KERNELS
from segmentiq.ml.machine import find_threads

logger = logging.getLogger(__name__)

Speeds = Mapping[str, float]

SLOWEST, QUICKEST = 50.0, 0.02
"""Factors beyond these say that a measurement went wrong, not how the machine is."""


def load_speeds(path: Path) -> Speeds:
    """Return the factors that are kept, by kernel.

    Parameters
    ----------
    path : Path
        Made by `calibrate`.

    Returns
    -------
    mapping of str to float
        Empty when the file is missing or cannot be understood.
    """
    speeds = _load(path).get("speeds")
    if not isinstance(speeds, dict):
        return {}
    return {name: float(factor) for name, factor in speeds.items() if _is_factor(factor)}


def calibrate(path: Path, measure: Callable[[], Speeds]) -> Speeds:
    """Return the factors of this machine: as kept, else measured and kept, if the folder takes it.

    Parameters
    ----------
    path : Path
        The file; it is replaced at once or not at all.
    measure : callable
        Returns the factors.

    Returns
    -------
    mapping of str to float
    """
    if is_calibrated(path):
        return load_speeds(path)
    speeds = {name: bounded(factor) for name, factor in measure().items()}
    _save(path, {"machine": describe_machine(), "speeds": speeds})
    logger.debug("This machine, against the one of the models: %s", ", ".join(f"{name} {f:g}" for name, f in speeds.items()))
    return speeds


def is_calibrated(path: Path) -> bool:
    """Tell whether the file was made on this machine, by this very code, for every kernel."""
    kept = _load(path)
    return kept.get("machine") == describe_machine() and set(load_speeds(path)) >= set(KERNELS)


def bounded(factor: float) -> float:
    """Keep a factor within what a machine can be."""
    return round(min(max(factor, QUICKEST), SLOWEST), 3)


def _is_factor(value: Any) -> bool:
    return isinstance(value, int | float) and QUICKEST <= value <= SLOWEST


def describe_machine() -> str:
    """Return what the factors depend on, as a short hash: processor, threads, libraries, kernels and models."""
    facts = [platform.machine(), _processor(), str(find_threads()), platform.python_version()]
    facts += [version(library) for library in ("numpy", "scipy", "numba")]
    engine = Path(__file__).parents[1]
    facts += [path.read_text(encoding="utf-8") for path in [engine / "effort.py", *sorted(engine.glob("linkage/*.py"))]]
    return hashlib.sha256("\n".join(facts).encode()).hexdigest()[:16]


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return ""
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), "")


def _load(path: Path) -> dict[str, Any]:
    try:
        kept = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return {}
    return kept if isinstance(kept, dict) else {}


def _save(path: Path, content: Mapping[str, Any]) -> None:
    part = path.with_name(f"{path.name}.{os.getpid()}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        part.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")
        part.replace(path)
    except OSError as error:
        logger.warning("How quick this machine is cannot be kept in %s (%s).", path, error.strerror)
