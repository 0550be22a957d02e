"""The cells of a sheet's column as values of one type, or as text.

What the library read flows in, a column flows out: numbers, days, lengths of time and truths stay what they are. People write
days and numbers as text between typed ones (31.12.2024, 1.234,50); where all of those can be read, they are, and a decision says
so. Anything else mixed becomes text and is typed like the text of a CSV file.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from datasets.reader.beside import BLANK
from datasets.reader.cells import STRING, TextCells, encode
from datasets.reader.dates import read_dates
from datasets.reader.findings import count_of
from datasets.reader.grid import say
from datasets.reader.layout import cell_too_long
from datasets.reader.numbers import Writing, read_numbers
from datasets.reader.source import Source
from datasets.reader.words import is_missing, split_name

DATES = {dt.datetime, dt.date}
NUMBERS = {int, float}


def to_cells(values: list[Any], name: str, position: int, source: Source) -> TextCells | pd.Series:
    """Return a column of one type as it is, anything else as text."""
    types = {type(value) for value in values if value not in BLANK}
    if str in types and types & (DATES | NUMBERS):
        values = _with_typed_texts(values, types - {str}, name, source)
        types = {type(value) for value in values if value not in BLANK}
    if types and types <= NUMBERS:
        return _to_numbers(values)
    if types & DATES and types <= {*DATES, dt.time}:
        return _to_dates(values, position, source)
    if types == {dt.timedelta}:
        source.findings.decide(f"unit of {name[:80]}", "seconds", "The sheet gives lengths of time.")
        return _to_numbers([None if value in BLANK else value.total_seconds() for value in values])
    if types == {bool}:
        return pd.Series([None if value in BLANK else value for value in values], dtype="boolean")
    texts = [say(value) for value in values]
    longest = max(map(len, texts))
    if longest > source.limits.max_cell_chars:
        raise cell_too_long(f"in column {position + 1}", source.limits)
    return encode(pa.chunked_array([pa.array(texts, STRING)]))


def _with_typed_texts(values: list[Any], others: set[type], name: str, source: Source) -> list[Any]:
    """Return the values with days or numbers for the texts among typed ones, if all of those texts can be read."""
    texts = list(dict.fromkeys(value.strip() for value in values if isinstance(value, str) and not is_missing(value)))
    if not texts:
        return values
    meant = _read_dates(texts, name, source) if others <= DATES else _read_numbers(texts) if others <= NUMBERS else None
    if meant is None:
        return values
    what = "days" if others <= DATES else "numbers"
    n_texts = sum(isinstance(value, str) and value.strip() in meant for value in values)
    reason = f"{count_of(n_texts, 'cell')} hold them as text; the others are {what}."
    source.findings.decide(f"text in {name[:80]}", what, reason)
    return [meant.get(value.strip()) if isinstance(value, str) else value for value in values]


def _read_dates(texts: Sequence[str], name: str, source: Source) -> dict[str, Any] | None:
    dates = read_dates(pa.array(texts, STRING), split_name(name), source.overrides.get("date_order"))
    if dates is None or dates.n_invalid or dates.n_beyond:
        return None
    if dates.is_guess:
        message = f"{name[:80]}: no day is above 12, so the order is a guess: read as {dates.order}."
        source.findings.warn("date_order_guessed", message, name)
    return dict(zip(texts, pd.Series(dates.values).dt.to_pydatetime(), strict=True))


def _read_numbers(texts: Sequence[str]) -> dict[str, Any] | None:
    """Return the numbers of texts that can be read in one way only, in which the typed ones beside them are not written."""
    found = read_numbers(pa.array(texts, STRING), Writing())
    if found is None or found.is_ambiguous or not np.isfinite(found.values).all():
        return None
    is_other = (found.decimal == "," and any("," in text for text in texts)) or found.thousands or found.symbol == "%"
    return dict(zip(texts, found.values.astype(float).tolist(), strict=True)) if is_other else None


def _to_numbers(values: list[Any]) -> pd.Series:
    numbers = np.array([np.nan if value in BLANK else value for value in values], dtype=np.float64)
    is_whole = bool((np.abs(numbers) < 2**53).all() and (numbers == np.floor(numbers)).all())
    return pd.Series(numbers.astype(np.int64) if is_whole else numbers)


def _to_dates(values: list[Any], position: int, source: Source) -> pd.Series:
    """Return dates; a time without a day is what Excel makes of 0 in a column of dates."""
    days = [value if isinstance(value, dt.date) else None for value in values]
    n_times = sum(isinstance(value, dt.time) for value in values)
    if n_times:
        message = f"Column {position + 1}: {count_of(n_times, 'cell')} with a time but no day among dates count as missing."
        source.findings.warn("invalid_dates", message)
    return pd.Series(np.array(days, dtype="datetime64[us]"))
