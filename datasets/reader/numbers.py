"""Numbers as people write them: 1234.5, 1,234.50, 1.234,50 €, 12 %, (45), 1e3.

Distinct cells of one column flow in; either all of them are numbers, or it is no column of numbers and None flows out: a
column is never half converted, because what is not a number would be lost without a word. How the decimals are
written is decided by the whole column; where it fits two readings ("1,234") the file's other columns lean it one way, and a
warning says so.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from datasets.reader.buffers import edges_of
from datasets.reader.patterns import FIRST, all_match, any_matches, are_words, in_plain_digits
from datasets.reader.words import LONGEST_VALUE, NON_FINITE, SYMBOL, plain_digits

Mark = Literal["", ".", ",", " ", "'"]

INTEGER = r"^[+-]?\d+$"
PLAIN = r"^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,6})?$"
NUMERIC = np.frombuffer(b"+-.0123456789", np.uint8)
"""With what such a cell starts."""
LEADING_ZERO = r"^[+-]?0\d+$"
CODE = rf"{LEADING_ZERO}|^[+-]?\d{{19,}}$|^\d+E\d+$"
"""Digits that are no number: with zeros in front, too many, or with an E between as programs write powers of ten nowhere."""
AMOUNT = re.compile(
    rf"(?P<open>\()?(?P<sign>[+-])?\s?(?P<before>{SYMBOL})?\s?(?P<sign2>[+-])?"
    r"(?P<body>\d[\d.,' ]*|[.,]\d+)(?:(?<=[.,])(?:--?|—))?(?P<power>[eE][+-]?\d{1,3})?"
    rf"\s?(?P<after>{SYMBOL}|TL|%)?(?P<close>\))?(?P<sign3>[+-])?",
    re.ASCII,
)
"""A dash right after the decimal mark stands for no cents (49,-); anywhere else at the end it is a minus."""
STYLES: tuple[tuple[Mark, Mark], ...] = (
    (".", ""), (",", ""), (".", ","), (",", "."), (".", " "), (",", " "), (".", "'"), (",", "'"),
)  # fmt: skip
"""(decimal mark, thousands mark), the plainest reading first."""
SPACES = str.maketrans({"\u00a0": " ", "\u202f": " ", "\u2009": " ", "−": "-", "–": "-", "’": "'", "´": "'"})


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
    date_order: str | None = None
    missing: frozenset[str] = frozenset()
    """Words that a person said count as missing in this column, in lower case."""


def read_numbers(values: Any, writing: Writing) -> Numbers | None:
    """Return the numbers of an Arrow array of distinct, trimmed, present cells, or None when one of them is none."""
    finite = ~are_words(values, NON_FINITE)
    words = values.filter(pa.array(finite)) if not finite.all() else values
    if len(words) == 0 or _read(words[:FIRST], writing) is None:  # mostly no number, and the others need not be looked at
        return None
    found = _read(words, writing)
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
    return all_match(values, r"^\d+$") and any_matches(values, LEADING_ZERO)


def share_of_numbers(values: Any, counts: NDArray[np.int64]) -> float:
    """Return the share of rows whose cell is a plain number."""
    first, _, _ = edges_of(values)
    maybe = np.flatnonzero(np.isin(first, NUMERIC))
    plain = maybe[pc.match_substring_regex(values.take(pa.array(maybe)), PLAIN).to_numpy(zero_copy_only=False)]
    return float(counts[plain].sum() / max(counts.sum(), 1))


def _read(words: Any, writing: Writing) -> Numbers | None:
    words = in_plain_digits(words)
    if any_matches(words, CODE):
        return None
    return _plain(words, writing) or _written(words.to_pylist(), writing)


def _plain(words: Any, writing: Writing) -> Numbers | None:
    """Read cells that a programming language would write; the common case, and the fast one."""
    if writing.decimal not in (None, ".") or not all_match(words, PLAIN):
        return None
    if all_match(words, INTEGER):
        return Numbers(values=_convert(words, pa.int64(), int))
    could_group = all_match(words, r"^[+-]?(\d{1,3}|[1-9]\d{0,2}\.\d{3})$")
    if could_group and (writing.leaning == "," or writing.thousands == "."):
        return None
    numbers = _convert(words, pa.float64(), float)
    numbers[~np.isfinite(numbers)] = np.nan
    return Numbers(values=numbers, is_ambiguous=could_group, is_certain=not could_group)


def _convert(words: Any, dtype: Any, one: Callable[[str], float]) -> NDArray[Any]:
    """Return the numbers; what Arrow's parser does not take (a plus sign, a number beyond the range), Python's does."""
    try:
        return np.array(pc.cast(words, dtype))
    except pa.ArrowInvalid:
        return np.fromiter(map(one, words.to_pylist()), dtype.to_pandas_dtype(), len(words))


def _written(words: list[str], writing: Writing) -> Numbers | None:
    """Read cells with signs, symbols and grouped digits, if all of them are such and agree."""
    bodies: list[str] = []
    powers: list[str] = []
    signs: list[int] = []
    symbols: set[str] = set()
    trailing: set[str] = set()
    for word in words:
        match = AMOUNT.fullmatch(word.translate(SPACES)) if len(word) <= LONGEST_VALUE else None
        if match is None or bool(match["open"]) != bool(match["close"]) or (match["before"] and match["after"]):
            return None
        bodies.append(match["body"].strip())
        powers.append(match["power"] or "")
        signs.append(-1 if match["open"] or "-" in (match["sign"], match["sign2"], match["sign3"]) else 1)
        symbols.add(match["before"] or match["after"] or "")
        trailing.add(match["sign3"] or "")
    if any(trailing) and all(len(body) == 1 for body in bodies):  # grades: 1-, 2+
        return None
    if len(symbols - {""}) > 1 or ("%" in symbols and len(symbols) > 1):
        return None
    fitting = [style for style in STYLES if _is_allowed(style, writing) and all(map(_pattern(style).fullmatch, bodies))]
    if not fitting:
        return None
    decimal, thousands = style = _prefer(fitting, writing)
    scale = 100.0 if "%" in symbols else 1.0
    numbers = np.array([s * _to_float(body, p, style) / scale for s, body, p in zip(signs, bodies, powers, strict=True)])
    numbers[~np.isfinite(numbers)] = np.nan
    if scale == 1.0 and not any(powers) and not any(decimal in body for body in bodies) and np.abs(numbers).max() < 2**53:
        numbers = numbers.astype(np.int64)
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
    groups = rf"[1-9]\d{{0,2}}(?:{thousands}\d{{3}})+"
    if thousands == ",":
        groups += r"|[1-9]\d?(?:,\d{2})+,\d{3}"  # 12,34,567 as India groups
    return re.compile(rf"(?:{groups})(?:{decimal}\d*)?|\d+(?:{decimal}\d*)?|{decimal}\d+", re.ASCII)


def _prefer(fitting: list[tuple[Mark, Mark]], writing: Writing) -> tuple[Mark, Mark]:
    """Return the plainest style; "1,234" alone is grouped digits unless the file writes decimal commas."""
    leaning = [style for style in fitting if style[0] == writing.leaning]
    if leaning:
        return leaning[0]
    if fitting[0] == (",", "") and (".", ",") in fitting:
        return (".", ",")
    return fitting[0]


def _to_float(body: str, power: str, style: tuple[Mark, Mark]) -> float:
    decimal, thousands = style
    digits = body.replace(thousands, "") if thousands else body
    return float(digits.replace(decimal, ".") + power)


def symbols_of(words: Sequence[str]) -> frozenset[str]:
    """Return the currencies and percent signs of cells that are amounts, "" for none; nothing where a cell is no amount."""
    symbols: set[str] = set()
    for word in words:
        match = AMOUNT.fullmatch(plain_digits(word).translate(SPACES)) if len(word) <= LONGEST_VALUE else None
        if match is None:
            return frozenset()
        symbols.add(match["before"] or match["after"] or "")
    return frozenset(symbols)
