"""How long the texts are that the sheets of a workbook share.

The part with the texts flows in, their lengths flow out. A text is stored once and repeated by its number, so that 200 kilobytes
can hold a sheet of many gigabytes; who knows the lengths can tell before the cells are laid out.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable

from datasets.reader.markup import Attributes, new_parser, walk

SHORTEST_CELL = 21
"""Bytes of a cell that repeats a text."""


def measure_texts(chunks: Iterable[bytes]) -> array[int]:
    """Return the number of characters of each text. Raises FileRefused."""
    lengths = array("L")
    parser = new_parser()

    def begin(_: Attributes) -> None:
        lengths.append(0)

    def add(text: str) -> None:
        if lengths:
            lengths[-1] += len(text)

    parser.CharacterDataHandler = add
    walk(chunks, {"si": begin}, parser)
    return lengths


def can_grow(lengths: array[int], n_bytes: int, limit: int) -> bool:
    """Tell whether a sheet of so many bytes could hold more than `limit` characters of these texts."""
    return max(lengths, default=0) * (n_bytes // SHORTEST_CELL) > limit
