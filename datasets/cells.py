"""Cells of the stored rows: text flows in, the value JSON speaks of or the cell the customer wrote flows out.

The rows are kept as text so that the web process can stream them without pandas; a column's kind says what its text means. A
column that the customer wrote otherwise (97.0, True, 31.12.2024) stands twice under one name: as it is shown among the columns of
the table, and as it was written behind them.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

BOOLEANS = {"true": True, "1": True, "false": False, "0": False}


def cell_value(cell: str, kind: str) -> Any:
    """Return a cell of the typed rows as JSON speaks it."""
    if cell == "":
        return None
    if kind == "boolean":
        return BOOLEANS.get(cell.lower(), cell)
    return _number(cell) if kind == "number" else cell


def _number(cell: str) -> int | float | str | None:
    try:
        number = float(cell)
    except ValueError:
        return cell
    if not math.isfinite(number):
        return None
    return int(cell) if cell.lstrip("-").isdecimal() and len(cell) < 19 else number


def shown_cells(rows: Iterator[list[str]]) -> Iterator[list[str]]:
    """Yield the header, then every row, as the product shows them."""
    header = next(rows)
    width = len(set(header))
    yield header[:width]
    yield from (row[:width] for row in rows)


def written_cells(rows: Iterator[list[str]]) -> Iterator[list[str]]:
    """Yield the header, then every row, as the customer wrote them."""
    header = next(rows)
    place = {name: position for position, name in enumerate(header)}  # the last of a name is the one as written
    yield list(place)
    yield from ([row[position] for position in place.values()] for row in rows)
