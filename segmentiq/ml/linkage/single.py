"""Single linkage as the minimum spanning tree, in O(n d) memory: distances are computed when needed and never kept.

Reference: Gower and Ross (1969), Applied Statistics 18:54; Müllner (2013), J. Stat. Software 53(9).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from segmentiq.ml.linkage.kernel import DISTANCES, Forecast, Kernel

if TYPE_CHECKING:
    from segmentiq.ml.linkage.kernel import Matrix

SECONDS_PER_PAIR_AND_FEATURE = 1e-9


def _is_single(linkage: str, metric: str) -> bool:
    return linkage == "single" and metric in DISTANCES


def _link_spanning_tree(values: Matrix, linkage: str, metric: str) -> Matrix:
    """Grow the spanning tree from one customer, the nearest outsider first."""
    import fastcluster
    import numpy as np

    merges = fastcluster.linkage_vector(values, method="single", metric=DISTANCES[metric])
    # 1 - cos of two rows that point the same way may round to just below zero.
    merges[:, 2] = np.maximum(merges[:, 2], 0.0)
    return merges  # type: ignore[no-any-return]


def _forecast_spanning_tree(n: int, d: int) -> Forecast:
    return Forecast(bytes=8 * n * (d + 16), seconds=SECONDS_PER_PAIR_AND_FEATURE * n * n * (d + 2))


SPANNING_TREE = Kernel(accepts=_is_single, run=_link_spanning_tree, forecast=_forecast_spanning_tree)
