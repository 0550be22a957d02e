"""The lines that are joined are those that Python's `csv` reads back, whatever the cells hold."""

from __future__ import annotations

import csv
import io

import numpy as np
import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from datasets.lines import coded, join_lines

WORDS = st.lists(st.text(st.characters(exclude_characters='",\r\n\0', codec="utf-8"), max_size=20), min_size=4, max_size=4)


@settings(deadline=None)
@given(
    plain=WORDS,
    levels=WORDS,
    codes=st.lists(st.integers(-1, 3), min_size=4, max_size=4),
    start=st.integers(0, 3),
    n_columns=st.integers(1, 12),
)
def test_cells_come_back_from_their_lines(
    plain: list[str], levels: list[str], codes: list[int], start: int, n_columns: int
) -> None:
    own = coded(pa.array([*plain[:-1], None])[start:])
    shared = coded(pa.array(levels, pa.large_string()), np.array(codes[start:], np.int32))
    lines = join_lines([own, shared] * n_columns).tobytes().decode()
    ends = [*plain[:-1], ""][start:]
    expected = [[cell, "" if code < 0 else levels[code]] * n_columns for cell, code in zip(ends, codes[start:], strict=True)]
    assert list(csv.reader(io.StringIO(lines, newline=""))) == expected
