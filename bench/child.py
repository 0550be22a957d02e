"""What happens in a process of its own: ``python -m bench.child load|table|measure|prepare ...``. One line of JSON comes out.

Peak memory is a fact about a process, so each contender gets one; tables are made in another, and loaded from a file.
"""

from __future__ import annotations

import gc
import importlib
import json
import os
import resource
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from bench.contenders import WORKS
from bench.reading import INTAKE, READERS, head_of, save_mixed
from bench.tables import TABLES, NotHere, save_customers
from segmentiq.ml.machine import Gauge

FILES = {"customers": save_customers, "mixed": save_mixed}
FEW = 300
"""Rows for the call that imports and loads what the work needs, before it is timed."""


def make_table(name: str, rows: str, path: str) -> dict[str, Any]:
    """Write the table's points, or the reason why there are none."""
    try:
        points = np.ascontiguousarray(TABLES[name].make(int(rows)))
    except NotHere as reason:
        return {"reason": str(reason)}
    np.save(path, points)
    return {"shape": points.shape}


def make_file(name: str, rows: str, path: str) -> dict[str, Any]:
    return {"shape": FILES[name](int(rows), Path(path))}


def measure(work: str, name: str, path: str, answer: str) -> dict[str, Any]:
    """Do the work once on few rows, so that everything is loaded, and once on all, which is measured."""
    run = ready_to_read(name, Path(path)) if work == INTAKE else ready(work, name, path)
    gc.collect()
    before = resource.getrusage(resource.RUSAGE_SELF).ru_utime
    with Gauge() as gauge:
        found = run()
    user = resource.getrusage(resource.RUSAGE_SELF).ru_utime - before
    np.save(answer, found)
    return {"wall": gauge.seconds, "user": user, "peak": gauge.peak, "added": gauge.bytes}


def ready(work: str, name: str, path: str) -> Callable[[], Any]:
    contender = WORKS[work][name]
    points = np.load(path)
    contender.warm(work)
    contender.run(contender.prepare(points[:FEW].copy()), work)
    return partial(contender.run, contender.prepare(points), work)


def ready_to_read(name: str, path: Path) -> Callable[[], Any]:
    reader = READERS[name]
    reader.run(reader.prepare(head_of(path)))
    return partial(reader.run, reader.prepare(path))


def prepare() -> dict[str, Any]:
    """Compile and time the engine as a fresh installation does before its first job; return the seconds."""
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "segmentiq.settings")
    django.setup()
    from segmentiq.jobs.preparing import is_prepared, prepare_engine
    from segmentiq.ml.rehearsal import rehearse
    from segmentiq.ml.warm import compile_kernels

    began = time.perf_counter()
    if is_prepared():  # by an earlier run, perhaps of older code
        compile_kernels()
        rehearse()
    prepare_engine(lambda: None)
    return {"seconds": time.perf_counter() - began}


def load() -> dict[str, Any]:
    """Import what the contenders import, so that Python has it compiled; what the engine needs it keeps when it is prepared."""
    names = ("fastcluster", "matplotlib.pyplot", "pandas", "scipy.cluster.hierarchy", "sklearn.cluster", "sklearn.metrics")
    return {"loaded": [importlib.import_module(name).__name__ for name in names]}


ACTIONS = {"load": load, "table": make_table, "file": make_file, "measure": measure, "prepare": prepare}

if __name__ == "__main__":
    print(json.dumps(ACTIONS[sys.argv[1]](*sys.argv[2:])))  # type: ignore[operator]
