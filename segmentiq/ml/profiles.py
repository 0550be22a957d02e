"""Table, matrix and TopTree in, one `Profile` per branch out: what every slice is like, in the table's own units.

This is the single join back from features to the table: `FeatureMatrix.rows` brings every leaf position home. Only the finest
branches are summed over customers and the sums rolled up the tree, so that 99 profiles cost one pass; quartiles cannot be
rolled up and are taken from each slice.

Missing cells are left out of a profile: what was imputed for the clustering is not told as a fact.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from segmentiq.ml.cells import Cells, read_cells
from segmentiq.ml.cut import finest_of
from segmentiq.ml.dispersion import disperse
from segmentiq.ml.facts import names, say
from segmentiq.ml.rules import count_rules, draw_sample, search
from segmentiq.ml.values import Branch, Column, FeatureMatrix, Kind, Label, LevelFact, NumberFact, Profile, Table, TopTree

LEVELS = 20
"""Levels of a category that are profiled: the most frequent ones."""
TYPICAL = 3
QUANTILES = np.array([0.05, 0.25, 0.5, 0.75, 0.95])

Array = NDArray[np.float64]


class Facts(NamedTuple):
    """What was found out about one branch."""

    numbers: list[NumberFact]
    levels: list[LevelFact]


def profile_branches(
    table: Table, features: FeatureMatrix, top: TopTree, order: NDArray[np.int64], *, money: str | None = None, seed: int = 0
) -> tuple[Profile, ...]:
    """Profile every branch of the top tree in every feature and descriptor column.

    Parameters
    ----------
    table : Table
    features : FeatureMatrix
        Its `rows` say which table row was clustered; its `values` decide who is typical.
    top : TopTree
    order : ndarray of int, shape (n,)
        Leaf order.
    money : str, optional
        The column that tells what a customer is worth.
    seed : int
        Of the sample that rules are searched in.

    Returns
    -------
    tuple of Profile
        In the order of the branches' ids. A column without any value in a branch is left out there.
    """
    rows = features.rows[order]
    profiled = {column.name: column for column in table.columns if column.role in ("feature", "descriptor")}
    found = [Facts([], []) for _ in top.branches]
    worth: list[float] | list[None] = [None] * len(top.branches)
    sample = draw_sample(top, seed)
    sampled = []
    for column in profiled.values():
        cells = read_cells(column, table.frame[column.name].iloc[rows])
        if cells is None:
            continue
        sampled.append(cells.at(sample.positions).in_days)
        if column.kind == "category":
            _add_levels(cells, top, found)
            continue
        sums = _add_numbers(cells, top, found)
        if column.name == money:
            worth = (sums / sums[0]).tolist()
    conditions = search(sampled, sample, top)

    def read(name: str) -> Cells:
        cells = read_cells(profiled[name], table.frame[name].iloc[rows])
        if cells is None:
            raise ValueError("a rule asks only for columns that are profiled")
        return cells.in_days

    rules = count_rules(conditions, read, top)
    extremes = _extremes(features.values[order], rows, top)
    suggested = _suggest_names(profiled.values(), top, found)
    kinds, labels = _kinds_and_labels(profiled.values())
    identify = _identifier(table)
    return tuple(
        Profile(
            branch=branch.id,
            size=branch.size,
            name=name,
            facts=say([*facts.numbers, *facts.levels], kinds, labels) if branch.parent is not None else (),
            numbers=tuple(facts.numbers),
            levels=tuple(facts.levels),
            typical=nearest,
            typical_ids=identify(nearest),
            unusual=farthest,
            unusual_ids=identify(farthest),
            worth=worth[branch.id],
            rule=rules[branch.id],
        )
        for branch, facts, name, (nearest, farthest) in zip(top.branches, found, suggested, extremes, strict=True)
    )


def _add_numbers(cells: Cells, top: TopTree, found: list[Facts]) -> Array:
    """Add a `NumberFact` to every branch that has a value of this column; return the branches' sums of it."""
    present = np.isfinite(cells.values)
    known = cells.values[present]
    if not len(known):
        return np.zeros(len(top.branches))
    position = np.concatenate([[0], np.cumsum(present)])
    finest = finest_of(top)
    sums = _roll_up(_sums_of_slices(known, position, finest), finest, top)
    overall, spread = float(sums[0] / len(known)), float(known.std())
    for branch in reversed(top.branches):  # children before their parents, so that a parent's slice is two sorted runs
        inside = known[position[branch.start] : position[branch.stop]]
        if not len(inside):
            continue
        inside.sort(kind="stable")
        mean = float(sums[branch.id] / len(inside))
        low, q1, median, q3, high = _quantiles(inside)
        fact = NumberFact(
            column=cells.name,
            mean=mean,
            median=median,
            q1=q1,
            q3=q3,
            overall=overall,
            effect=(mean - overall) / spread if spread > 0 else 0.0,
            low=low,
            high=high,
        )
        found[branch.id].numbers.append(fact)
    return sums


def _quantiles(ascending: Array) -> list[float]:
    """Return the `QUANTILES`, between two customers in proportion, as NumPy does."""
    places = QUANTILES * (len(ascending) - 1)
    below = places.astype(np.int64)
    first, second = ascending[below], ascending[np.minimum(below + 1, len(ascending) - 1)]
    quantiles: list[float] = (first + (second - first) * (places - below)).tolist()
    return quantiles


def _sums_of_slices(known: Array, position: NDArray[np.int64], finest: list[Branch]) -> Array:
    return np.array([known[position[branch.start] : position[branch.stop]].sum() for branch in finest])


def _add_levels(cells: Cells, top: TopTree, found: list[Facts]) -> None:
    """Add a `LevelFact` per frequent level to every branch that has a value of this column."""
    n = len(cells.levels)
    if not n:
        return
    finest = finest_of(top)
    slices = np.repeat(np.arange(len(finest)), [branch.size for branch in finest])
    present = ~np.isnan(cells.values)
    counts = np.bincount(slices[present] * n + cells.values[present].astype(np.int64), minlength=len(finest) * n)
    counted = _roll_up(counts.reshape(len(finest), n).astype(np.float64), finest, top)
    totals = counted.sum(axis=1)
    shares = counted / np.maximum(totals, 1)[:, None]
    spread = np.sqrt(shares[0] * (1 - shares[0]))
    effects = np.divide(shares - shares[0], spread, out=np.zeros_like(shares), where=spread > 0)
    frequent = sorted(range(n), key=lambda level: (-counted[0, level], cells.levels[level]))[:LEVELS]
    for branch in top.branches:
        if totals[branch.id]:
            found[branch.id].levels.extend(
                LevelFact(
                    column=cells.name,
                    level=cells.levels[level],
                    share=float(shares[branch.id, level]),
                    overall=float(shares[0, level]),
                    effect=float(effects[branch.id, level]),
                )
                for level in frequent
            )


def _roll_up(sums: Array, finest: list[Branch], top: TopTree) -> Array:
    """Add the children's sums upwards, so that every branch has its own: shape (branches, ...)."""
    rolled = np.empty((len(top.branches), *sums.shape[1:]))
    rolled[[branch.id for branch in finest]] = sums
    for branch in reversed(top.branches):  # a child's id is always larger than its parent's
        if branch.left is not None and branch.right is not None:
            rolled[branch.id] = rolled[branch.left] + rolled[branch.right]
    return rolled


def _extremes(ordered: Array, rows: NDArray[np.int64], top: TopTree) -> Iterator[tuple[tuple[int, ...], tuple[int, ...]]]:
    """Yield, per branch, the table rows of the customers nearest to its centre and of the one farthest from it; of equals the
    earlier rows. Nobody is unusual where all are equally far, or are all shown as typical."""
    centroids = disperse(ordered, top).centroids
    for branch in top.branches:
        distances = np.square(ordered[branch.start : branch.stop] - centroids[branch.id]).sum(axis=1)
        ranks = np.round(distances / (distances.max() or 1.0), 12)  # two customers are equally far: let rounding not decide
        of = rows[branch.start : branch.stop]
        by_distance = np.lexsort((of, ranks))
        farthest = of[ranks == ranks.max()].min()
        alike = len(of) <= TYPICAL or ranks.min() == ranks.max()
        yield tuple(of[by_distance[:TYPICAL]].tolist()), () if alike else (int(farthest),)


def _identifier(table: Table) -> Callable[[tuple[int, ...]], tuple[str, ...]]:
    """Return what names table rows by the first identifier column, and nothing unless every one of them has a name."""
    column = next((column.name for column in table.columns if column.role == "id"), None)
    if column is None:
        return lambda rows: ()
    cells = table.frame[column]

    def identify(rows: tuple[int, ...]) -> tuple[str, ...]:
        found = cells.iloc[list(rows)]
        return () if found.isna().any() else tuple(map(str, found))

    return identify


def _kinds_and_labels(columns: Collection[Column]) -> tuple[dict[str, Kind], dict[str, Label]]:
    """Return what the columns hold, and what people call those with a name of their own for people."""
    return {column.name: column.kind for column in columns}, {column.name: column.label for column in columns if column.label}


def _suggest_names(columns: Collection[Column], top: TopTree, found: list[Facts]) -> list[str]:
    """Name every branch by its strongest effects, unlike every branch it can be shown beside, if its effects allow."""
    kinds, labels = _kinds_and_labels(columns)
    chosen: list[str] = []
    for branch, facts in zip(top.branches, found, strict=True):
        if branch.parent is None:
            chosen.append("All customers")
            continue
        beside = {
            name
            for other, name in zip(top.branches, chosen, strict=False)
            if other.stop <= branch.start or other.start >= branch.stop
        }
        offered = list(names([*facts.numbers, *facts.levels], kinds, labels))
        chosen.append(next((name for name in offered if name not in beside), offered[0]))
    return chosen
