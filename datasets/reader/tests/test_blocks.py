"""What pyarrow splits is what Python's csv would have split, and whatever is odd is left to csv with its line."""

from __future__ import annotations

import csv
import io

import pyarrow as pa
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from datasets.reader.blocks import NO_MARK, Block, Splitter, Text, read_parts

CELLS = st.sampled_from(["", "a", "bb", "é", " q", "c,c", "x\ny", "x\r\ny", 'd"d', '5"', '"', "\r", "0", "0"])
WRITTEN = st.lists(st.lists(CELLS, min_size=2, max_size=2), min_size=1, max_size=40)
SPLITTER = Splitter(delimiter=",", width=2, longest=100)
TEXTS = st.text(st.sampled_from('ab"",,\n\r é\n'), max_size=80)


def write(rows: list[list[str]], end: str, quoting: int) -> str:
    stream = io.StringIO(newline="")
    csv.writer(stream, lineterminator=end, quoting=quoting).writerows(rows)  # type: ignore[arg-type]
    return stream.getvalue()


def read_carefully(text: str) -> list[tuple[int, list[str]]]:
    reader = csv.reader(io.StringIO(text, newline=""))
    return [(reader.line_num, fields) for fields in reader if fields]


def read_in_blocks(data: bytes, encoding: str, n_bytes: int) -> tuple[list[list[str]], dict[int, int]]:
    """Return the records, and the line of every one that csv has split, by its place."""
    text = Text(io.BytesIO(data), encoding, n_bytes=n_bytes)
    reader = csv.reader(text.lines())
    records = ((reader.line_num + text.n_lines_taken, fields) for fields in reader if fields)
    found: list[list[str]] = []
    lines: dict[int, int] = {}
    for part in read_parts(text, records, SPLITTER, 3):
        if isinstance(part, Block):
            found += [list(row) for row in zip(*(column.to_pylist() for column in part.columns), strict=True)]
        else:
            lines |= {len(found) + place: line for place, (line, _) in enumerate(part)}
            found += [fields for _, fields in part]
    return found, lines


def assert_alike(text: str, encoding: str, n_bytes: int) -> None:
    found, lines = read_in_blocks(text.encode(encoding), encoding, n_bytes)
    expected = read_carefully(text)
    assert found == [fields for _, fields in expected]
    assert {place: expected[place][0] for place in lines} == lines


@settings(deadline=None)
@given(
    rows=WRITTEN,
    end=st.sampled_from(["\n", "\r\n", "\r"]),
    quoting=st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
    encoding=st.sampled_from(["utf-8", "cp1252", "utf-16"]),
    n_bytes=st.integers(1, 200),
)
def test_what_was_written_is_split_alike(rows: list[list[str]], end: str, quoting: int, encoding: str, n_bytes: int) -> None:
    padding = [["p", str(number)] for number in range(60)]  # the last lines are never part of a block
    assert_alike(write(rows + padding, end, quoting), encoding, n_bytes)


@settings(deadline=None)
@given(text=TEXTS, n_bytes=st.integers(1, 60))
@example(text='a,"b\n' * 3, n_bytes=4)
@example(text='a,"b"c\n1,2\n', n_bytes=4)
def test_whatever_stands_in_a_file_is_split_alike(text: str, n_bytes: int) -> None:
    assert_alike(text + "\n1,2" * 60, "utf-8", n_bytes)


def test_most_of_a_plain_file_goes_the_fast_way() -> None:
    _, lines = read_in_blocks(b'a,"b, c"\r\n' * 1_000, "utf-8", 2_000)
    assert len(lines) < 100


@pytest.mark.parametrize(
    "odd",
    ["a\n", "a,b,c\n", ",\n", '"",""\n', " \n", 'a,"b"c\n', f"a,{101 * 'x'}\n", f'a,"{101 * "x"}"\n', 'a," ""b""\n'],
    ids=[
        "short",
        "long",
        "blank",
        "quoted blank",
        "space",
        "text after a quotation mark",
        "long cell",
        "long quoted cell",
        "open",
    ],
)
def test_an_odd_record_is_no_part_of_a_block(odd: str) -> None:
    assert SPLITTER(b"a,b\n" + b"c,d\n" * 3) is not None
    assert SPLITTER(b"a,b\n" + odd.encode() + b"c,d\n" * 3) is None


def test_other_dialects_are_left_to_csv() -> None:
    assert Splitter(delimiter="§", width=2, longest=100)("a§b\n".encode()) is None
    assert Splitter(delimiter=",", width=1, longest=100)(b"a\nb\n") is None


@pytest.mark.parametrize("varied", [(), (0,), (1,), (0, 1)])
def test_columns_that_repeat_are_coded_and_hold_the_same(varied: tuple[int, ...]) -> None:
    block = Splitter(delimiter=",", width=2, longest=100, varied=varied)(b'a,1\n"b, c",\n,1\na,"""2"""\n')
    assert block is not None
    assert [pa.types.is_dictionary(column.type) for column in block.columns] == [0 not in varied, 1 not in varied]
    assert [column.to_pylist() for column in block.columns] == [["a", "b, c", "", "a"], ["1", "", "1", '"2"']]
    assert Splitter(delimiter=",", width=2, longest=100, varied=varied)(b"a,1\n,\n") is None


def test_one_column_needs_no_delimiter() -> None:
    one = Splitter(delimiter=NO_MARK, width=1, longest=100)
    block = one(b'a,b\n\n"c""d"\n e\n')
    assert block is not None
    assert block.columns[0].to_pylist() == ["a,b", 'c"d', " e"]
    assert one(b'a\n""\nb\n') is None
    assert one(b"a\nb\x1fc\n") is None
