"""Parquet files to raw columns, through pyarrow; flat columns only, one at a time.

The footer is checked against the limits before anything is decoded. Numbers, truths and timestamps stay typed; text becomes cells
like those of a CSV file, so that the same rules tell identifiers from categories. Text stays the dictionary that it is in the
file: laid out, a few bytes of dictionary could become gigabytes. Whole numbers that would be rounded stay text: they are
identifiers.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet

from datasets.reader.cells import STRING, TextCells, encode
from datasets.reader.layout import cell_too_long, check_width, empty_file, name_columns
from datasets.reader.limits import MIB
from datasets.reader.source import RawTable, Source, check_size
from segmentiq.ml.errors import FileRefused

INDEX_NAME = "row_id"
FLAT = (
    pa.types.is_boolean, pa.types.is_integer, pa.types.is_floating, pa.types.is_decimal,
    pa.types.is_timestamp, pa.types.is_date, pa.types.is_time, pa.types.is_duration, pa.types.is_null,
)  # fmt: skip
EXACT = 2**53
"""Whole numbers up to here are the same as decimal numbers."""


def read_parquet(source: Source) -> RawTable:
    """Read all columns. Raises FileRefused."""
    with _refusing():
        file = pa.parquet.ParquetFile(source.path, memory_map=False, pre_buffer=False)
        _check(file, source)
        text = [entry.name for entry in file.schema_arrow if _is_text(entry.type)]
        if text:
            file = pa.parquet.ParquetFile(source.path, read_dictionary=text, pre_buffer=False)
    names = name_columns(_find_names(file, source), source.findings, source.limits)
    return RawTable(names=names, columns=_take(file, source), n_rows=file.metadata.num_rows)


@contextmanager
def _refusing() -> Iterator[None]:
    """Turn what the library says about a broken file into a refusal; running out of memory is none."""
    try:
        yield
    except MemoryError:
        raise
    except (pa.ArrowException, OSError, ValueError, KeyError) as error:
        raise _corrupt("it cannot be read") from error


def _check(file: Any, source: Source) -> None:
    schema = file.schema_arrow
    check_width(len(schema), source.limits)
    if file.metadata.num_rows == 0:
        raise empty_file("The file has columns but no rows.")
    check_size(file.metadata.num_rows, len(schema), source)
    for entry in schema:
        if not _is_flat(entry.type):
            raise _corrupt(f"column {entry.name[:80]} holds lists, records or bytes instead of single values")
    _check_bytes(file, source)


def _check_bytes(file: Any, source: Source) -> None:
    """Raise FileRefused when a column says that it unpacks to more than a table may have."""
    sizes = [0] * file.metadata.num_columns
    for group in range(file.metadata.num_row_groups):
        for position in range(file.metadata.num_columns):
            sizes[position] += file.metadata.row_group(group).column(position).total_uncompressed_size
    for entry, size in zip(file.schema_arrow, sizes, strict=True):
        if size > source.limits.max_unpacked_bytes:
            raise _too_large(entry.name, source)


def _too_large(name: str, source: Source) -> FileRefused:
    return FileRefused(
        f"Column {name[:80]} of the Parquet file unpacks to more than {source.limits.max_unpacked_bytes // MIB:,} MiB.",
        code="too_many_cells",
        field="file",
        hint="Keep the columns and rows that are needed and upload again.",
    )


def _is_text(kind: Any) -> bool:
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind))


def _is_flat(kind: Any) -> bool:
    if pa.types.is_dictionary(kind):
        return _is_flat(kind.value_type)
    return _is_text(kind) or any(is_kind(kind) for is_kind in FLAT)


def _corrupt(what: str) -> FileRefused:
    return FileRefused(
        f"The Parquet file cannot be used: {what}.",
        code="corrupt_parquet",
        field="file",
        hint="Write it again with flat columns, or upload a CSV.",
    )


def _find_names(file: Any, source: Source) -> list[str]:
    """Return the names of the columns; the index of a data frame, which has none, is called a row's number."""
    names: list[str] = file.schema_arrow.names
    try:
        index = json.loads((file.schema_arrow.metadata or {}).get(b"pandas", b"{}"))["index_columns"]
        nameless = {name for name in index if isinstance(name, str) and name.startswith("__index_level_")}
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        nameless = set()
    if nameless.intersection(names):
        reason = "The index of the data frame that was written; leave the column out if it says nothing about customers."
        source.findings.decide("index", INDEX_NAME, reason)
    return [INDEX_NAME if name in nameless else name for name in names]


def _take(file: Any, source: Source) -> Iterator[TextCells | pd.Series]:
    names = file.schema_arrow.names
    for position, name in enumerate(names):
        source.on_progress("reading", 0.5 * position / len(names))
        with _refusing():
            found = file.read(columns=[name], use_threads=False, use_pandas_metadata=False)
            column = found.column(names[:position].count(name))
            column.validate(full=True)
            if len(column) != file.metadata.num_rows:
                raise _corrupt("it does not hold the rows that it says")
            cells = _to_cells(column, name, position, source)
        yield cells


def _to_cells(column: Any, name: str, position: int, source: Source) -> TextCells | pd.Series:
    kind = column.type
    if pa.types.is_dictionary(kind) and not _is_text(kind.value_type):
        column = column.cast(kind.value_type)
        kind = column.type
    if pa.types.is_boolean(kind):
        return pd.Series(column.to_pandas(), dtype="boolean")
    if pa.types.is_timestamp(kind) or pa.types.is_date(kind):
        if getattr(kind, "tz", None):
            source.findings.decide(f"time zone in {name[:80]}", "UTC", "The file gives moments with a time zone.")
        return pd.Series(column.cast(pa.timestamp("us"), safe=False).to_numpy())
    if pa.types.is_duration(kind):
        return _to_seconds(column, name, source)
    if pa.types.is_integer(kind) or (pa.types.is_decimal(kind) and kind.scale <= 0):
        return _to_whole(column)
    if pa.types.is_floating(kind) or pa.types.is_decimal(kind):
        return pd.Series(column.cast(pa.float64(), safe=False).to_numpy().astype(np.float64))
    return _to_text(column, name, position, source)


def _to_whole(column: Any) -> TextCells | pd.Series:
    """Return whole numbers; those that the type for gaps cannot hold exactly as text."""
    ends = pc.min_max(column).as_py()
    lowest, highest = ends["min"] or 0, ends["max"] or 0
    if column.null_count == 0 and lowest >= -(2**63) and highest < 2**63:
        return pd.Series(column.cast(pa.int64()).to_numpy())
    if lowest >= -EXACT and highest <= EXACT:
        return pd.Series(column.cast(pa.float64()).to_numpy().astype(np.float64))
    return encode(column.cast(pa.string()).cast(STRING))


def _to_seconds(column: Any, name: str, source: Source) -> pd.Series:
    per_second = {"s": 1, "ms": 10**3, "us": 10**6, "ns": 10**9}[column.type.unit]
    source.findings.decide(f"unit of {name[:80]}", "seconds", "The file gives lengths of time.")
    return pd.Series(column.cast(pa.int64()).cast(pa.float64(), safe=False).to_numpy().astype(np.float64) / per_second)


def _to_text(column: Any, name: str, position: int, source: Source) -> TextCells:
    """Return text as distinct cells; what is used of its dictionary is looked at, and its rows never laid out."""
    if pa.types.is_time(column.type):
        column = pc.replace_substring_regex(column.cast(STRING), r"\.0+$", "")
    if not pa.types.is_dictionary(column.type):
        column = column.cast(STRING).dictionary_encode()
    whole = column.unify_dictionaries().combine_chunks()
    codes = whole.indices.fill_null(-1).to_numpy(zero_copy_only=False).astype(np.int64)
    used = pd.unique(codes[codes >= 0])
    if len(used) == 0:
        return TextCells(codes=codes.astype(np.int32), levels=pa.array([], STRING))
    levels = whole.dictionary.take(pa.array(used)).cast(STRING)
    if (pc.max(pc.utf8_length(levels)).as_py() or 0) > source.limits.max_cell_chars:
        raise cell_too_long(f"in column {position + 1}", source.limits)
    lengths = pc.fill_null(pc.binary_length(levels), 0).to_numpy(zero_copy_only=False)
    if int((lengths * np.bincount(codes[codes >= 0])[used]).sum()) > source.limits.max_unpacked_bytes:
        raise _too_large(name, source)
    cells = encode(pa.chunked_array([levels], STRING))
    place = np.full(len(whole.dictionary) + 1, -1, dtype=np.int32)
    place[used] = cells.codes
    return TextCells(codes=place[codes], levels=cells.levels, n_with_nul=cells.n_with_nul)
