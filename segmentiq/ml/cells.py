"""A column of the table in, its cells as numbers out: what profiles sum up and rules ask about.

A date becomes days since 1970, a boolean 0 or 1, a level its place among the levels; whatever is missing becomes NaN.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from segmentiq.ml.values import Column, Kind

ORDERED = ("number", "date")


class Cells(NamedTuple):
    """A column, customer by customer: `values` (m,), and the `levels` that those of a category or boolean are codes of."""

    name: str
    kind: Kind
    values: NDArray[np.float64]
    levels: tuple[str, ...] = ()

    @property
    def is_ordered(self) -> bool:
        return self.kind in ORDERED

    @property
    def in_days(self) -> Cells:
        """Return dates without their time of day: people ask for days."""
        return self._replace(values=np.floor(self.values)) if self.kind == "date" else self

    def at(self, positions: NDArray[np.int64]) -> Cells:
        """Return those of some customers."""
        return self._replace(values=self.values[positions])


def read_cells(column: Column, cells: pd.Series[Any]) -> Cells | None:
    """Return a column's cells; None for a kind that is not profiled."""
    if column.kind == "category":
        codes, levels = pd.factorize(cells, sort=True)
        return Cells(column.name, column.kind, np.where(codes < 0, np.nan, codes), tuple(map(str, levels)))
    if column.kind == "date":
        days = (cells - pd.Timestamp(0)).dt.total_seconds().to_numpy(dtype=np.float64, na_value=np.nan) / 86_400
        return Cells(column.name, column.kind, days)
    if column.kind == "boolean":
        return Cells(column.name, column.kind, cells.to_numpy(dtype=np.float64, na_value=np.nan), ("no", "yes"))
    if column.kind == "number":
        return Cells(column.name, column.kind, cells.to_numpy(dtype=np.float64, na_value=np.nan))
    return None
