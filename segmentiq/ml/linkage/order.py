"""Merges in the order of creation -> heights that never fall from child to parent: compiled, for there may be a million."""

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
