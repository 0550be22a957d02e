"""Cells as programs write them in, numbers and times out: -12.50, 2024-02-29, 2024-02-29 10:05.

Compiled, because each cell of the largest columns goes through here, once. What is written in any other way is never guessed at:
then nothing flows out, and the column is read in the careful way. A number is exact: digits that a double holds, divided by a
power of ten that it holds too, are rounded once, as they should be (Clinger, "How to read floating point numbers accurately",
1990); where there are more digits, `is_exact` says that somebody else must read them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from datasets.reader.buffers import buffers_of
from segmentiq.ml.bytewise import word_at
from segmentiq.ml.compiled import compiled, inner

Bytes = NDArray[np.uint8]
Places = NDArray[np.int64]
MINUS, POINT, ZERO, COLON, SPACE, LETTER_T = b"-.0: T"
LONGEST_NUMBER = 18
"""Characters of which a whole number cannot overflow."""
LARGEST = 2**53
MOST_SHOWN = 15
"""Characters up to which no two decimals mean the same double: the shortest one is the text itself without its last zeros."""
SMALLEST = 1e-4
"""Below this, numbers are shown with an exponent."""
POWERS = np.array([10.0**power for power in range(LONGEST_NUMBER + 1)])
TO_THE_DAY, TO_THE_MINUTE, TO_THE_SECOND = 10, 16, 19
"""Characters of a time. Others, such as 2024-02-29 10, are no time to us."""
MINUTE, SECOND = 60_000_000, 1_000_000
DAY = 24 * 60 * MINUTE
MISSING = np.iinfo(np.int64).min
"""How NumPy writes a time that is none."""
ODD = -1
MARCH = np.arange("0000-03", "10000-03", 12, dtype="datetime64[M]").astype("datetime64[D]").astype(np.int64)
"""Days from 1970 to the first of March of each year."""
MONTHS = np.array([31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31])
BEFORE = np.array([306, 337, 0, 31, 61, 92, 122, 153, 184, 214, 245, 275])
"""Days of each month, and those of the months since March before it."""
TEN, EIGHT, NO_PAIRS = np.uint64(10), np.uint64(8), np.uint64(2**64 - 1)
HIGH = np.uint64(int.from_bytes(b"\x80" * 8))
DATE, CLOCK = (np.uint64(int.from_bytes(form, "little")) for form in (b"0000-00-", b"00\x0000:00"))
"""Eight bytes of a date, and the last ones up to the minute, whose blank is looked at apart."""
DATE_ROOM, CLOCK_ROOM = (
    np.uint64(int.from_bytes(bytes(0x76 if byte == ZERO else 0x7F for byte in form), "little"))
    for form in (b"0000-00-", b"00\x0000:00")
)
"""What a digit, or a mark of the form, can be added to without reaching the high bit of its byte, and nothing else can."""
CLOCK_MASK = np.uint64(0xFFFFFFFFFF00FFFF)


class Numbers(NamedTuple):
    """A number for each cell, NaN where it is empty; how many cells have a point, and how many nothing."""

    values: NDArray[np.float64]
    spare: Bytes
    """How many bytes at the end of each cell the product does not show: those of 29404.20 and 97.0 are one and two."""
    n_points: int
    n_empty: int
    is_exact: bool
    is_short: bool
    """Whether every cell without them is how the product shows its number."""


class Times(NamedTuple):
    """A time for each cell, in microseconds; of how many there is nothing, and what the others have."""

    values: NDArray[np.datetime64]
    n_empty: int
    shortest: int
    longest: int
    is_spaced: bool
    """Whether a blank stands before every time of day, and not the letter T."""
    latest: int
    """The latest time of day, in microseconds."""
    has_seconds: bool

    @property
    def is_plain(self) -> bool:
        """Tell whether all are written as they are shown: with a time of day or seconds only where some cell has any."""
        needed = TO_THE_SECOND if self.has_seconds else TO_THE_MINUTE if self.latest else TO_THE_DAY
        return self.shortest == self.longest == needed and self.is_spaced


def read_numbers(cells: Any) -> Numbers | None:
    """Return the numbers of an Arrow array of strings without nulls; None where one is not plain."""
    held, places = buffers_of(cells)
    values, spare = np.empty(len(cells), np.float64), np.empty(len(cells), np.uint8)
    n_points, n_empty, is_exact, is_short = parse_numbers(held, places, values, spare)
    return None if n_points == ODD else Numbers(values, spare, n_points, n_empty, bool(is_exact), bool(is_short))


def read_times(cells: Any, first_year: int, last_year: int) -> Times | None:
    """Return the times of an Arrow array of strings without nulls; None where one is not plain, or not of these years."""
    held, places = buffers_of(cells)
    values = np.empty(len(cells), np.int64)
    n_empty, *facts = parse_times(held, places, values, first_year, last_year)
    if n_empty == ODD:
        return None
    shortest, longest, is_spaced, latest, has_seconds = facts
    return Times(values.view("datetime64[us]"), n_empty, shortest, longest, bool(is_spaced), latest, bool(has_seconds))


def join_times(parts: Sequence[Times]) -> Times:
    """Return the times of several parts of a column as one."""
    return Times(
        np.concatenate([part.values for part in parts]),
        n_empty=sum(part.n_empty for part in parts),
        shortest=min(part.shortest for part in parts),
        longest=max(part.longest for part in parts),
        is_spaced=all(part.is_spaced for part in parts),
        latest=max(part.latest for part in parts),
        has_seconds=any(part.has_seconds for part in parts),
    )


@compiled
def parse_numbers(held: Bytes, places: Places, values: NDArray[np.float64], spare: Bytes) -> tuple[int, int, bool, bool]:
    """Write the number of each cell; return how many have a point, how many are empty, and whether all are exact and short.

    `ODD` of them have a point if one is not plain.

    Parameters
    ----------
    held : ndarray of uint8
    places : ndarray of int64, shape (n + 1,)
        Where each cell starts, and the last one ends.
    values, spare : ndarray of float64 and of uint8, shape (n,)
        Written on.
    """
    n_points, n_empty, is_exact, is_short = 0, 0, True, True
    for row in range(len(values)):
        start, end = places[row], places[row + 1]
        if start == end:
            values[row], spare[row], n_empty = np.nan, 0, n_empty + 1
            continue
        first = start + (held[start] == MINUS)
        whole, point = _digits_of(held, first, end)
        if whole < 0 or end - start > LONGEST_NUMBER or (end - first > 1 and held[first] == ZERO and held[first + 1] != POINT):
            return ODD, 0, False, False
        n_points += point < end
        is_exact &= whole <= LARGEST
        value = whole / POWERS[max(end - point - 1, 0)]
        values[row] = value if first == start else -value
        spare[row] = _spare_of(held, first, point, end) if whole else end - first - 1
        is_short &= end - first <= MOST_SHOWN and first < point and (value >= SMALLEST or (whole == 0 and first == start))
    return n_points, n_empty, is_exact, is_short


@inner
def _spare_of(held: Bytes, first: int, point: int, end: int) -> int:
    """Return how many zeros end the decimals of a number, and the point if nothing else follows it."""
    stop = end
    while stop > point and held[stop - 1] == ZERO:
        stop -= 1
    return end - stop + (stop == point + 1)


@inner
def _digits_of(held: Bytes, first: int, end: int) -> tuple[int, int]:
    """Return the digits as one whole number, -1 where there are none or anything else stands there; and where the point is."""
    whole: Any = 0
    point = end
    for place in range(first, end):
        digit = np.int64(held[place]) - ZERO
        if 0 <= digit <= 9:
            whole = whole * 10 + digit
        elif held[place] == POINT and point == end:
            point = place
        else:
            return -1, point
    return (whole if end - first > (point < end) else -1), point


@compiled
def parse_times(
    held: Bytes, places: Places, values: NDArray[np.int64], first_year: int, last_year: int
) -> tuple[int, int, int, bool, int, bool]:
    """Write the microseconds since 1970 of each cell; return how many are empty, and what the others have.

    `ODD` of them are empty if one is no time.

    Parameters
    ----------
    held, places
        As for numbers.
    values : ndarray of int64, shape (n,)
        Written on.
    first_year, last_year : int
        Years between which a time is one, both included.
    """
    n_empty, is_spaced, has_seconds = 0, True, False
    shortest: Any = TO_THE_SECOND
    longest: Any = 0
    latest: Any = 0
    for row in range(len(values)):
        start, length = places[row], places[row + 1] - places[row]
        if length == 0:
            values[row] = MISSING
            n_empty += 1
            continue
        day = _day_at(held, start, first_year, last_year) if length >= TO_THE_DAY else MISSING
        time = _time_at(held, start + TO_THE_DAY, length - TO_THE_DAY)
        if day == MISSING or time < 0:
            return ODD, 0, 0, False, 0, False
        values[row] = day * DAY + time
        shortest, longest, latest = min(shortest, length), max(longest, length), max(latest, time)
        is_spaced &= length == TO_THE_DAY or held[start + TO_THE_DAY] == SPACE
        has_seconds |= length == TO_THE_SECOND and time % MINUTE > 0
    return n_empty, shortest, longest, is_spaced, latest, has_seconds


@inner
def _day_at(held: Bytes, at: int, first_year: int, last_year: int) -> Any:
    """Return the days since 1970 of a date of the calendar such as 2024-02-29; `MISSING` for anything else."""
    pairs, day = _pairs_of(word_at(held, at), DATE, DATE_ROOM), _pair_at(held, at + 8)
    year, month = 100 * _byte_of(pairs, 0) + _byte_of(pairs, 2), _byte_of(pairs, 5)
    if pairs == NO_PAIRS or not first_year <= year <= last_year or not 1 <= month <= 12 or day < 1:
        return MISSING
    is_leap = MARCH[year] - MARCH[year - 1] == 366
    if day > MONTHS[month - 1] + (is_leap and month == 2):
        return MISSING
    march = MARCH[year - (month < 3)]  # years begin with March, so that a leap day is the last of one
    return march + BEFORE[month - 1] + day - 1


@inner
def _time_at(held: Bytes, at: int, length: int) -> Any:
    """Return the microseconds of a time of day such as " 10:05", "T10:05:00" or nothing; -1 for anything else."""
    if length == 0:
        return 0
    if length != TO_THE_MINUTE - TO_THE_DAY and length != TO_THE_SECOND - TO_THE_DAY:
        return ODD
    pairs = _pairs_of(word_at(held, at - 2) & CLOCK_MASK, CLOCK, CLOCK_ROOM)
    hour, minute, second = _byte_of(pairs, 3), _byte_of(pairs, 6), 0
    if length == TO_THE_SECOND - TO_THE_DAY:
        second = _pair_at(held, at + 7) if held[at + 6] == COLON else ODD
    if pairs == NO_PAIRS or hour > 23 or minute > 59 or not 0 <= second < 60 or (held[at] != SPACE and held[at] != LETTER_T):
        return ODD
    return (hour * 60 + minute) * MINUTE + second * SECOND


@inner
def _pair_at(held: Bytes, at: int) -> Any:
    """Return the number that two digits write; -1 where one of them is none."""
    tens, ones = np.int64(held[at]) - ZERO, np.int64(held[at + 1]) - ZERO
    return tens * 10 + ones if 0 <= tens <= 9 and 0 <= ones <= 9 else ODD


@inner
def _pairs_of(word: Any, form: Any, room: Any) -> Any:
    """Return in each byte ten times its digit and the next one; `NO_PAIRS` unless the eight bytes are of this form."""
    digits = word ^ form  # of each byte how far it is from "0", or 0 where it is the mark of the form
    if (digits | (digits + room)) & HIGH:
        return NO_PAIRS
    return digits * TEN + (digits >> EIGHT)


@inner
def _byte_of(word: Any, place: int) -> Any:
    return np.int64(word >> np.uint64(8 * place)) & 255


def compile_plain(_: Callable[[], None]) -> None:
    """Compile, or load, what reads: half a second's work, of which nobody is told."""
    read_numbers(pa.array(["1.50"]))
    read_times(pa.array(["2024-02-29 10:05"]), 1900, 2100)
