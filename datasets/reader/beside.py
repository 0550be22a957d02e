"""Other tables to the side of the first one: sheets hold look-up tables beside the data, with an empty column between.

The rectangle of a sheet's cells flows in, the columns to read flow out. A part beyond an empty column is another table where it
is at least two columns wide and at most half as long as the main one, without a gap and not above it: rare remarks and titles are
no such thing.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any, NamedTuple

BLANK = ("", None)
HALF = 0.5


class Part(NamedTuple):
    """Columns `start` to `stop` between empty ones, and which rows they fill."""

    start: int
    stop: int
    rows: list[int]

    def is_beside(self, main: Part) -> bool:
        """Tell whether it is a table of its own: several columns, few rows, each below the other."""
        is_short = 2 <= len(self.rows) <= HALF * len(main.rows)
        is_level = self.rows[-1] > main.rows[0]
        return self.stop - self.start > 1 and is_short and is_level and self.rows[-1] - self.rows[0] == len(self.rows) - 1


def find_columns(rows: Sequence[Sequence[Any]]) -> tuple[int, int, list[Part]]:
    """Return where the columns of the main table start and stop, and the other tables to its left and right."""
    parts = _cut(rows)
    if len(parts) < 2:
        return 0, len(rows[0]), []
    main = max(parts, key=lambda part: len(part.rows) * (part.stop - part.start))
    first, last = parts.index(main), parts.index(main)
    while first > 0 and not parts[first - 1].is_beside(main):
        first -= 1
    while last < len(parts) - 1 and not parts[last + 1].is_beside(main):
        last += 1
    beside = [part for part in (*parts[:first], *parts[last + 1 :]) if part.is_beside(main)]
    if len(beside) < len(parts) - (last - first + 1):  # what lies beyond is no table: notes, which are read as columns
        return 0, len(rows[0]), []
    start = parts[first].start if first else 0
    stop = parts[last].stop if last < len(parts) - 1 else len(rows[0])
    return start, stop, beside


def _cut(rows: Sequence[Sequence[Any]]) -> list[Part]:
    """Return the runs of columns that hold anything."""
    width = len(rows[0])
    empty = [place for place in range(width) if all(row[place] in BLANK for row in rows)]
    if not empty:
        return []
    runs = [(before + 1, after) for before, after in pairwise([-1, *empty, width]) if after > before + 1]
    return [Part(start, stop, _filled(rows, start, stop)) for start, stop in runs]


def _filled(rows: Sequence[Sequence[Any]], start: int, stop: int) -> list[int]:
    return [place for place, row in enumerate(rows) if any(cell not in BLANK for cell in row[start:stop])]
