"""Columns of cells in, the lines of a CSV file out, for a part of the rows at a time.

Compiled, because every byte of every cell of a large table goes through here. The cells of one column are put into all lines
before those of the next one, so nothing has to be brought together first.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from datasets.reader.buffers import buffers_of
from segmentiq.ml.bytewise import WORD, put_word, word_at
from segmentiq.ml.compiled import compiled

Bytes = NDArray[np.uint8]
Places = NDArray[np.int64]
Codes = NDArray[np.int32]
COMMA, LINE_FEED = b",\n"
ALL = np.uint64(2**64 - 1)


class Coded(NamedTuple):
    """Cells of a column: `codes` (n,) find each among the strings in `held`, which start and end as said; -1 is an empty one.

    Strings follow each other in `held`, and a word may be read at each of their bytes.
    """

    codes: Codes
    starts: Places
    ends: Places
    held: Bytes


def coded(strings: Any, codes: Codes | None = None) -> Coded:
    """Return strings of an Arrow array as cells; all of them, one after the other, where there are no codes. Null is empty."""
    held, places = buffers_of(strings.fill_null("") if strings.null_count else strings)
    if len(strings) and places[-1] + WORD > len(held):
        held, places = np.append(held[places[0] : places[-1]], np.zeros(WORD, np.uint8)), places - places[0]
    return Coded(np.arange(len(strings), dtype=np.int32) if codes is None else codes, places[:-1], places[1:], held)


def join_lines(columns: Sequence[Coded]) -> Bytes:
    """Return the lines that these columns make, with commas between the cells."""
    lengths = np.full(len(columns[0].codes), len(columns), np.int64)
    for column in columns:
        add_lengths(column, lengths)
    ends = np.cumsum(lengths)
    lines = np.empty(int(ends[-1]) + WORD if len(ends) else WORD, np.uint8)
    places = ends - lengths
    for n_after, column in zip(range(len(columns) - 1, -1, -1), columns, strict=True):
        put_cells(column, COMMA if n_after else LINE_FEED, n_after + 1 >= WORD, places, lines)
    return lines[:-WORD]


@compiled
def add_lengths(column: Coded, lengths: Places) -> None:
    """Add the bytes of each cell to those of its line."""
    codes, starts, ends, _ = column
    for row in range(len(codes)):
        code = codes[row]
        if code >= 0:
            lengths[row] += ends[code] - starts[code]


@compiled
def put_cells(column: Coded, mark: int, is_roomy: bool, places: Places, lines: Bytes) -> None:
    """Write the cell of each row, and the mark that follows it, to its place in the line, and move that behind them.

    Words are written: at the end of a cell over what is not written yet, where `is_roomy` says that the line has that many bytes
    left; else beside what may be the next line already. There is room for a word behind `lines`.
    """
    codes, starts, ends, held = column
    for row in range(len(codes)):
        place, code = places[row], codes[row]
        if code >= 0:
            start, length, step = starts[code], ends[code] - starts[code], 0
            while step + WORD <= length or (is_roomy and step < length):
                put_word(lines, place + step, word_at(held, start + step))
                step += WORD
            if step < length:
                theirs = ALL << np.uint64(8 * (length - step))
                word = (word_at(held, start + step) & ~theirs) | (word_at(lines, place + step) & theirs)
                put_word(lines, place + step, word)
            place += length
        lines[place] = mark
        places[row] = place + 1


def compile_lines(_: Callable[[], None]) -> None:
    """Compile, or load, what joins: half a second's work, of which nobody is told."""
    join_lines([coded(pa.array(["a", "b"]))])
