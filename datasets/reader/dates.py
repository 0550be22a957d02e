"""Dates as people write them, in the order that the whole column agrees on.

Distinct cells of one column flow in; timestamps flow out, or None when it is no column of dates. Whether 03/04 is March or April
cannot be told from one cell: any day above 12 in the column decides, and where none does the choice is a warning.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

Order = Literal["year-month-day", "day-month-year", "month-day-year"]

TIME = (
    r"(?:[T ]+(?P<hour>\d{1,2}):(?P<minute>\d{2})(?::(?P<second>\d{2}(?:\.\d+)?))?"
    r" ?(?P<half>[AaPp]\.?[Mm]\.?)? ?(?P<zone>Z|[+-]\d{2}:?\d{2})?)?$"
)
NUMERIC = r"^(?P<a>\d{1,4})[-/.](?P<b>\d{1,2})[-/.](?P<c>\d{1,4})" + TIME
NAMED = r"^(?P<a>\d{1,2}|\d{4})[-/ .]+(?P<b>[A-Za-z]{3,9})\.?[-/ .,]+(?P<c>\d{2,4})" + TIME
AMERICAN = r"^(?P<b>[A-Za-z]{3,9})\.? (?P<a>\d{1,2}),? (?P<c>\d{4})" + TIME
COMPACT = r"^(?P<a>\d{4})(?P<b>\d{2})(?P<c>\d{2})" + TIME
MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
DATE_WORDS = frozenset(("date", "day", "dt", "dob", "birthday", "datum", "since", "created", "joined", "signup", "ymd"))
FIRST_YEAR, LAST_YEAR = 1800, 2200


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Dates:
    """One timestamp per distinct cell, and how they were written; `n_invalid` cells name no day of the calendar."""

    values: NDArray[np.datetime64]
    order: Order
    is_guess: bool = False
    n_invalid: int = 0


def read_dates(values: Any, words: tuple[str, ...]) -> Dates | None:
    """Return the dates of an Arrow array of distinct, trimmed, present cells; `words` are those of the column's name."""
    patterns = [NUMERIC, NAMED, AMERICAN]
    if DATE_WORDS.intersection(words):
        patterns.append(COMPACT)
    for pattern in patterns:
        if len(values) and pc.all(pc.match_substring_regex(values, pattern)).as_py():
            return _assemble(pc.extract_regex(values, pattern), is_compact=pattern == COMPACT)
    return None


def _assemble(parts: Any, *, is_compact: bool) -> Dates | None:
    a, b, c = (parts.field(i) for i in _places(parts, "a", "b", "c"))
    order, is_guess = _order(a, b, c)
    if order is None:
        return None
    year, month, day = {"year-month-day": (a, b, c), "day-month-year": (c, b, a), "month-day-year": (c, a, b)}[order]
    if not _is_number(b):
        month, day = b, (c if order == "year-month-day" else a)
    fields = {"year": _year(year), "month": _month(month), "day": _integers(day)}
    stamps = pd.to_datetime(pd.DataFrame(fields), errors="coerce").to_numpy("datetime64[us]") + _time(parts)
    years = fields["year"]
    stamps[(years < FIRST_YEAR) | (years > LAST_YEAR)] = np.datetime64("NaT")
    n_invalid = int(np.isnat(stamps).sum())
    if n_invalid > (0 if is_compact else 0.01 * len(stamps)):
        return None
    return Dates(values=stamps, order=order, is_guess=is_guess, n_invalid=n_invalid)


def _places(parts: Any, *names: str) -> list[int]:
    return [parts.type.get_field_index(name) for name in names]


def _is_number(part: Any) -> bool:
    return bool(pc.all(pc.match_substring_regex(part, r"^\d+$")).as_py())


def _order(a: Any, b: Any, c: Any) -> tuple[Order | None, bool]:
    """Return the order of the parts, and whether it had to be guessed."""
    lengths = pc.unique(pc.utf8_length(a)).to_pylist()
    if lengths == [4]:
        return "year-month-day", False
    if 4 in lengths or 3 in lengths or not set(pc.unique(pc.utf8_length(c)).to_pylist()) <= {2, 4}:
        return None, False
    if not _is_number(b):
        return "day-month-year", False
    first, second = int(_integers(a).max()), int(_integers(b).max())
    if first > 12:
        return ("day-month-year", False) if second <= 12 else (None, False)
    return ("month-day-year", False) if second > 12 else ("day-month-year", True)


def _integers(part: Any) -> NDArray[np.int64]:
    numbers: NDArray[np.int64] = pc.cast(part, pa.int64()).to_numpy(zero_copy_only=False)
    return numbers


def _year(part: Any) -> NDArray[np.int64]:
    """Return full years; two digits up to 68 are of this century."""
    years = _integers(part)
    short = (pc.utf8_length(part).to_numpy(zero_copy_only=False) == 2) & (years < 100)
    return np.where(short, np.where(years <= 68, years + 2000, years + 1900), years)


def _month(part: Any) -> NDArray[np.int64]:
    """Return months 1 to 12, from digits or English names; 0 is none."""
    if _is_number(part):
        return _integers(part)
    short = pc.utf8_slice_codeunits(pc.utf8_lower(part), 0, 3).to_pylist()
    return np.array([MONTHS.index(name) + 1 if name in MONTHS else 0 for name in short])


def _time(parts: Any) -> NDArray[np.timedelta64]:
    """Return the time of day as a duration, moved to UTC where a zone is given."""
    hour, minute, second, half, zone = (parts.field(i) for i in _places(parts, "hour", "minute", "second", "half", "zone"))
    hours, minutes, seconds = _floats(hour), _floats(minute), _floats(second)
    halves = pc.utf8_slice_codeunits(pc.utf8_lower(half), 0, 1)
    is_late = pc.equal(halves, "p").to_numpy(zero_copy_only=False)
    hours = np.where(pc.not_equal(halves, "").to_numpy(zero_copy_only=False), hours % 12 + 12 * is_late, hours)
    shift = _floats(pc.replace_substring_regex(zone, r"^Z$|^([+-]\d{2}):?(\d{2})$", r"\1"))
    shift_minutes = _floats(pc.replace_substring_regex(zone, r"^Z$|^[+-]\d{2}:?(\d{2})$", r"\1"))
    offset = shift * 60 + np.copysign(shift_minutes, shift)
    micros = ((hours * 60 + minutes - offset) * 60 + seconds) * 1e6
    return np.round(micros).astype("timedelta64[us]")


def _floats(part: Any) -> NDArray[np.float64]:
    filled = pc.if_else(pc.equal(part, ""), "0", part)
    numbers: NDArray[np.float64] = pc.cast(pc.replace_substring(filled, "+", ""), pa.float64()).to_numpy(zero_copy_only=False)
    return numbers
