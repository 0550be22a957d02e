"""A table as the finders see it: the columns of a kind and role, and cells enough to judge them by.

A finder that counts looks at every row. One that judges looks at `SAMPLE` rows at most, evenly spaced, and its finding says so;
that keeps the whole examination near a second for a million rows.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from segmentiq.ml.values import Column, Kind, Table

SAMPLE = 100_000
SHOWN_NAME = 80


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class View:
    """The table with the statistics of its columns by name, as the reader described them."""

    table: Table
    statistics: Mapping[str, Mapping[str, Any]]

    @property
    def n_rows(self) -> int:
        return len(self.table.frame)

    @property
    def looked_at(self) -> str:
        """Return what a judging finder adds when it did not see every row."""
        return f" (told from {SAMPLE:,} of {self.n_rows:,} rows)" if self.n_rows > SAMPLE else ""

    def features(self, *kinds: Kind) -> list[Column]:
        """Return the columns of these kinds that would be clustered on."""
        return [column for column in self.table.columns if column.role == "feature" and column.kind in kinds]

    def n_distinct(self, column: Column) -> int:
        return int(self.statistics.get(column.name, {}).get("n_distinct", 0))

    def n_missing(self, column: Column) -> int:
        return int(self.statistics.get(column.name, {}).get("n_missing", 0))

    def cells(self, column: Column, at_most: int = SAMPLE) -> pd.Series[Any]:
        """Return evenly spaced cells of a column, missing ones too."""
        return self.table.frame[column.name].iloc[:: max(1, -(-self.n_rows // at_most))]

    def numbers(self, column: Column, at_most: int = SAMPLE) -> NDArray[np.float64]:
        """Return evenly spaced cells of a column of numbers, NaN where missing."""
        return self.cells(column, at_most).to_numpy(dtype=np.float64, na_value=np.nan)

    def levels(self, column: Column) -> list[str]:
        """Return every level of a category; the statistics know them unless there are more than are shown."""
        known = self.statistics.get(column.name, {}).get("levels", [])
        if len(known) == self.n_distinct(column):
            return [str(level) for level, _ in known]
        return [str(level) for level in self.table.frame[column.name].dropna().unique()]

    def count(self, column: Column, levels: Collection[str]) -> int:
        """Return how many cells hold one of these levels."""
        return int(self.table.frame[column.name].isin(list(levels)).sum())


def shown(name: str) -> str:
    """Return a column's name as a message writes it."""
    return name[:SHOWN_NAME]


def per_cent(part: float) -> str:
    """Write a share of 1: 5 %, under 1 %, over 99 %."""
    if 0 < part < 0.01:
        return "under 1 %"
    return "over 99 %" if 0.995 <= part < 1 else f"{100 * part:.0f} %"
