"""Cells of the typed rows: the text that is stored flows in, the value JSON speaks of flows out.

The rows are kept as text so that the web process can stream them without pandas; a column's kind says what its text means.
"""

from __future__ import annotations

import math
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
