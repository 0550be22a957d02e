"""Rows are found by name or number as reading every one of them would find them."""

from __future__ import annotations

import csv
import io
import random
from collections.abc import Callable
from typing import Any

import pytest

from datasets import finding, storage
from datasets.models import Dataset
from segmentiq.ml.errors import Refusal

Make = Callable[..., Any]
ODD = ("a", "007", "7", "7.0", "x,y", 'say ""so""', '"', "two\nlines", "cr\rcr", "", "é, ü", "ends,", ',"\n",', "true")


def table_of(n: int) -> str:
    """Return a table whose cells are made to confuse: every kind of quotation, and identifiers that look like numbers."""
    draw = random.Random(7)
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(["key, or so", "words", "amount", 'said "twice"'])
    for row in range(n):
        writer.writerow([f"{row:05d}", draw.choice(ODD), f"{draw.uniform(0, 9):.2f}", draw.choice(ODD) + str(row)])
    return text.getvalue()


@pytest.fixture
def dataset(make_dataset: Make) -> Dataset:
    return make_dataset(table_of(400))  # type: ignore[no-any-return]


@pytest.fixture(params=[64, 1000, 2**18])
def block(request: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Read in blocks shorter than a row, of some rows, and of all of them."""
    monkeypatch.setattr(finding, "BLOCK", request.param)


@pytest.mark.usefixtures("block")
def test_rows_are_those_that_reading_all_of_them_gives(dataset: Dataset) -> None:
    header, *rows = storage.iter_rows(dataset)
    wanted = [0, 1, 17, 200, 399]
    assert finding.read_rows(dataset, wanted) == (header, {row: rows[row] for row in wanted})


@pytest.mark.usefixtures("block")
@pytest.mark.parametrize("column", [0, 1, 3])
def test_a_text_is_found_where_it_stands_and_nowhere_else(dataset: Dataset, column: int) -> None:
    header, *rows = storage.iter_rows(dataset)
    for text in {row[column] for row in rows[:40]} - {""}:
        expected = [number for number, row in enumerate(rows) if row[column] == text]
        assert finding.find_rows(dataset, [header[column]], text, most=len(rows)) == expected


def test_leading_zeros_count_and_a_part_is_not_the_whole(dataset: Dataset) -> None:
    name = next(storage.iter_rows(dataset))[0]
    assert finding.find_rows(dataset, [name], "00007", most=5) == [7]
    assert finding.find_rows(dataset, [name], "7", most=5) == []
    assert finding.find_rows(dataset, [name], "0000", most=5) == []


def test_a_cell_is_found_as_the_customer_wrote_it_too(make_dataset: Make) -> None:
    lines = "".join(f"{row},{10 * row}.0\n" for row in range(1, 30))
    dataset = make_dataset(f"customer_id,amount\n{lines}")
    assert finding.find_rows(dataset, ["amount"], "70.0", most=5) == finding.find_rows(dataset, ["amount"], "70", most=5) == [6]


def test_rows_that_are_not_there_are_left_out(dataset: Dataset) -> None:
    assert list(finding.read_rows(dataset, [399, 400, 10_000])[1]) == [399]
    assert finding.read_rows(dataset, [])[1] == {}


def test_a_blank_row_of_an_only_column_is_a_row(make_dataset: Make) -> None:
    dataset = make_dataset("amount\n1.5\n\n2.5\n3\n")
    rows = list(storage.iter_rows(dataset))[1:]
    assert finding.read_rows(dataset, range(4))[1] == dict(enumerate(rows))


def test_a_table_that_is_gone_is_refused(dataset: Dataset) -> None:
    storage.rows_path(dataset).unlink()
    with pytest.raises(Refusal) as refused:
        finding.read_rows(dataset, [0])
    assert refused.value.code == "table_unreadable"
