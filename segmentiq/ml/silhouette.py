"""The ordered matrix and its TopTree in, one `KScore` per number of segments out.

The cuts of one tree are nested, so every customer's distances are summed once, to the finest branches, and the sums are rolled
up the tree for every coarser cut: all k cost about what one costs alone. In leaf order a finest branch is a run of columns, so
its sum is a `reduceat` on the block of distances just computed, while that block is still in the processor's cache.

Up to 20,000 customers the silhouette is exact. Above that, a stratified sample of customers is measured against *all*
customers: unbiased, and a 95 % interval comes with it. Measuring a sample against itself, as scikit-learn's ``sample_size``
does, doubles the error.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from segmentiq.ml.cut import cut_k
from segmentiq.ml.dispersion import Dispersion, davies_bouldin, disperse, radii_of
from segmentiq.ml.distances import MEASURES, Measure
from segmentiq.ml.values import Branch, KScore, TopTree

EXACT_LIMIT = 20_000
PAIRS = EXACT_LIMIT**2
"""Distances a sampled silhouette may cost: as many as the largest exact one."""
MIN_QUERIES = 1_000
MIN_PER_BRANCH = 10
BLOCK_BYTES = 2**22
"""One block of distances stays inside the processor's cache while it is used three times."""
CHUNK = 1_024
"""Customers whose sums are rolled up together, by one thread."""

Matrix = NDArray[np.float64]


class Queries(NamedTuple):
    """The customers that are measured: their leaf `positions`, and per stratum (finest branch) `first`, `drawn` and `size`."""

    positions: NDArray[np.int64]
    first: NDArray[np.int64]
    drawn: NDArray[np.int64]
    size: NDArray[np.int64]


def score_all(
    values: Matrix, order: NDArray[np.int64], top: TopTree, metric: str, *, seed: int = 0, ks: Iterable[int] | None = None
) -> tuple[KScore, ...]:
    """Score the cuts of a tree.

    Parameters
    ----------
    values : ndarray, shape (n, d)
        The clustered matrix.
    order : ndarray of int, shape (n,)
        Leaf order.
    top : TopTree
    metric : {"euclidean", "manhattan", "gower", "cosine"}
        Metric of the silhouette. Calinski-Harabasz and Davies-Bouldin are Euclidean by definition.
    seed : int
        Of the sample, when one is drawn.
    ks : iterable of int, optional
        All from 2 to ``min(top.max_k, n - 1)`` when left out.

    Returns
    -------
    tuple of KScore
        Ascending in k. A customer alone in a segment scores 0.

    References
    ----------
    Rousseeuw (1987), Silhouettes: a graphical aid to the interpretation and validation of cluster analysis.
    """
    wanted = [k for k in (range(2, top.max_k + 1) if ks is None else sorted(set(ks))) if 2 <= k <= min(top.max_k, top.n - 1)]
    if not wanted:
        return ()
    ordered = values[order]
    queries = _draw(top, seed)
    silhouettes = _silhouettes(ordered, queries, top, metric, wanted)
    centred = ordered - ordered.mean(axis=0)
    dispersion = disperse(centred, top)
    radii = radii_of(centred, dispersion)
    return tuple(_score(k, silhouettes[i], queries, dispersion, radii) for i, k in enumerate(wanted))


def silhouette_values(values: Matrix, order: NDArray[np.int64], top: TopTree, metric: str, k: int) -> Matrix:
    """Return the exact silhouette of every customer in the cut into k segments, shape (n,), in leaf order.

    Costs n^2 distances: ask for it up to `EXACT_LIMIT` customers.
    """
    everyone = Queries(np.arange(top.n), *(np.zeros(1, dtype=np.int64),) * 3)
    found: Matrix = _silhouettes(values[order], everyone, top, metric, [k])[0]
    return found


def _draw(top: TopTree, seed: int) -> Queries:
    """Take everyone, or a sample stratified by finest branch: in proportion, at least 10 of each."""
    finest = _finest(top)
    size = np.array([branch.size for branch in finest])
    drawn = size
    if top.n > EXACT_LIMIT:
        share = max(PAIRS // top.n, MIN_QUERIES) / top.n
        drawn = np.minimum(size, np.maximum(MIN_PER_BRANCH, np.ceil(size * share).astype(np.int64)))
    generator = np.random.default_rng(seed)
    parts = [
        branch.start + np.sort(generator.choice(branch.size, size=take, replace=False))
        for branch, take in zip(finest, drawn, strict=True)
    ]
    return Queries(np.concatenate(parts), np.concatenate([[0], np.cumsum(drawn)[:-1]]), drawn, size)


def _finest(top: TopTree) -> list[Branch]:
    return sorted(cut_k(top, top.max_k), key=lambda branch: branch.start)


def _score(k: int, found: Matrix, queries: Queries, dispersion: Dispersion, radii: Matrix) -> KScore:
    """Weigh the strata together and put the other scores beside it."""
    weights = queries.size / queries.size.sum()
    means = np.add.reduceat(found, queries.first) / queries.drawn
    silhouette = float(weights @ means)
    interval = None
    if (queries.drawn < queries.size).any():
        squares = np.add.reduceat(np.square(found - np.repeat(means, queries.drawn)), queries.first)
        variances = squares / np.maximum(queries.drawn - 1, 1) / queries.drawn * (1 - queries.drawn / queries.size)
        margin = 1.96 * float(np.sqrt(weights**2 @ variances))
        interval = (silhouette - margin, silhouette + margin)
    return KScore(
        k=k,
        silhouette=silhouette,
        calinski_harabasz=dispersion.calinski_harabasz(k),
        davies_bouldin=davies_bouldin(dispersion, radii, k),
        smallest=min(branch.size for branch in cut_k(dispersion.top, k)),
        interval=interval,
    )


def _silhouettes(ordered: Matrix, queries: Queries, top: TopTree, metric: str, ks: list[int]) -> Matrix:
    """Return the silhouettes of the queried customers, shape (len(ks), len(queries)).

    Chunks go to one thread per core, each with the matrix library kept to one: its own threads spin longer than they work.
    """
    finest = _finest(top)
    cuts = [sorted(cut_k(top, k), key=lambda branch: branch.start) for k in ks]
    found = np.empty((len(ks), len(queries.positions)))
    measure = MEASURES[metric](ordered)

    def work(at: int) -> None:
        positions = queries.positions[at : at + CHUNK]
        to_branch = _roll_up(_sums_to_finest(measure, positions, top.n, finest), finest, top)
        for i, cut in enumerate(cuts):
            found[i, at : at + CHUNK] = _silhouettes_of_cut(to_branch, positions, cut)

    with threadpool_limits(1), ThreadPoolExecutor(os.cpu_count()) as threads:
        list(threads.map(work, range(0, len(queries.positions), CHUNK)))
    return found


def _sums_to_finest(measure: Measure, positions: NDArray[np.int64], n: int, finest: list[Branch]) -> Matrix:
    """Return the sums of these customers' distances to every finest branch, shape (customers, branches)."""
    starts = [branch.start for branch in finest]
    sums = np.empty((len(positions), len(finest)))
    buffer = np.empty((max(1, BLOCK_BYTES // (8 * n)), n))
    for low in range(0, len(positions), len(buffer)):
        block = positions[low : low + len(buffer)]
        distances = buffer[: len(block)]
        measure(block, distances)
        distances[np.arange(len(block)), block] = 0.0
        sums[low : low + len(block)] = np.add.reduceat(distances, starts, axis=1)
    return sums


def _roll_up(sums: Matrix, finest: list[Branch], top: TopTree) -> Matrix:
    """Add the children's sums upwards: shape (branches, customers)."""
    to_branch = np.empty((len(top.branches), len(sums)))
    to_branch[[branch.id for branch in finest]] = sums.T
    for branch in reversed(top.branches):
        if branch.left is not None and branch.right is not None:
            np.add(to_branch[branch.left], to_branch[branch.right], out=to_branch[branch.id])
    return to_branch


def _silhouettes_of_cut(to_branch: Matrix, positions: NDArray[np.int64], cut: list[Branch]) -> Matrix:
    """Return (b - a) / max(a, b) for one cut: a is the mean distance to the own segment, b to the nearest other one."""
    sizes = np.array([branch.size for branch in cut])
    own = np.searchsorted([branch.start for branch in cut], positions, side="right") - 1
    columns = np.arange(len(positions))
    sums = to_branch[[branch.id for branch in cut]]
    inside = sums[own, columns] / np.maximum(sizes[own] - 1, 1)
    sums /= sizes[:, None]
    sums[own, columns] = np.inf
    outside = sums.min(axis=0)
    larger = np.maximum(inside, outside)
    alone_or_equal = (sizes[own] == 1) | (larger == 0)
    silhouettes: Matrix = np.where(alone_or_equal, 0.0, (outside - inside) / np.where(larger == 0, 1.0, larger))
    return silhouettes
