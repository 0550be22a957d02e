"""The ordered matrix and its TopTree in, one `KScore` per number of segments out.

The cuts of one tree are nested, so every customer's distances are summed once, to the finest branches (`distances`), and the sums
are rolled up the tree for every coarser cut: all k cost about what one costs alone.

Up to 20,000 customers the silhouette is exact. Above that, a stratified sample of customers is measured against *all*
customers: unbiased, and a 95 % interval comes with it. Measuring a sample against itself, as scikit-learn's ``sample_size``
does, doubles the error.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from segmentiq.ml.cohesion import Distances, Strata, mean_and_margin, means_of_segments, silhouettes_of
from segmentiq.ml.cut import cut_k, finest_of
from segmentiq.ml.dispersion import Dispersion, davies_bouldin, disperse, radii_of
from segmentiq.ml.distances import sum_distances
from segmentiq.ml.strata import draw
from segmentiq.ml.values import KScore, TopTree

EXACT_LIMIT = 20_000
PAIRS = EXACT_LIMIT**2
"""Distances a sampled silhouette may cost: as many as the largest exact one."""
MIN_QUERIES = 1_000
MIN_PER_BRANCH = 10

Matrix = NDArray[np.float64]
Integers = NDArray[np.int64]


class Measured(NamedTuple):
    """The silhouettes `found` (len(ks), m) of the measured customers in the cuts into `ks` segments; who they are (`strata`); and
    the `distances` that any other cut is measured from, None where there is nothing to measure."""

    ks: tuple[int, ...]
    found: Matrix
    strata: Strata
    distances: Distances | None

    def of_segments(self, top: TopTree) -> dict[int, tuple[float, ...]]:
        """Return the mean silhouette of each segment, largest first, for every k."""
        finest = finest_of(top)
        return {
            k: means_of_segments(found, self.strata, finest, cut_k(top, k)) for k, found in zip(self.ks, self.found, strict=True)
        }


def score_all(
    values: Matrix,
    order: Integers,
    top: TopTree,
    metric: str,
    *,
    seed: int = 0,
    ks: Iterable[int] | None = None,
    weights: Matrix | None = None,
) -> tuple[KScore, ...]:
    """Score the cuts of a tree: `measure`, then `score_cuts`."""
    return score_cuts(values, order, top, measure(values, order, top, metric, seed=seed, ks=ks, weights=weights))


def measure(
    values: Matrix,
    order: Integers,
    top: TopTree,
    metric: str,
    *,
    seed: int = 0,
    ks: Iterable[int] | None = None,
    weights: Matrix | None = None,
) -> Measured:
    """Measure how much nearer customers are to their own segment than to the nearest other one, in every cut.

    Parameters
    ----------
    values : ndarray, shape (n, d)
        The clustered matrix.
    order : ndarray of int, shape (n,)
        Leaf order.
    top : TopTree
    metric : {"euclidean", "manhattan", "gower", "cosine"}
    seed : int
        Of the sample, when one is drawn.
    ks : iterable of int, optional
        All from 2 to ``min(top.max_k, n - 1)`` when left out.
    weights : ndarray, shape (n,), optional
        How many customers each row stands for; 1 each when left out.

    Returns
    -------
    Measured
        ``(b - a) / max(a, b)``: a is the mean distance to the others of the own segment (divided by its weight less one, so that
        a row of weight w scores as w customers do), b to the nearest other segment. A customer alone in a segment scores 0.

    References
    ----------
    Rousseeuw (1987), Silhouettes: a graphical aid to the interpretation and validation of cluster analysis.
    """
    asked = range(2, top.max_k + 1) if ks is None else sorted(set(ks))
    wanted = tuple(k for k in asked if 2 <= k <= min(top.max_k, top.n - 1))
    heavy = np.ones(top.n) if weights is None else weights[order]
    strata = _draw(top, seed, heavy)
    positions = strata.positions
    if not wanted:
        return Measured(wanted, np.empty((0, len(positions))), strata, None)
    starts = np.array([branch.start for branch in finest_of(top)])
    sampled = positions if len(positions) < top.n else None
    sums = sum_distances(values[order], starts, metric, positions=sampled, weights=heavy)
    found = silhouettes_of(sums, positions, top, [cut_k(top, k) for k in wanted], heavy)
    return Measured(wanted, found, strata, Distances(positions, sums.astype(np.float32)))


def score_cuts(values: Matrix, order: Integers, top: TopTree, measured: Measured) -> tuple[KScore, ...]:
    """Score the cuts whose silhouettes were measured.

    Returns
    -------
    tuple of KScore
        Ascending in k. Calinski-Harabasz, Davies-Bouldin and R squared are Euclidean by definition, whatever the metric.
    """
    ordered = values[order]
    centred = ordered - ordered.mean(axis=0)
    dispersion = disperse(centred, top)
    radii = radii_of(centred, dispersion)
    return tuple(_score(k, found, measured, dispersion, radii) for k, found in zip(measured.ks, measured.found, strict=True))


def _draw(top: TopTree, seed: int, weights: Matrix) -> Strata:
    """Take everyone, or a sample stratified by finest branch: in proportion, at least 10 of each."""
    size = np.array([branch.size for branch in finest_of(top)])
    drawn = size
    if top.n > EXACT_LIMIT:
        share = max(PAIRS // top.n, MIN_QUERIES) / top.n
        drawn = np.minimum(size, np.maximum(MIN_PER_BRANCH, np.ceil(size * share).astype(np.int64)))
    return Strata(draw(top, drawn, seed), drawn, size, weights)


def _score(k: int, found: Matrix, measured: Measured, dispersion: Dispersion, radii: Matrix) -> KScore:
    """Weigh the strata together and put the other scores beside it."""
    silhouette, margin = mean_and_margin(found, measured.strata)
    return KScore(
        k=k,
        silhouette=silhouette,
        calinski_harabasz=dispersion.calinski_harabasz(k),
        davies_bouldin=davies_bouldin(dispersion, radii, k),
        smallest=min(branch.size for branch in cut_k(dispersion.top, k)),
        interval=None if margin is None else (silhouette - margin, silhouette + margin),
        r_squared=dispersion.r_squared(k),
    )
