"""The different values of a column and how many rows hold each: what its facts, warnings and statistics are told from.

Numbers or times of rows flow in, or the values of distinct cells with their counts; both come to the same `Tally`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from datasets.reader.coding import count_runs


@dataclass(frozen=True, slots=True, eq=False)
class Tally:
    """Finite values in ascending order, each once: `values` (m,) float64 or int64; `counts` (m,) int64 rows hold each."""

    values: NDArray[Any]
    counts: NDArray[np.int64]

    @property
    def n_distinct(self) -> int:
        return len(self.values)

    @property
    def n_present(self) -> int:
        return int(self.counts.sum())

    def is_running(self, rows: NDArray[Any]) -> bool:
        """Tell whether every row is the one above plus 1."""
        is_dense = len(rows) == self.n_distinct > 1 and self.values[0] + (len(rows) - 1) == self.values[-1]
        return bool(is_dense and (np.diff(rows) == 1).all())


def tally_rows(rows: NDArray[Any]) -> Tally:
    """Count the values of rows; what is not finite, or no time, is left out."""
    if rows.dtype.kind == "M":
        ordered = np.sort(rows[~np.isnat(rows)].view(np.int64))
    else:
        ordered = np.sort(rows if rows.dtype.kind in "iu" else rows[np.isfinite(rows)])
    return Tally(*count_runs(ordered))


def tally_levels(values: NDArray[Any], counts: NDArray[np.int64]) -> Tally:
    """Count the values of distinct cells, some of which may mean the same and others be held by no row."""
    is_there = (counts > 0) & (~np.isnat(values) if values.dtype.kind == "M" else np.isfinite(values))
    numbers = values[is_there].view(np.int64) if values.dtype.kind == "M" else values[is_there]
    order = np.argsort(numbers, kind="stable")
    different, n_cells = count_runs(numbers[order])
    starts = np.cumsum(n_cells) - n_cells
    held = counts[is_there][order]
    return Tally(different, np.add.reduceat(held, starts) if len(starts) else held)
