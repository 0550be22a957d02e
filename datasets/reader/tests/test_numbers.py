"""Numbers as people write them, and what only looks like one."""

from __future__ import annotations

import math
from typing import Any

import pyarrow as pa
import pytest

from datasets.reader.numbers import Writing, read_numbers


def numbers(*cells: str, **writing: Any) -> list[float] | None:
    found = read_numbers(pa.array(cells, pa.large_string()), Writing(**writing))
    return None if found is None else [None if math.isnan(value) else value for value in found.values.tolist()]  # type: ignore[misc]


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        (["1", "-2", "+3"], [1, -2, 3]),
        (["1.5", ".5", "2."], [1.5, 0.5, 2.0]),
        (["1e3", "2E-2"], [1000.0, 0.02]),
        (["1,5", "2,25"], [1.5, 2.25]),
        (["1,234.5", "7"], [1234.5, 7.0]),
        (["1.234,5", "7"], [1234.5, 7.0]),
        (["1.234.567", "2.000"], [1234567.0, 2000.0]),
        (["1,234,567"], [1234567.0]),
        (["1 234,50", "99"], [1234.5, 99.0]),
        (["1\u202f234,50", "99"], [1234.5, 99.0]),
        (["1'234.50"], [1234.5]),
        (["$1.50", "$2"], [1.5, 2.0]),
        (["EUR 2", "EUR 3.5"], [2.0, 3.5]),
        (["1.234,50 €", "3,00 €"], [1234.5, 3.0]),
        (["-$5", "$-6", "($7)"], [-5.0, -6.0, -7.0]),
        (["(45)", "12"], [-45.0, 12.0]),
        (["45-", "12"], [-45.0, 12.0]),
        (["−3", "4"], [-3.0, 4.0]),
        (["12 %", "7.5%"], [0.12, 0.075]),
        (["inf", "1.5", "NaN", "-Infinity"], [None, 1.5, None, None]),
        (["1e400", "2"], [None, 2.0]),
        (["0,123", "0,456"], [0.123, 0.456]),
        (["9007199254740993"], [9007199254740993]),
        (["1,23,456.50", "12,34,567"], [123456.5, 1234567.0]),
        (["1,5E+03", "2,5e-2"], [1500.0, 0.025]),
        (["CHF 1'234.50", "CHF 12.00"], [1234.5, 12.0]),
        (["12 Kč", "1 300 Kč"], [12, 1300]),
        (["(1.234,50)", "12,00"], [-1234.5, 12.0]),
        (["49,-", "1.249,--", "3,50"], [49.0, 1249.0, 3.5]),
        (["kr 100,-", "kr 20,50-"], [100.0, -20.5]),
        (["12.--", "7.25"], [12.0, 7.25]),
        (["12.50-", "7.25+"], [-12.5, 7.25]),
        (["–3.5", "4"], [-3.5, 4.0]),
        (["1,234円", "56円"], [1234, 56]),
        (["￥1,234.50", "￥2"], [1234.5, 2.0]),
        (["\\1,234", "\\56"], [1234, 56]),
        (["1.234,50 TL", "3,00 TL"], [1234.5, 3.0]),
        (["120 грн", "95 грн"], [120, 95]),
        (["١٢٣", "٤٥"], [123, 45]),
        (["١٬٢٣٤٫٥", "۷٫۲۵"], [1234.5, 7.25]),
        (["１，２３４．５", "－６７", "8"], [1234.5, -67.0, 8.0]),
        (["１２％", "٣٪"], [0.12, 0.03]),
        (["१२", "๓๔"], [12, 34]),
    ],
)
def test_what_is_written_as_a_number_is_read_as_one(cells: list[str], expected: list[float | None]) -> None:
    assert numbers(*cells) == expected


@pytest.mark.parametrize(
    "cells",
    [
        ["1", "two"],
        ["00123", "00045"],
        ["9" * 5000, "1"],
        ["$1", "€2"],
        ["12 %", "3"],
        ["1.2.3"],
        ["12.05.2024"],
        ["1,23,4"],
        ["1-2"],
        ["SKU 1001", "SKU 1002"],
        ["TL 1001", "TL 1002"],
        ["18–24", "25–34"],
        ["1,23,45"],
        ["(5"],
        ["inf", "-inf"],
        ["1_000"],
        ["0x1f"],
        ["００１", "００２"],
        ["0E01", "12E03"],
        ["1E5", "2E5"],
        ["1-", "2+", "3"],
        [""],
    ],
)
def test_what_is_no_number_stays_text(cells: list[str]) -> None:
    assert numbers(*cells) is None


def test_a_person_chooses_the_marks() -> None:
    assert numbers("1,234", decimal=",") == [1.234]
    assert numbers("1.234", thousands=".") == [1234.0]
    assert numbers("1.5", decimal=",") is None


def test_the_file_leans_an_ambiguous_column() -> None:
    assert numbers("1,234") == [1234.0]
    assert numbers("1,234", leaning=",") == [1.234]
    assert numbers("1.234", leaning=",") == [1234.0]
    assert numbers("0.123", leaning=",") == [0.123]
