"""Scores from 1 to 5 and named groups: three numbers per customer flow in, three scores and a group's name flow out.

A score says how many fifths of all customers do worse: 1 for none, 5 for at least four fifths. Customers with the same value have
the same score, so where most customers ordered once, all of those are a 1, and no row of the file decides who is a 2. Where
everybody is the same, everybody is a 3.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from datasets.orders.groups import HIGHEST, LOWEST, OTHERS, SCORES, Group

MIDDLE = (LOWEST + HIGHEST) // 2


def score_fifths(values: NDArray[Any]) -> NDArray[np.int64]:
    """Return the score of every value, the higher the better.

    Examples
    --------
    >>> score_fifths(np.array([1, 1, 1, 2, 9])).tolist()
    [1, 1, 1, 4, 5]
    """
    ranked = np.sort(values)
    if len(values) == 0 or ranked[0] == ranked[-1]:
        return np.full(len(values), MIDDLE, dtype=np.int64)
    n_below = np.searchsorted(ranked, values, side="left")
    return LOWEST + HIGHEST * n_below.astype(np.int64) // len(values)


def score_customers(columns: Mapping[str, NDArray[Any]]) -> dict[str, NDArray[np.int64]]:
    """Return the three scores; the fewer days since the last order, the better."""
    values = {
        "recency": -columns["recency_days"].astype(np.int64),
        "frequency": columns["frequency"],
        "monetary": columns["monetary"],
    }
    return {score: score_fifths(values[score]) for score in SCORES}


def name_groups(scores: Mapping[str, NDArray[np.int64]], groups: Sequence[Group]) -> NDArray[np.object_]:
    """Return the name of the first group that asks for these scores."""
    names = np.full(len(scores["recency"]), OTHERS, dtype=object)
    for group in reversed(groups):
        within = [(scores[score] >= low) & (scores[score] <= high) for score in SCORES for low, high in [getattr(group, score)]]
        names[np.logical_and.reduce(within)] = group.name
    return names
