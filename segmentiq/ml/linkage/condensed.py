"""Every reducible linkage and metric on the matrix of all n (n - 1) / 2 distances, by nearest-neighbour chains.

The matrix is what limits n, so it exists once: it is made here, handed over without a copy and overwritten while linking.

Reference: Müllner (2013), fastcluster, J. Stat. Software 53(9); Murtagh (1984), COMPSTAT Lectures 4.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from segmentiq.ml.linkage.kernel import DISTANCES, Forecast, Kernel

if TYPE_CHECKING:
    from segmentiq.ml.linkage.kernel import Matrix
    from segmentiq.ml.values import LinkageTree

SECONDS_PER_PAIR = 6e-8
SECONDS_PER_PAIR_AND_FEATURE = 1e-9
COPHENETIC_ROWS = 5_000


class _Lent:
    """An array that is given away: whoever asks NumPy for a copy gets the array itself."""

    def __init__(self, distances: Matrix) -> None:
        self._distances = distances

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> Matrix:
        return self._distances


def link_condensed(values: Matrix, linkage: str, metric: str) -> Matrix:
    """Link on all distances.

    Parameters
    ----------
    values : ndarray, shape (n, d)
    linkage : {"ward", "average", "complete", "weighted", "single"}
    metric : {"euclidean", "manhattan", "cosine", "gower"}

    Returns
    -------
    ndarray, shape (n - 1, 4)
        Merges in SciPy's format.
    """
    import fastcluster

    # fastcluster copies its argument before it looks at preserve_input; lending keeps the peak at one matrix, not two.
    lent = _Lent(measure_distances(values, metric))
    return fastcluster.linkage(lent, method=linkage, preserve_input=False)  # type: ignore[no-any-return]


def measure_distances(values: Matrix, metric: str) -> Matrix:
    """Return the n (n - 1) / 2 distances in SciPy's condensed order, never below zero."""
    import numpy as np
    from scipy.spatial.distance import pdist

    distances: Matrix = pdist(values, DISTANCES[metric])
    if metric == "cosine":
        np.maximum(distances, 0.0, out=distances)
    return distances


def measure_cophenetic(tree: LinkageTree, values: Matrix, metric: str) -> float | None:
    """Correlate the distances with the heights at which the pairs are joined.

    Returns
    -------
    float or None
        Pearson's r, from -1 to 1: how faithfully the tree tells the distances. None above 5,000 customers, or when one side is
        constant.

    References
    ----------
    Sokal and Rohlf (1962), Taxon 11:33.
    """
    import numpy as np
    from scipy.cluster.hierarchy import cophenet

    if not 3 <= len(values) <= COPHENETIC_ROWS:
        return None
    distances, joined = measure_distances(values, metric), cophenet(np.array(tree.merges))
    distances -= distances.mean()
    joined -= joined.mean()
    spread = float(np.linalg.norm(distances) * np.linalg.norm(joined))
    return float(distances @ joined) / spread if spread > 0 else None


def forecast_condensed(n: int, d: int) -> Forecast:
    pairs = n * (n - 1) // 2
    return Forecast(bytes=8 * pairs + 8 * n * (d + 16), seconds=pairs * (SECONDS_PER_PAIR + SECONDS_PER_PAIR_AND_FEATURE * d))


def _accepts(linkage: str, metric: str) -> bool:
    return linkage in ("average", "complete", "weighted", "single") and metric in DISTANCES


CONDENSED = Kernel(accepts=_accepts, run=link_condensed, forecast=forecast_condensed)
