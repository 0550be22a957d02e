"""Every kernel linked for nobody: once to be compiled, so that no person waits for a compiler, and once to be timed.

Nothing flows in. Out flow compiled code, which numba keeps in `NUMBA_CACHE_DIR`, so that the next process only loads it, and one
factor per kernel, seconds measured over seconds forecast, which `calibration` keeps.

The compiler uses one core, whatever it compiles. So every other core gets a process of its own (`python -m` this module) that
takes parts of the work until none is left, and all that this process does afterwards is load what they made.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from segmentiq.ml.linkage.kernels import KERNELS
from segmentiq.ml.machine import find_threads
from segmentiq.ml.spec import METRICS

if TYPE_CHECKING:
    from segmentiq.ml.linkage.kernel import Kernel, Matrix, Vector

SHAPES = ((40, 2), (700, 3), (700, 40))
"""Few customers, more than one block of them in few dimensions, and in many: each leads a kernel through other functions."""
FIRST_S, SECOND_S = 0.02, 0.1
"""What the probes of a kernel take; the first is small, and only says how large the other two may be."""
LARGEST = 50_000
PROBE_FEATURES = 5
PATIENCE_S = 120.0
"""A process that compiles longer is stuck; what it did not compile is compiled when it is needed."""


def compile_kernels() -> None:
    """Compile, or load, every kernel and the way from customers with duplicates to a tree."""
    with tempfile.TemporaryDirectory() as claims:
        command = [sys.executable, "-P", "-m", "segmentiq.ml.linkage.warm", claims]
        path = os.pathsep.join(filter(None, [str(Path(__file__).parents[3]), os.environ.get("PYTHONPATH")]))
        others = min(find_threads(), len(parts())) - 1
        processes = [subprocess.Popen(command, env={**os.environ, "PYTHONPATH": path}) for _ in range(others)]  # noqa: S603 - ours
        compile_unclaimed(Path(claims))
        for process in processes:
            try:
                process.wait(PATIENCE_S)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
    for compile_part in parts().values():
        compile_part()


def compile_unclaimed(claims: Path) -> None:
    """Take one part after the other that no other process has taken; a claim is a folder, which only one can make."""
    for name, compile_part in parts().items():
        try:
            (claims / name).mkdir()
        except FileExistsError:
            continue
        compile_part()


def parts() -> Mapping[str, Callable[[], None]]:
    """Return the parts of the work by name. Kernels that run the same function are one: nothing shall be compiled twice."""
    last = {kernel.run: name for name, kernel in KERNELS.items()}
    kernels = {name: partial(_link_once, kernel) for name, kernel in KERNELS.items() if last[kernel.run] == name}
    return {**kernels, "duplicates": _collapse_once}


def _link_once(kernel: Kernel) -> None:
    for linkage, metric in accepted(kernel):
        kernel.run(*sample_rows(*SHAPES[0]), linkage, metric, _say_nothing)
    for n, d in SHAPES[1:]:
        kernel.run(*sample_rows(n, d), *next(accepted(kernel)), _say_nothing)


def _collapse_once() -> None:
    import numpy as np

    from segmentiq.ml.linkage.matrix import link

    for n, d in SHAPES:
        link(np.repeat(sample_rows(n, d)[0], 2, axis=0), None, "ward", "euclidean")


def measure_speeds() -> dict[str, float]:
    """Time every kernel on customers in eight groups, for a fifth of a second each; compile the kernels before.

    Returns
    -------
    dict of str to float
        Seconds measured over seconds forecast, by kernel.
    """
    return {name: _measure(kernel) for name, kernel in KERNELS.items()}


def _measure(kernel: Kernel) -> float:
    seconds = SECOND_S / max(_probe(kernel, FIRST_S), 1.0)
    return min(_probe(kernel, seconds), _probe(kernel, seconds))


def _probe(kernel: Kernel, seconds: float) -> float:
    """Time the kernel on as many customers as it says it links in so many seconds; return measured over forecast."""
    n = _rows_for(kernel, seconds)
    rows, weights = sample_rows(n, PROBE_FEATURES)
    linkage, metric = next(accepted(kernel))
    watch = Stopwatch()
    kernel.run(rows, weights, linkage, metric, _say_nothing)
    return watch.seconds() / kernel.forecast(n, PROBE_FEATURES).seconds


class Stopwatch:
    """Measures work, not waiting: on a machine that is busy with something else at the moment, seconds on the clock say nothing
    that should be kept. The seconds a core was held bound them; for work on several cores that bound is above the truth."""

    def __init__(self) -> None:
        self._began = time.perf_counter(), time.process_time()

    def seconds(self) -> float:
        """Return the lesser of the seconds on the clock and those on the cores."""
        return min(time.perf_counter() - self._began[0], time.process_time() - self._began[1])


def _rows_for(kernel: Kernel, seconds: float) -> int:
    low, high = 200, min(kernel.most or LARGEST, LARGEST)
    while high - low > low // 10:
        middle = (low + high) // 2
        low, high = (middle, high) if kernel.forecast(middle, PROBE_FEATURES).seconds <= seconds else (low, middle)
    return low


def accepted(kernel: Kernel) -> Iterator[tuple[str, str]]:
    """Yield the pairs of linkage and metric that a kernel links."""
    return ((linkage, metric) for linkage in METRICS for metric in METRICS[linkage] if kernel.accepts(linkage, metric))


def sample_rows(n: int, d: int) -> tuple[Matrix, Vector]:
    """Return n customers in eight overlapping groups, as kernels want them: unique and in lexicographic order, with weights."""
    import numpy as np

    random = np.random.default_rng(n)
    rows = random.normal(scale=3.0, size=(8, d))[random.integers(8, size=n)] + random.normal(size=(n, d))
    return np.ascontiguousarray(rows[np.lexsort(rows.T[::-1])]), np.ones(n)


def _say_nothing(share: float) -> None:
    pass


if __name__ == "__main__":
    compile_unclaimed(Path(sys.argv[1]))
