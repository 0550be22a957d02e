"""What a person should know about a column beyond its kind: cells that look like something they were not taken for.

Distinct cells or typed numbers of one column flow in, warnings flow out. Nothing is changed here: a sentinel such as -999 may be
a real value, "12 kg" may be a size, and only the person knows.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow.compute as pc
from numpy.typing import NDArray

from datasets.reader.cells import TextCells
from datasets.reader.dates import looks_like_dates
from datasets.reader.findings import Findings, count_of
from datasets.reader.numbers import symbols_of
from datasets.reader.patterns import all_match

SENTINELS = frozenset(sign * int("9" * n_digits) for n_digits in range(2, 10) for sign in (1, -1) if sign < 0 or n_digits > 2)
FEW, MANY = 50, 200
"""Different values that tell whether a look at all of them is worth while, and that tell of a share."""
FAR = 3
"""How many times as far from zero as the next value a sentinel is."""
WITH_UNIT = r"^[+-]?\d[\d.,' ]*\s?(?:(?:\p{Ll}|µ)(?:\p{L}|[²³]){0,9}|(?:\p{L}|µ){2,10}[²³]?)(?:/\p{L}{1,8})?\.?$"
CONTROLS = r"[\x01-\x08\x0b\x0c\x0e-\x1f\x7f]"
LOST = "\ufffd in {}: letters were lost before the file came here."
TWICE = "{} seem to be encoded twice (\u00c3\u00a4 where \u00e4 was meant); they are kept."
TWICE_ENCODED = "Ã[\u0080-\u00bf\u0152\u0160\u0178]|â€|Ð[°-¿]Ð"


def warn_of_characters(name: str, cells: TextCells, findings: Findings) -> None:
    """Warn of characters that came damaged or that most programs cannot show; they are kept."""
    held = cells.levels.buffers()[2]
    data = np.frombuffer(held, np.uint8) if held is not None else np.zeros(0, np.uint8)
    has_low = bool(((data < 32) & (data != 9) & (data != 10) & (data != 13) | (data == 127)).any())
    has_high = bool((data > 127).any())
    for code, n_values, what in (
        ("zero_bytes", cells.n_with_nul, "zero bytes in {} are replaced by \ufffd."),
        ("control_characters", has_low and _count(cells.levels, CONTROLS), "control characters stand in {}; they are kept."),
        ("lost_characters", has_high and _count(cells.levels, "\ufffd") - cells.n_with_nul, LOST),
        ("encoded_twice", has_high and _count(cells.levels, TWICE_ENCODED), TWICE),
    ):
        if n_values > 0:
            findings.warn(code, f"{name[:80]}: {what.format(count_of(n_values, 'different value'))}", name)


def _count(levels: Any, pattern: str) -> int:
    return int(pc.sum(pc.match_substring_regex(levels, pattern)).as_py() or 0)


def warn_of_sentinels(name: str, values: NDArray[Any], findings: Findings) -> None:
    """Warn of a number of nines that stands far out at an end of the column, as programs write for "unknown"."""
    finite = values[np.isfinite(values)]
    if len(finite) < 2:
        return
    for end in (finite.min(), finite.max()):
        others = finite[finite != end] if float(end) in SENTINELS else finite[:0]
        if len(others) and abs(float(end)) > FAR * np.abs(others).max():
            times = count_of(int((finite == end).sum()), "cell")
            message = f"{name[:80]}: {times} at the far end hold nothing but nines; do they mean unknown? Then say so."
            findings.warn("sentinel_values", message, name)


def warn_of_text(name: str, values: Any, findings: Findings) -> None:
    """Warn of a column of text whose cells are amounts in several currencies, numbers with units, or dates among others."""
    if len(values) < 2:
        return
    head = values.slice(0, FEW)
    symbols = symbols_of(values.to_pylist()) if symbols_of(head.to_pylist()) else frozenset()
    if "%" in symbols and len(symbols) > 1:
        message = f"{name[:80]}: some cells are written in percent and others are not, so the column stays text."
        findings.warn("mixed_percent", message, name)
    elif len(symbols - {""}) > 1:
        message = f"{name[:80]}: amounts in {len(symbols - {''})} currencies cannot be compared, so the column stays text."
        findings.warn("mixed_currencies", message, name)
    elif all_match(values, WITH_UNIT):
        message = f"{name[:80]}: numbers with a unit stay text; write the unit into the header to cluster on them."
        findings.warn("numbers_with_units", message, name)
    elif (share := looks_like_dates(values.slice(0, MANY))) >= 0.5:
        message = f"{name[:80]}: {share:.0%} of the values look like dates, but not in one order of day, month and year."
        findings.warn("mixed_dates", message, name)
