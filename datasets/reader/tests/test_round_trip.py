"""What is written as CSV is read back: any text, any numbers, any delimiter and line end."""

from __future__ import annotations

import csv
import io

from hypothesis import given, settings
from hypothesis import strategies as st

from datasets.reader.tests.reading import read, values
from segmentiq.ml.errors import FileRefused

CELL = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=12)


def written(rows: list[list[str]], delimiter: str, line_end: str) -> str:
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=delimiter, lineterminator=line_end, quoting=csv.QUOTE_ALL).writerows(rows)
    return text.getvalue()


@settings(max_examples=60, deadline=None)
@given(
    notes=st.lists(CELL, min_size=1, max_size=30),
    delimiter=st.sampled_from(",;\t|"),
    line_end=st.sampled_from(["\n", "\r\n", "\r"]),
)
def test_any_text_comes_back_byte_for_byte(notes: list[str], delimiter: str, line_end: str) -> None:
    rows = [[f"k{i:04d}x", f"[{note}]{i}"] for i, note in enumerate(notes + [" "] * 30)]
    result = read(written([["key", "note"], *rows], delimiter, line_end))
    assert values(result, "key") == [row[0] for row in rows]
    assert values(result, "note") == [row[1] for row in rows]


@settings(max_examples=60, deadline=None)
@given(numbers=st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=2, max_size=30))
def test_any_number_comes_back_bit_for_bit(numbers: list[float]) -> None:
    rows = [[repr(number), "abc"[i % 3]] for i, number in enumerate([0.5, 1.25, *numbers])]
    result = read(written([["amount", "level"], *rows], ",", "\n"))
    assert [float(value) for value in values(result, "amount")] == [0.5, 1.25, *numbers]


def refusal(content: str | bytes) -> FileRefused | None:
    """Read the content; return why it was refused, if it was."""
    try:
        read(content)
    except FileRefused as refused:
        return refused
    return None


@settings(max_examples=60, deadline=None)
@given(cells=st.lists(st.lists(CELL, min_size=2, max_size=2), min_size=1, max_size=12))
def test_any_table_is_read_unless_it_is_empty(cells: list[list[str]]) -> None:
    refused = refusal(written([["a", "b"], *cells], ",", "\n"))
    assert refused is None or refused.code in ("empty_file", "no_usable_columns")


@settings(max_examples=80, deadline=None)
@given(content=st.binary(max_size=200))
def test_any_bytes_are_read_or_refused_in_a_sentence(content: bytes) -> None:
    refused = refusal(content)
    assert refused is None or refused.message.endswith(".")
