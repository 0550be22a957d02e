"""The customers of one segment in, the evidence that they are more than one group out.

Any cloud can be cut in two; what counts is how much of its spread the cut takes away. The segment's customers are divided once by
Ward's method, and the share of the sum of squares that is left inside the two halves is compared with what is left when clouds of
one group are divided, normal with the segment's own covariances; columns of two values stay columns of two values.

This is asked of the one segment that a further split divides. It is what tells "one more segment" from "a group cut in two",
which neither the silhouette (it prefers few, coarse segments) nor stability (a long cloud is cut at the same place again) does.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from segmentiq.ml.gap import FLOOR, turn
from segmentiq.ml.values import TopTree

REFERENCES = range(20, 51)
"""Clouds drawn: 50 for the small segments (up to 400 customers), where a division is hardest to judge; never fewer than 20."""
LARGEST_SAMPLE = 1_000
FEWEST = 8

Matrix = NDArray[np.float64]
Halve = Callable[[Matrix], tuple[TopTree, NDArray[np.int64]]]
"""Build and describe Ward's tree of a matrix."""


def division_of(
    customers: Matrix, *, halve: Halve, metric: str = "euclidean", seed: int = 0, n_references: int | None = None
) -> float:
    """Return by how many standard deviations two halves explain more of these customers than of one normal cloud.

    Parameters
    ----------
    customers : ndarray, shape (m, d)
        A sample of 1,000 is taken of more.
    halve : callable
        Matrix -> (TopTree, leaf order) by Ward's method, whatever the run's linkage: the question is whether this is one group,
        not how a linkage would cut it.
    metric : str
        For "cosine", directions are looked at.
    seed : int
    n_references : int, optional
        20 to 50, fewer the more customers are looked at.

    Returns
    -------
    float
        ``(mean(log W_2/W_1 of the clouds) - log W_2/W_1) / sd``, W_k the sum of squares inside k parts; 0 for fewer than 8
        customers, or when all are alike.

    References
    ----------
    Kimes, Liu, Hayes and Marron (2017), Statistical significance for hierarchical clustering, Biometrics 73:811.

    Examples
    --------
    >>> from segmentiq.ml.describe import describe
    >>> from segmentiq.ml.linkage import build_tree
    >>> def halve(rows):
    ...     return describe(build_tree(rows, "ward", "euclidean"), rows, linkage="ward", metric="euclidean")
    >>> cloud = np.random.default_rng(0).normal(size=(200, 2))
    >>> two = np.concatenate([cloud, cloud + 6.0])
    >>> division_of(cloud, halve=halve) < 2.5 < division_of(two, halve=halve)
    True
    """
    generator = np.random.default_rng(seed)
    if len(customers) > LARGEST_SAMPLE:
        customers = customers[np.sort(generator.choice(len(customers), size=LARGEST_SAMPLE, replace=False))]
    rows = turn(customers, metric)
    rows = rows - rows.mean(axis=0)
    if len(rows) < FEWEST or not rows.any():
        return 0.0
    n_references = n_references or min(max(20_000 // len(rows), REFERENCES[0]), REFERENCES[-1])
    draw = _one_group_like(rows, generator)
    clouds = [_left_inside(draw(), halve) for _ in range(n_references)]
    spread_of_clouds = max(float(np.std(clouds, ddof=1)), FLOOR)
    return (float(np.mean(clouds)) - _left_inside(rows, halve)) / spread_of_clouds


def _one_group_like(rows: Matrix, generator: np.random.Generator) -> Callable[[], Matrix]:
    """Return what draws clouds of one group with these rows' covariances.

    A column of two values (a level of a category, a yes or no) stays one, with its shares: cut where its normal twin has them.
    Otherwise every cut along a category would look like a real one.
    """
    _, lengths, axes = np.linalg.svd(rows, full_matrices=False)
    spread = axes * (lengths / np.sqrt(len(rows)))[:, None]
    low, high = rows.min(axis=0), rows.max(axis=0)
    is_flag = ((rows == low) | (rows == high)).all(axis=0) & (low < high)
    edges = np.round((rows == low).mean(axis=0) * len(rows)).astype(int)

    def draw() -> Matrix:
        cloud: Matrix = generator.normal(size=(len(rows), len(spread))) @ spread
        for column in np.flatnonzero(is_flag):
            is_high = np.ones(len(rows), dtype=bool)
            is_high[np.argsort(cloud[:, column])[: edges[column]]] = False
            cloud[:, column] = np.where(is_high, high[column], low[column])
        return cloud

    return draw


def _left_inside(rows: Matrix, halve: Halve) -> float:
    """Return log W_2/W_1."""
    top, order = halve(rows)
    middle = top.branches[1].stop
    halves = rows[order[:middle]], rows[order[middle:]]
    within = sum(float(np.square(half - half.mean(axis=0)).sum()) for half in halves)
    total = float(np.square(rows - rows.mean(axis=0)).sum())
    return float(np.log(max(within / total, FLOOR)))
