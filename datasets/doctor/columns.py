"""Single columns that need a word: skewed, mostly empty, or perhaps not what the reader took them for.

What counts as skewed is the engine's own rule, so that the columns named here are those of which log "auto" takes the logarithm.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from datasets.doctor.actions import Action, Finding, finding, give_role, keep, make
from datasets.doctor.view import View, per_cent, shown
from datasets.reader.findings import count_of
from datasets.reader.roles import CODE_WORDS, COUNT_WORDS, DIGIT_WORDS, MAX_CODES, TIME_WORDS
from datasets.reader.words import split_name
from segmentiq.ml.values import Column
from segmentiq.ml.variables import is_skewed

NAMED = 5
MOSTLY = 0.5
FEWEST = 50
"""Rows below which few different numbers say nothing."""
ORDER_WORDS = frozenset(
    ("tier", "level", "grade", "rating", "rank", "stage", "band", "size", "stars", "satisfaction", "stufe", "rang", "note")
)
"""Names of codes of which a higher one often means more."""


def find_skew(view: View) -> list[Finding]:
    """Name the numbers whose few large values would decide who is alike."""
    skewed = [column.name for column in view.features("number") if _is_skewed(view, column)]
    if not skewed:
        return []
    lean, their = ("leans", "its") if len(skewed) == 1 else ("lean", "their")
    message = (
        f"{_listed(skewed)} {lean} far to the right, so a few large values decide who is alike; "
        f"{their} logarithm would even that out{view.looked_at}."
    )
    log = Action(action="log", column=None, value="auto", label="Use the logarithm")
    return [finding("skewed", message, skewed[0] if len(skewed) == 1 else None, [log, keep("Leave as it is", "skewed")])]


def _is_skewed(view: View, column: Column) -> bool:
    """Ask the engine's rule, with the smallest of all the numbers: one below 0 that the sample lacks has no logarithm."""
    lowest = view.statistics.get(column.name, {}).get("min")
    return is_skewed(np.append(_present(view.numbers(column)), [] if lowest is None else [lowest]))


def _present(numbers: NDArray[np.float64]) -> NDArray[np.float64]:
    return numbers[~np.isnan(numbers)]


def _listed(names: list[str]) -> str:
    """Write up to five names: A, B and C; A, B, C, D, E and 3 more."""
    told = [shown(name) for name in names[:NAMED]]
    more = len(names) - len(told)
    last = [f"{more:,} more"] if more else []
    parts = [*told, *last]
    return f"{', '.join(parts[:-1])} and {parts[-1]}" if len(parts) > 1 else parts[0]


def find_gaps(view: View) -> list[Finding]:
    """Name the columns to be clustered on of which most cells are missing."""
    return [
        _tell_gap(view, column)
        for column in view.features("number", "category", "boolean", "date")
        if view.n_missing(column) > MOSTLY * view.n_rows
    ]


def _tell_gap(view: View, column: Column) -> Finding:
    n_missing, name = view.n_missing(column), column.name
    then = "would count as a level of their own" if column.kind in ("category", "boolean") else "would be filled with one number"
    of = f"{count_of(n_missing, 'cell')} ({per_cent(n_missing / view.n_rows)})"
    message = f"{shown(name)} is mostly missing: {of} hold nothing and {then}."
    return finding(
        "mostly_missing",
        message,
        name,
        [give_role("descriptor", name, "Leave it out"), keep("Use it", "mostly_missing", name)],
    )


def find_codes(view: View) -> list[Finding]:
    """Name numbers that may be codes, and codes that may be numbers."""
    numbers = [(column, _why_code(view, column)) for column in view.features("number")]
    return [
        *(_tell_code(column, why) for column, why in numbers if why),
        *(_tell_number(column, view.n_distinct(column)) for column in view.features("category") if _is_ordered(view, column)),
    ]


def _why_code(view: View, column: Column) -> str:
    """Return why whole numbers may stand for something, or nothing."""
    words, n_distinct = set(split_name(column.name)), view.n_distinct(column)
    if words & (COUNT_WORDS | TIME_WORDS):
        return ""
    numbers = _present(view.numbers(column))
    if len(numbers) < FEWEST or numbers.min() < 0 or (numbers % 1).any():
        return ""
    if words & (CODE_WORDS | DIGIT_WORDS):
        return f"Its name speaks of a code; it holds {count_of(n_distinct, 'whole number')}."
    steps = np.diff(np.unique(numbers)) if 3 <= n_distinct <= MAX_CODES else np.array([])
    if len(steps) > 1 and steps.max() > steps.min() and steps.sum() > 2 * len(steps):
        return f"It holds only {n_distinct} different whole numbers, unevenly apart."
    return ""


def _tell_code(column: Column, why: str) -> Finding:
    name = column.name
    message = f"{shown(name)} is taken as a quantity and may be a code. {why}"
    choices = [
        make("category", name, "Make it a category"),
        give_role("descriptor", name, "Leave it out"),
        keep("It is a quantity", "maybe_code", name),
    ]
    return finding("maybe_code", message, name, choices)


def _is_ordered(view: View, column: Column) -> bool:
    """Tell whether a category is three or more whole numbers under a name that speaks of an order."""
    if not ORDER_WORDS.intersection(split_name(column.name)):
        return False
    levels = view.levels(column)
    return len(levels) > 2 and all(level.isdecimal() and len(level) < 5 for level in levels)


def _tell_number(column: Column, n_levels: int) -> Finding:
    name = column.name
    message = f"{shown(name)} is taken as a code with {n_levels} levels. If a higher number means more, it is a quantity."
    return finding(
        "maybe_number", message, name, [make("number", name, "Make it a number"), keep("It is a code", "maybe_number", name)]
    )
