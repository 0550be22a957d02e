"""Rows -> their unique rows, in lexicographic order, with summed weights; and the tree of the unique rows -> the tree of all.

Customers that are equal in every feature are joined first, at height 0, in every linkage, so a kernel need only see one of them:
with the summed weights its tree is that of all rows (average and Ward count the weights; complete, single and WPGMA find equal
distances and need none). Sorting makes the tree independent of the order in which the file lists the customers, which on tied
data (integers, one-hot) decides between trees that are equally right.

Sorting whole rows compares whole rows. Here one column is sorted at a time, and only runs that are still tied go on to the next.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from segmentiq.ml.compiled import compiled

Matrix = NDArray[np.float64]
Vector = NDArray[np.float64]
Indices = NDArray[np.int64]

SHORT = 24
"""Runs up to here are sorted by insertion."""


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Unique:
    """The m different rows of n.

    Attributes
    ----------
    rows : ndarray, shape (m, d)
        Lexicographically ascending; -0.0 is 0.0.
    weights : ndarray, shape (m,)
        Sums over the rows that are equal.
    order : ndarray, shape (n,)
        The given rows, equal ones side by side: the lighter first, then as given.
    starts : ndarray, shape (m + 1,)
        Unique row i stands for `order[starts[i]:starts[i + 1]]`.
    """

    rows: Matrix
    weights: Vector
    order: Indices
    starts: Indices

    def spread(self, labels: Indices) -> Indices:
        """Return for every given row what is said of its unique row, shape (n,)."""
        found = np.empty_like(self.order)
        found[self.order] = np.repeat(labels, np.diff(self.starts))
        return found


def collapse(values: Matrix, weights: Vector | None = None, *, unit: float = 1.0) -> Unique:
    """Find the unique rows.

    Parameters
    ----------
    values : ndarray, shape (n, d)
        Finite; n at least 1.
    weights : ndarray, shape (n,), or None
        None means 1 each.
    unit : float
        Every value is multiplied by it.

    Returns
    -------
    Unique

    Examples
    --------
    >>> found = collapse(np.array([[2.0, 1.0], [0.0, 3.0], [2.0, 1.0]]))
    >>> found.rows.tolist(), found.weights.tolist(), found.order.tolist()
    ([[0.0, 3.0], [2.0, 1.0]], [1.0, 2.0], [1, 0, 2])
    """
    # One layout and no right to write: one machine code for whatever the caller holds.
    values = np.ascontiguousarray(values).view()
    values.setflags(write=False)
    n, order = len(values), np.argsort(values[:, 0])
    is_first = np.ones(n + 1, dtype=bool)
    _sort_ties(values, order, is_first, SHORT)
    starts = np.flatnonzero(is_first)
    if len(starts) <= n:
        _settle(order, starts, np.arange(n) if weights is None else np.argsort(weights, kind="stable"))
    summed = np.diff(starts).astype(np.float64) if weights is None else np.add.reduceat(weights[order], starts[:-1])
    return Unique(rows=_gather(values, order, starts, unit), weights=summed, order=order, starts=starts)


def restore(merges: Matrix, unique: Unique) -> Matrix:
    """Return the tree of all rows: equal rows first, at height 0, then the merges of the unique rows.

    Parameters
    ----------
    merges : ndarray, shape (m - 1, 4)
        SciPy's format over the unique rows.
    unique : Unique

    Returns
    -------
    ndarray, shape (n - 1, 4)
        SciPy's format over the given rows; of each merge the smaller id comes first, column 3 counts rows.
    """
    n, m = len(unique.order), len(unique.rows)
    whole = np.zeros((n - 1, 4))
    firsts, sizes = unique.starts[:-1], np.diff(unique.starts)
    behind = np.ones(n, dtype=bool)
    behind[firsts] = False
    # Row number t in `order` that is not the first of its kind joins those before it: merge t - (kinds so far).
    joining = np.flatnonzero(behind)
    place = joining - np.repeat(firsts, sizes)[joining]
    step = np.arange(n - m)
    whole[step, 0] = np.where(place == 1, unique.order[joining - 1], n + step - 1)
    whole[step, 1] = unique.order[joining]
    whole[step, 3] = place + 1
    roots = np.where(sizes == 1, unique.order[firsts], n - 1 + np.cumsum(sizes - 1))
    pairs = merges[:, :2].astype(np.int64)
    whole[n - m :, :2] = np.where(pairs < m, roots[np.minimum(pairs, m - 1)], pairs + 2 * (n - m))
    whole[n - m :, 2] = merges[:, 2]
    counts = np.concatenate([sizes, np.zeros(m - 1, dtype=np.int64)])
    _count_rows(pairs, counts)
    whole[n - m :, 3] = counts[m:]
    whole[:, :2].sort(axis=1)
    return whole


@compiled
def _count_rows(pairs: Indices, counts: Indices) -> None:
    """Write behind the counts of the unique rows how many rows each merge holds."""
    m = len(pairs) + 1
    for t in range(m - 1):
        counts[m + t] = counts[pairs[t, 0]] + counts[pairs[t, 1]]


@compiled
def _gather(values: Matrix, order: Indices, starts: Indices, unit: float) -> Matrix:
    m, d = len(starts) - 1, values.shape[1]
    rows = np.empty((m, d))
    for i in range(m):
        row = order[starts[i]]
        for j in range(d):
            # Adding zero turns -0.0 into 0.0.
            rows[i, j] = values[row, j] * unit + 0.0
    return rows


@compiled
def _sort_ties(values: Matrix, order: Indices, is_first: NDArray[np.bool_], short: int) -> None:
    """Sort rows that are sorted by their first column by the others too, in place; say where each kind, and the end, starts."""
    n, d = values.shape
    keys, spare_keys = np.empty(n), np.empty(n)
    spare = np.empty(n, dtype=np.int64)
    for i in range(1, n):
        is_first[i] = values[order[i], 0] != values[order[i - 1], 0]
    for column in range(1, d):
        start, n_tied = 0, 0
        while start < n:
            stop = start + 1
            while not is_first[stop]:
                stop += 1
            if stop - start > 1:
                n_tied += stop - start
                for i in range(start, stop):
                    keys[i] = values[order[i], column]
                _sort_run(keys, order, spare_keys, spare, start, stop, short)
                for i in range(start + 1, stop):
                    is_first[i] = keys[i] != keys[i - 1]
            start = stop
        if n_tied == 0:
            break


@compiled
def _sort_run(keys: Vector, order: Indices, spare_keys: Vector, spare: Indices, start: int, stop: int, short: int) -> None:
    """Sort `keys` from start to stop and carry `order` along: short runs by insertion, then merged two by two."""
    if _split_two(keys, order, spare, start, stop):
        return
    for low in range(start, stop, short):
        for i in range(low + 1, min(low + short, stop)):
            key, row = keys[i], order[i]
            j = i
            while j > low and keys[j - 1] > key:
                keys[j], order[j] = keys[j - 1], order[j - 1]
                j -= 1
            keys[j], order[j] = key, row
    width = short
    while width < stop - start:
        for low in range(start, stop, 2 * width):
            middle, high = min(low + width, stop), min(low + 2 * width, stop)
            if middle < high and keys[middle - 1] > keys[middle]:
                _merge(keys, order, spare_keys, spare, low, middle, high)
        width *= 2


@compiled
def _split_two(keys: Vector, order: Indices, spare: Indices, start: int, stop: int) -> bool:
    """Sort where there are at most two different keys, as in a one-hot column; return whether there were."""
    low = high = keys[start]
    for i in range(start + 1, stop):
        low, high = min(low, keys[i]), max(high, keys[i])
    n_low = 0
    for i in range(start, stop):
        if keys[i] != low and keys[i] != high:
            return False
        n_low += 1 if keys[i] == low else 0
    if low == high:
        return True
    for i in range(start, stop):
        spare[i] = order[i]
    place, after = start, start + n_low
    for i in range(start, stop):
        if keys[i] == low:
            order[place] = spare[i]
            place += 1
        else:
            order[after] = spare[i]
            after += 1
    for i in range(start, stop):
        keys[i] = low if i < start + n_low else high
    return True


@compiled
def _merge(keys: Vector, order: Indices, spare_keys: Vector, spare: Indices, low: int, middle: int, high: int) -> None:
    """Merge two sorted neighbours; the left one steps aside."""
    for i in range(low, middle):
        spare_keys[i], spare[i] = keys[i], order[i]
    left, right, out = low, middle, low
    while left < middle and right < high:
        if keys[right] < spare_keys[left]:
            keys[out], order[out] = keys[right], order[right]
            right += 1
        else:
            keys[out], order[out] = spare_keys[left], spare[left]
            left += 1
        out += 1
    while left < middle:
        keys[out], order[out] = spare_keys[left], spare[left]
        left += 1
        out += 1


@compiled
def _settle(order: Indices, starts: Indices, sequence: Indices) -> None:
    """Put equal rows into the order of `sequence`: by weight, so that weights add up the same in any order."""
    kind, place = np.empty(len(order), dtype=np.int64), starts.copy()
    for group in range(len(starts) - 1):
        for i in range(starts[group], starts[group + 1]):
            kind[order[i]] = group
    for row in sequence:
        order[place[kind[row]]] = row
        place[kind[row]] += 1
