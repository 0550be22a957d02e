"""Rows that repeat another row: a view flows in, their number flows out, exactly, however many rows there are.

Every row becomes one 64-bit key, mixed column by column. The numbers come first because they are cheap and tell most rows apart;
rows whose key is already their own are let go, so the columns of text are looked at for the few that are left.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from datasets.doctor.actions import Finding, finding
from datasets.doctor.view import View, shown
from datasets.reader.findings import count_of
from segmentiq.ml.values import Column

AT_ONCE = 4
"""Columns that are mixed in before rows are let go."""
UNIQUE = 0.95
COMMON = 0.2
"""Above this share customers are alike because the table tells little of them, not because one came twice."""
CHEAP = ("number", "date", "boolean")
FIRST, SECOND, SHIFT = np.uint64(0x9E3779B97F4A7C15), np.uint64(0xD6E8FEB86659FD93), np.uint64(32)


def find_duplicates(view: View) -> list[Finding]:
    """Count rows that repeat another one, in every column and in every column but the identifiers."""
    columns = sorted(view.table.columns, key=lambda column: (column.kind not in CHEAP, -view.n_distinct(column)))
    names = [column for column in columns if column.role == "id" and view.n_distinct(column) >= UNIQUE * view.n_rows]
    others = [column for column in columns if column not in names and column.kind != "constant"]
    if not others:
        return []
    rows, keys = _refine(view, others, np.arange(view.n_rows), np.zeros(view.n_rows, np.uint64))
    n_alike = _count_repeats(keys)
    _, keys = _refine(view, names, rows, keys)
    n_copies = _count_repeats(keys)
    return [*_tell_copies(n_copies), *(_tell_alike(n_alike - n_copies, names, view.n_rows) if names else [])]


def _tell_copies(n_copies: int) -> list[Finding]:
    if not n_copies:
        return []
    what = "repeats another row" if n_copies == 1 else "repeat another row"
    return [finding("duplicate_rows", f"{count_of(n_copies, 'row')} {what} in every column; each of them counts.")]


def _tell_alike(n_alike: int, names: Sequence[Column], n_rows: int) -> list[Finding]:
    if not 0 < n_alike <= COMMON * n_rows:
        return []
    named = " and ".join(shown(column.name) for column in names[:2])
    are = "equals an earlier one" if n_alike == 1 else "equal an earlier one"
    message = f"{count_of(n_alike, 'row')} {are} in everything but {named}: the same customer twice, or customers who are alike."
    return [finding("alike_but_for_id", message)]


def _refine(
    view: View, columns: Sequence[Column], rows: NDArray[np.int64], keys: NDArray[np.uint64]
) -> tuple[NDArray[np.int64], NDArray[np.uint64]]:
    """Mix the columns into the keys and keep the rows that share theirs with another row."""
    for start in range(0, len(columns), AT_ONCE):
        for column in columns[start : start + AT_ONCE]:
            cells = view.table.frame[column.name]
            keys = _mix(keys, _to_codes(cells if len(rows) == view.n_rows else cells.iloc[rows]))
        shared = pd.Series(keys).duplicated(keep=False).to_numpy()
        rows, keys = rows[shared], keys[shared]
        if len(rows) == 0:
            break
    return rows, keys


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


def _mix(keys: NDArray[np.uint64], codes: NDArray[np.uint64]) -> NDArray[np.uint64]:
    mixed = (keys ^ codes) * FIRST
    mixed ^= mixed >> SHIFT
    mixed *= SECOND
    mixed ^= mixed >> SHIFT
    return mixed


def _count_repeats(keys: NDArray[np.uint64]) -> int:
    return int(pd.Series(keys).duplicated().sum())
