"""Parquet files to raw columns, through pyarrow; flat columns only.

The footer is checked against the limits before anything is decoded. Numbers, truths and timestamps stay typed; text becomes cells
like those of a CSV file, so that the same rules tell identifiers from categories.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet

from datasets.reader.cells import STRING, TextCells, encode
from datasets.reader.layout import cell_too_long, check_width, empty_file, name_columns
from datasets.reader.source import RawTable, Source, check_size
from segmentiq.ml.errors import FileRefused


def read_parquet(source: Source) -> RawTable:
    """Read all columns. Raises FileRefused."""
    try:
        with pa.parquet.ParquetFile(source.path) as file:
            _check(file, source)
            table = file.read()
    except (pa.ArrowException, OSError, ValueError) as error:
        raise _corrupt("it cannot be read") from error
    source.on_progress("reading", 0.5)
    names = name_columns(table.column_names, source.findings, source.limits)
    return RawTable(names=names, columns=_take(table, source), n_rows=table.num_rows)


def _check(file: Any, source: Source) -> None:
    schema = file.schema_arrow
    check_width(len(schema), source.limits)
    if file.metadata.num_rows == 0:
        raise empty_file("The file has columns but no rows.")
    check_size(file.metadata.num_rows, len(schema), source)
    for entry in schema:
        if pa.types.is_nested(entry.type) or pa.types.is_binary(entry.type) or pa.types.is_large_binary(entry.type):
            raise _corrupt(f"column {entry.name[:80]} holds lists, records or bytes instead of single values")


def _corrupt(what: str) -> FileRefused:
    return FileRefused(
        f"The Parquet file cannot be used: {what}.",
        code="corrupt_parquet",
        field="file",
        hint="Write it again with flat columns, or upload a CSV.",
    )


def _take(table: Any, source: Source) -> Iterator[TextCells | pd.Series]:
    for position in range(table.num_columns):
        yield _to_cells(table.column(position), position, source)


def _to_cells(column: Any, position: int, source: Source) -> TextCells | pd.Series:
    kind = column.type
    if pa.types.is_dictionary(kind):
        column = column.cast(kind.value_type)
        kind = column.type
    if pa.types.is_boolean(kind):
        return pd.Series(column.to_pandas(), dtype="boolean")
    if pa.types.is_timestamp(kind) or pa.types.is_date(kind):
        return pd.Series(column.cast(pa.timestamp("us"), safe=False).to_numpy())
    if pa.types.is_integer(kind) and column.null_count == 0 and kind != pa.uint64():
        return pd.Series(column.cast(pa.int64()).to_numpy())
    if pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind):
        return pd.Series(column.cast(pa.float64(), safe=False).to_numpy().astype(np.float64))
    text = column.cast(STRING)
    if (pc.max(pc.utf8_length(text)).as_py() or 0) > source.limits.max_cell_chars:
        raise cell_too_long(f"in column {position + 1}", source.limits)
    return encode(text)
