"""What a person should know about a column beyond its kind: cells that look like something they were not taken for.

Distinct cells or typed numbers of one column flow in, warnings flow out. Nothing is changed here: a sentinel such as -999 may be
a real value, "12 kg" may be a size, and only the person knows.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from datasets.reader.buffers import edges_of, find_bytes
from datasets.reader.cells import Present, TextCells
from datasets.reader.dates import looks_like_dates
from datasets.reader.findings import Findings, count_of
from datasets.reader.numbers import symbols_of
from datasets.reader.patterns import all_match
from datasets.reader.roles import DIGIT_WORDS, Judgement, is_id_name
from datasets.reader.tally import Tally

SENTINELS = frozenset(sign * int("9" * n_digits) for n_digits in range(2, 10) for sign in (1, -1) if sign < 0 or n_digits > 2)
FEW, MANY = 50, 200
"""Different values that tell whether a look at all of them is worth while, and that tell of a share."""
FAR = 3
"""How many times as far from zero as the next value a sentinel is."""
WITH_UNIT = r"^[+-]?\d[\d.,' ]*\s?(?:(?:\p{Ll}|µ)(?:\p{L}|[²³]){0,9}|(?:\p{L}|µ){2,10}[²³]?)(?:/\p{L}{1,8})?\.?$"
CONTROLS = r"[\x01-\x08\x0b\x0c\x0e-\x1f\x7f]"
ROUNDED = r"^\d(?:[.,]\d{1,5})?E\+(?:1[1-9]|2\d)$"
"""How spreadsheets show a number of twelve digits or more."""
IS_CONTROL = np.isin(np.arange(256), [*(byte for byte in range(32) if byte not in b"\0\t\n\r"), 127])
IS_DIGIT, POWER = np.isin(np.arange(256), list(b"0123456789")), ord("E")
LOST_DIGITS = (
    "{}: {} were rounded by a spreadsheet, which wrote them in powers of ten; their last digits were lost before the file came"
    " here. Format the column there as a number without decimals, and export it again."
)
LOST = "\ufffd in {}: letters were lost before the file came here."
TWICE = "{} seem to be encoded twice (\u00c3\u00a4 where \u00e4 was meant); they are kept."
TWICE_ENCODED = "Ã[\u0080-\u00bf\u0152\u0160\u0178]|â€|Ð[°-¿]Ð"


def warn_of_characters(name: str, cells: TextCells, findings: Findings) -> None:
    """Warn of characters that came damaged or that most programs cannot show; they are kept."""
    found = find_bytes(cells.levels)
    has_low, has_high = bool((found & IS_CONTROL).any()), bool(found[128:].any())
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


def judge_rounded(name: str, words: tuple[str, ...], present: Present, findings: Findings) -> Judgement | None:
    """Return the judgement of identifiers that a spreadsheet rounded, None for other columns; rounded numbers are told anyway.

    It shows numbers of twelve digits and more in powers of ten, and what it shows is what it exports. Identifiers have the same
    number of digits; amounts in powers of ten differ in them.
    """
    if not find_bytes(present.values)[POWER]:
        return None
    first, last, _ = edges_of(present.values)
    maybe = np.flatnonzero(IS_DIGIT[first] & IS_DIGIT[last])
    found = pc.match_substring_regex(present.values.take(pa.array(maybe)), ROUNDED).to_numpy(zero_copy_only=False)
    n_rounded = int(present.counts[maybe[found]].sum())
    if not n_rounded:
        return None
    findings.warn("rounded_numbers", LOST_DIGITS.format(name[:80], count_of(n_rounded, "long number")), name)
    powers = pc.unique(pc.utf8_slice_codeunits(present.values.take(pa.array(maybe[found])), -2))
    are_alike = len(powers) == 1 and 2 * n_rounded >= present.n_present
    if not (are_alike or is_id_name(words) or not DIGIT_WORDS.isdisjoint(words[-1:])):
        return None
    return Judgement(kind="text", role="ignored", reason="Long numbers that a spreadsheet rounded: their last digits are gone.")


def warn_of_sentinels(name: str, tally: Tally, findings: Findings) -> None:
    """Warn of a number of nines that stands far out at an end of the column, as programs write for "unknown"."""
    numbers, counts = tally.values, tally.counts
    for end, count, others in ((numbers[0], counts[0], numbers[1:]), (numbers[-1], counts[-1], numbers[:-1])):
        if len(others) and float(end) in SENTINELS and abs(float(end)) > FAR * max(abs(float(others[0])), abs(float(others[-1]))):
            times = count_of(int(count), "cell")
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
