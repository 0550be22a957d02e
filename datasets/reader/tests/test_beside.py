"""Look-up tables beside the data of a sheet are left out and told; columns of the data never are."""

from __future__ import annotations

from typing import Any

import pytest

from datasets.reader import ReadResult
from datasets.reader.tests.reading import kinds, read, values, warned
from datasets.reader.tests.workbooks import workbook, write

NAMES: list[Any] = ["customer", "region", "spend"]
ROWS: list[list[Any]] = [[f"C{i:02d}", "NS"[i % 2], i * 2.5] for i in range(24)]
LOOK_UP: list[list[Any]] = [["code", "means"], ["N", "North"], ["S", "South"]]


def sheet(left: list[list[Any]], right: list[list[Any]], *, top: int = 0, gap: int = 1, **overrides: Any) -> ReadResult:
    """Read a sheet with two tables side by side."""

    def fill(book: Any) -> None:
        made = write(book, "Data", left)
        for place, row in enumerate(right):
            made.write_row(place + top, len(left[0]) + gap, row)

    return read(workbook(fill), "a.xlsx", overrides=overrides)


@pytest.mark.parametrize(("top", "gap"), [(0, 1), (3, 1), (0, 4)])
def test_a_look_up_table_to_the_right_is_left_out_and_told(top: int, gap: int) -> None:
    result = sheet([NAMES, *ROWS], LOOK_UP, top=top, gap=gap)
    assert list(kinds(result)) == NAMES
    assert values(result, "spend") == [row[2] for row in ROWS]
    (message,) = [warning["message"] for warning in result.warnings if warning["code"] == "tables_beside"]
    assert "2 columns of up to 3 rows" in message


def test_a_look_up_table_to_the_left_is_left_out_too() -> None:
    result = sheet(LOOK_UP, [NAMES, *ROWS])
    assert list(kinds(result)) == NAMES
    assert len(result.table.frame) == 24


def test_a_person_reads_its_columns_too() -> None:
    result = sheet([NAMES, *ROWS], LOOK_UP, keep_rows=True)
    assert list(kinds(result)) == [*NAMES, "code", "means"]


@pytest.mark.parametrize(
    "right",
    [
        [["visits", "orders"], *([i, i * 2] for i in range(24))],
        [["remark"], ["late"], [""], ["new"]],
        [["visits", "remark"], *([i, ""] if i % 3 else ["", ""] for i in range(24))],
    ],
    ids=["more columns", "rare remarks", "columns with gaps"],
)
def test_columns_of_the_customers_beyond_an_empty_one_stay(right: list[list[Any]]) -> None:
    result = sheet([NAMES, *ROWS], right)
    assert set(right[0]) <= set(kinds(result))
    assert "tables_beside" not in warned(result)
    assert len(result.table.frame) == 24
