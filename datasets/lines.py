"""Columns of cells in, the lines of a CSV file out, for a part of the rows at a time.

Compiled, because every byte of every cell of a large table goes through here.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from datasets.reader.buffers import bytes_of, offsets_of
from segmentiq.ml.bytewise import WORD, put_word, word_at
from segmentiq.ml.compiled import compiled

Bytes = NDArray[np.uint8]
Places = NDArray[np.int64]
Codes = NDArray[np.int32]
COMMA, LINE_FEED = b",\n"


class Coded(NamedTuple):
    """Cells of a column: `codes` (n,) find each among the strings in `held`, where `offsets` say; -1 is an empty one."""

    codes: Codes
    offsets: Places
    held: Bytes


def coded(strings: Any, codes: Codes | None = None) -> Coded:
    """Return strings of an Arrow array as cells; all of them, one after the other, where there are no codes. Null is empty."""
    whole = strings.fill_null("") if strings.null_count else strings
    offsets = offsets_of(whole).astype(np.int64)
    return Coded(np.arange(len(whole), dtype=np.int32) if codes is None else codes, offsets - offsets[0], bytes_of(whole))


def join_lines(columns: Sequence[Coded]) -> Bytes:
    """Return the lines that these columns make, with commas between the cells."""
    codes, n_before, n_bytes = np.empty((len(columns[0].codes), len(columns)), np.int32), 0, 0
    offsets = []
    for place, column in enumerate(columns):
        codes[:, place] = np.where(column.codes < 0, -1, column.codes + np.int32(n_before))
        offsets.append(column.offsets + n_bytes)
        n_before, n_bytes = n_before + len(column.offsets), n_bytes + len(column.held)
    held = np.concatenate([*(column.held for column in columns), np.zeros(WORD, np.uint8)])
    whole = np.concatenate(offsets)
    lines = np.empty(measure_lines(codes, whole) + WORD, np.uint8)
    put_lines(codes, whole, held, lines)
    return lines[:-WORD]


@compiled
def measure_lines(codes: Codes, offsets: Places) -> int:
    """Return how many bytes the lines have: codes (rows, columns) say which of the offsets is a cell's, -1 that it is empty."""
    total = codes.size
    for row in range(len(codes)):
        for column in range(codes.shape[1]):
            code = codes[row, column]
            if code >= 0:
                total += offsets[code + 1] - offsets[code]
    return total


@compiled
def put_lines(codes: Codes, offsets: Places, held: Bytes, lines: Bytes) -> None:
    """Write the cells row by row; words are read and written, so there is room for one behind `held` and `lines`."""
    place = 0
    for row in range(len(codes)):
        for column in range(codes.shape[1]):
            code = codes[row, column]
            if code >= 0:
                start, length = offsets[code], offsets[code + 1] - offsets[code]
                for step in range(0, length, WORD):
                    put_word(lines, place + step, word_at(held, start + step))
                place += length
            lines[place] = COMMA
            place += 1
        lines[place - 1] = LINE_FEED


def compile_lines(_: Callable[[], None]) -> None:
    """Compile, or load, what joins: half a second's work, of which nobody is told."""
    join_lines([coded(pa.array(["a", "b"]))])
