"""Dates as people write them, in the order that the whole column agrees on.

Distinct cells of one column flow in; timestamps flow out, or None when it is no column of dates. Whether 03/04 is March or April
cannot be told from one cell: any day above 12 in the column decides, and where none does the choice is a warning. Bare
numbers (20240102, the days of a spreadsheet, seconds since 1970) are dates only where the column's name says so.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from datasets.reader.months import WEEKDAYS, month_of
from datasets.reader.patterns import all_match, as_python, in_plain_digits
from datasets.reader.plain import read_times

Order = Literal["year-month-day", "day-month-year", "month-day-year"]

CLOCK = r"(?P<hour>\d{1,2}):(?P<minute>\d{2})(?::(?P<second>\d{2}(?:[.,]\d+)?))?"
HALF = r" ?(?P<half>[AaPp]\.?[Mm]\.?)?"
ZONE = r" ?(?P<zone>Z|(?:UTC|GMT)?[+-]\d{2}(?::?\d{2})?|UTC|GMT)?(?: \([^)]{1,40}\))?"
TIME = rf"(?:(?:[T ]+|, ?|:| a las | à | um | at ){CLOCK}{HALF}(?: ?Uhr)?{ZONE})?$"
WEEKDAY = rf"^(?i:{WEEKDAYS})\.?,? +"
NUMERIC = r"^(?P<a>\d{1,4})(?:[-/.] ?|年)(?P<b>\d{1,2})(?:[-/.] ?|月)(?P<c>\d{1,4})(?:\.|日)?" + TIME
NAMED = (
    r"^(?P<a>\d{1,2}|\d{4})(?:st|nd|rd|th|er|º|°)?[-/ .]*(?:(?:de|of) )?(?P<b>\p{L}{3,12})\.?"
    + r"[-/ .,]*(?:(?:de|del|of) )?(?P<c>\d{2,4})(?: ?(?:г|р)\.?)?"
    + TIME
)
AMERICAN = r"^(?P<b>\p{L}{3,12})\.? (?P<a>\d{1,2})(?:st|nd|rd|th)?,? (?P<c>\d{4})" + TIME
CTIME = rf"^(?P<b>\p{{L}}{{3,9}}) +(?P<a>\d{{1,2}}) {CLOCK}{HALF}{ZONE} (?P<c>\d{{4}})$"
COMPACT = r"^(?P<a>\d{4})(?P<b>\d{2})(?P<c>\d{2})" + TIME
STAMP = r"^(?P<a>\d{4})(?P<b>\d{2})(?P<c>\d{2})(?P<hour>\d{2})(?P<minute>\d{2})(?P<second>\d{2})(?P<half>)(?P<zone>)$"
WRAPPED = r"^#[^#]+#$"
"""How Access writes dates into text."""
DATE_WORDS = frozenset(
    (
        "date", "day", "dt", "dob", "birthday", "datum", "since", "created", "joined", "signup", "ymd", "fecha", "data", "dato",
        "birth", "timestamp", "geburtstag", "seit", "naissance", "nascita", "nacimiento", "until", "expiry",
        "expires", "updated", "ts",
    )
)  # fmt: skip
DATE_ENDS = ("datum", "date", "fecha", "datetime")
SECONDS_WORDS = frozenset(("timestamp", "unix", "epoch", "ts", "unixtime", "created", "updated"))
BIRTH_WORDS = frozenset(
    ("dob", "birth", "birthday", "birthdate", "geburtstag", "geburtsdatum", "naissance", "nacimiento", "nascita")
)
FIRST_YEAR, LAST_YEAR = 1800, 2200
LAST_SHORT_YEAR, LAST_SHORT_BIRTH = 68, 30
"""Two digits up to here are of this century."""
FEWEST_FOR_ONE = 10
"""Different cells from which one impossible day may be among them."""
DAYS_OF_1950, DAYS_OF_2099 = 18_264, 73_050
SECONDS_OF_2000, SECONDS_OF_2100 = 946_684_800, 4_102_444_800
SPREADSHEET_ORIGIN = np.datetime64("1899-12-30", "us")


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Dates:
    """One timestamp per distinct cell, and how they were written.

    `n_invalid` cells name no day of the calendar, `n_beyond` a year that no customer knows (9999 for "never").
    """

    values: NDArray[np.datetime64]
    order: str
    is_guess: bool = False
    n_invalid: int = 0
    n_beyond: int = 0
    short_years: str = ""
    """Which years two digits were taken for, if any."""
    has_zones: bool = False


def is_date_name(words: tuple[str, ...]) -> bool:
    """Tell whether a column's name says that it holds dates."""
    return not DATE_WORDS.isdisjoint(words) or any(word.endswith(DATE_ENDS) for word in words)


def read_dates(values: Any, words: tuple[str, ...], order: str | None = None) -> Dates | None:
    """Return the dates of an Arrow array of distinct, trimmed, present cells; `words` are those of the column's name."""
    if not len(values):
        return None
    if (times := read_times(values, FIRST_YEAR, LAST_YEAR)) is not None:
        return Dates(values=times.values, order="year-month-day")
    values = in_plain_digits(values)
    if all_match(values, WRAPPED):
        values = pc.utf8_trim(values, "#")
    is_announced = is_date_name(words)
    for pattern in (NUMERIC, NAMED, AMERICAN, CTIME, *((COMPACT, STAMP) if is_announced else ())):
        if all_match(values, pattern):
            last = LAST_SHORT_YEAR if BIRTH_WORDS.isdisjoint(words) else LAST_SHORT_BIRTH
            return _assemble(pc.extract_regex(values, pattern), order, last, is_compact=pattern in (COMPACT, STAMP))
    if all_match(values, WEEKDAY):
        return read_dates(pc.replace_substring_regex(values, WEEKDAY, ""), words, order)
    if is_announced and all_match(values, r"^\d{5}(?:\.\d+)?$|^\d{8}$|^\d{10}$|^\d{13}$"):
        return read_numbered(pc.cast(values, pa.float64()).to_numpy(zero_copy_only=False), words)
    return None


def looks_like_dates(values: Any) -> float:
    """Return the share of the cells that are written like a date."""
    like = [_has_year(text) or as_python(NAMED).search(text) is not None for text in values.to_pylist()]
    return sum(like) / max(len(like), 1)


def _has_year(text: str) -> bool:
    """Tell whether numbers are written like a date whose year has two or four digits, as versions such as 1.0.0 have none."""
    found = as_python(NUMERIC).search(text)
    return found is not None and (len(found["a"]) == 4 or len(found["c"]) in (2, 4))


def read_numbered(numbers: NDArray[np.float64], words: tuple[str, ...]) -> Dates | None:
    """Return the dates that distinct finite numbers stand for in a column whose name announces dates."""
    if not is_date_name(words) or not len(numbers):
        return None
    lowest, highest, is_whole = numbers.min(), numbers.max(), bool((numbers == np.floor(numbers)).all())
    if is_whole and lowest >= FIRST_YEAR * 10_000 and highest <= LAST_YEAR * 10_000 + 1231:
        days = pa.array([str(int(number)) for number in numbers])
        return _assemble(pc.extract_regex(days, COMPACT), None, LAST_SHORT_YEAR, is_compact=True)
    if lowest >= DAYS_OF_1950 and highest <= DAYS_OF_2099:
        micros = np.round(numbers * 86_400e6).astype("timedelta64[us]")
        return Dates(values=SPREADSHEET_ORIGIN + micros, order="as days of a spreadsheet")
    for scale, unit in ((1.0, "seconds"), (1e3, "milliseconds")):
        if SECONDS_WORDS.isdisjoint(words):
            break
        if lowest >= SECONDS_OF_2000 * scale and highest <= SECONDS_OF_2100 * scale:
            micros = np.round(numbers * (1e6 / scale)).astype("timedelta64[us]")
            return Dates(values=np.datetime64(0, "us") + micros, order=f"as {unit} since 1970")
    return None


def _assemble(parts: Any, wanted: str | None, last_short: int, *, is_compact: bool) -> Dates | None:
    a, b, c = (parts.field(i) for i in _places(parts, "a", "b", "c"))
    order, is_guess = _order(a, b, c, wanted)
    if order is None:
        return None
    year, month, day = {"year-month-day": (a, b, c), "day-month-year": (c, b, a), "month-day-year": (c, a, b)}[order]
    if not _is_number(b):
        month, day = b, (c if order == "year-month-day" else a)
    fields = {"year": _year(year, last_short), "month": _month(month), "day": _integers(day)}
    stamps = pd.to_datetime(pd.DataFrame(fields), errors="coerce").to_numpy("datetime64[us]") + _time(parts)
    is_beyond = (fields["year"] < FIRST_YEAR) | (fields["year"] > LAST_YEAR)
    stamps[is_beyond] = np.datetime64("NaT")
    n_beyond, n_invalid = int(is_beyond.sum()), int((np.isnat(stamps) & ~is_beyond).sum())
    allowed = 0 if is_compact else max(0.01 * len(stamps), len(stamps) >= FEWEST_FOR_ONE)
    if n_invalid > allowed or 2 * (n_beyond + n_invalid) > len(stamps) or (is_compact and n_beyond):
        return None
    zones = parts.field(_places(parts, "zone")[0])
    return Dates(
        values=stamps,
        order=order,
        is_guess=is_guess,
        n_invalid=n_invalid,
        n_beyond=n_beyond,
        short_years=f"{1901 + last_short} to {2000 + last_short}" if pc.any(pc.less(pc.utf8_length(year), 4)).as_py() else "",
        has_zones=bool(pc.any(pc.match_substring_regex(zones, r"^[+-]")).as_py()),
    )


def _places(parts: Any, *names: str) -> list[int]:
    return [parts.type.get_field_index(name) for name in names]


def _is_number(part: Any) -> bool:
    return bool(pc.all(pc.match_substring_regex(part, r"^\d+$")).as_py())


def _order(a: Any, b: Any, c: Any, wanted: str | None) -> tuple[Order | None, bool]:
    """Return the order of the parts, and whether it had to be guessed; what is wanted counts where it can be."""
    lengths = set(pc.unique(pc.utf8_length(a)).to_pylist())
    if lengths == {4}:
        return "year-month-day", False
    if not lengths <= {1, 2} or not set(pc.unique(pc.utf8_length(c)).to_pylist()) <= {2, 4}:
        return None, False
    if not _is_number(b):
        return "day-month-year", False
    first, second = int(_integers(a).max()), int(_integers(b).max())
    possible: list[Order] = []
    if second <= 12 and first <= 31:
        possible.append("day-month-year")
    if first <= 12:
        possible.append("month-day-year")
    if (first > 31 or wanted == "year-month-day") and second <= 12 and int(_integers(c).max()) <= 31:
        possible.append("year-month-day")
    if wanted in possible:
        return wanted, False
    return (possible[0], len(possible) > 1) if possible else (None, False)


def _integers(part: Any) -> NDArray[np.int64]:
    numbers: NDArray[np.int64] = pc.cast(part, pa.int64()).to_numpy(zero_copy_only=False)
    return numbers


def _year(part: Any, last_short: int) -> NDArray[np.int64]:
    """Return full years; two digits up to the last one given are of this century."""
    years = _integers(part)
    short = (pc.utf8_length(part).to_numpy(zero_copy_only=False) == 2) & (years < 100)
    return np.where(short, np.where(years <= last_short, years + 2000, years + 1900), years)


def _month(part: Any) -> NDArray[np.int64]:
    """Return months 1 to 12, from digits or names; 0 is none."""
    if _is_number(part):
        return _integers(part)
    return np.array([month_of(name) for name in part.to_pylist()])


def _time(parts: Any) -> NDArray[np.timedelta64]:
    """Return the time of day as a duration, moved to UTC where a zone is given."""
    hour, minute, second, half, zone = (parts.field(i) for i in _places(parts, "hour", "minute", "second", "half", "zone"))
    hours, minutes, seconds = _floats(hour), _floats(minute), _floats(second)
    halves = pc.utf8_slice_codeunits(pc.utf8_lower(half), 0, 1)
    is_late = pc.equal(halves, "p").to_numpy(zero_copy_only=False)
    hours = np.where(pc.not_equal(halves, "").to_numpy(zero_copy_only=False), hours % 12 + 12 * is_late, hours)
    numbered = pc.replace_substring_regex(zone, r"^(?:Z|UTC|GMT)", "")
    shift = _floats(pc.replace_substring_regex(numbered, r"^([+-]\d{2}):?(?:\d{2})?$", r"\1"))
    shift_minutes = _floats(pc.replace_substring_regex(numbered, r"^[+-]\d{2}:?(\d{2})?$", r"\1"))
    is_west = pc.starts_with(numbered, "-").to_numpy(zero_copy_only=False)
    offset = shift * 60 + np.where(is_west, -shift_minutes, shift_minutes)
    micros = ((hours * 60 + minutes - offset) * 60 + seconds) * 1e6
    return np.round(micros).astype("timedelta64[us]")


def _floats(part: Any) -> NDArray[np.float64]:
    filled = pc.replace_substring(pc.if_else(pc.equal(part, ""), "0", part), ",", ".")
    numbers: NDArray[np.float64] = pc.cast(pc.replace_substring(filled, "+", ""), pa.float64()).to_numpy(zero_copy_only=False)
    return numbers
