"""Arrow strings as the bytes they are: where each starts and ends, its first and last byte, and which bytes there are at all.

Arrow arrays of strings without nulls flow in, arrays of bytes, places and truths flow out. A column has up to millions of
distinct cells, and most questions about them are answered by a look at these; so that look is compiled.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from segmentiq.ml.bytewise import LANES, WORD, equal_at, marks_at, n_set, put_word, word_at
from segmentiq.ml.compiled import compiled

Bytes = NDArray[np.uint8]
Places = NDArray[np.int64]
Truths = NDArray[np.bool_]
COMMA, QUOTE, LINE_FEED, RETURN = b',"\n\r'


def offsets_of(values: Any) -> NDArray[np.integer[Any]]:
    """Return where in their buffer each string starts, and where the last one ends."""
    wide: type[np.integer[Any]] = np.int64 if pa.types.is_large_string(values.type) else np.int32
    return np.frombuffer(values.buffers()[1], wide)[values.offset : values.offset + len(values) + 1]


def buffers_of(values: Any) -> tuple[Bytes, Places]:
    """Return the buffer of the strings as it is, and where in it each of them starts and the last one ends."""
    held = values.buffers()[2]
    data = np.zeros(0, np.uint8) if held is None else np.frombuffer(held, np.uint8)
    return data, offsets_of(values).astype(np.int64, copy=False)


def bytes_of(values: Any) -> Bytes:
    """Return the bytes of all strings, one after the other."""
    held, places = buffers_of(values)
    return held[places[0] : places[-1]] if len(values) else held[:0]


def find_bytes(values: Any) -> Truths:
    """Return which of the 256 bytes stand in any of the strings."""
    found = np.zeros(256, np.bool_)
    note_bytes(bytes_of(values), found)
    return found


def count_byte(text: bytes, byte: int) -> int:
    """Return how often a byte stands in a text."""
    return count_bytes(np.frombuffer(text, np.uint8), byte)


def needs_quotes(values: Any) -> bool:
    """Tell whether one of the strings holds what stands between quotation marks in a CSV file."""
    return bool(find_mark(bytes_of(values), COMMA))


def edges_of(values: Any) -> tuple[Bytes, Bytes, Truths]:
    """Return the first and the last byte of every string, and which are empty and have neither."""
    held, places = buffers_of(values)
    edges, is_empty = np.empty((2, len(values)), np.uint8), np.empty(len(values), np.bool_)
    put_edges(held, places, edges, is_empty)
    return edges[0], edges[1], is_empty


def take_strings(values: Any, codes: NDArray[np.int32]) -> Any:
    """Return the string of each code, null for -1, as an Arrow array of large strings."""
    held, places = buffers_of(values)
    starts = np.zeros(len(codes) + 1, np.int64)
    n_missing = measure_cells(codes, places, starts)
    taken = np.empty(int(starts[-1]) + WORD, np.uint8)
    copy_strings(np.append(held, np.zeros(WORD, np.uint8)), places, codes, starts, taken)
    is_there = pa.array(codes >= 0).buffers()[1] if n_missing else None
    buffers = [is_there, pa.py_buffer(starts), pa.py_buffer(taken)]
    return pa.Array.from_buffers(pa.large_string(), len(codes), buffers, n_missing)


@compiled
def measure_cells(codes: NDArray[np.int32], places: Places, starts: Places) -> int:
    """Write where each of the strings starts once they stand one after the other; return how many there are not."""
    n_missing = 0
    for row in range(len(codes)):
        code = codes[row]
        n_missing += code < 0
        starts[row + 1] = starts[row] + (places[code + 1] - places[code] if code >= 0 else 0)
    return n_missing


@compiled
def copy_strings(held: Bytes, places: Places, codes: NDArray[np.int32], starts: Places, taken: Bytes) -> None:
    """Write the strings one after the other; words are read and written, so there is room for one behind both."""
    for row in range(len(codes)):
        for step in range(0, starts[row + 1] - starts[row], WORD):
            put_word(taken, starts[row] + step, word_at(held, places[codes[row]] + step))


@compiled
def count_bytes(held: Bytes, byte: int) -> int:
    """Return how many of the bytes are this one."""
    n, whole = 0, len(held) - len(held) % LANES
    for base in range(0, whole, LANES):
        n += n_set(equal_at(held, base, byte))
    for place in range(whole, len(held)):
        n += held[place] == byte
    return n


@compiled
def find_mark(held: Bytes, delimiter: int) -> bool:
    """Tell whether any of the bytes is the delimiter, a quotation mark or the end of a line."""
    whole = len(held) - len(held) % LANES
    for base in range(0, whole, LANES):
        if marks_at(held, base, delimiter):
            return True
    n_marks = 0
    for place in range(whole, len(held)):
        n_marks += held[place] in (delimiter, QUOTE, LINE_FEED, RETURN)
    return n_marks > 0


@compiled
def note_bytes(held: Bytes, found: Truths) -> None:
    """Mark the bytes that there are."""
    for place in range(len(held)):
        found[held[place]] = True


@compiled
def put_edges(held: Bytes, places: Places, edges: NDArray[np.uint8], is_empty: Truths) -> None:
    """Write the first and the last byte of every string, 0 where it is empty, into `edges` (2, n)."""
    for row in range(len(is_empty)):
        start, end = places[row], places[row + 1]
        is_empty[row] = start == end
        edges[0, row], edges[1, row] = (0, 0) if start == end else (held[start], held[end - 1])


def compile_buffers(_: Callable[[], None]) -> None:
    """Compile, or load, what looks at bytes: a blink's work, of which nobody is told."""
    values = pa.array(["a"])
    find_bytes(values)
    count_byte(b"a", 0)
    needs_quotes(values)
    edges_of(values)
    take_strings(values, np.zeros(1, np.int32))
