"""An ordered matrix in, a function that measures some of its rows against all of them out, one per metric.

Every measure writes into a buffer of the caller's, because fresh memory for every block would cost as much as the distances.
The Euclidean one is a single matrix product, then a square root; rows are centred and scaled first, so that little cancels
and nothing overflows. Silhouettes do not feel the scale: they are ratios.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from scipy.spatial.distance import cdist

Matrix = NDArray[np.float64]
Measure = Callable[[NDArray[np.int64], Matrix], None]
"""``measure(positions, out)`` writes the distances from these rows to every row, up to one common factor."""


def _euclidean(ordered: Matrix) -> Measure:
    """Measure by one product: (x, |x|^2, 1) . (-2y, 1, |y|^2)."""
    scaled = _centre_and_scale(ordered)
    squares = np.einsum("ij,ij->i", scaled, scaled)[:, None]
    ones = np.ones_like(squares)
    rows = np.hstack([scaled, squares, ones])
    columns = np.ascontiguousarray(np.hstack([-2 * scaled, ones, squares]).T)

    def measure(positions: NDArray[np.int64], out: Matrix) -> None:
        np.matmul(rows[positions], columns, out=out)
        np.abs(out, out=out)  # rounding leaves tiny negatives; a clamp takes four times as long
        np.sqrt(out, out=out)

    return measure


def _manhattan(ordered: Matrix) -> Measure:
    scaled = _centre_and_scale(ordered)

    def measure(positions: NDArray[np.int64], out: Matrix) -> None:
        cdist(scaled[positions], scaled, "cityblock", out=out)

    return measure


def _cosine(ordered: Matrix) -> Measure:
    """Measure 1 - cos; a row of zeros has no direction and stands at distance 1 from everyone, as scikit-learn has it."""
    largest = np.abs(ordered).max(axis=1, initial=0.0, keepdims=True)
    scaled = ordered / np.where(largest == 0, 1.0, largest)
    lengths = np.linalg.norm(scaled, axis=1, keepdims=True)
    directions = scaled / np.where(lengths == 0, 1.0, lengths)
    columns = np.ascontiguousarray(directions.T)

    def measure(positions: NDArray[np.int64], out: Matrix) -> None:
        np.matmul(directions[positions], columns, out=out)
        np.subtract(1.0, out, out=out)
        np.abs(out, out=out)

    return measure


def _centre_and_scale(ordered: Matrix) -> Matrix:
    centred = ordered - ordered.mean(axis=0)
    scaled: Matrix = centred / (np.abs(centred).max(initial=0.0) or 1.0)
    return scaled


MEASURES: dict[str, Callable[[Matrix], Measure]] = {
    "euclidean": _euclidean,
    "manhattan": _manhattan,
    "gower": _manhattan,  # the features are already divided by their ranges
    "cosine": _cosine,
}
