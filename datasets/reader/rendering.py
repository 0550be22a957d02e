"""Typed values as text: how the product shows a value, and whether that is how the customer wrote it.

Whole numbers have no `.0`, dates are ISO, booleans are true and false, missing is nothing, text stays byte for byte. An export
owes the customer the cells of the file, so the cells of a column that reads otherwise once it is typed are kept beside it.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from datasets.reader.cells import STRING, TextCells

EXACT = 1e15
"""From here on Arrow writes floats with an exponent; whole ones below 2**63 are written out instead."""


def render(column: Any) -> Any:
    """Return an Arrow column of strings; null stays null."""
    if pa.types.is_timestamp(column.type) or pa.types.is_date(column.type):
        return _dates_as_text(column.cast(pa.timestamp("us"), safe=False))
    if pa.types.is_floating(column.type):
        return _floats_as_text(column)
    return column.cast(pa.string())


def _dates_as_text(column: Any) -> Any:
    micros = pc.drop_null(column.cast(pa.int64())).to_numpy()
    if not (micros % 86_400_000_000).any():
        return pc.strftime(column, format="%Y-%m-%d")
    if not (micros % 1_000_000).any():
        column = column.cast(pa.timestamp("s"))
    return pc.strftime(column, format="%Y-%m-%d %H:%M:%S")


def _floats_as_text(column: Any) -> Any:
    column = pc.if_else(pc.is_nan(column), None, column)
    large = pc.and_(pc.greater_equal(pc.abs(column), EXACT), pc.less(pc.abs(column), 2.0**63))
    if not pc.any(large).as_py():
        return column.cast(pa.string())
    whole = pc.if_else(large, column, 0.0).cast(pa.int64(), safe=False).cast(pa.string())
    return pc.if_else(large, whole, column.cast(pa.string()))


def is_rewritten(cells: TextCells, series: pd.Series) -> bool:
    """Tell whether the typed column reads otherwise than its cells; one row of each distinct cell speaks for all."""
    present = np.flatnonzero(cells.codes >= 0)
    row_of = np.zeros(len(cells.levels), dtype=np.int64)
    row_of[cells.codes[present]] = present
    shown = render(pa.chunked_array([pa.array(series.iloc[row_of], from_pandas=True)])).cast(STRING)
    return not pc.all(pc.equal(pc.fill_null(shown, ""), cells.levels)).as_py()
