"""The text of a delimited file with a place in it: single lines for the careful reader, whole blocks for the fast one.

A stream of bytes flows in. Flows out, in whatever turn it is asked for, lines that Python's `csv` splits or blocks of records
that `fields` splits. Only `csv` can say what is wrong and on which line, so a block is split at once only where nothing in it
wants a second look: every record as wide as the table, no blank row, no cell near the limit, every quotation mark where it
belongs. Else the same text is read line by line; so are the last lines of a file, where remarks and totals stand.
"""

from __future__ import annotations

import codecs
import io
from collections import deque
from collections.abc import Callable, Collection, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from itertools import islice
from typing import Any, BinaryIO

import numpy as np

from datasets.reader.buffers import count_byte
from datasets.reader.fields import split_fields
from segmentiq.ml.machine import find_threads

BLOCK = 4 * 2**20
"""Bytes read at once."""
LONGEST_LINE = 32 * 2**20
"""Characters after which a line is cut: 500 of the longest cells are half of that, so it is refused in any case."""
LAST_LINES = 50
"""Lines at the end of a file that are never part of a block."""
QUOTE, LINE_FEED = b'"\n'
BOM = "\ufeff".encode()
UTF_8 = ("utf-8", "utf-8-sig")
NO_MARK = "\x1f"
"""Stands for the delimiter of a file of one column, which has none; a block that holds it is left to `csv`."""

Record = tuple[int, list[str]]
"""The line on which it ends, and its fields."""


@dataclass(frozen=True, slots=True, eq=False)
class Block:
    """Records as columns: one Arrow array for each, all of the same length; of strings, or coded where the cells repeat.

    They are fewer than those of the table where all of the records are shorter than its header.
    """

    columns: list[Any]


class Text:
    """A file as UTF-8, from front to back; what went out as a block does not come again as lines.

    A file that is UTF-8, which was proven before, stays the bytes it is.
    """

    def __init__(self, stream: BinaryIO, encoding: str, errors: str = "strict", *, n_bytes: int = BLOCK) -> None:
        self.n_lines_taken = 0
        """Lines that went out in blocks, for whoever counts the others."""
        self._stream, self._n_bytes = stream, n_bytes
        self._ahead = stream.read(n_bytes + len(BOM))
        self._decoder = None if encoding in UTF_8 and errors == "strict" else codecs.getincrementaldecoder(encoding)(errors)
        if encoding == "utf-8-sig" and self._decoder is None:
            self._ahead = self._ahead.removeprefix(BOM)
        self._tail = b""
        self._open(b"")

    @property
    def has_lines(self) -> bool:
        """Tell whether lines are at hand that were read or given back."""
        return self._lines.tell() < self._n_chars

    def lines(self) -> Iterator[str]:
        """Yield line by line what is left, with the line breaks of the file."""
        while self.has_lines or self._open(self._read()):
            yield from self._lines

    def take(self) -> bytes:
        """Take out whole records, as far as quotation marks tell where they end; nothing near the end of the file."""
        text = self._lines.read().encode() or self._read()
        end = (_find_end(text, len(text)) or len(text)) if self._ahead else _find_end(text, _find_last_lines(text))
        self._tail = text[end:] + self._tail
        self.n_lines_taken += _count_lines(text[:end])
        return text[:end]

    def give_back(self, text: bytes) -> None:
        """Put what was just taken back in its place."""
        self.n_lines_taken -= _count_lines(text)
        self._open(text)

    def _open(self, text: bytes) -> bool:
        decoded = text.decode()
        self._lines, self._n_chars = io.StringIO(decoded, newline=""), len(decoded)
        return bool(text)

    def _read(self) -> bytes:
        """Return the next text, which ends with a line; nothing at the end of the file."""
        text, end = self._tail, 0
        self._tail = b""
        while self._ahead and not end and not _is_too_long(text):
            data, self._ahead = self._ahead, self._stream.read(self._n_bytes)
            data = data if self._decoder is None else self._decoder.decode(data, final=not self._ahead).encode()
            end = _find_last_line(data) if self._ahead else len(data)
            text, self._tail = b"".join((text, memoryview(data)[: end or None])), data[end:] if end else b""
        if self._ahead and not end:
            end = len(text.decode(errors="ignore").encode())  # all but a character that was cut in two
            text, self._tail = text[:end], text[end:]
        return text


def _find_last_line(text: bytes) -> int:
    """Return where the last whole line ends; a carriage return at the very end does not count, its line feed may be to come."""
    return max(text.rfind(b"\n"), text.rfind(b"\r", 0, -1)) + 1


def _is_too_long(line: bytes) -> bool:
    """Tell whether a line has more characters than any that is read."""
    return len(line) >= LONGEST_LINE and int(np.count_nonzero(np.frombuffer(line, np.uint8) & 0xC0 != 0x80)) >= LONGEST_LINE


def _count_lines(text: bytes) -> int:
    return count_byte(text, LINE_FEED) + (text.count(b"\r") - text.count(b"\r\n") if b"\r" in text else 0)


def _find_last_lines(text: bytes) -> int:
    """Return where the last lines begin."""
    start = len(text)
    for _ in range(LAST_LINES):
        start = max(text.rfind(b"\n", 0, start), 0)
    return start


def _find_end(text: bytes, stop: int) -> int:
    """Return where the last record before `stop` ends if every quotation mark is one of a pair; else where the last line does.

    A text whose lines end otherwise than in a line feed has none: 0.
    """
    end = last = text.rfind(b"\n", 0, stop) + 1
    is_open = count_byte(text[:end], QUOTE) % 2
    while is_open and end:
        start = text.rfind(b"\n", 0, end - 1) + 1
        is_open ^= text.count(b'"', start, end) % 2
        end = start
    return end or last


def read_parts(
    text: Text, records: Iterator[Record], split: Callable[[bytes], Block | None], n_records: int
) -> Iterator[Block | list[Record]]:
    """Yield what is left of the text, in its order: a block where `split` makes one, else up to so many records.

    While a block is looked at, the next ones are split.
    """
    n_threads = min(find_threads(), 2)
    ahead: deque[tuple[bytes, Future[Block | None]]] = deque()
    with ThreadPoolExecutor(n_threads) as threads:
        while True:
            while len(ahead) <= n_threads and (taken := text.take()):
                ahead.append((taken, threads.submit(split, taken)))
            if not ahead:
                break
            taken, splitting = ahead.popleft()
            block = splitting.result()
            if block is not None:
                yield block
                continue
            text.give_back(taken + b"".join(later for later, _ in ahead))
            ahead.clear()
            while chunk := list(islice(_at_hand(text, records), n_records)):
                yield chunk
    if chunk := list(records):
        yield chunk


def _at_hand(text: Text, records: Iterator[Record]) -> Iterator[Record]:
    """Yield records until the lines at hand are spent."""
    while text.has_lines and (record := next(records, None)) is not None:
        yield record


@dataclass(frozen=True, kw_only=True, slots=True)
class Splitter:
    """Makes columns of whole records of UTF-8, all of `width` cells, none of which has more than `longest` characters.

    Columns are coded at once, which is cheaper than to look for repeated cells afterwards, but for those whose places are in
    `varied` or turn out to be of cells that mostly differ.
    """

    delimiter: str
    width: int
    longest: int
    varied: Collection[int] = ()

    def __call__(self, text: bytes) -> Block | None:
        """Return the records, None where one of them wants a second look."""
        if (
            not self.delimiter.isascii()
            or (self.width == 1) != (self.delimiter == NO_MARK)
            or NO_MARK.encode() in text
            or (BOM[:1] in text and BOM in text)  # a single byte is found many times as fast
        ):
            return None
        columns = split_fields(text, self.delimiter, self.width, self.longest, tuple(self.varied))
        return None if columns is None else Block(columns)
