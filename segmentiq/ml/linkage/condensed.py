"""Rows -> all n (n - 1) / 2 distances -> the tree, by nearest-neighbour chains: complete, average, weighted and Ward's.

The matrix is what limits n, so it exists once: it is made here, handed over without a copy and overwritten while linking.

Reference: Murtagh (1984), COMPSTAT Lectures 4; Müllner (2013), J. Stat. Software 53(9).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from segmentiq.ml.linkage.kernel import DISTANCES, Forecast, Kernel, Tell

if TYPE_CHECKING:
    from segmentiq.ml.linkage.kernel import Matrix, Vector
    from segmentiq.ml.values import LinkageTree

SECONDS_PER_PAIR = 4e-8
SECONDS_PER_PAIR_AND_FEATURE = 1e-9
COPHENETIC_ROWS = 5_000


def link_condensed(rows: Matrix, weights: Vector, linkage: str, metric: str, tell: Tell) -> Matrix:
    """Link on all distances.

    Parameters
    ----------
    rows : ndarray, shape (m, d)
    weights : ndarray, shape (m,)
    linkage : {"ward", "average", "complete", "weighted"}
    metric : {"euclidean", "manhattan", "cosine", "gower"}
    tell : callable

    Returns
    -------
    ndarray, shape (m - 1, 4)
        Merges in SciPy's format, in the order in which they were made.
    """
    from segmentiq.ml.linkage.chain import link_distances

    return link_distances(measure_distances(rows, metric), weights, linkage, tell)


def measure_distances(values: Matrix, metric: str) -> Matrix:
    """Return the n (n - 1) / 2 distances in SciPy's condensed order.

    The cosine distance is half of the squared distance of the directions, which keeps the digits that 1 - cos loses.
    """
    from scipy.spatial.distance import pdist

    if metric != "cosine":
        distances: Matrix = pdist(values, DISTANCES[metric])
        return distances
    distances = pdist(unit_rows(values), "sqeuclidean")
    distances *= 0.5
    return distances


def unit_rows(values: Matrix) -> Matrix:
    """Return rows of length 1 in the same directions; tiny ones are brought near 1 first, so that their squares do not vanish."""
    import numpy as np

    scaled: Matrix = values / np.abs(values).max(axis=1, keepdims=True)
    scaled /= np.linalg.norm(scaled, axis=1, keepdims=True)
    return scaled


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
    return linkage in ("average", "complete", "weighted") and metric in DISTANCES


CONDENSED = Kernel(accepts=_accepts, run=link_condensed, forecast=forecast_condensed)
