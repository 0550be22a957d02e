"""Typed tables as files, in the worker: `Table` to an Arrow file and to text, and back with the kinds a person chose.

An Arrow file is the memory of the columns as it is, so writing and loading cost nothing but the disk; it keeps the dtypes, and
the kinds as they were read in its metadata. The text is how the rest of the product shows a value, and beside it how the customer
wrote it. A column whose kind was overridden is converted from the text that is shown, so what a person sees is what is converted.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.ipc
import pyarrow.parquet

from datasets.lines import Coded, coded, join_lines
from datasets.reader.buffers import needs_quotes
from datasets.reader.cells import Cells, Shown, TextCells, TrimmedCells
from datasets.reader.rendering import render, rendering_of
from datasets.reader.turns import in_turns
from segmentiq.ml.errors import RunRefused
from segmentiq.ml.values import Column, Kind, Table

KINDS = b"segmentiq.kinds"
OF_BEFORE = ".parquet"
"""Tables that were stored before there were Arrow files."""
LINES = 2**14
"""Rows written at once as text."""
FEW = 2**15
"""Cells that tell whether a column repeats itself."""
TRUTHS = {**dict.fromkeys(("true", "yes", "y", "t", "1"), True), **dict.fromkeys(("false", "no", "n", "f", "0"), False)}


def write_table(table: Table, stream: BinaryIO, shown: Mapping[str, Shown] | None = None) -> None:
    """Write the typed columns with their kinds, of strings that repeat each once.

    `shown` holds how the cells of columns read, where that is known.
    """
    kinds = json.dumps({column.name: column.kind for column in table.columns})
    columns = {name: _packed(table.frame[name], (shown or {}).get(name)) for name in table.frame.columns}
    arrow = pa.table(columns, metadata={KINDS: kinds.encode()})
    with pa.ipc.new_file(stream, arrow.schema) as writer:
        writer.write_table(arrow)


def _packed(series: pd.Series[Any], cells: Shown | None) -> Any:
    """Return a column as an Arrow array: numbers as they lie in memory, NaN too; strings coded where they repeat."""
    if isinstance(series.dtype, np.dtype) and (
        series.dtype.kind in "if" or (series.dtype.kind == "M" and not series.isna().any())
    ):
        values = np.ascontiguousarray(series.to_numpy())
        return pa.Array.from_buffers(pa.from_numpy_dtype(values.dtype), len(values), [None, pa.py_buffer(values.view(np.uint8))])
    if series.dtype == "str" and isinstance(cells, TextCells) and 4 * len(cells.levels) < len(cells.codes):
        return cells.without_empty()
    column = pa.chunked_array([pa.array(series, from_pandas=True)]).combine_chunks()
    is_text = pa.types.is_string(column.type) or pa.types.is_large_string(column.type)
    return column.dictionary_encode() if is_text and _repeats(column[:FEW]) else column


def write_text(
    table: Table, stream: BinaryIO, written: Mapping[str, Cells] | None = None, shown: Mapping[str, Shown] | None = None
) -> None:
    """Write a header and the rows as UTF-8 CSV; a column that was written otherwise stands again at the end, as written.

    `shown` holds how the cells of columns read, where that is known.
    """
    frame, again, cells = table.frame, dict(written or {}), shown or {}
    columns = [_quoted_rows(cells[name]) if name in cells else _rendered(frame[name]) for name in frame.columns]
    columns += [_quoted_rows(column) for column in again.values()]

    def join_rows(part: slice) -> Any:
        return join_lines([column(part) for column in columns])

    header = io.StringIO()
    csv.writer(header, lineterminator="\n").writerow([*frame.columns, *again])
    stream.write(header.getvalue().encode())
    for rows in in_turns(join_rows, _slices(len(frame), LINES)):
        stream.write(rows)


def _rendered(series: pd.Series[Any]) -> Callable[[slice], Coded]:
    """Return the function that makes strings of some rows of a typed column."""
    column = pa.chunked_array([pa.array(series, from_pandas=True)])
    rendering = rendering_of(column)
    if pa.types.is_string(column.type) or pa.types.is_large_string(column.type):
        return lambda part: coded(_quoted(column[part].combine_chunks()))
    return lambda part: coded(rendering(column[part]).combine_chunks())


def _quoted_rows(cells: Shown) -> Callable[[slice], Coded]:
    """Return the function that gives some rows of cells, with quotation marks where a CSV file needs them."""
    if isinstance(cells, TextCells) and not cells.are_levels:
        levels = coded(_quoted(cells.levels))
        return lambda part: levels._replace(codes=cells.codes[part])
    if isinstance(cells, TrimmedCells):
        return partial(_trimmed, cells)
    return lambda part: coded(_quoted(cells.rows(part)))


def _trimmed(cells: TrimmedCells, part: slice) -> Coded:
    whole = coded(cells.cells.rows(part))
    return whole._replace(ends=whole.ends - cells.spare[part])


def _quoted(cells: Any) -> Any:
    """Return cells as they stand in a CSV file: all of them between quotation marks if one needs them, but for what is empty."""
    if not needs_quotes(cells):
        return cells
    mark = pa.scalar('"', cells.type)
    quoted = pc.binary_join_element_wise(mark, pc.replace_substring(cells, '"', '""'), mark, pa.scalar("", cells.type))
    return pc.if_else(pc.equal(cells, ""), cells, quoted)


def _repeats(column: Any) -> bool:
    """Tell whether cells repeat so much that it is worth while to write each of them once."""
    return 4 * int(pc.count_distinct(column).as_py()) < len(column)


def _slices(n_rows: int, at_once: int) -> Iterator[slice]:
    return (slice(start, start + at_once) for start in range(0, n_rows, at_once))


def read_table(path: Path, columns: tuple[Column, ...]) -> Table:
    """Load the columns with the kinds they have now. Raises RunRefused when one cannot be read as its kind."""
    arrow = pa.parquet.read_table(path) if path.suffix == OF_BEFORE else pa.ipc.open_file(pa.memory_map(str(path))).read_all()
    stored = json.loads(arrow.schema.metadata[KINDS])
    series = {column.name: _typed(arrow.column(column.name), stored[column.name], column) for column in columns}
    return Table(frame=pd.DataFrame(series, index=pd.RangeIndex(arrow.num_rows)), columns=columns)


def _typed(values: Any, stored: Kind, column: Column) -> pd.Series[Any]:
    if stored == column.kind or {stored, column.kind} <= {"category", "id", "text", "constant"}:
        return _native(values, column.kind)
    text = _strings(render(values))
    converted = CONVERTERS.get(column.kind, _same)(text)
    lost = int(converted.isna().sum() - text.isna().sum())
    if lost:
        raise RunRefused(
            f"Column {column.name!r} cannot be read as {column.kind}: {lost:,} of its values are something else.",
            code="invalid_kind",
            field="columns",
            hint="Set the column back to the kind it was read as.",
        )
    return converted


def _native(values: Any, kind: Kind) -> pd.Series[Any]:
    if kind == "number":
        return pd.Series(values.to_numpy())
    if kind == "boolean":
        return pd.Series(values.to_pandas(), dtype="boolean")
    if kind == "date":
        return pd.Series(values.to_pandas())
    return _strings(values)


def _strings(values: Any) -> pd.Series[Any]:
    return pd.Series(pd.array(values.combine_chunks().cast(pa.large_string()), dtype="string"))


def _same(text: pd.Series[Any]) -> pd.Series[Any]:
    return text


def _to_number(text: pd.Series[Any]) -> pd.Series[Any]:
    return pd.Series(pd.to_numeric(text, errors="coerce").to_numpy(dtype="float64", na_value=float("nan")))


def _to_date(text: pd.Series[Any]) -> pd.Series[Any]:
    return pd.to_datetime(text, errors="coerce", format="ISO8601")


def _to_boolean(text: pd.Series[Any]) -> pd.Series[Any]:
    return text.str.casefold().map(TRUTHS).astype("boolean")


CONVERTERS = {"number": _to_number, "date": _to_date, "boolean": _to_boolean}
