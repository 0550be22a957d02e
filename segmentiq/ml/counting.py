"""Customers in bins and a branch in, how well each of many conditions tells the branch out: the inner loop of the rules' search.

A pass over the cells fills two histograms, of everyone who is asked and of those in the branch; running sums then answer for all
conditions, however many thresholds there are.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from segmentiq.ml.compiled import compiled

Matrix = NDArray[np.float64]
Integers = NDArray[np.int64]


class Spans(NamedTuple):
    """What conditions take of the bins, (c,) each: from `first` to before `last`, but not from `but` to before `end`."""

    first: Integers
    last: Integers
    but: Integers
    end: Integers


@compiled
def tell(
    codes: Integers, columns: Integers, where: Integers, inside: tuple[int, int], weights: Matrix, spans: Spans, size: float,
    histograms: Matrix, scores: Matrix,
) -> None:  # fmt: skip
    """Write the F1 of every condition into `scores` (c,).

    Parameters
    ----------
    codes : ndarray of int, shape (d, m)
        The bins of the cells, numbered through over all columns.
    columns : ndarray of int
        The columns that are asked; conditions of others score 0.
    where : ndarray of int
        Who is asked, ascending.
    inside : tuple of int
        From where to before where in `where` the branch's customers are.
    weights : ndarray, shape (m,)
    spans : Spans
    size : float
        The weight of the whole branch.
    histograms : ndarray, shape (2, bins + 1)
        Written on.
    scores : ndarray, shape (c,)
    """
    every, own = histograms
    histograms[:] = 0.0
    for a in range(len(columns)):
        row = codes[columns[a]]
        for i in range(len(where)):
            every[row[where[i]] + 1] += weights[where[i]]
        for i in range(inside[0], inside[1]):
            own[row[where[i]] + 1] += weights[where[i]]
    for b in range(1, len(every)):
        every[b] += every[b - 1]
        own[b] += own[b - 1]
    for c in range(len(scores)):
        first, last, but, end = spans.first[c], spans.last[c], spans.but[c], spans.end[c]
        met = every[last] - every[first] - (every[end] - every[but])
        true = own[last] - own[first] - (own[end] - own[but])
        scores[c] = 2.0 * max(true, 0.0) / (size + max(met, 0.0))
