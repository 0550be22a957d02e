"""Numbers as people write them: 1234.5, 1,234.50, 1.234,50 €, 12 %, (45), 1e3.

Distinct cells of one column flow in; either all of them are numbers, or it is no column of numbers and None flows out: a
column is never half converted, because what is not a number would be lost without a word. How the decimals are
written is decided by the whole column; where it fits two readings ("1,234") the file's other columns lean it one way, and a
warning says so.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from datasets.reader.words import LONGEST_VALUE, NON_FINITE

Mark = Literal["", ".", ",", " ", "'"]

INTEGER = r"^[+-]?\d+$"
PLAIN = r"^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,6})?$"
LEADING_ZERO = r"^[+-]?0\d+$"
TOO_LONG = r"^[+-]?\d{19,}$"
SYMBOL = r"[$€£¥₹₽₩₺]|US\$|R\$|kr\.?|zł|Fr\.?|[A-Z]{3}"
AMOUNT = re.compile(
    rf"(?P<open>\()?(?P<sign>[+-])?\s?(?P<before>{SYMBOL})?\s?(?P<sign2>[+-])?"
    r"(?P<body>\d[\d.,' ]*|[.,]\d+)"
    rf"\s?(?P<after>{SYMBOL}|%)?(?P<close>\))?(?P<sign3>-)?",
    re.ASCII,
)
STYLES: tuple[tuple[Mark, Mark], ...] = (
    (".", ""), (",", ""), (".", ","), (",", "."), (".", " "), (",", " "), (".", "'"), (",", "'"),
)  # fmt: skip
"""(decimal mark, thousands mark), the plainest reading first."""
SPACES = str.maketrans({"\u00a0": " ", "\u202f": " ", "\u2009": " ", "−": "-", "’": "'"})


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Numbers:
    """One number per distinct cell (NaN where it is not finite), and how they were written."""

    values: NDArray[Any]
    """int64 when every cell is a whole number written without decimals, else float64."""
    decimal: Mark = "."
    thousands: Mark = ""
    symbol: str = ""
    is_ambiguous: bool = False
    """Whether a comma or point could also be read the other way."""
    is_certain: bool = False
    """Whether the decimal mark shows beyond doubt: other columns of the file may lean on it."""

    @property
    def is_whole(self) -> bool:
        finite = self.values[np.isfinite(self.values)]
        return bool((finite == np.floor(finite)).all())


@dataclass(frozen=True, kw_only=True, slots=True)
class Writing:
    """What is known before a column is looked at: marks a person chose, and which way the file leans."""

    decimal: str | None = None
    thousands: str | None = None
    leaning: str | None = None
    missing: frozenset[str] = frozenset()
    """Words that a person said count as missing in this column, in lower case."""


def read_numbers(values: Any, writing: Writing) -> Numbers | None:
    """Return the numbers of an Arrow array of distinct, trimmed, present cells, or None when one of them is none."""
    finite = ~_matches_word(values)
    words = values.filter(pa.array(finite)) if not finite.all() else values
    if len(words) == 0 or _any(words, LEADING_ZERO) or _any(words, TOO_LONG):
        return None
    found = _plain(words, writing) or _written(words.to_pylist(), writing)
    if found is None or not np.isfinite(found.values).any():
        return None
    if finite.all():
        return found
    spread = np.full(len(values), np.nan)
    spread[finite] = found.values
    return Numbers(
        values=spread,
        decimal=found.decimal,
        thousands=found.thousands,
        symbol=found.symbol,
        is_ambiguous=found.is_ambiguous,
        is_certain=found.is_certain,
    )


def has_leading_zeros(values: Any) -> bool:
    """Tell whether the cells are digits of which some start with a zero, as postal codes and customer numbers do."""
    return len(values) > 0 and _any(values, LEADING_ZERO) and bool(pc.all(pc.match_substring_regex(values, r"^\d+$")).as_py())


def share_of_numbers(values: Any, counts: NDArray[np.int64]) -> float:
    """Return the share of rows whose cell is a plain number."""
    plain = pc.match_substring_regex(values, PLAIN).to_numpy(zero_copy_only=False)
    return float(counts[plain].sum() / max(counts.sum(), 1))


def _any(values: Any, pattern: str) -> bool:
    return bool(pc.any(pc.match_substring_regex(values, pattern)).as_py())


def _matches_word(values: Any) -> NDArray[np.bool_]:
    found: NDArray[np.bool_] = pc.is_in(pc.utf8_lower(values), value_set=pa.array(sorted(NON_FINITE), values.type)).to_numpy(
        zero_copy_only=False
    )
    return found


def _plain(words: Any, writing: Writing) -> Numbers | None:
    """Read cells that a programming language would write; the common case, and the fast one."""
    if writing.decimal not in (None, ".") or not pc.all(pc.match_substring_regex(words, PLAIN)).as_py():
        return None
    if pc.all(pc.match_substring_regex(words, INTEGER)).as_py():
        return Numbers(values=np.fromiter(map(int, words.to_pylist()), np.int64, len(words)))
    could_group = bool(pc.all(pc.match_substring_regex(words, r"^[+-]?(\d{1,3}|[1-9]\d{0,2}\.\d{3})$")).as_py())
    if could_group and (writing.leaning == "," or writing.thousands == "."):
        return None
    numbers = np.fromiter(map(float, words.to_pylist()), np.float64, len(words))
    numbers[~np.isfinite(numbers)] = np.nan
    return Numbers(values=numbers, is_ambiguous=could_group, is_certain=not could_group)


def _written(words: list[str], writing: Writing) -> Numbers | None:
    """Read cells with signs, symbols and grouped digits, if all of them are such and agree."""
    bodies: list[str] = []
    signs: list[int] = []
    symbols: set[str] = set()
    for word in words:
        match = AMOUNT.fullmatch(word.translate(SPACES)) if len(word) <= LONGEST_VALUE else None
        if match is None or bool(match["open"]) != bool(match["close"]) or (match["before"] and match["after"]):
            return None
        bodies.append(match["body"].strip())
        signs.append(-1 if match["open"] or "-" in (match["sign"], match["sign2"], match["sign3"]) else 1)
        symbols.add(match["before"] or match["after"] or "")
    if len(symbols - {""}) > 1 or ("%" in symbols and len(symbols) > 1):
        return None
    fitting = [style for style in STYLES if _is_allowed(style, writing) and all(map(_pattern(style).fullmatch, bodies))]
    if not fitting:
        return None
    decimal, thousands = style = _prefer(fitting, writing)
    scale = 100.0 if "%" in symbols else 1.0
    numbers = np.array([sign * _to_float(body, style) / scale for sign, body in zip(signs, bodies, strict=True)])
    marked = any("," in body or "." in body for body in bodies)
    return Numbers(
        values=numbers,
        decimal=decimal,
        thousands=thousands,
        symbol=max(symbols),
        is_ambiguous=len({style[0] for style in fitting}) > 1 and marked,
        is_certain=len({style[0] for style in fitting}) == 1,
    )


def _is_allowed(style: tuple[Mark, Mark], writing: Writing) -> bool:
    return (
        style[0] != writing.thousands
        and writing.decimal in (None, style[0])
        and (writing.thousands is None or style[1] in ("", writing.thousands))
    )


def _pattern(style: tuple[Mark, Mark]) -> re.Pattern[str]:
    decimal, thousands = (re.escape(mark) for mark in style)
    if not thousands:
        return re.compile(rf"\d+(?:{decimal}\d*)?|{decimal}\d+", re.ASCII)
    return re.compile(rf"[1-9]\d{{0,2}}(?:{thousands}\d{{3}})+(?:{decimal}\d*)?|\d+(?:{decimal}\d*)?|{decimal}\d+")


def _prefer(fitting: list[tuple[Mark, Mark]], writing: Writing) -> tuple[Mark, Mark]:
    """Return the plainest style; "1,234" alone is grouped digits unless the file writes decimal commas."""
    leaning = [style for style in fitting if style[0] == writing.leaning]
    if leaning:
        return leaning[0]
    if fitting[0] == (",", "") and (".", ",") in fitting:
        return (".", ",")
    return fitting[0]


def _to_float(body: str, style: tuple[Mark, Mark]) -> float:
    decimal, thousands = style
    digits = body.replace(thousands, "") if thousands else body
    return float(digits.replace(decimal, "."))
