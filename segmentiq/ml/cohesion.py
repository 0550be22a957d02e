"""Sums of distances and one cut in, silhouettes out: of the measured customers, of each segment, and of all together.

What is stored of a run are the sums of each measured customer's distances to every finest branch. Whatever cut of the top tree is
asked for later, also one picked by hand, its segments are made of whole finest branches, so the sums add up and nothing has to be
measured again. Only numpy is used: the web process answers with this.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from segmentiq.ml.cut import cut_branches, finest_of
from segmentiq.ml.values import Branch, TopTree

Matrix = NDArray[np.float64]
Integers = NDArray[np.int64]
CHUNK = 1_024
"""Customers whose sums are rolled up together: what is written for one cut is still near for the next."""


class Distances(NamedTuple):
    """The measured customers' leaf `positions` (m,), ascending, and the `sums` (b, m) of their distances to the customers of each
    finest branch, in leaf order, up to a factor common to all."""

    positions: Integers
    sums: NDArray[np.float32]


class Cohesion(NamedTuple):
    """How well customers lie in their segment, -1 to 1: the mean `silhouette` of all, with its 95 % `interval` where only some
    were measured; the mean of each of the `segments`, largest first; and the `values` (m,) of those at leaf `positions` (m,)."""

    silhouette: float
    interval: tuple[float, float] | None
    segments: tuple[float, ...]
    positions: Integers
    values: NDArray[np.float32]


class Strata(NamedTuple):
    """Who was measured: leaf `positions` (m,), ascending, and per finest branch how many were `drawn` of its `size`; and how many
    customers each row stands for, in leaf order: `weights` (n,)."""

    positions: Integers
    drawn: Integers
    size: Integers
    weights: Matrix

    @property
    def first(self) -> Integers:
        """Return where the measured customers of every finest branch begin."""
        first: Integers = np.cumsum(self.drawn) - self.drawn
        return first


def cohesion_of(stored: Distances, top: TopTree, ids: Iterable[int]) -> Cohesion:
    """Return the silhouettes in any cut.

    Parameters
    ----------
    stored : Distances
        What the run kept.
    top : TopTree
    ids : iterable of int
        The branches of the cut.

    Returns
    -------
    Cohesion
        As `segmentiq.ml.silhouette` measures it; its `segments` are in the order of their size, as everywhere.

    Raises
    ------
    SpecRefused
        ``invalid_branches`` unless every customer is in exactly one of the branches.
    """
    cut = cut_branches(top, ids)
    finest = finest_of(top)
    starts = np.array([branch.start for branch in finest])
    drawn = np.bincount(np.searchsorted(starts, stored.positions, side="right") - 1, minlength=len(finest))
    size = np.array([branch.size for branch in finest])
    strata = Strata(stored.positions, drawn, size, np.ones(top.n))
    found = silhouettes_of(stored.sums, stored.positions, top, [cut], strata.weights)[0]
    silhouette, margin = mean_and_margin(found, strata)
    return Cohesion(
        silhouette=silhouette,
        interval=None if margin is None else (silhouette - margin, silhouette + margin),
        segments=means_of_segments(found, strata, finest, cut),
        positions=stored.positions,
        values=found.astype(np.float32),
    )


def silhouettes_of(
    sums: NDArray[np.floating], positions: Integers, top: TopTree, cuts: Sequence[Sequence[Branch]], weights: Matrix
) -> Matrix:
    """Return ``(b - a) / max(a, b)`` of the measured customers in every cut, shape (cuts, m).

    a is the mean distance to the others of the own segment, divided by its weight less one, so that a row of weight w counts as w
    customers do; b the mean distance to the nearest other segment. A customer alone in a segment scores 0.
    """
    finest = finest_of(top)
    ordered = [sorted(cut, key=lambda branch: branch.start) for cut in cuts]
    totals = np.concatenate([[0.0], np.cumsum(weights)])
    sizes = np.array([totals[branch.stop] - totals[branch.start] for branch in top.branches])
    found = np.empty((len(cuts), len(positions)))
    for at in range(0, len(positions), CHUNK):
        part = positions[at : at + CHUNK]
        means = _roll_up(sums[:, at : at + CHUNK], finest, top)
        means /= sizes[:, None]
        for i, cut in enumerate(ordered):
            found[i, at : at + CHUNK] = _silhouettes_of_cut(means, part, cut, sizes)
    return found


def mean_and_margin(found: Matrix, strata: Strata) -> tuple[float, float | None]:
    """Return the silhouette of all customers, and half of its 95 % interval where only some were measured."""
    heavy = strata.weights[strata.positions]
    shares = _weights_of(strata) / strata.weights.sum()
    drawn = np.add.reduceat(heavy, strata.first)
    means = np.add.reduceat(heavy * found, strata.first) / drawn
    silhouette = float(shares @ means)
    if (strata.drawn == strata.size).all():
        return silhouette, None
    residuals = heavy * (found - np.repeat(means, strata.drawn)) * np.repeat(strata.drawn / drawn, strata.drawn)
    squares = np.add.reduceat(np.square(residuals), strata.first)
    variances = squares / np.maximum(strata.drawn - 1, 1) / strata.drawn * (1 - strata.drawn / strata.size)
    return silhouette, 1.96 * float(np.sqrt(shares**2 @ variances))


def means_of_segments(found: Matrix, strata: Strata, finest: Sequence[Branch], cut: Iterable[Branch]) -> tuple[float, ...]:
    """Return the mean silhouette of every segment of a cut, in its order."""
    heavy, weights = strata.weights[strata.positions], _weights_of(strata)
    sums = weights * np.add.reduceat(heavy * found, strata.first) / np.add.reduceat(heavy, strata.first)
    starts = [branch.start for branch in finest]
    spans = [np.searchsorted(starts, [branch.start, branch.stop]).tolist() for branch in cut]
    return tuple(float(sums[first:last].sum() / weights[first:last].sum()) for first, last in spans)


def _weights_of(strata: Strata) -> Matrix:
    """Return how many customers every finest branch stands for."""
    weights: Matrix = np.add.reduceat(strata.weights, np.cumsum(strata.size) - strata.size)
    return weights


def _roll_up(sums: NDArray[np.floating], finest: Sequence[Branch], top: TopTree) -> Matrix:
    """Add the children's sums upwards: shape (branches, customers)."""
    to_branch = np.empty((len(top.branches), sums.shape[1]))
    to_branch[[branch.id for branch in finest]] = sums
    for branch in reversed(top.branches):
        if branch.left is not None and branch.right is not None:
            np.add(to_branch[branch.left], to_branch[branch.right], out=to_branch[branch.id])
    return to_branch


def _silhouettes_of_cut(means: Matrix, positions: Integers, cut: Sequence[Branch], sizes: Matrix) -> Matrix:
    """Return the silhouettes of some customers in one cut; `means` are their mean distances to the branches, `sizes` weights."""
    if len(cut) == 1:
        return np.zeros(len(positions))
    ids = np.array([branch.id for branch in cut])
    own = np.searchsorted([branch.start for branch in cut], positions, side="right") - 1
    columns = np.arange(len(positions))
    to_segment = means[ids]
    held = sizes[ids][own]
    others = held - 1
    inside = to_segment[own, columns] * held / np.where(others > 0, others, 1.0)
    to_segment[own, columns] = np.inf
    outside = to_segment.min(axis=0)
    larger = np.maximum(inside, outside)
    alone_or_equal = (others <= 0) | (larger == 0)
    silhouettes: Matrix = np.where(alone_or_equal, 0.0, (outside - inside) / np.where(larger == 0, 1.0, larger))
    return silhouettes
