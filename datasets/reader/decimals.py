"""Plain decimal numbers as they stand in a file in, where each ends as the product shows it out: 29404.20 as 29404.2, 97.0 as 97.

Of a number of few digits the shortest text that means it is its own without the zeros at its end, so nothing has to be rendered,
and nothing copied.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from datasets.reader.buffers import buffers_of
from segmentiq.ml.compiled import compiled, inner

Bytes = NDArray[np.uint8]
Places = NDArray[np.int64]
MINUS, POINT, ZERO, NINE = b"-.09"
MOST_DIGITS = 15
"""Up to here no two decimals mean the same double."""
SMALL = 4
"""Decimals of which one is not zero, or the number is written with an exponent."""
ODD = -1


def trim_decimals(cells: Any) -> tuple[Bytes, Places, Places] | None:
    """Return the bytes of Arrow strings of numbers, and where each starts and ends without its last zeros.

    None where one is not plain, or too long or too small for that.
    """
    held, places = buffers_of(cells)
    ends = np.empty(len(cells), np.int64)
    return (held, places[:-1], ends) if find_ends(held, places, ends) else None


@compiled
def find_ends(held: Bytes, places: Places, ends: Places) -> bool:
    """Write where each number ends; False where one cannot be told so."""
    for row in range(len(ends)):
        ends[row] = _find_end(held, places[row], places[row + 1])
        if ends[row] == ODD:
            return False
    return True


@inner
def _find_end(held: Bytes, start: int, end: int) -> int:
    """Return where a number ends without its last zeros; -1 for what is not plain."""
    if start == end:
        return end
    first, point, n_other, n_early = start + (held[start] == MINUS), end, 0, 0
    for at in range(first, end):
        if held[at] == POINT and point == end and at > first:
            point = at
        elif held[at] < ZERO or held[at] > NINE:
            return ODD
        n_other += held[at] > ZERO
        n_early += held[at] > ZERO and at < point + 1 + SMALL
    if n_other == 0:
        return first + 1 if first == start else ODD
    if end - first > MOST_DIGITS or n_early == 0:
        return ODD
    stop = end
    while stop > point and held[stop - 1] == ZERO:
        stop -= 1
    return stop - (stop == point + 1)


def compile_decimals(_: Callable[[], None]) -> None:
    """Compile, or load, what trims: a blink's work, of which nobody is told."""
    trim_decimals(pa.array(["1.50"]))
