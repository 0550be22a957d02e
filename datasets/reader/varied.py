"""Columns in which most cells differ, typed as they stand: plain numbers and ISO dates need no list of their different cells.

`VariedCells` flow in. A `Typed` flows out where every cell is empty or written as programs write numbers (-12.50) or dates
(2024-02-29 10:05), so that there is nothing to decide, to count or to warn of; None where one of them is not, or where any
choice is left. Then the column is read by its distinct cells like any other, which comes to the same.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from datasets.reader.cells import VariedCells, bytes_of, lengths_of, offsets_of
from datasets.reader.dates import FIRST_YEAR, LAST_YEAR, is_date_name
from datasets.reader.facts import number_facts
from datasets.reader.findings import Findings
from datasets.reader.hints import warn_of_sentinels
from datasets.reader.isodates import read_iso
from datasets.reader.numbers import Numbers, Writing, read_numbers
from datasets.reader.roles import judge_number
from datasets.reader.typed import Typed, as_typed, judge_date
from datasets.reader.words import LARGEST_EXACT, MOST_TRUTHS, split_name

FEW = 1_000
"""Cells that tell how the column is written."""
LONGEST_NUMBER = 18
"""Characters of which a whole number cannot overflow."""
MINUS, POINT, SLASH, ZERO, NINE = b"-./09"


def type_varied(name: str, cells: VariedCells, writing: Writing, findings: Findings) -> Typed | None:
    """Return a column of plain numbers or dates without looking for its distinct cells; None where those might tell more."""
    if writing.missing or len(head_of(cells)) <= MOST_TRUTHS:
        return None
    stamps = read_iso_dates(cells)
    if stamps is not None:
        return as_typed(name, judge_date(" written year-month-day"), pd.Series(stamps), cells)
    words = split_name(name)
    read = None if is_date_name(words) else read_plain_numbers(cells, writing)
    if read is None:
        return None
    values, numbers = read
    if values.dtype.kind == "i" and np.abs(values).max() > LARGEST_EXACT:
        return None
    facts = number_facts(words, values)
    judgement = judge_number(facts)
    if judgement.kind != "number" or facts.n_distinct == 1:
        return None
    warn_of_sentinels(name, values, findings)
    return as_typed(name, judgement, pd.Series(values), cells, numbers=numbers, n_distinct=facts.n_distinct)


def head_of(cells: VariedCells) -> Any:
    """Return the different ones of the first cells that hold something."""
    head = pc.unique(cells.chunks[0][:FEW])
    return head.filter(pc.not_equal(head, ""))


def read_plain_numbers(cells: VariedCells, writing: Writing) -> tuple[NDArray[Any], Numbers] | None:
    """Return a number per row, NaN where the cell is empty, and how the first of them are written."""
    if writing.decimal not in (None, ".") or not all(map(_is_plain, cells.chunks)):
        return None
    numbers = read_numbers(head_of(cells), writing)
    if numbers is None or numbers.decimal != "." or numbers.thousands or numbers.symbol or numbers.is_ambiguous:
        return None
    is_whole = not any((bytes_of(chunk) == POINT).any() for chunk in cells.chunks)
    if not is_whole and not numbers.is_certain:
        return None
    has_gaps = any(not lengths_of(chunk).all() for chunk in cells.chunks)
    dtype = pa.int64() if is_whole else pa.float64()
    try:
        parts = [pc.cast(_with_nulls(chunk), dtype).cast(pa.float64() if has_gaps else dtype) for chunk in cells.chunks]
    except pa.ArrowInvalid:
        return None
    return np.concatenate([part.to_numpy(zero_copy_only=False) for part in parts]), numbers


def read_iso_dates(cells: VariedCells) -> NDArray[np.datetime64] | None:
    """Return a timestamp per row, NaT where the cell is empty."""
    parts = []
    for chunk in cells.chunks:
        filled = lengths_of(chunk) > 0
        is_full = bool(filled.all())
        stamps = read_iso(chunk if is_full else chunk.filter(pa.array(filled)), FIRST_YEAR, LAST_YEAR) if filled.any() else None
        if stamps is None:
            return None
        part = stamps if is_full else np.full(len(chunk), np.datetime64("NaT"), dtype=stamps.dtype)
        if not is_full:
            part[filled] = stamps
        parts.append(part)
    return np.concatenate(parts)


def _is_plain(chunk: Any) -> bool:
    """Tell whether the cells hold digits, points and minus signs only, none of them too long or with zeros in front."""
    held, lengths = bytes_of(chunk), lengths_of(chunk)
    if not len(held) or ((held - MINUS) > NINE - MINUS).any() or (held == SLASH).any() or lengths.max() > LONGEST_NUMBER:
        return False
    signed = _starts(chunk)[lengths > 1]
    begins = held[signed] == MINUS
    first = np.where(begins, signed + 1, signed)
    second = held[np.minimum(first + 1, len(held) - 1)]
    is_longer = lengths[lengths > 1] > begins + 1
    return not ((held[first] == ZERO) & is_longer & (second != POINT)).any()


def _starts(chunk: Any) -> NDArray[np.int64]:
    """Return where in these bytes the cells start."""
    offsets = offsets_of(chunk)
    starts: NDArray[np.int64] = offsets[:-1].astype(np.int64) - offsets[0]
    return starts


def _with_nulls(chunk: Any) -> Any:
    """Return the same cells, the empty ones as null."""
    filled = lengths_of(chunk) > 0
    if filled.all():
        return chunk
    _, offsets, data = chunk.buffers()
    is_set = pa.array(np.append(np.zeros(chunk.offset, np.bool_), filled)).buffers()[1]
    return pa.Array.from_buffers(chunk.type, chunk.offset + len(chunk), [is_set, offsets, data])[chunk.offset :]
