"""Single linkage as the minimum spanning tree, in O(n d) memory: distances are computed when needed and never kept.

Sorted by length, the tree's edges are the merges. Duplicates are gone before, and weights do not matter: the nearest pair of two
branches is as near as it is, however often it occurs.

Reference: Gower and Ross (1969), Applied Statistics 18:54.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from segmentiq.ml.linkage.kernel import DISTANCES, Forecast, Kernel, Tell

if TYPE_CHECKING:
    from segmentiq.ml.linkage.kernel import Matrix, Vector

SECONDS_PER_PAIR_AND_FEATURE = 1.7e-10


def _is_single(linkage: str, metric: str) -> bool:
    return linkage == "single" and metric in DISTANCES


def link_spanning_tree(rows: Matrix, weights: Vector, linkage: str, metric: str, tell: Tell) -> Matrix:
    """Grow the spanning tree from the first row, the nearest outsider first.

    Parameters
    ----------
    rows : ndarray, shape (m, d)
    weights, linkage : not used
    metric : {"euclidean", "manhattan", "cosine", "gower"}
    tell : callable

    Returns
    -------
    ndarray, shape (m - 1, 4)
        Merges in SciPy's format.
    """
    from segmentiq.ml.linkage.spanning import span

    return span(rows, metric, tell)


def _forecast_spanning_tree(n: int, d: int) -> Forecast:
    return Forecast(bytes=8 * n * (2 * d + 16), seconds=SECONDS_PER_PAIR_AND_FEATURE * n * n * (d + 4))


SPANNING_TREE = Kernel(accepts=_is_single, run=link_spanning_tree, forecast=_forecast_spanning_tree)
