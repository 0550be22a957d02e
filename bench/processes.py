"""The start of every process that is measured, and of those that make tables; what they say comes back as values.

Our processes get the environment that the worker gives them: our own threads on every core, one for each library beneath, and
compiled code in a folder of its own. All others get the environment as it is, so that their libraries may use every core as well.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from bench.contenders import OURS
from bench.measurements import Run
from segmentiq.jobs.engine import ALLOCATORS

ROOT = Path(__file__).resolve().parent.parent
PATIENCE_S = 3600.0


class Failed(Exception):
    """A process ended badly; the last line it wrote."""


def our_environment(engine: Path) -> dict[str, str]:
    """Return the environment of our processes, with compiled code in this folder."""
    libraries = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS")
    ours = {"ENGINE_DIR": str(engine), "NUMBA_CACHE_DIR": str(engine / "compiled"), "DATABASE_URL": "sqlite://:memory:"}
    return {**os.environ, **dict.fromkeys(libraries, "1"), **ALLOCATORS, **ours}


def call_child(*words: str | Path, environment: Mapping[str, str] | None = None) -> dict[str, Any]:
    """Run `bench.child` and return what it says. Raises Failed."""
    command = [sys.executable, "-m", "bench.child", *map(str, words)]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False, timeout=PATIENCE_S)
    if done.returncode:
        raise Failed(last_line(done.stderr) or f"the process was ended by signal {-done.returncode}")
    said: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return said


def measure_work(work: str, contender: str, points: Path, answer: Path, engine: Path) -> Run:
    """Measure one contender once. Raises Failed."""
    environment = our_environment(engine) if contender == OURS else None
    return Run(**call_child("measure", work, contender, points, answer, environment=environment))


def measure_job(command: Sequence[str], environment: Mapping[str, str] | None) -> Run:
    """Measure a whole command from its start to its end. Raises Failed."""
    with tempfile.TemporaryFile() as errors:
        began = time.perf_counter()
        process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL, stderr=errors)
        _, status, used = os.wait4(process.pid, 0)
        wall = time.perf_counter() - began
        process.returncode = os.waitstatus_to_exitcode(status)
        errors.seek(0)
        if process.returncode:
            raise Failed(last_line(errors.read().decode(errors="replace")) or f"exit status {process.returncode}")
    return Run(wall=wall, user=used.ru_utime, peak=used.ru_maxrss * 1024.0)


def last_line(text: str) -> str:
    """Return what a process said last, without the folders of this machine."""
    lines = text.strip().splitlines()
    return re.sub(r"/\S*/", "", lines[-1].strip()) if lines else ""
