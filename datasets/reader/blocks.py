"""The text of a delimited file with a place in it: single lines for the careful reader, whole blocks for the fast one.

A stream of bytes flows in. Flows out, in whatever turn it is asked for, lines that Python's `csv` splits or blocks of records
that pyarrow splits. Only `csv` can say what is wrong and on which line, so a block is taken from pyarrow only where nothing in it
wants a second look: every record as wide as the table, no blank row, no cell near the limit, every quotation mark where it
belongs. Else the same text is read line by line; so are the last lines of a file, where remarks and totals stand.
"""

from __future__ import annotations

import codecs
import io
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from itertools import islice
from typing import Any, BinaryIO

import numpy as np
import pyarrow as pa
import pyarrow.csv
from numpy.typing import NDArray

BLOCK = 4 * 2**20
"""Bytes read at once."""
LONGEST_LINE = 32 * 2**20
"""Characters after which a line is cut: 500 of the longest cells are half of that, so it is refused in any case."""
LAST_LINES = 50
"""Lines at the end of a file that are never part of a block."""
QUOTE = ord('"')

Record = tuple[int, list[str]]
"""The line on which it ends, and its fields."""


@dataclass(frozen=True, slots=True, eq=False)
class Block:
    """Records as columns: one Arrow array of strings for each, all of the same length."""

    columns: list[Any]


class Text:
    """A decoded file, from front to back; what went out as a block does not come again as lines."""

    def __init__(self, stream: BinaryIO, encoding: str, errors: str = "strict", *, n_bytes: int = BLOCK) -> None:
        self.n_lines_taken = 0
        """Lines that went out in blocks, for whoever counts the others."""
        self._stream, self._n_bytes = stream, n_bytes
        self._ahead = stream.read(n_bytes)
        self._decoder = codecs.getincrementaldecoder(encoding)(errors)
        self._tail = ""
        self._open("")

    @property
    def has_lines(self) -> bool:
        """Tell whether lines are at hand that were read or given back."""
        return self._lines.tell() < self._n_chars

    def lines(self) -> Iterator[str]:
        """Yield line by line what is left, with the line breaks of the file."""
        while self.has_lines or self._open(self._read()):
            yield from self._lines

    def take(self) -> str:
        """Take out whole records, as far as quotation marks tell where they end; nothing near the end of the file."""
        text = self._lines.read() or self._read()
        end = (_find_end(text, len(text)) or len(text)) if self._ahead else _find_end(text, _find_last_lines(text))
        self._tail = text[end:] + self._tail
        self.n_lines_taken += _count_lines(text[:end])
        return text[:end]

    def give_back(self, text: str) -> None:
        """Put what was just taken back in its place."""
        self.n_lines_taken -= _count_lines(text)
        self._open(text)

    def _open(self, text: str) -> bool:
        self._lines, self._n_chars = io.StringIO(text, newline=""), len(text)
        return bool(text)

    def _read(self) -> str:
        """Return the next text, which ends with a line; nothing at the end of the file."""
        text, end = self._tail, 0
        while self._ahead and not end and len(text) < LONGEST_LINE:
            data, self._ahead = self._ahead, self._stream.read(self._n_bytes)
            text += self._decoder.decode(data, final=not self._ahead)
            end = max(text.rfind("\n"), text.rfind("\r", 0, -1)) + 1  # the line feed of a last "\r" may be still to come
        end = end if self._ahead and end else len(text)
        self._tail = text[end:]
        return text[:end]


def _count_lines(text: str) -> int:
    return text.count("\n") + (text.count("\r") - text.count("\r\n") if "\r" in text else 0)


def _find_last_lines(text: str) -> int:
    """Return where the last lines begin."""
    start = len(text)
    for _ in range(LAST_LINES):
        start = max(text.rfind("\n", 0, start), 0)
    return start


def _find_end(text: str, stop: int) -> int:
    """Return where the last record before `stop` ends if every quotation mark is one of a pair; else where the last line does.

    A text whose lines end otherwise than in a line feed has none: 0.
    """
    end = last = text.rfind("\n", 0, stop) + 1
    is_open = text.count('"', 0, end) % 2
    while is_open and end:
        start = text.rfind("\n", 0, end - 1) + 1
        is_open ^= text.count('"', start, end) % 2
        end = start
    return end or last


def read_parts(
    text: Text, records: Iterator[Record], split: Callable[[str], Block | None], n_records: int
) -> Iterator[Block | list[Record]]:
    """Yield what is left of the text, in its order: a block where `split` makes one, else up to so many records.

    While a block is looked at, the next one is split.
    """
    ahead: deque[tuple[str, Future[Block | None]]] = deque()
    with ThreadPoolExecutor(1) as threads:
        while True:
            while len(ahead) < 2 and (taken := text.take()):
                ahead.append((taken, threads.submit(split, taken)))
            if not ahead:
                break
            taken, splitting = ahead.popleft()
            block = splitting.result()
            if block is not None:
                yield block
                continue
            text.give_back(taken + "".join(later for later, _ in ahead))
            ahead.clear()
            while chunk := list(islice(_at_hand(text, records), n_records)):
                yield chunk
    if chunk := list(records):
        yield chunk


def _at_hand(text: Text, records: Iterator[Record]) -> Iterator[Record]:
    """Yield records until the lines at hand are spent."""
    while text.has_lines and (record := next(records, None)) is not None:
        yield record


def split_block(text: str, delimiter: str, width: int, longest: int) -> Block | None:
    """Return the records of the text as `width` columns, None where one of them wants a second look."""
    if width == 1 or not delimiter.isascii():
        return None
    data = (text if text.endswith(("\n", "\r")) else f"{text}\n").encode()
    columns = _split(data, delimiter, width) if _is_well_quoted(data, delimiter) else None
    if columns is None:
        return None
    lengths = [_lengths(column) for column in columns]
    is_fine = max(int(length.max()) for length in lengths) <= longest and not _all_empty(lengths).any()
    return Block(columns) if is_fine else None


def _is_well_quoted(data: bytes, delimiter: str) -> bool:
    """Tell whether every quotation mark opens or closes a whole cell, or is doubled inside of one; and none stays open."""
    text = np.frombuffer(data, np.uint8)
    marks = np.flatnonzero(text == QUOTE)
    if len(marks) % 2:
        return False
    opening, closing = marks[::2], marks[1::2]
    is_edge = np.isin(np.arange(256), [ord(mark) for mark in (delimiter, "\n", "\r")])
    opens = is_edge[text[opening - 1]]  # -1 is the end of the text, which is an edge as its start is
    closes = is_edge[text[closing + 1]]
    is_doubled = opening[1:] == closing[:-1] + 1
    opens[1:] |= is_doubled
    closes[:-1] |= is_doubled
    return bool(opens.all() and closes.all())


def _split(data: bytes, delimiter: str, width: int) -> list[Any] | None:
    """Return the columns, None where a record has another number of fields."""
    names = [str(position) for position in range(width)]
    try:
        table = pa.csv.read_csv(
            pa.py_buffer(data),
            pa.csv.ReadOptions(use_threads=False, block_size=len(data) + 1, column_names=names),
            pa.csv.ParseOptions(delimiter=delimiter, newlines_in_values=True),
            pa.csv.ConvertOptions(check_utf8=False, column_types=dict.fromkeys(names, pa.string()), null_values=[]),
        )
    except pa.ArrowInvalid:
        return None
    return [column.combine_chunks() for column in table.columns] if table.num_rows else None


def _all_empty(lengths: list[NDArray[np.int32]]) -> NDArray[np.bool_]:
    is_empty: NDArray[np.bool_] = lengths[0] == 0
    for length in lengths[1:]:
        if not is_empty.any():
            break
        np.logical_and(is_empty, length == 0, out=is_empty)
    return is_empty


def _lengths(column: Any) -> NDArray[np.int32]:
    """Return the bytes of each cell, of which there are at least as many as characters."""
    offsets = np.frombuffer(column.buffers()[1], dtype=np.int32)[column.offset : column.offset + len(column) + 1]
    return np.diff(offsets)
