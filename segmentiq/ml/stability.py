"""A tree's customers in, and for every branch how much of it is found again in subsamples.

Every subsample grows its own tree with the callable the pipeline passes in. A branch counts as found again by the Jaccard overlap
with its best match among *all* branches of that tree, not only those of a cut into as many segments: a segment that is there, but
joins its neighbours earlier or later, is found. So the number belongs to the branch, whatever cut shows it, and a segmentation
is read from its branches: how much of the weakest is found, and how much on average over the customers. The scale is Hennig's:
0.85 highly stable, 0.75 valid, 0.6 to 0.75 doubtful.

A subsample holds 80 % of the customers but 2,000 at most, and there are 50 of them for a small table, 20 for a large one: the
check stays a matter of seconds on any table.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from segmentiq.ml.cut import cut_k
from segmentiq.ml.values import Branch, KScore, TopTree

SHARE = 0.8
SUBSAMPLES = range(20, 51)
LARGEST_SUBSAMPLE = 2_000
FEWEST = 10
"""Customers below which none can be left out."""

Counts = NDArray[np.int64]
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
    n_subsamples: int | None = None,
    on_share: Callable[[float], None] | None = None,
) -> TopTree:
    """Return the tree with `found` set on every branch: the mean over the subsamples of its best Jaccard overlap.

    Parameters
    ----------
    values : ndarray, shape (n, d)
    top : TopTree
    order : ndarray of int, shape (n,)
    grow : callable
        Matrix -> (TopTree, leaf order), with the linkage and metric of the run.
    seed : int
        The same seed draws the same subsamples.
    n_subsamples : int, optional
        20 to 50, fewer the larger the table.
    on_share : callable, optional
        Told the share of the work that is done after every subsample.

    Returns
    -------
    TopTree
        Unchanged when there are too few customers to leave any out (fewer than 10). A branch no subsample has a customer of
        is found by 0.

    References
    ----------
    Hennig (2007), Cluster-wise assessment of cluster stability, Comput. Stat. Data Anal. 52:258.
    """
    if top.n < FEWEST:
        return top
    n_subsamples = n_subsamples or min(max(20_000 // top.n, SUBSAMPLES[0]), SUBSAMPLES[-1])
    generator = np.random.default_rng(seed)
    overlaps, seen = np.zeros(len(top.branches)), np.zeros(len(top.branches))
    for done in range(n_subsamples):
        positions = np.sort(generator.choice(top.n, size=subsample_size(top.n), replace=False))
        other, leaves = grow(values[order[positions]])
        best, present = _best_overlaps(top, other, positions[leaves])
        overlaps += best
        seen += present
        if on_share is not None:
            on_share((done + 1) / n_subsamples)
    found = (overlaps / np.maximum(seen, 1)).tolist()
    return replace(top, branches=tuple(replace(branch, found=found[branch.id]) for branch in top.branches))


def add_stability(scores: Sequence[KScore], top: TopTree) -> tuple[KScore, ...]:
    """Return the scores with what the branches of each cut say: how much of the weakest is found again, and on average."""
    return tuple(_judge(score, cut_k(top, score.k), top.n) for score in scores)


def _judge(score: KScore, cut: Sequence[Branch], n: int) -> KScore:
    found = [branch.found for branch in cut if branch.found is not None]
    if len(found) < len(cut):
        return score
    mean = sum(branch.size * share for branch, share in zip(cut, found, strict=True)) / n
    return replace(score, stability=min(found), found_again=mean)


def _best_overlaps(top: TopTree, other: TopTree, positions: NDArray[np.int64]) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Return each branch's best Jaccard among the other tree's branches, and whether the subsample has any of its customers.

    `positions` holds the leaf positions in `top`, in the leaf order of `other`. Branches of both trees are runs of finest
    ones, so what two share is a rectangle in the table of the finest, read from its cumulative sums.
    """
    ours, theirs = _edges(top), _edges(other)
    rows = np.searchsorted(ours, positions, side="right") - 1
    columns = np.repeat(np.arange(len(theirs) - 1), np.diff(theirs))
    shape = (len(ours) - 1, len(theirs) - 1)
    counts = np.bincount(rows * shape[1] + columns, minlength=shape[0] * shape[1]).reshape(shape)
    sums = np.zeros((len(ours), len(theirs)), dtype=np.int64)
    sums[1:, 1:] = counts.cumsum(axis=0).cumsum(axis=1)
    low, high = _spans(top, ours)
    left, right = _spans(other, theirs)
    inside = sums[high] - sums[low]
    shared = inside[:, right] - inside[:, left]
    sizes = inside[:, -1]
    either = sizes[:, None] + (sums[-1, right] - sums[-1, left])[None, :] - shared
    best: NDArray[np.float64] = (shared / np.maximum(either, 1)).max(axis=1)
    return best, sizes > 0


def _edges(top: TopTree) -> Counts:
    """Return where the finest branches start, and where the last one ends."""
    return np.array([*sorted(branch.start for branch in top.branches if branch.split is None), top.n])


def _spans(top: TopTree, edges: Counts) -> tuple[Counts, Counts]:
    """Return, for every branch, its first finest branch and the one after its last."""
    starts, stops = [branch.start for branch in top.branches], [branch.stop for branch in top.branches]
    return np.searchsorted(edges, starts), np.searchsorted(edges, stops)
