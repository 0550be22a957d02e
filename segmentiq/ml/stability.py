"""A tree's customers in, and for every k how well its weakest segment is found again in subsamples.

Every subsample grows its own tree with the callable the pipeline passes in; a segment counts as found again by
the Jaccard overlap with its best match among as many segments of the other tree. What is reported for k is the *weakest*
segment's mean: a segmentation is as trustworthy as its worst part. The scale is Hennig's: 0.85 highly stable, 0.75 valid, 0.6
to 0.75 doubtful.

A subsample holds 80 % of the customers but 2,000 at most, and there are 50 of them for a small table, 20 for a large one: the
check stays a matter of seconds on any table.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

import numpy as np
from numpy.typing import NDArray

from segmentiq.ml.cut import cut_k
from segmentiq.ml.values import TopTree

SHARE = 0.8
SUBSAMPLES = range(20, 51)
LARGEST_SUBSAMPLE = 2_000

Grow = Callable[[NDArray[np.float64]], tuple[TopTree, NDArray[np.int64]]]
"""Build and describe the tree of a matrix with the run's linkage and metric: ``describe(build_tree(...), ...)``."""


def subsample_size(n: int) -> int:
    """Return how many of n customers a subsample holds: 80 %, at most 2,000."""
    return min(round(SHARE * n), LARGEST_SUBSAMPLE)


def stability_of(
    values: NDArray[np.float64],
    top: TopTree,
    order: NDArray[np.int64],
    *,
    grow: Grow,
    seed: int = 0,
    ks: Iterable[int] = range(2, 16),
    n_subsamples: int | None = None,
    on_share: Callable[[float], None] | None = None,
) -> dict[int, float]:
    """Return, for every k the tree reaches, the mean Jaccard of the segment that is found again worst.

    Parameters
    ----------
    values : ndarray, shape (n, d)
    top : TopTree
    order : ndarray of int, shape (n,)
    grow : callable
        Matrix -> (TopTree, leaf order), with the linkage and metric of the run.
    seed : int
        The same seed draws the same subsamples.
    ks : iterable of int
    n_subsamples : int, optional
        20 to 50, fewer the larger the table.
    on_share : callable, optional
        Told the share of the work that is done after every subsample.

    Returns
    -------
    dict of int to float
        Empty when there are too few customers to leave any out (fewer than 10).

    References
    ----------
    Hennig (2007), Cluster-wise assessment of cluster stability.
    """
    size = subsample_size(top.n)
    wanted = [k for k in ks if 2 <= k <= min(top.max_k, size - 1)]
    if top.n < 10 or not wanted:
        return {}
    n_subsamples = n_subsamples or min(max(20_000 // top.n, SUBSAMPLES[0]), SUBSAMPLES[-1])
    generator = np.random.default_rng(seed)
    totals: dict[int, NDArray[np.float64]] = {k: np.zeros(k) for k in wanted}
    seen: dict[int, NDArray[np.int64]] = {k: np.zeros(k, dtype=np.int64) for k in wanted}
    for done in range(n_subsamples):
        positions = np.sort(generator.choice(top.n, size=size, replace=False))
        other, leaves = grow(values[order[positions]])
        for k in wanted:
            overlaps, present = _best_overlaps(top, other, positions[leaves], k)
            totals[k] += overlaps
            seen[k] += present
        if on_share is not None:
            on_share((done + 1) / n_subsamples)
    return {k: float((totals[k] / np.maximum(seen[k], 1)).min()) for k in wanted}


def _best_overlaps(
    top: TopTree, other: TopTree, positions: NDArray[np.int64], k: int
) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Return each segment's best Jaccard in the other tree's cut, and whether the subsample has any of its customers.

    `positions` holds the leaf positions in `top`, in the leaf order of `other`.
    """
    ours = sorted(cut_k(top, k), key=lambda branch: branch.start)
    theirs = sorted(cut_k(other, k), key=lambda branch: branch.start)
    segments = np.searchsorted([branch.start for branch in ours], positions, side="right") - 1
    matches = np.repeat(np.arange(k), [branch.size for branch in theirs])
    shared = np.bincount(segments * k + matches, minlength=k * k).reshape(k, k)
    sizes = shared.sum(axis=1)
    either = sizes[:, None] + shared.sum(axis=0)[None, :] - shared
    return (shared / np.maximum(either, 1)).max(axis=1), sizes > 0
