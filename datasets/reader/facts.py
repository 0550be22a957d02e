"""What is known about the values of a column before it is judged: how many, how different, whole or not, long or short.

Typed numbers or distinct cells of text flow in, the facts that `roles` judges by flow out.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow.compute as pc
from numpy.typing import NDArray

from datasets.reader.buffers import edges_of, find_bytes
from datasets.reader.cells import Present, TextCells
from datasets.reader.numbers import has_leading_zeros, share_of_numbers
from datasets.reader.patterns import all_match
from datasets.reader.roles import NumberFacts, TextFacts
from datasets.reader.tally import Tally

TIME = r"^\d{1,3}:[0-5]\d(?::[0-5]\d(?:[.,]\d+)?)?(?: ?[AaPp]\.?[Mm]\.?)?$"
MEASURE = r"^[+-]?\d+(?:[.,]\d+)*\s?(?P<unit>(?:\p{L}|[µ°%/²³]){1,12})\.?$"
SPACES = np.frombuffer(b" \t\n\f\r", np.uint8)


def number_facts(words: tuple[str, ...], rows: NDArray[Any], tally: Tally) -> NumberFacts:
    """Return the facts about a column of numbers, one per row, NaN where missing."""
    return NumberFacts(
        words=words,
        n_rows=len(rows),
        n_present=tally.n_present,
        n_distinct=tally.n_distinct,
        is_whole=bool((tally.values == np.floor(tally.values)).all()),
        lowest=float(tally.values[0]),
        highest=float(tally.values[-1]),
        is_running=tally.is_running(rows),
    )


def text_facts(words: tuple[str, ...], present: Present) -> TextFacts:
    """Return the facts about a column of text."""
    lengths = pc.utf8_length(present.values).to_numpy(zero_copy_only=False)
    spaced = _spaced(present.values)
    return TextFacts(
        words=words,
        n_rows=len(present.codes),
        n_present=present.n_present,
        n_distinct=len(present.values),
        has_spaces=bool(spaced.mean() > 0.05),
        mean_length=float(lengths.mean()),
        longest=int(lengths.max()),
        has_leading_zeros=has_leading_zeros(present.values),
        share_of_numbers=share_of_numbers(present.values, present.counts),
        is_quantity=_are_quantities(present.values),
    )


def _are_quantities(values: Any) -> bool:
    """Tell whether all are times, or numbers with the same unit."""
    if all_match(values, TIME):
        return True
    return all_match(values, MEASURE) and len(pc.unique(pc.extract_regex(values, MEASURE).field("unit"))) == 1


def _spaced(values: Any) -> NDArray[np.bool_]:
    """Tell which strings hold a space; mostly one look at all bytes shows that none does."""
    if not find_bytes(values)[SPACES].any():
        return np.zeros(len(values), np.bool_)
    spaced: NDArray[np.bool_] = pc.match_substring_regex(values, r"\s").to_numpy(zero_copy_only=False)
    return spaced


def is_padded(cells: TextCells) -> bool:
    """Tell whether spaces fill the cells up: to one length for all, or in front of every one of them."""
    levels = cells.levels
    if len(levels) < 2:
        return False
    first, last, is_empty = edges_of(levels)
    starts, ends = ~is_empty & (first == SPACES[0]), ~is_empty & (last == SPACES[0])
    if not (starts | ends).any():
        return False
    lengths = pc.min_max(pc.utf8_length(levels)).as_py()
    return bool(lengths["min"] == lengths["max"] or (starts | is_empty).all())
