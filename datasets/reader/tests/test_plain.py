"""Plain numbers and times mean what Python and NumPy make of them, and cells without their last zeros are how they are shown."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from datasets.reader.plain import read_numbers, read_times
from datasets.reader.rendering import render

PLAIN = st.from_regex(r"-?(0|[1-9][0-9]{0,13})(\.[0-9]{0,12})?", fullmatch=True).filter(lambda text: len(text) <= 18)


def shown_of(cells: Any, spare: Any) -> list[str]:
    return [text[: len(text) - n] for text, n in zip(cells.to_pylist(), spare.tolist(), strict=True)]


@settings(deadline=None)
@given(texts=st.lists(PLAIN | st.just(""), min_size=1, max_size=8), start=st.integers(0, 2))
@example(texts=["0.00", "-0.00", "0", "-0", "10", "100.0", "0.0001", "0.00001", "-12.50", "5.", "-7."], start=0)
def test_plain_numbers_are_those_of_python_and_shown_as_the_product_shows_them(texts: list[str], start: int) -> None:
    for text in texts:  # one by one, because a single odd one says no for all
        cells = pa.array(["before", text])[1:]
        told = read_numbers(cells)
        assert told is not None
        number = float(text) if text else None
        assert not told.is_exact or told.values.tolist() == [number] or number is None
        if told.is_short:
            shown = render(pa.chunked_array([pa.array([number], pa.float64())])).fill_null("")
            assert shown_of(cells, told.spare) == shown.to_pylist()
    together = read_numbers(pa.array(texts)[start:])
    assert together is not None
    assert together.n_empty == texts[start:].count("")
    assert together.n_points == sum("." in text for text in texts[start:])


def test_prices_are_short_and_what_is_not_plain_is_left_to_others() -> None:
    cells = pa.array(["29404.20", "", "7.00", "0.05", "-3.10", "12"])
    told = read_numbers(cells)
    assert told is not None
    assert shown_of(cells, told.spare) == ["29404.2", "", "7", "0.05", "-3.1", "12"]
    assert (told.is_exact, told.is_short) == (True, True)
    for odd in ("1,5", "1.2.3", "1e5", "--1", "-", ".", "-.", "abc", "05", "-05", "1" * 19, "+1", " 1", "1-2", "\u0661"):
        assert read_numbers(pa.array(["1.5", odd])) is None
    for long in ("1234567890.1234567", "0.0000123", "-0.0", ".5"):
        told = read_numbers(pa.array(["1.5", long]))
        assert told is not None
        assert not told.is_short


@settings(deadline=None)
@given(
    times=st.lists(st.datetimes(datetime(1800, 1, 1), datetime(2300, 12, 31)), min_size=1, max_size=6),
    form=st.sampled_from(["%Y-%m-%d", "%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S"]),
    gap=st.booleans(),
)
@example(times=[datetime(2000, 2, 29), datetime(1900, 2, 28), datetime(2100, 3, 1)], form="%Y-%m-%d", gap=False)
def test_times_are_those_of_python_and_plain_where_they_are_shown_so(times: list[datetime], form: str, gap: bool) -> None:
    texts = [f"{time:{form}}" for time in times] + [""] * gap
    told = read_times(pa.array(["before", *texts])[1:], 1800, 2300)
    assert told is not None
    expected = [np.datetime64(text or "NaT", "us") for text in texts]
    assert np.array_equal(told.values, np.array(expected), equal_nan=True)
    shown = render(pa.chunked_array([pa.array(told.values)])).fill_null("")
    assert told.is_plain == (shown.to_pylist() == texts)


@pytest.mark.parametrize(
    "odd",
    [
        *(
            "2024-02-30",
            "2023-02-29",
            "1900-02-29",
            "2024-00-10",
            "2024-13-01",
            "2024-01-00",
            "0000-00-00",
            "2024-1-01",
            "20240101",
        ),
        *("2024-01-01 10", "2024-01-01 24:00", "2024-01-01 10:60", "2024-01-01 10:00:60", "2024-01-01 10:00:00.5"),
        *(
            "2024-01-01_10:00",
            "2024/01/01",
            "2024-01-0a",
            "202a-01-01",
            "2024-01-01 1a:00",
            "2024-01-01 10:0a",
            "2024-01-01 10.00",
        ),
        *("1799-12-31", "2301-01-01", "2024-01-01 10:00;07", "2024-01-01\u00a010:0", "x"),
    ],
)
def test_what_is_no_time_is_left_to_others(odd: str) -> None:
    assert read_times(pa.array(["2024-02-29 10:05", odd]), 1800, 2300) is None
