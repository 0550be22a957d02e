"""What a person knows better than the reader: the reading choices, checked before anything is read with them.

A mapping as it came from a form or a request flows in, the choices that were made flow out. Light, because the web process checks
them at upload: a choice that nobody knows is refused there and then, not minutes later on the dataset's page. Whether an encoding
or a delimiter is one is asked where it is used.

`missing` names the words (in lower case) that count as missing in a column. `advice` is no reading choice: it is what a person
decided about warnings, kept here because reading the file again keeps it; the reader does not look at it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from segmentiq.ml.errors import FileRefused

LONGEST_CHOICE = 255
MOST_SKIPPED = 50
MOST_COLUMNS, MOST_WORDS, MOST_KEPT = 500, 50, 2_000


def check_overrides(overrides: Mapping[str, Any]) -> dict[str, Any]:
    """Return the choices that were made; None is no choice. Raises FileRefused for one that is not known."""
    made = {name: value for name, value in overrides.items() if value is not None}
    for name, value in made.items():
        if name not in CHECKS or not CHECKS[name](value):
            hint = f"Choices: {', '.join(CHECKS)}; header is true or false, decimal is a point or a comma."
            raise FileRefused("A reading choice is not known.", code="invalid_override", field=str(name)[:40], hint=hint)
    return made


def _is_text(value: Any) -> bool:
    """Tell whether it is a text that a database can hold: no NUL, no half surrogate pair."""
    if not isinstance(value, str) or len(value) > LONGEST_CHOICE:
        return False
    return not any(character == "\0" or "\ud800" <= character <= "\udfff" for character in value)


def _is_list_of_texts(value: Any, most: int) -> bool:
    return isinstance(value, list) and 0 < len(value) <= most and all(map(_is_text, value))


def _are_missing_words(value: Any) -> bool:
    """Tell whether it is lists of words by column."""
    if not isinstance(value, dict) or len(value) > MOST_COLUMNS:
        return False
    return all(_is_text(name) and _is_list_of_texts(words, MOST_WORDS) for name, words in value.items())


def _is_advice(value: Any) -> bool:
    """Tell whether it is what was decided about logarithms, and warnings that are settled, each with its code and columns."""
    if not isinstance(value, dict) or not {"log", "kept"}.issuperset(value):
        return False
    kept = value.get("kept", [])
    is_kept = isinstance(kept, list) and len(kept) <= MOST_KEPT and all(_is_list_of_texts(entry, 3) for entry in kept)
    return is_kept and value.get("log", "none") in ("none", "auto")


CHECKS: Mapping[str, Callable[[Any], bool]] = {
    "encoding": _is_text,
    "delimiter": _is_text,
    "decimal": lambda value: value in (".", ","),
    "thousands": lambda value: value in ("", ".", ",", " ", "'"),
    "header": lambda value: isinstance(value, bool),
    "quote": lambda value: value in ("double", "single", "backslash", "none"),
    "skip_rows": lambda value: isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= MOST_SKIPPED,
    "keep_rows": lambda value: isinstance(value, bool),
    "date_order": lambda value: value in ("day-month-year", "month-day-year", "year-month-day"),
    "sheet": _is_text,
    "duplicates": lambda value: value == "drop",
    "missing": _are_missing_words,
    "advice": _is_advice,
}
