"""Typed tables survive the way to the disk and back, and look in text as a person wrote them."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.ipc
import pyarrow.parquet
import pytest

from datasets import tabular
from segmentiq.ml.errors import RunRefused
from segmentiq.ml.values import Column, Table

pytestmark = pytest.mark.once


def a_table(**columns: tuple[str, Any]) -> Table:
    frame = pd.DataFrame({name: values for name, (_, values) in columns.items()})
    return Table(frame=frame, columns=tuple(Column(name=n, kind=kind, role="feature") for n, (kind, _) in columns.items()))  # type: ignore[arg-type]


def text_of(table: Table, folder: Path) -> list[list[str]]:
    with (folder / "rows.csv").open("wb") as stream:
        tabular.write_text(table, stream)
    with (folder / "rows.csv").open(encoding="utf-8", newline="") as text:
        return list(csv.reader(text))


def back(table: Table, folder: Path, **kinds: str) -> Table:
    with (folder / "table.arrow").open("wb") as stream:
        tabular.write_table(table, stream)
    wanted = tuple(Column(name=c.name, kind=kinds.get(c.name, c.kind), role=c.role) for c in table.columns)  # type: ignore[arg-type]
    return tabular.read_table(folder / "table.arrow", wanted)


@pytest.mark.parametrize(
    ("values", "text"),
    [
        (pd.Series([1, 20]), ["1", "20"]),
        (pd.Series([1.0, float("nan")]), ["1", ""]),
        (pd.Series([0.1, -2.5]), ["0.1", "-2.5"]),
        (pd.Series([4.915112345678901e15, 1.0]), ["4915112345678901", "1"]),
        (pd.Series([4006381333931.0, float("nan")]), ["4006381333931", ""]),
        (pd.Series([12345678901.25, -1e10]), ["12345678901.25", "-10000000000"]),
        (pd.Series([True, None], dtype="boolean"), ["true", ""]),
        (pd.to_datetime(pd.Series(["2024-02-29", None])), ["2024-02-29", ""]),
        (pd.to_datetime(pd.Series(["2024-02-29 10:05", "2024-03-01 00:00"])), ["2024-02-29 10:05", "2024-03-01 00:00"]),
        (
            pd.to_datetime(pd.Series(["2024-02-29 10:05:00", "2024-03-01 00:00:01"])),
            ["2024-02-29 10:05:00", "2024-03-01 00:00:01"],
        ),
        (pd.Series(["00123", None], dtype="string"), ["00123", ""]),
        (pd.Series([' a,"b" ', "c\r\nd"], dtype="string"), [' a,"b" ', "c\r\nd"]),
        (pd.Series(["=1+1", "€ ü"], dtype="string"), ["=1+1", "€ ü"]),
    ],
)
def test_values_are_written_as_a_person_writes_them(tmp_path: Path, values: Any, text: list[str]) -> None:
    rows = text_of(a_table(key=("id", pd.Series(["a", "b"], dtype="string")), x=("number", values)), tmp_path)
    assert rows == [["key", "x"], ["a", text[0]], ["b", text[1]]]


def test_every_kind_comes_back_with_its_dtype(tmp_path: Path) -> None:
    table = a_table(
        n=("number", [1.5, float("nan")]),
        i=("number", [1, 2]),
        b=("boolean", pd.Series([True, None], dtype="boolean")),
        d=("date", pd.to_datetime(pd.Series(["2024-01-01", None]))),
        c=("category", pd.Series(["x", None], dtype="string")),
    )
    found = back(table, tmp_path)
    kinds = ["float64", "int64", "boolean", table.frame["d"].dtype.name, "string"]
    assert [dtype.name for dtype in found.frame.dtypes] == kinds
    pd.testing.assert_frame_equal(found.frame, table.frame)


@pytest.mark.parametrize(
    ("values", "kind", "wanted", "expected"),
    [
        (pd.Series([1, 2, 2]), "number", "category", ["1", "2", "2"]),
        (pd.Series(["1", "2.5", None], dtype="string"), "category", "number", [1.0, 2.5, None]),
        (pd.Series(["yes", "NO", None], dtype="string"), "category", "boolean", [True, False, None]),
        (pd.Series(["2024-05-01", None, "2024-05-02"], dtype="string"), "text", "date", ["2024-05-01", None, "2024-05-02"]),
        (pd.Series([True, False, None], dtype="boolean"), "boolean", "category", ["true", "false", None]),
        (pd.Series(["a", "b", None], dtype="string"), "text", "category", ["a", "b", None]),
    ],
)
def test_a_column_is_read_as_the_kind_a_person_gave_it(
    tmp_path: Path, values: Any, kind: str, wanted: str, expected: Any
) -> None:
    found = back(a_table(x=(kind, values)), tmp_path, x=wanted).frame["x"]
    shown = [None if pd.isna(value) else str(value)[:10] if wanted == "date" else value for value in found]
    assert shown == expected


def test_a_kind_that_does_not_fit_is_refused_with_a_count_and_no_value(tmp_path: Path) -> None:
    table = a_table(x=("category", pd.Series(["1", "secret", "2"], dtype="string")))
    with pytest.raises(RunRefused) as refused:
        back(table, tmp_path, x="number")
    assert refused.value.code == "invalid_kind"
    assert "1 of its values" in refused.value.message
    assert "secret" not in refused.value.message + refused.value.hint


@pytest.mark.parametrize(("kind", "expected"), [("category", ["1", "02"]), ("number", [1.0, 2.0]), ("text", ["1", "02"])])
def test_strings_that_repeat_are_held_once_and_come_back_as_any_kind(tmp_path: Path, kind: str, expected: list[Any]) -> None:
    table = a_table(
        key=("id", pd.Series([f"{n}" for n in range(80)], dtype="str")),
        level=("category", pd.Series(["1", "02"] * 40, dtype="str")),
    )
    loaded = back(table, tmp_path, level=kind).frame["level"]
    assert loaded.tolist() == expected * 40
    arrow = pa.ipc.open_file(str(tmp_path / "table.arrow")).schema
    assert [pa.types.is_dictionary(column.type) for column in arrow] == [False, True]


def test_a_table_that_was_stored_as_parquet_is_loaded_too(tmp_path: Path) -> None:
    kinds = json.dumps({"key": "id", "spend": "number"}).encode()
    stored = pa.table({"key": pa.array(["01", None]), "spend": [1.5, None]}, metadata={tabular.KINDS: kinds})
    pa.parquet.write_table(stored, tmp_path / "table.parquet")
    wanted = (Column(name="key", kind="id", role="id"), Column(name="spend", kind="number", role="feature"))
    frame = tabular.read_table(tmp_path / "table.parquet", wanted).frame
    assert frame["key"].tolist() == ["01", pd.NA]
    assert frame["spend"].fillna(-1).tolist() == [1.5, -1]
