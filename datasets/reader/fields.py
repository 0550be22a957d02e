"""The bytes of a delimited text in, its columns out: a pass finds where every field is, then each column is gathered on its own.

Compiled, because the bytes of a large file are looked at one by one. A record that Python's `csv` would read otherwise, or that
wants a sentence of its own (another number of fields, nothing in any of them, a cell that is too long, a quotation mark inside of
one), is never guessed at: the whole text is left to `csv` then.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Sequence
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from segmentiq.ml.bytewise import LANES, WORD, lowest, marks_at, put_word, word_at
from segmentiq.ml.compiled import compiled, inner

Bytes = NDArray[np.uint8]
Places = NDArray[np.int32]
QUOTE, LINE_FEED, RETURN = b'"\n\r'
AT_DELIMITER, AT_LINE_FEED, AT_RETURN, AT_QUOTE = range(4)
"""What a mark is, in its lowest bits; the others say where it is."""
BITS, KIND, NEXT = 2, 3, 4
"""How many those bits are, all of them set, and how far it is from a mark to the same one on the next byte."""
MOST_BYTES = 2**29
MIX, ONE = np.uint64(0x9E3779B97F4A7C15), np.uint64(1)
FOLD, TOP, LONG = np.uint64(32), np.uint64(56), np.uint64(0xFF << 56)
FREE = np.int32(-1)
ODD = -1
"""Says that a text is left to `csv`, or that the cells of a column differ too much to be numbered."""


class Column(NamedTuple):
    """The cells of one column in a text: where they start, and how many bytes each has; `has_doubled` marks inside of cells."""

    data: Bytes
    starts: Places
    lengths: Places
    has_doubled: bool


class Scratch(threading.local):
    """Arrays that a thread writes on, kept from one text to the next: the system clears every page of fresh memory first."""

    def take(self, name: str, n: int, dtype: type[Any]) -> Any:
        """Return an array of so many places; what was written on the one of this name before is gone."""
        if len(getattr(self, name, "")) < n:
            setattr(self, name, np.empty(n, dtype))
        return getattr(self, name)[:n]


SCRATCH = Scratch()


def split_fields(text: bytes, delimiter: str, width: int, longest: int, varied: Collection[int] = ()) -> list[Any] | None:
    """Return the columns of whole records: coded, or Arrow strings where most of them differ; None where a record is odd.

    No cell may have more than `longest` bytes. It is known that the cells of the columns in `varied` differ.
    """
    if len(text) > MOST_BYTES:
        return None
    data = _with_room(text)
    marks = SCRATCH.take("marks", len(data), np.int32)
    n_marks, n_quotes = find_marks(data, len(data) - LANES, ord(delimiter), marks)
    n_most = n_marks // width + 1
    starts, lengths = SCRATCH.take("fields", 2 * width * n_most, np.int32).reshape(2, width, n_most)
    n_rows, n_quoted, found = find_fields(marks[:n_marks], starts, lengths)
    if n_rows < 1 or found > longest:
        return None
    starts, lengths = starts[:, :n_rows], lengths[:, :n_rows]
    has_doubled = n_quotes > 2 * n_quoted
    columns = [Column(data, starts[at], lengths[at], has_doubled) for at in range(width)]
    return [_to_strings(column) if at in varied else _to_codes(column) for at, column in enumerate(columns)]


def _with_room(text: bytes) -> Bytes:
    """Return a text whose last line ends, with room for a word of 64 bytes behind it."""
    size = len(text)
    data: Bytes = SCRATCH.take("data", size + 1 + LANES, np.uint8)
    data[:size] = np.frombuffer(text, np.uint8)
    data[size:] = 0
    if text.endswith((b"\n", b"\r")):
        return data[:-1]
    data[size] = LINE_FEED
    return data


@compiled
def find_marks(data: Bytes, size: int, delimiter: int, marks: Places) -> tuple[int, int]:
    """Write where the delimiters, quotation marks and ends of lines are, and which; return how many, and of quotation marks."""
    n, n_quotes = 0, 0
    for base in range(0, size, LANES):
        bits = marks_at(data, base, delimiter)
        while bits:
            at = base + lowest(bits)
            is_quote, is_return = data[at] == QUOTE, data[at] == RETURN
            kind = AT_QUOTE if is_quote else AT_RETURN if is_return else AT_LINE_FEED
            marks[n] = at * NEXT + (AT_DELIMITER if data[at] == delimiter else kind)
            n_quotes += is_quote
            bits &= bits - ONE
            n += 1
    return n, n_quotes


@compiled
def find_fields(marks: Places, starts: Places, lengths: Places) -> tuple[int, int, int]:
    """Write where the fields of each record start and how long they are; lines with nothing at all are no records.

    Parameters
    ----------
    marks : ndarray of int32
        The places of all delimiters, quotation marks and ends of lines (LF, CR LF or CR), and which they are.
    starts, lengths : ndarray of int32, shape (width, records)
        Written on; of a quoted field what is between the marks, in which every other mark is doubled.

    Returns
    -------
    tuple of int
        How many records there are, `ODD` where one is not as wide as the others, not quoted as it should be or without anything;
        how many fields are quoted, and how many bytes the longest one has.
    """
    width = len(starts)
    mark, row, column, start, n_quoted, n_held, longest = 0, 0, 0, 0, 0, 0, 0
    while mark < len(marks):
        is_quoted = marks[mark] == start * NEXT + AT_QUOTE
        if is_quoted:
            mark = _find_closing(marks, mark + 1) + 1
            if mark >= len(marks) or marks[mark] >> BITS != (marks[mark - 1] >> BITS) + 1:
                return ODD, 0, 0
        at, kind = marks[mark] >> BITS, marks[mark] & KIND
        length = at - start - 2 * is_quoted
        starts[column, row], lengths[column, row] = start + is_quoted, length
        is_last = kind != AT_DELIMITER
        is_nothing = is_last and column == 0 and at == start
        is_pair = kind == AT_RETURN and mark + 1 < len(marks) and marks[mark + 1] == (at + 1) * NEXT + AT_LINE_FEED
        mark, start = mark + 1 + is_pair, at + 1 + is_pair
        if is_nothing:
            continue
        n_held += length
        if kind == AT_QUOTE or is_last != (column + 1 == width) or (is_last and n_held == 0):
            return ODD, 0, 0
        n_quoted, longest = n_quoted + is_quoted, max(longest, length)
        row, column, n_held = (row + 1, 0, 0) if is_last else (row, column + 1, n_held)
    return (ODD if column else row), n_quoted, longest


@inner
def _find_closing(marks: Places, mark: int) -> int:
    """Return the place among the marks of the one that closes a quoted field."""
    while mark < len(marks):
        if marks[mark] & KIND == AT_QUOTE:
            if mark + 1 == len(marks) or marks[mark + 1] != marks[mark] + NEXT:
                return mark
            mark += 1
        mark += 1
    return mark


def _to_strings(column: Column) -> Any:
    data, starts, lengths, has_doubled = column
    offsets, held = np.empty(len(starts) + 1, np.int32), np.empty(int(lengths.sum(dtype=np.int64)) + WORD, np.uint8)
    copy_cells(data, starts, lengths, has_doubled, offsets, held)
    return pa.StringArray.from_buffers(len(starts), pa.py_buffer(offsets), pa.py_buffer(held))


def _to_codes(column: Column) -> Any:
    data, starts, lengths, _ = column
    n = len(starts)
    codes, firsts = np.empty(n, np.int32), np.empty(n // 2 + 1, np.int32)
    n_places = 1 << (n + 1).bit_length()
    table, keys = SCRATCH.take("table", n_places, np.int32), SCRATCH.take("keys", n_places, np.uint64)
    table.fill(FREE)
    n_different = code_cells(data, starts, lengths, table, keys, codes, firsts)
    if n_different == ODD:
        return _to_strings(column)
    firsts = firsts[:n_different]
    levels = _to_strings(column._replace(starts=starts[firsts], lengths=lengths[firsts]))
    return pa.DictionaryArray.from_arrays(pa.array(codes), levels, safe=False)


@compiled
def copy_cells(data: Bytes, starts: Places, lengths: Places, has_doubled: bool, offsets: Places, held: Bytes) -> None:
    """Write the cells one after the other into `held`, doubled marks once, and where each starts into `offsets`, (n + 1,).

    Words are written, so there is room for one behind the last cell.
    """
    place = 0
    for row in range(len(starts)):
        offsets[row] = place
        at, end = int(starts[row]), int(starts[row] + lengths[row])
        if has_doubled:
            while at < end:
                held[place] = data[at]
                place += 1
                at += 1 + (data[at] == QUOTE)
        else:
            for step in range(0, end - at, WORD):
                put_word(held, place + step, word_at(data, at + step))
            place += end - at
    offsets[len(starts)] = place


@compiled
def code_cells(
    data: Bytes, starts: Places, lengths: Places, table: Places, keys: NDArray[np.uint64], codes: Places, firsts: Places
) -> int:
    """Number the different cells as they come up; return how many there are, `ODD` where they are more than `firsts` holds.

    Parameters
    ----------
    data : ndarray of uint8
    starts, lengths : ndarray of int32, shape (n,)
    table, keys : ndarray of int32 and of uint64
        More than n places, a power of two, all of them `FREE` in the table; written on.
    codes : ndarray of int32, shape (n,)
        Written on: the number of each cell.
    firsts : ndarray of int32
        Written on: the row in which each of the different cells came up.
    """
    n_different, last = 0, len(table) - 1
    for row in range(len(starts)):
        start, length = starts[row], lengths[row]
        is_short = length < WORD  # then the key is the cell
        key = _rest_at(data, start, length) | np.uint64(length) << TOP if is_short else _mix(data, start, length) | LONG
        place = np.int64((key * MIX) >> FOLD) & last
        code = table[place]
        while code != FREE and not (
            keys[place] == key
            and (is_short or (length == lengths[firsts[code]] and _are_alike(data, start, starts[firsts[code]], length)))
        ):
            place = (place + 1) & last
            code = table[place]
        if code == FREE:
            if n_different == len(firsts):
                return ODD
            code = n_different
            table[place], keys[place], firsts[code] = code, key, row
            n_different += 1
        codes[row] = code
    return n_different


@inner
def _mix(data: Bytes, start: int, length: int) -> Any:
    """Return a key that is the same for the same bytes."""
    key = np.uint64(length)
    step = 0
    while step + WORD <= length:
        key = (key ^ word_at(data, start + step)) * MIX
        key ^= key >> FOLD
        step += WORD
    if step < length:
        key = (key ^ _rest_at(data, start + step, length - step)) * MIX
    return key


@inner
def _are_alike(data: Bytes, one: int, other: int, length: int) -> bool:
    step = 0
    while step + WORD <= length:
        if word_at(data, one + step) != word_at(data, other + step):
            return False
        step += WORD
    return step == length or _rest_at(data, one + step, length - step) == _rest_at(data, other + step, length - step)


@inner
def _rest_at(data: Bytes, at: int, n_bytes: int) -> Any:
    """Return fewer than eight bytes as one number."""
    return word_at(data, at) & ((ONE << np.uint64(8 * n_bytes)) - ONE)


def are_different(parts: Sequence[tuple[Bytes, NDArray[np.integer[Any]]]]) -> bool:
    """Tell whether all strings differ for certain; of each part the bytes, where its strings start and the last one ends."""
    keys = np.empty(sum(len(offsets) - 1 for _, offsets in parts), np.uint64)
    first = 0
    for held, offsets in parts:
        stop = first + len(offsets) - 1
        key_cells(np.append(held, np.zeros(WORD, np.uint8)), (offsets - offsets[0]).astype(np.int64), keys[first:stop])
        first = stop
    keys.sort()
    return not (keys[1:] == keys[:-1]).any()


@compiled
def key_cells(held: Bytes, offsets: NDArray[np.int64], keys: NDArray[np.uint64]) -> None:
    """Write a key for each string, the same for the same bytes; there is room for a word behind them."""
    for row in range(len(keys)):
        keys[row] = _mix(held, offsets[row], offsets[row + 1] - offsets[row])


def compile_fields(_: Callable[[], None]) -> None:
    """Compile, or load, what splits: a second's work, of which nobody is told."""
    split_fields(b"a,b\n" * 4, ",", 2, 10, (1,))
    are_different([(np.zeros(1, np.uint8), np.array([0, 1]))])
