"""Rows -> their unique rows, in lexicographic order, with summed weights; and the tree of the unique rows -> the tree of all.

Customers that are equal in every feature are joined first, at height 0, in every linkage, so a kernel need only see one of them:
with the summed weights its tree is that of all rows (average and Ward count the weights; complete, single and WPGMA find equal
distances and need none). Sorting makes the tree independent of the order in which the file lists the customers, which on tied
data (integers, one-hot) decides between trees that are equally right.

Sorting whole rows compares whole rows. Here one column is sorted at a time, and only runs that are still tied go on to the next.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from segmentiq.ml.linkage.order import count_rows

Matrix = NDArray[np.float64]
Vector = NDArray[np.float64]
Indices = NDArray[np.int64]


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
    values = np.ascontiguousarray(values)
    order, starts = _sort_rows(values)
    if len(starts) <= len(values):
        _settle(order, starts, np.arange(len(order)) if weights is None else np.argsort(weights, kind="stable"))
    summed = np.diff(starts).astype(np.float64) if weights is None else np.add.reduceat(weights[order], starts[:-1])
    rows = values[order[starts[:-1]]]
    rows *= unit
    rows += 0.0  # turns -0.0 into 0.0
    return Unique(rows=rows, weights=summed, order=order, starts=starts)


def _sort_rows(values: Matrix) -> tuple[Indices, Indices]:
    """Return the lexicographic order of the rows, shape (n,), and where in it each kind begins and the last one ends."""
    n, order = len(values), np.argsort(values[:, 0])
    is_first = np.ones(n + 1, dtype=bool)
    is_first[1:n] = _differs(values[order, 0])
    for column in range(1, values.shape[1]):
        tied = np.flatnonzero(~(is_first[:-1] & is_first[1:]))
        if len(tied) == 0:
            break
        # Sorted by key alone, then by kind and rank of the key in one number: twice as fast as by two columns.
        keys, kinds = values[order[tied], column], np.cumsum(is_first[:-1])[tied]
        by_key = np.argsort(keys)
        ranks = np.concatenate([[0], np.cumsum(_differs(keys[by_key]))])
        kinds = kinds[by_key] * len(tied) + ranks
        by_kind = np.argsort(kinds)
        order[tied] = order[tied][by_key[by_kind]]
        is_first[tied[1:]] |= _differs(kinds[by_kind])
    return order, np.flatnonzero(is_first)


def _differs(values: NDArray[Any]) -> NDArray[np.bool_]:
    """Say of every value but the first whether it differs from the one before."""
    found: NDArray[np.bool_] = values[1:] != values[:-1]
    return found


def _settle(order: Indices, starts: Indices, sequence: Indices) -> None:
    """Put equal rows into the order of `sequence`, in place: by weight, so that weights add up the same in any order."""
    n, rank = len(order), np.empty(len(order), dtype=np.int64)
    rank[sequence] = np.arange(n)
    kinds = np.repeat(np.arange(len(starts) - 1), np.diff(starts))
    order[:] = order[np.argsort(kinds * n + rank[order])]


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
    whole[n - m :, 3] = count_rows(pairs, sizes)
    whole[:, :2].sort(axis=1)
    return whole
