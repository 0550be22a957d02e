"""Numbers that are trimmed as text read as the product would have rendered their values."""

from __future__ import annotations

from typing import Any

import pyarrow as pa
from hypothesis import example, given, settings
from hypothesis import strategies as st

from datasets.reader.decimals import trim_decimals
from datasets.reader.rendering import render

PLAIN = st.from_regex(r"-?(0|[1-9][0-9]{0,13})(\.[0-9]{1,12})?", fullmatch=True)


def cells_of(trimmed: Any) -> list[str]:
    held, starts, ends = trimmed
    return [held[start:end].tobytes().decode() for start, end in zip(starts, ends, strict=True)]


@settings(deadline=None)
@given(cells=st.lists(PLAIN | st.just(""), min_size=1, max_size=8), start=st.integers(0, 2))
@example(cells=["0.00", "-0.00", "0", "-0", "10", "100.0", "0.0001", "0.00001", "-12.50"], start=0)
def test_a_number_without_zeros_at_its_end_is_the_number_as_it_is_shown(cells: list[str], start: int) -> None:
    held = pa.array(cells)[start:]
    for place in range(len(held)):  # one by one, because a single odd one says no for all
        cell = held[place : place + 1]
        trimmed = trim_decimals(cell)
        if trimmed is not None:
            number = float(cell[0].as_py()) if cell[0].as_py() else None
            assert cells_of(trimmed) == render(pa.chunked_array([pa.array([number], pa.float64())])).fill_null("").to_pylist()
    together = trim_decimals(held)
    if together is not None:
        alone = [trim_decimals(held[place : place + 1]) for place in range(len(held))]
        assert cells_of(together) == [cell for trimmed in alone if trimmed is not None for cell in cells_of(trimmed)]


def test_prices_are_trimmed_and_what_is_not_plain_is_left_to_others() -> None:
    told = trim_decimals(pa.array(["29404.20", "", "7.00", "0.05", "-3.10", "12"]))
    assert told is not None
    assert cells_of(told) == ["29404.2", "", "7", "0.05", "-3.1", "12"]
    for odd in ("1,5", "1.2.3", ".5", "1e5", "--1", "-", "abc", "1234567890.1234567", "0.0000123", "-0.0"):
        assert trim_decimals(pa.array(["1.5", odd])) is None
