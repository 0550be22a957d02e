"""Columns in which most cells differ, typed as they stand: plain numbers and ISO dates need no list of their different cells.

`VariedCells` flow in. A `Typed` flows out where every cell is empty or written as programs write numbers (-12.50) or dates
(2024-02-29 10:05), so that there is nothing to decide, to count or to warn of; None where one of them is not, or where any
choice is left. Then the column is read by its distinct cells like any other, which comes to the same.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import Any, TypeVar

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from datasets.reader import plain
from datasets.reader.cells import Shown, TrimmedCells, VariedCells
from datasets.reader.dates import FIRST_YEAR, LAST_YEAR, is_date_name
from datasets.reader.facts import number_facts
from datasets.reader.findings import Findings
from datasets.reader.hints import warn_of_sentinels
from datasets.reader.numbers import Numbers, Writing, read_numbers
from datasets.reader.roles import judge_number
from datasets.reader.tally import tally_rows
from datasets.reader.typed import Typed, as_typed, judge_date
from datasets.reader.words import LARGEST_EXACT, MOST_TRUTHS, split_name

Part = TypeVar("Part")
FEW = 1_000
"""Cells that tell how the column is written."""


def type_varied(name: str, cells: VariedCells, writing: Writing, findings: Findings) -> Typed | None:
    """Return a column of plain numbers or dates without looking for its distinct cells; None where those might tell more."""
    if writing.missing or len(head_of(cells)) <= MOST_TRUTHS:
        return None
    times = read_plain_times(cells)
    if times is not None:
        return as_typed(
            name, judge_date(" written year-month-day"), pd.Series(times[0]), cells, shown=cells if times[1] else None
        )
    words = split_name(name)
    read = None if is_date_name(words) else read_plain_numbers(cells, writing)
    if read is None:
        return None
    values, numbers, shown = read
    if values.dtype.kind == "i" and np.abs(values).max() > LARGEST_EXACT:
        return None
    tally = tally_rows(values)
    judgement = judge_number(number_facts(words, values, tally))
    if judgement.kind != "number" or tally.n_distinct == 1:
        return None
    warn_of_sentinels(name, tally, findings)
    return replace(as_typed(name, judgement, pd.Series(values), cells, numbers=numbers, shown=shown), tally=tally)


def head_of(cells: VariedCells) -> Any:
    """Return the different ones of the first cells that hold something."""
    head = pc.unique(cells.chunks[0][:FEW])
    return head.filter(pc.not_equal(head, ""))


def read_plain_numbers(cells: VariedCells, writing: Writing) -> tuple[NDArray[Any], Numbers, Shown | None] | None:
    """Return a number per row, NaN where the cell is empty, how the first are written, and all as shown where that is known."""
    if writing.decimal not in (None, "."):
        return None
    parts = _read_all(plain.read_numbers, cells)
    numbers = None if parts is None else read_numbers(head_of(cells), writing)
    if parts is None or numbers is None or numbers.decimal != "." or numbers.thousands or numbers.symbol or numbers.is_ambiguous:
        return None
    is_whole, has_gaps = not any(part.n_points for part in parts), any(part.n_empty for part in parts)
    if not (all(part.is_exact for part in parts) if is_whole else numbers.is_certain):
        return None
    values = np.concatenate(
        [part.values if part.is_exact else _read_digits(chunk) for part, chunk in zip(parts, cells.chunks, strict=True)]
    )
    shown = _shown(cells, parts)
    if not is_whole:
        return values, numbers, shown
    return (values + 0.0 if has_gaps else values.astype(np.int64)), numbers, shown  # a whole number has no zero below zero


def _shown(cells: VariedCells, parts: Sequence[plain.Numbers]) -> Shown | None:
    """Return plain numbers as they are shown, the very same where that is how they are written; None where it is not known."""
    if not all(part.is_short for part in parts):
        return None
    spare = np.concatenate([part.spare for part in parts])
    return TrimmedCells(cells=cells, spare=spare) if spare.any() else cells


def _read_digits(chunk: Any) -> NDArray[np.float64]:
    """Return numbers of any length, NaN where a cell is empty."""
    values: NDArray[np.float64] = pc.cast(pc.if_else(pc.equal(chunk, ""), "nan", chunk), pa.float64()).to_numpy()
    return values


def read_plain_times(cells: VariedCells) -> tuple[NDArray[np.datetime64], bool] | None:
    """Return a timestamp per row, NaT where the cell is empty, and whether all of them are shown as they are written."""
    parts = _read_all(partial(plain.read_times, first_year=FIRST_YEAR, last_year=LAST_YEAR), cells)
    if parts is None:
        return None
    whole = plain.join_times(parts)
    return (whole.values, whole.is_plain) if whole.n_empty < len(whole.values) else None


def _read_all(read: Callable[[Any], Part | None], cells: VariedCells) -> list[Part] | None:
    """Return what is read of every part of a column; None as soon as one has an odd cell."""
    parts = []
    for chunk in cells.chunks:
        part = read(chunk)
        if part is None:
            return None
        parts.append(part)
    return parts
