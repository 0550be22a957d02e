"""Plain decimal numbers as they stand in a file in, the same as the product shows them out: 29404.20 as 29404.2, 97.0 as 97.

Of a number of few digits the shortest text that means it is its own without the zeros at its end, so nothing has to be rendered.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from datasets.reader.buffers import bytes_of, offsets_of
from segmentiq.ml.compiled import compiled, inner

Bytes = NDArray[np.uint8]
Places = NDArray[np.int32]
MINUS, POINT, ZERO, NINE = b"-.09"
MOST_DIGITS = 15
"""Up to here no two decimals mean the same double."""
SMALL = 4
"""Decimals of which one is not zero, or the number is written with an exponent."""


def trim_decimals(cells: Any) -> Any | None:
    """Return Arrow strings of numbers without zeros at their end; None where one is not plain, or too long or small for that."""
    held, offsets = bytes_of(cells), offsets_of(cells)
    trimmed, places = np.empty(len(held), np.uint8), np.empty(len(offsets), np.int32)
    if not trim_zeros(held, (offsets - offsets[0]).astype(np.int32), trimmed, places):
        return None
    return pa.StringArray.from_buffers(len(cells), pa.py_buffer(places), pa.py_buffer(trimmed))


@compiled
def trim_zeros(held: Bytes, offsets: Places, trimmed: Bytes, places: Places) -> bool:
    """Write the numbers one after the other, and where each starts, into `places` (n + 1,); False where one cannot be told so."""
    place = 0
    for row in range(len(offsets) - 1):
        places[row] = place
        stop = _find_stop(held, offsets[row], offsets[row + 1])
        if stop < 0:
            return False
        for at in range(offsets[row], stop):
            trimmed[place] = held[at]
            place += 1
    places[len(offsets) - 1] = place
    return True


@inner
def _find_stop(held: Bytes, start: int, end: int) -> int:
    """Return where a number ends without its last zeros; -1 for what is not plain."""
    if start == end:
        return end
    first, point, n_other, n_early = start + (held[start] == MINUS), end, 0, 0
    for at in range(first, end):
        if held[at] == POINT and point == end and at > first:
            point = at
        elif held[at] < ZERO or held[at] > NINE:
            return -1
        n_other += held[at] > ZERO
        n_early += held[at] > ZERO and at < point + 1 + SMALL
    if n_other == 0:
        return first + 1 if first == start else -1
    if end - first > MOST_DIGITS or n_early == 0:
        return -1
    stop = end
    while stop > point and held[stop - 1] == ZERO:
        stop -= 1
    return stop - (stop == point + 1)


def compile_decimals(_: Callable[[], None]) -> None:
    """Compile, or load, what trims: a blink's work, of which nobody is told."""
    trim_decimals(pa.array(["1.50"]))
