"""Columns of a sample in, every condition that a rule may be made of out, all of them counted at once.

    number or date   bins between edges, e the edge:   at most e   at least what follows e
    levels           a bin each:                        is l        is not l

Bins of all columns are numbered through. Once customers are counted per bin, a running sum tells how many meet any condition
(`counting`): each takes an unbroken run of a column's bins, or all of them but one.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from segmentiq.ml.cells import Cells
from segmentiq.ml.conditions import Condition, Sign, is_short
from segmentiq.ml.counting import Spans

Integers = NDArray[np.int64]
Matrix = NDArray[np.float64]

ALL_VALUES = 64
"""Up to so many different values, every one is an edge."""
SHARES = np.concatenate([[0.0025, 0.005, 0.01], np.arange(1, 40) / 40, [0.99, 0.995, 0.9975]])
"""Else the edges are these quantiles of all, ..."""
SHARES_OF_STRATUM = (0.05, 0.95)
"""... and these of every finest branch: what a small one far out is told by."""
LEVELS = 20
"""Levels that a condition may name: the most frequent ones."""


class Grid(NamedTuple):
    """The conditions (c,): `column`, `sign` (0 at most or is, 1 above or is not) and `value`, an edge or the code of a level.

    Those of one column and sign follow each other; `groups` are where such a group begins. `codes` (d, m) are the bins of the
    sample's cells, `n_bins` in all; a missing cell's bin is in no condition. `spans` are the bins that conditions take.
    """

    columns: tuple[Cells, ...]
    codes: Integers
    n_bins: int
    column: Integers
    sign: Integers
    value: Matrix
    spans: Spans
    groups: Integers

    def mask(self, at: int) -> NDArray[np.bool_]:
        """Tell who of the sample meets a condition."""
        codes = self.codes[self.column[at]]
        first, last, but, end = (ends[at] for ends in self.spans)
        taken: NDArray[np.bool_] = (codes >= first) & (codes < last)
        if end > but:
            taken &= (codes < but) | (codes >= end)
        return taken

    def is_bound(self, at: int) -> bool:
        """Tell whether a condition bounds a number or date."""
        return self.columns[int(self.column[at])].is_ordered

    def group_of(self, at: int) -> slice:
        """Return the conditions that ask the same column in the same way."""
        place = int(np.searchsorted(self.groups, at, side="right"))
        return slice(int(self.groups[place - 1]), int(self.groups[place]) if place < len(self.groups) else len(self.column))

    def condition(self, at: int) -> Condition:
        """Return a condition as it is asked of the table; where only one value meets it, by that value."""
        cells, sign, value = self.columns[self.column[at]], int(self.sign[at]), float(self.value[at])
        if not cells.is_ordered:
            return Condition(column=cells.name, kind=cells.kind, sign="is not" if sign else "is", value=cells.levels[int(value)])
        known = cells.values[~np.isnan(cells.values)]
        bound, end = (known[known > value].min(), known.max()) if sign else (value, known.min())
        signs: tuple[Sign, Sign] = ("at most", "at least")
        named = bound == end and is_short(float(bound))
        return Condition(column=cells.name, kind=cells.kind, sign="is" if named else signs[sign], value=float(bound))


class _Group(NamedTuple):
    """The conditions of one column and sign; their bins are counted from the column's first."""

    sign: int
    value: Matrix
    spans: Spans


class _Lane(NamedTuple):
    """One column: the `bins` (m,) of its cells, how many there are, that of the missing ones included, and its conditions."""

    bins: Integers
    n_bins: int
    groups: tuple[_Group, ...]


def lay_grid(columns: Sequence[Cells], stratum: Integers) -> Grid:
    """Lay out the conditions of the columns; `stratum` (m,) is the finest branch of every customer of the sample, ascending."""
    lanes = [_lay_ordered(cells, stratum) if cells.is_ordered else _lay_levels(cells) for cells in columns]
    offsets = np.cumsum([0, *(lane.n_bins for lane in lanes)])
    of = [(at, group) for at, lane in enumerate(lanes) for group in lane.groups if len(group.value)]
    sizes = [len(group.value) for _, group in of]

    def join(parts: list[Integers]) -> Integers:
        return np.concatenate([np.empty(0, dtype=np.int64), *parts])

    shift = np.repeat(join([offsets[at : at + 1] for at, _ in of]), sizes)
    return Grid(
        columns=tuple(columns),
        codes=np.array([lane.bins + offset for lane, offset in zip(lanes, offsets, strict=False)]).reshape(-1, len(stratum)),
        n_bins=int(offsets[-1]),
        column=np.repeat(np.array([at for at, _ in of], dtype=np.int64), sizes),
        sign=np.repeat(np.array([group.sign for _, group in of], dtype=np.int64), sizes),
        value=np.concatenate([np.empty(0), *(group.value for _, group in of)]),
        spans=Spans(*(join([group.spans[end] for _, group in of]) + shift for end in range(4))),
        groups=np.cumsum([0, *sizes])[:-1],
    )


def _lay_ordered(cells: Cells, stratum: Integers) -> _Lane:
    missing = np.isnan(cells.values)
    edges = _find_edges(cells.values[~missing], stratum[~missing])
    n = len(edges)
    bins = np.where(missing, n + 1, np.searchsorted(edges, cells.values, side="left"))
    start, after, top = np.zeros(n, dtype=np.int64), np.arange(1, n + 1), np.full(n, n + 1)
    low, high = Spans(start, after, start, start), Spans(after, top, start, start)
    return _Lane(bins, n + 2, (_Group(0, edges, low), _Group(1, edges, high)))


def _find_edges(known: Matrix, stratum: Integers) -> Matrix:
    """Return the values that customers are told apart by, ascending: none is the largest, which tells nobody."""
    values = np.unique(known)
    if len(values) > ALL_VALUES:
        ascending = np.sort(known)
        first = np.flatnonzero(np.diff(stratum, prepend=-1))
        size = np.diff(np.append(first, len(known)))
        inside = known[np.lexsort((known, stratum))]
        quantiles = [inside[first + (share * (size - 1)).astype(np.int64)] for share in SHARES_OF_STRATUM]
        values = np.unique(np.concatenate([ascending[(SHARES * (len(known) - 1)).astype(np.int64)], *quantiles, ascending[-1:]]))
    return values[:-1]


def _lay_levels(cells: Cells) -> _Lane:
    """Give every level a bin and the frequent ones their conditions; of two levels, "is not" says nothing that "is" does not."""
    n = len(cells.levels)
    missing = np.isnan(cells.values)
    bins = np.where(missing, n, np.nan_to_num(cells.values)).astype(np.int64)
    counts = np.bincount(bins, minlength=n + 1)[:n]
    frequent = np.sort(np.argsort(-counts, kind="stable")[:LEVELS])
    frequent = frequent[counts[frequent] > 0]
    start, stop, value = np.zeros(len(frequent), dtype=np.int64), np.full(len(frequent), n), frequent.astype(np.float64)
    named = _Group(0, value, Spans(frequent, frequent + 1, start, start))
    others = _Group(1, value, Spans(start, stop, frequent, frequent + 1))
    return _Lane(bins, n + 1, (named, others) if np.count_nonzero(counts) > 2 else (named,))
