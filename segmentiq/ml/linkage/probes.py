"""Every kernel linked for nobody, to be timed.

Nothing flows in. Out flows one factor per kernel, seconds measured over seconds forecast, which `calibration` keeps.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import TYPE_CHECKING

from segmentiq.ml.linkage.kernels import KERNELS
from segmentiq.ml.spec import METRICS

if TYPE_CHECKING:
    from segmentiq.ml.linkage.kernel import Kernel, Matrix, Vector

FIRST_S, SECOND_S = 0.02, 0.1
"""What the probes of a kernel take; the first is small, and only says how large the other two may be."""
LARGEST = 50_000
PROBE_FEATURES = 5


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
    kernel.run(rows, weights, linkage, metric, lambda share: None)
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
