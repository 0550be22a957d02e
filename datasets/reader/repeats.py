"""Rows that repeat another row in every column: a typed table flows in, their places flow out, however many rows there are.

Every row becomes one 64-bit key, mixed column by column. The numbers come first because they are cheap and tell most rows apart;
rows whose key is already their own are let go, so the columns of text are looked at for the few that are left. Those that share
their key to the end are compared cell by cell.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray

from datasets.reader.cells import Cells, TextCells
from segmentiq.ml.compiled import compiled

AT_ONCE = 4
"""Columns that are mixed in before rows are let go."""
CHEAP = "iufbM"
FIRST, SECOND, SHIFT = np.uint64(0x9E3779B97F4A7C15), np.uint64(0xD6E8FEB86659FD93), np.uint64(32)


def find_repeats(frame: pd.DataFrame, names: Sequence[Any] | None = None) -> NDArray[np.int64]:
    """Return the places of the rows that repeat an earlier one in these columns, or in all of them."""
    wanted = list(frame.columns) if names is None else list(names)
    shared = _find_shared(frame, sorted(wanted, key=lambda name: frame[name].dtype.kind not in CHEAP))
    return shared[frame[wanted].iloc[shared].duplicated().to_numpy()] if len(shared) else shared


def _find_shared(frame: pd.DataFrame, names: Sequence[Any]) -> NDArray[np.int64]:
    """Return the places of the rows whose key another row has too."""
    rows, keys = np.arange(len(frame)), np.zeros(len(frame), np.uint64)
    for start in range(0, len(names), AT_ONCE):
        for name in names[start : start + AT_ONCE]:
            cells = frame[name]
            mix(keys, _to_codes(cells if len(rows) == len(frame) else cells.iloc[rows]))
        shared = _are_shared(keys)
        rows, keys = rows[shared], keys[shared]
        if len(rows) == 0:
            break
    return rows


def _are_shared(keys: NDArray[np.uint64]) -> NDArray[np.bool_]:
    """Tell which keys stand more than once; sorting them is many times as fast as a look-up of each."""
    ordered = np.sort(keys)
    return np.isin(keys, ordered[1:][ordered[1:] == ordered[:-1]])


def _to_codes(cells: pd.Series[Any]) -> NDArray[np.uint64]:
    """Return one integer per cell, the same for equal cells; missing cells are equal."""
    if cells.dtype.kind == "M":
        return cells.to_numpy("datetime64[us]").astype(np.int64).view(np.uint64)
    if cells.dtype.kind in "iu":
        return cells.to_numpy().astype(np.int64, copy=False).view(np.uint64)
    if cells.dtype.kind in "fb":
        numbers = cells.to_numpy(dtype=np.float64, na_value=np.nan) + 0.0
        return np.where(np.isnan(numbers), np.nan, numbers).view(np.uint64)
    return pd.factorize(cells)[0].astype(np.int64).view(np.uint64)


@compiled
def mix(keys: NDArray[np.uint64], codes: NDArray[np.uint64]) -> None:
    """Take the code of each row into its key."""
    for row in range(len(keys)):
        mixed = (keys[row] ^ codes[row]) * FIRST
        mixed = (mixed ^ (mixed >> SHIFT)) * SECOND
        keys[row] = mixed ^ (mixed >> SHIFT)


def compile_repeats(_: Callable[[], None]) -> None:
    """Compile, or load, what mixes: a blink's work, of which nobody is told."""
    mix(np.zeros(1, np.uint64), np.zeros(1, np.uint64))


def take_rows(cells: Cells | pd.Series[Any], rows: NDArray[np.int64]) -> TextCells | pd.Series[Any]:
    """Return a column as if the file held these rows only: no distinct cell stays that none of them holds."""
    if isinstance(cells, pd.Series):
        return cells.iloc[rows].reset_index(drop=True)
    cells = cells.encoded()
    codes = cells.codes[rows]
    held = np.bincount(codes[codes >= 0], minlength=len(cells.levels)) > 0
    place = np.append(np.cumsum(held) - 1, -1).astype(cells.codes.dtype)
    return replace(cells, codes=place[codes], levels=cells.levels.filter(pa.array(held)))
