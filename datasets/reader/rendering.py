"""Typed values as text: how the product shows a value, and whether that is how the customer wrote it.

Whole numbers have no `.0`, dates are ISO, booleans are true and false, missing is nothing, text stays byte for byte. An export
owes the customer the cells of the file, so the cells of a column that reads otherwise once it is typed are kept beside it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from datasets.reader.cells import Cells, TextCells, VariedCells
from datasets.reader.coding import find_rows

LARGE = 1e10
"""From here on Arrow writes floats with an exponent; up to 2**63 they are written out instead."""
MICROSECONDS = pa.timestamp("us")
SECOND = 1_000_000
MINUTE = 60 * SECOND
DAY = 86_400 * SECOND
TO_THE_MINUTE = len("2024-02-29 10:05")
LIKELY, MANY = 1_000, 2**16
"""Cells that tell whether a column was rewritten, and whether its numbers repeat."""


def render(column: Any) -> Any:
    """Return an Arrow column of strings; null stays null."""
    return rendering_of(column)(column)


def rendering_of(column: Any) -> Callable[[Any], Any]:
    """Return the function that makes strings of any part of this column, and of every part in the same way."""
    if pa.types.is_timestamp(column.type) or pa.types.is_date(column.type):
        return _rendering_of_dates(column)
    if not pa.types.is_floating(column.type):
        return _as_text
    head = column[:MANY]
    return _each_once(_floats_as_text) if 2 * pc.count_distinct(head).as_py() <= len(head) else _floats_as_text


def _each_once(rendering: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """Return the rendering that makes a string once for all cells with the same number."""

    def render_distinct(part: Any) -> Any:
        if isinstance(part, pa.ChunkedArray):
            return pa.chunked_array([render_distinct(chunk) for chunk in part.chunks], pa.string())
        coded = part.dictionary_encode()
        return rendering(coded.dictionary).take(coded.indices)

    return render_distinct


def _rendering_of_dates(column: Any) -> Callable[[Any], Any]:
    """Return days where no cell has a time of day, else times: to the minute, the second or the fraction that some cell has."""
    micros = pc.drop_null(column.cast(MICROSECONDS, safe=False).cast(pa.int64())).to_numpy()
    if not (micros % DAY).any():
        return lambda part: part.cast(pa.date32(), safe=False).cast(pa.string())
    if not (micros % MINUTE).any():
        return lambda part: pc.utf8_slice_codeunits(part.cast(pa.timestamp("s"), safe=False).cast(pa.string()), 0, TO_THE_MINUTE)
    unit = MICROSECONDS if (micros % SECOND).any() else pa.timestamp("s")
    return lambda part: part.cast(unit, safe=False).cast(pa.string())


def _floats_as_text(column: Any) -> Any:
    column = pc.if_else(pc.is_nan(column), None, column)
    is_large = pc.and_(pc.greater_equal(pc.abs(column), LARGE), pc.less(pc.abs(column), 2.0**63))
    if not pc.any(is_large).as_py():
        return _as_text(column)
    is_whole = pc.and_(is_large, pc.equal(pc.floor(column), column))
    whole = _as_text(pc.if_else(is_whole, column, 0.0).cast(pa.int64(), safe=False))
    told, is_broken = pc.if_else(is_whole, whole, _as_text(column)), pc.and_not(is_large, is_whole)
    if not pc.any(is_broken).as_py():
        return told
    numbers = zip(column.to_pylist(), is_broken.to_pylist(), strict=True)
    broken = [np.format_float_positional(number, trim="-") if odd else None for number, odd in numbers]
    return pc.coalesce(pa.array(broken, pa.string()), told)


def _as_text(column: Any) -> Any:
    return column.cast(pa.string())


def as_shown(cells: Cells, series: pd.Series) -> Cells | None:
    """Return the cells as the typed column reads, the very same where that is how they were written.

    One row of each distinct cell speaks for all. Where most differ and they read otherwise there is nothing to gain: None.
    """
    if isinstance(cells, VariedCells) or cells.are_levels:
        return None if _is_rewritten(cells, series) else cells
    row_of = find_rows(cells.codes, len(cells.levels))
    levels = pc.fill_null(render(pa.chunked_array([pa.array(series.iloc[row_of], from_pandas=True)])), "").combine_chunks()
    levels = levels.cast(cells.levels.type)
    return cells if levels.equals(cells.levels) else replace(cells, levels=levels)


def _is_rewritten(cells: Cells, series: pd.Series) -> bool:
    parts = [cells.levels] if isinstance(cells, TextCells) else cells.chunks
    head = parts[0][:LIKELY]
    if series.dtype.kind == "f" and not _reads_alike(_floats_as_text(pa.array(series.iloc[: len(head)], from_pandas=True)), head):
        return True
    typed = pa.chunked_array([pa.array(series, from_pandas=True)])
    rendering = rendering_of(typed)
    begun = 0
    for part in (half for whole in parts for half in (whole[:LIKELY], whole[LIKELY:])):
        if len(part) and not _reads_alike(rendering(typed[begun : begun + len(part)]), part):
            return True
        begun += len(part)
    return False


def _reads_alike(shown: Any, cells: Any) -> bool:
    return bool(pc.all(pc.equal(pc.fill_null(shown.cast(cells.type), ""), cells)).as_py())
