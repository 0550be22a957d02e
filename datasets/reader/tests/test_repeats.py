"""Rows that repeat another one: found as pandas finds them, set aside on request, and the rest judged as if they never were."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from datasets.reader.repeats import find_repeats
from datasets.reader.tests.reading import kinds, read, values, warned
from datasets.reader.tests.workbooks import workbook, write
from segmentiq.ml.errors import FileRefused

DROP = {"duplicates": "drop"}
N, N_AGAIN = 40, 30
HEADER = "token,plan,spend,since"
ROWS = [f"C{number:03d},{'ab'[number % 2]},{number * 1.5},2024-01-{number % 28 + 1:02d}" for number in range(N)]
IN_OTHER_WORDS = [
    f"C{number:03d}, {'ab'[number % 2]} ,{number * 1.5}0,2024-01-{number % 28 + 1:02d}T00:00:00" for number in range(N_AGAIN)
]
TABLE = "\n".join([HEADER, *ROWS, *IN_OTHER_WORDS]) + "\n"


def ledger(result: Any) -> dict[str, int]:
    return {entry["what"]: entry["rows"] for entry in result.ledger}


def test_repeated_rows_are_kept_unless_a_person_says_otherwise() -> None:
    assert ledger(read(TABLE)) == {"kept": N + N_AGAIN}


def test_repeated_rows_are_set_aside_and_counted() -> None:
    result = read(TABLE, overrides=DROP)
    assert ledger(result) == {"duplicates": N_AGAIN, "kept": N}
    assert values(result, "token") == [f"C{number:03d}" for number in range(N)]
    assert len(result.table.frame) == N


def test_what_a_column_is_told_by_the_rows_that_are_left() -> None:
    assert kinds(read(TABLE))["token"] == "text"
    result = read(TABLE, overrides=DROP)
    assert kinds(result)["token"] == "id"
    assert result.statistics["plan"]["levels"] == [["a", N // 2], ["b", N // 2]]
    assert "spaces_trimmed" not in warned(result)
    assert set(result.written["spend"].encoded().levels.to_pylist()) == {f"{number * 1.5}" for number in range(N)}


def test_nothing_is_said_twice_because_the_columns_are_typed_twice() -> None:
    table = TABLE.replace("C001,b", "C001,?")
    once, again = read(table), read(table, overrides=DROP)
    assert [decision["what"] for decision in again.decisions] == [decision["what"] for decision in once.decisions]


def test_a_table_without_repeats_is_the_same_table() -> None:
    plain = "\n".join([HEADER, *ROWS]) + "\n"
    result = read(plain, overrides=DROP)
    assert ledger(result) == {"kept": N}
    pd.testing.assert_frame_equal(result.table.frame, read(plain).table.frame)


def test_sheets_and_parquet_columns_lose_the_same_rows() -> None:
    rows: list[list[Any]] = [["id", "age"], *([f"c{number}", number] for number in range(30)), ["c3", 3], ["c4", 4.0], ["c4", 5]]
    result = read(workbook(lambda book: write(book, "A", rows)), "a.xlsx", overrides=DROP)
    assert ledger(result) == {"duplicates": 2, "kept": 31}
    assert values(result, "age") == [*range(30), 5]


@pytest.mark.parametrize("choice", ["keep", True, ["drop"], {}])
def test_another_choice_is_refused(choice: object) -> None:
    with pytest.raises(FileRefused, match="reading choice"):
        read(TABLE, overrides={"duplicates": choice})


CELLS = {
    "number": st.sampled_from([0.0, -0.0, 1.5, 2.0, np.nan]),
    "whole": st.integers(0, 2),
    "text": st.sampled_from(["a", "b", "", None]),
    "truth": st.sampled_from([True, False, pd.NA]),
    "day": st.sampled_from([np.datetime64("2024-01-01"), np.datetime64("2024-01-02"), np.datetime64("NaT")]),
}
DTYPES = {"number": "float64", "whole": "int64", "text": "str", "truth": "boolean", "day": "datetime64[us]"}


@settings(max_examples=100, deadline=None)
@given(st.lists(st.fixed_dictionaries(CELLS), min_size=1, max_size=60))
def test_repeats_are_those_that_pandas_finds(rows: list[dict[str, Any]]) -> None:
    frame = pd.DataFrame({name: pd.Series([row[name] for row in rows], dtype=DTYPES[name]) for name in CELLS})
    assert find_repeats(frame).tolist() == np.flatnonzero(frame.duplicated()).tolist()
    assert find_repeats(frame, ["text"]).tolist() == np.flatnonzero(frame[["text"]].duplicated()).tolist()
