"""One condition of a rule: which customers meet it, and how it reads. A column's cells in, true or false and a phrase out.

A condition holds exactly the number or level that its phrase names, so that whoever filters the table by the phrase finds the
customers that were counted. A missing cell meets no condition, not even a negative one.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from segmentiq.ml.cells import Cells
from segmentiq.ml.facts import EPOCH, LONGEST_LEVEL, number
from segmentiq.ml.values import Kind

Sign = Literal["at most", "at least", "is", "is not"]
COMPARISONS: Mapping[Sign, Callable[..., Any]] = {
    "at most": np.less_equal,
    "at least": np.greater_equal,
    "is": np.equal,
    "is not": np.not_equal,
}
DATE_SIGNS: Mapping[Sign, str] = {"at most": "until", "at least": "from", "is": "on"}
SHORT, DIGITS = 6, 15
"""Digits that people would write in full, and those that tell any two numbers apart."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Condition:
    """What a cell of one column must be. `value` is a number, whole days since 1970, or a level."""

    column: str
    kind: Kind
    sign: Sign
    value: float | str

    def holds(self, cells: Cells) -> NDArray[np.bool_]:
        """Tell which customers meet it."""
        meant: float
        if isinstance(self.value, str):
            meant = float(cells.levels.index(self.value)) if self.value in cells.levels else np.inf
        else:
            meant = self.value
        met: NDArray[np.bool_] = COMPARISONS[self.sign](cells.values, meant)
        return met & ~np.isnan(cells.values)

    def rounder(self) -> Iterator[Condition]:
        """Yield the condition with rounder bounds, the roundest first; the last one takes whoever meets this one."""
        if isinstance(self.value, str) or self.sign == "is":
            yield self
        elif self.kind == "date":
            for unit in ("Y", "M", "D"):
                for day in _ends(int(self.value), unit, after=self.is_lower):
                    yield replace(self, value=day)
        else:
            for digits in range(1, DIGITS + 1):
                nearest = round_to(self.value, digits)
                yield replace(self, value=nearest)
                missed = nearest > self.value if self.is_lower else nearest < self.value
                if missed:  # then the next one on the other side
                    step = 10.0 ** (math.floor(math.log10(abs(self.value))) - digits + 1)
                    yield replace(self, value=round_to(nearest - step if self.is_lower else nearest + step, digits))

    @property
    def is_lower(self) -> bool:
        """Tell whether it bounds a column from below."""
        return self.sign == "at least"

    @property
    def words(self) -> str:
        """Return what must be, without the column: "at most 1,200", "is basic", "until 31 March 2021"."""
        if isinstance(self.value, str):
            level = self.value if len(self.value) <= LONGEST_LEVEL else f"{self.value[: LONGEST_LEVEL - 1]}…"
            return f"{self.sign} {level}"
        if self.kind == "date":
            return f"{DATE_SIGNS[self.sign]} {_day(self.value)}"
        return f"{self.sign} {number(self.value, DIGITS)}"


def _day(days: float) -> str:
    try:
        day = EPOCH + timedelta(days=int(days))
    except OverflowError:
        return f"{number(days, DIGITS)} days after 1970"
    return f"{day.day} {day:%B %Y}"


def phrases_of(conditions: Sequence[Condition]) -> tuple[str, ...]:
    """Return a phrase per column, the bounds of one together: "age at least 20 and at most 35"."""
    by_column: dict[str, list[Condition]] = {}
    for condition in conditions:
        by_column.setdefault(condition.column, []).append(condition)
    return tuple(
        f"{column} {' and '.join(one.words for one in sorted(together, key=lambda one: not one.is_lower))}"
        for column, together in by_column.items()
    )


def _ends(day: int, unit: str, *, after: bool) -> list[float]:
    """Return the last days of years or months on both sides of a day, or those after, where a bound from below begins."""
    begins = np.datetime64(day + (not after), "D").astype(f"datetime64[{unit}]")
    ends = [int((begins + step).astype("datetime64[D]").astype(np.int64)) - (not after) for step in (0, 1)]
    return sorted(map(float, ends), key=lambda end: abs(end - day))


def is_short(value: float) -> bool:
    """Tell whether people would write a number in full."""
    return round_to(value, SHORT) == value


def round_to(value: float, digits: int) -> float:
    """Round to significant digits: to the very number that the phrase will write."""
    return float(f"{value:.{digits - 1}e}")
