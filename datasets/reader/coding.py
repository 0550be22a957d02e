"""Columns as codes, which find the value of each row among the different ones: counted, renumbered and spread over the rows.

A code is an int32, and -1 where a row holds nothing. Codes and values flow in; counts, other codes or one value for each row out.

Compiled, because NumPy makes an array of the rows for every step of this, and wide ones at that.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from segmentiq.ml.compiled import compiled

Codes = NDArray[np.int32]
NOTHING = -1


def count_codes(codes: Codes, n_values: int) -> NDArray[np.int64]:
    """Return how many rows hold each of so many values."""
    counts = np.zeros(n_values, np.int64)
    add_up(codes, counts)
    return counts


def renumber(place: NDArray[np.integer[Any]], codes: Codes) -> Codes:
    """Return `place[codes]`, -1 staying -1."""
    if len(place) == 0:
        return np.full(len(codes), NOTHING, np.int32)
    found = np.empty(len(codes), np.int32)
    look_up(place.astype(np.int32, copy=False), codes, np.int32(NOTHING), found)
    return found


def spread(values: NDArray[Any], codes: Codes, empty: Any) -> NDArray[Any]:
    """Return one number or time for every row, `empty` where it holds nothing."""
    wide = np.dtype(np.float64 if values.dtype.kind == "f" else np.int64)
    rows = np.empty(len(codes), values.dtype)
    blank = np.array([empty], values.dtype).view(wide)
    if len(values) == 0:
        rows.view(wide)[:] = blank
    else:
        look_up(values.view(wide), codes, blank[0], rows.view(wide))
    return rows


def are_in_turn(codes: Codes) -> bool:
    """Tell whether the codes are 0, 1, 2 and so on."""
    return count_in_turn(codes) == len(codes)


def find_rows(codes: Codes, n_values: int) -> NDArray[np.int64]:
    """Return for each of so many values a row that holds it; the first one where none does."""
    rows = np.zeros(n_values, np.int64)
    keep_rows(codes, rows)
    return rows


def count_runs(ordered: NDArray[Any]) -> tuple[NDArray[Any], NDArray[np.int64]]:
    """Return the different ones of ordered numbers, and how many there are of each."""
    values, counts = np.empty_like(ordered), np.empty(len(ordered), np.int64)
    n_values = put_runs(ordered, values, counts)
    return values[:n_values].copy(), counts[:n_values].copy()


@compiled
def add_up(codes: Codes, counts: NDArray[np.int64]) -> None:
    """Add to the count of each value the rows that hold it."""
    for row in range(len(codes)):
        if codes[row] >= 0:
            counts[codes[row]] += 1


@compiled
def look_up(values: NDArray[Any], codes: Codes, empty: Any, rows: NDArray[Any]) -> None:
    """Write the value of every row."""
    for row in range(len(codes)):
        rows[row] = values[codes[row]] if codes[row] >= 0 else empty


@compiled
def keep_rows(codes: Codes, rows: NDArray[np.int64]) -> None:
    """Write for each value the last row that holds it."""
    for row in range(len(codes)):
        if codes[row] >= 0:
            rows[codes[row]] = row


@compiled
def put_runs(ordered: NDArray[Any], values: NDArray[Any], counts: NDArray[np.int64]) -> int:
    """Write each of the ordered numbers once and how many there are of it; return how many differ."""
    n_values, first = 0, 0
    for row in range(1, len(ordered) + 1):
        if row == len(ordered) or ordered[row] != ordered[first]:
            values[n_values], counts[n_values] = ordered[first], row - first
            n_values, first = n_values + 1, row
    return n_values


@compiled
def count_in_turn(codes: Codes) -> int:
    """Return how many codes from the first one on are 0, 1, 2 and so on."""
    for row in range(len(codes)):
        if codes[row] != row:
            return row
    return len(codes)


def compile_coding(_: Callable[[], None]) -> None:
    """Compile, or load, what counts and spreads: a blink's work, of which nobody is told."""
    codes = np.zeros(1, np.int32)
    count_codes(codes, 1)
    renumber(codes, codes)
    spread(np.zeros(1), codes, np.nan)
    spread(np.zeros(1, np.int64), codes, 0)
    find_rows(codes, 1)
    count_runs(np.zeros(1))
    count_runs(np.zeros(1, np.int64))
    are_in_turn(codes)
