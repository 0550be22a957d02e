"""Typed tables as files, in the worker: `Table` to Parquet and to text, and back with the kinds a person chose.

Parquet keeps the dtypes, and the kinds as they were read in its metadata. The text is how the rest of the product shows and
exports a value: whole numbers without `.0`, dates as ISO, booleans as true and false, missing as nothing, text byte for byte. A
column whose kind was overridden is converted from that text, so what a person sees is what is converted.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
import pyarrow.parquet

from segmentiq.ml.errors import RunRefused
from segmentiq.ml.values import Column, Kind, Table

KINDS = b"segmentiq.kinds"
EXACT = 1e15
"""From here on Arrow writes floats with an exponent; whole ones below 2**63 are written out instead."""
TRUTHS = {**dict.fromkeys(("true", "yes", "y", "t", "1"), True), **dict.fromkeys(("false", "no", "n", "f", "0"), False)}


def write_parquet(table: Table, path: Path) -> None:
    """Write the typed columns with their kinds."""
    arrow = pa.Table.from_pandas(table.frame, preserve_index=False)
    kinds = json.dumps({column.name: column.kind for column in table.columns})
    pa.parquet.write_table(arrow.replace_schema_metadata({**(arrow.schema.metadata or {}), KINDS: kinds.encode()}), path)


def write_text(table: Table, path: Path) -> None:
    """Write a header and the rows as UTF-8 CSV."""
    arrow = pa.Table.from_pandas(table.frame, preserve_index=False)
    rendered = pa.table([_as_text(column) for column in arrow.columns], names=arrow.column_names)
    pa.csv.write_csv(rendered, path, pa.csv.WriteOptions(quoting_style="needed"))


def read_parquet(path: Path, columns: tuple[Column, ...]) -> Table:
    """Load the columns with the kinds they have now. Raises RunRefused when one cannot be read as its kind."""
    arrow = pa.parquet.read_table(path)
    stored = json.loads(arrow.schema.metadata[KINDS])
    series = {column.name: _typed(arrow.column(column.name), stored[column.name], column) for column in columns}
    return Table(frame=pd.DataFrame(series, index=pd.RangeIndex(arrow.num_rows)), columns=columns)


def _as_text(column: Any) -> Any:
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


def _typed(values: Any, stored: Kind, column: Column) -> pd.Series[Any]:
    if stored == column.kind or {stored, column.kind} <= {"category", "id", "text", "constant"}:
        return _native(values, column.kind)
    text = pd.Series(_as_text(values).to_pylist(), dtype="string")
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
    return pd.Series(values.to_pylist(), dtype="string")


def _same(text: pd.Series[Any]) -> pd.Series[Any]:
    return text


def _to_number(text: pd.Series[Any]) -> pd.Series[Any]:
    return pd.Series(pd.to_numeric(text, errors="coerce").to_numpy(dtype="float64", na_value=float("nan")))


def _to_date(text: pd.Series[Any]) -> pd.Series[Any]:
    return pd.to_datetime(text, errors="coerce", format="ISO8601")


def _to_boolean(text: pd.Series[Any]) -> pd.Series[Any]:
    return text.str.casefold().map(TRUTHS).astype("boolean")


CONVERTERS = {"number": _to_number, "date": _to_date, "boolean": _to_boolean}
