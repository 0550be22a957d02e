"""A column in which most cells differ is typed as it stands, and comes to what its distinct cells would have come to."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from datasets.reader.cells import TextCells, VariedCells
from datasets.reader.findings import Findings
from datasets.reader.kinds import type_column
from datasets.reader.numbers import Writing
from datasets.reader.typed import describe
from datasets.reader.varied import read_plain_numbers, read_plain_times

NUMBERS = [f"{number * 7.25 - 90:.2f}" for number in range(40)]
WHOLE = [str(number * number) for number in range(40)]
DAYS = [f"2024-{month:02}-{day:02}" for month in range(1, 5) for day in range(1, 11)]
TIMES = [f"{day} 10:{minute:02}" for minute, day in enumerate(DAYS)]
ODD = st.sampled_from(
    [
        *(
            "",
            " ",
            "-",
            ".",
            "-0",
            "-0.0",
            "0",
            "00",
            "01",
            "-01",
            "1.",
            ".5",
            "-.5",
            "1.50",
            "1e3",
            "+1",
            "1-2",
            "1.2.3",
            "/",
            "1,5",
        ),
        *("NA", "null", "nan", "inf", "-999", "9" * 9, "9" * 17, "9" * 18, "9" * 19, "1.234", "x", " 1", "1 ", "\u0661", "a\0b"),
        *("2024-02-30", "0000-00-00", "9999-12-31", "1799-12-31", "20240101", "2024-01-01 ", "2024-01-01 10"),
        *("2024-01-01T10:00:00", "2024-01-01 10:00:00.5", "2024-01-01 10:00:00", "2024-01-01 10:00:07", "2024-01-01 00:00"),
        *("0.1234567890123456", "12345678901234.567", "9007199254740993", "2024-01-01 24:00", "2024-01-01 1O:00", "2024-13-01"),
    ]
)


def varied(cells: list[str], n_chunks: int = 1) -> VariedCells:
    bounds = np.linspace(0, len(cells), n_chunks + 1).astype(int)
    whole = pa.array(["before", *cells], pa.string())[1:]
    return VariedCells(chunks=[whole[start:stop] for start, stop in pairwise(bounds)])


def typed_with_all(name: str, cells: VariedCells | TextCells, writing: Writing) -> dict[str, Any]:
    """Type a column and return all that is told of it."""
    findings = Findings()
    typed = type_column(name, cells, writing, findings)
    held, numbers = typed.written or typed.shown, typed.numbers
    assert held is not None
    return {
        "column": typed.column,
        "values": [None if pd.isna(value) else repr(value) for value in typed.series.tolist()],
        "dtype": typed.series.dtype,
        "is_rewritten": typed.written is not None,
        "cells": held.rows(slice(None)).to_pylist(),
        "style": numbers and (numbers.decimal, numbers.thousands, numbers.symbol, numbers.is_ambiguous, numbers.is_certain),
        "statistics": describe(typed).statistics,
        "told": (findings.decisions, findings.warnings),
    }


@settings(deadline=None)
@given(
    most=st.sampled_from([NUMBERS, WHOLE, DAYS, TIMES]),
    odd=st.lists(ODD, max_size=3),
    name=st.sampled_from(["spend", "joined_date", "customer_id", "zip code", "orders"]),
    writing=st.builds(
        Writing,
        decimal=st.sampled_from([None, ".", ","]),
        thousands=st.sampled_from([None, ".", ","]),
        leaning=st.sampled_from([None, ",", "."]),
        missing=st.sampled_from([frozenset(), frozenset({"-999"})]),
    ),
    n_chunks=st.integers(1, 3),
    place=st.integers(0, 40),
)
@example(most=NUMBERS, odd=["-0.0"], name="spend", writing=Writing(), n_chunks=1, place=40)
@example(most=[f"1.{number:03}" for number in range(40)], odd=[], name="spend", writing=Writing(), n_chunks=1, place=0)
@example(most=[str(20240100 + day) for day in range(1, 28)], odd=[], name="date", writing=Writing(), n_chunks=1, place=0)
def test_both_ways_come_to_the_same(
    most: list[str], odd: list[str], name: str, writing: Writing, n_chunks: int, place: int
) -> None:
    cells = varied([*most[:place], *odd, *most[place:]], n_chunks)
    assert typed_with_all(name, cells, writing) == typed_with_all(name, cells.encoded(), writing)


@pytest.mark.parametrize("gap", [[], [""]], ids=["whole", "with a gap"])
def test_plain_columns_go_the_short_way(gap: list[str]) -> None:
    found = read_plain_numbers(varied([*NUMBERS, *gap], 2), Writing())
    assert found is not None
    assert found[0][:40].tolist() == [float(cell) for cell in NUMBERS]
    whole = read_plain_numbers(varied([*WHOLE, *gap], 2), Writing())
    assert whole is not None
    assert whole[0].dtype == (np.float64 if gap else np.int64)
    times = read_plain_times(varied([*TIMES, *gap], 2))
    assert times is not None
    stamps, is_plain = times
    assert is_plain
    assert stamps[:40].tolist() == np.array(TIMES, "datetime64[us]").tolist()
    assert np.isnat(stamps[40:]).tolist() == [True] * len(gap)
