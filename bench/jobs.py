"""Whole jobs as commands: `manage.py segment`, and the script people write today. A file and a folder in, a command out."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

JOB = "job"
SCRIPT = "the script"
WITHOUT_STABILITY = "ours, without stability"
WITH_STABILITY = "ours, with stability"


@dataclass(frozen=True, kw_only=True, slots=True)
class Job:
    command: Callable[[Path, Path], list[str]]
    bytes_per_pair: float = 0.0
    ours: bool = True


def segment(file: Path, folder: Path) -> list[str]:
    return [sys.executable, "manage.py", "segment", str(file), "--out", str(folder)]


JOBS: Mapping[str, Job] = {
    WITHOUT_STABILITY: Job(command=lambda file, folder: [*segment(file, folder), "--stability", "off"]),
    WITH_STABILITY: Job(command=segment),
    SCRIPT: Job(
        command=lambda file, folder: [sys.executable, "-m", "bench.script_baseline", str(file), str(folder)],
        bytes_per_pair=8.0,
        ours=False,
    ),
}


def tell_tree(folder: Path) -> str:
    """Return what kind of tree our job has built: "exact" or "approximate"; nothing where the report does not say."""
    report = folder / "report.json"
    if not report.is_file():
        return ""
    return "exact" if json.loads(report.read_text(encoding="utf-8"))["engine"]["exact"] else "approximate"
