"""Dates in the order the whole column agrees on."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from datasets.reader.dates import read_dates
from datasets.reader.tests.reading import kinds, read, values, warned


def dates(*cells: str, words: tuple[str, ...] = ()) -> list[str] | None:
    found = read_dates(pa.array(cells, pa.large_string()), words)
    return None if found is None else [str(value.astype("datetime64[s]")) for value in np.asarray(found.values)]


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        (["2024-01-02", "2024-12-31"], ["2024-01-02T00:00:00", "2024-12-31T00:00:00"]),
        (["2024-01-02 03:04", "2024-01-02 03:04:05"], ["2024-01-02T03:04:00", "2024-01-02T03:04:05"]),
        (["31/12/2024", "01/02/2024"], ["2024-12-31T00:00:00", "2024-02-01T00:00:00"]),
        (["12/31/2024 5:07 PM", "1/2/2024 12:30 AM"], ["2024-12-31T17:07:00", "2024-01-02T00:30:00"]),
        (["31.12.24", "1.2.99"], ["2024-12-31T00:00:00", "1999-02-01T00:00:00"]),
        (["12 Mar 2024", "1 April 2024"], ["2024-03-12T00:00:00", "2024-04-01T00:00:00"]),
        (["Mar 12, 2024"], ["2024-03-12T00:00:00"]),
        (["12-MAR-24"], ["2024-03-12T00:00:00"]),
        (["2024-01-02T03:04:05Z", "2024-01-02T03:04:05+02:00"], ["2024-01-02T03:04:05", "2024-01-02T01:04:05"]),
        (["2024-02-29"], ["2024-02-29T00:00:00"]),
    ],
)
def test_dates_are_read(cells: list[str], expected: list[str]) -> None:
    assert dates(*cells) == expected


@pytest.mark.parametrize(
    "cells",
    [["2023-02-29"], ["31/12/2024", "12/31/2024"], ["1.5"], ["20240102"], ["12:30"], ["2024"], ["1 Foo 2024"], ["0001-01-01"]],
)
def test_what_is_no_date_is_none(cells: list[str]) -> None:
    assert dates(*cells) is None


def test_eight_digits_are_a_date_when_the_name_says_so() -> None:
    assert dates("20240102", words=("order", "date")) == ["2024-01-02T00:00:00"]
    assert kinds(read("date,n\n20240102,1\n20240203,2\n20240405,4\n"))["date"] == "date"


def test_a_date_of_zeros_is_missing() -> None:
    result = read("when,n\n2024-01-02,1\n0000-00-00,2\n2024-03-04,4\nNA,5\n")
    assert kinds(result)["when"] == "date"
    assert result.statistics["when"]["n_missing"] == 2


def test_an_order_that_had_to_be_guessed_is_told() -> None:
    result = read("when,n\n01/02/2024,1\n03/04/2024,2\n")
    assert "date_order_guessed" in warned(result)
    assert [value.month for value in values(result, "when")] == [2, 4]


def test_dates_are_described_in_iso_text() -> None:
    facts = read("when,n\n2024-01-01,1\n2024-01-03,2\n").statistics["when"]
    assert (facts["min"], facts["mean"], facts["sd"]) == ("2024-01-01T00:00:00", "2024-01-02T00:00:00", 1.0)
    assert len(facts["histogram"]["counts"]) == 20
    assert sum(facts["histogram"]["counts"]) == 2
