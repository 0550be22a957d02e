"""Merges in the order of creation -> what goes up the tree from child to parent: compiled, for there may be a million."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from segmentiq.ml.compiled import compiled


@compiled
def lift(pairs: NDArray[np.int64], heights: NDArray[np.float64]) -> None:
    """Raise every height to those of its children, in place; children stand before parents."""
    m = len(heights) + 1
    for t in range(m - 1):
        for child in pairs[t]:
            if child >= m:
                heights[t] = max(heights[t], heights[child - m])


def count_rows(pairs: NDArray[np.int64], sizes: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return how many rows each merge holds, shape (m - 1,), where leaf i stands for `sizes[i]` of them."""
    counts = np.concatenate([sizes, np.zeros(len(pairs), dtype=np.int64)])
    _add_up(pairs, counts)
    found: NDArray[np.int64] = counts[len(sizes) :]
    return found


@compiled
def _add_up(pairs: NDArray[np.int64], counts: NDArray[np.int64]) -> None:
    m = len(pairs) + 1
    for t in range(m - 1):
        counts[m + t] = counts[pairs[t, 0]] + counts[pairs[t, 1]]
