"""What becomes of each order line: lines and rules flow in, the lines that are kept and the ledger flow out.

Every line has one fate, decided by the first rule that applies, in the order of `FATES`; so the ledger adds up by construction. A
rule that is off sets nothing aside, but the lines it would have taken are counted and told.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from datasets.orders.lines import Lines
from datasets.reader.findings import Findings, LedgerEntry, count_of

Mask = NDArray[np.bool_]


@dataclass(frozen=True, kw_only=True, slots=True)
class Rule:
    """Which lines are set aside, and why in a sentence; `applies` is told which lines are left."""

    reason: str
    applies: Callable[[Lines, Mask], Mask]


def set_aside(lines: Lines, switches: Mapping[str, bool], findings: Findings) -> Mask:
    """Return which lines are kept; the ledger, and what the rules that are off would have done, go to the findings."""
    is_left = np.ones(len(lines), dtype=np.bool_)
    for name, rule in FATES.items():
        hit = rule.applies(lines, is_left) & is_left
        n_hit = int(hit.sum())
        if switches.get(name, True):
            findings.set_aside(name, n_hit, rule.reason)
            is_left &= ~hit
        else:
            counts = "is kept that it would set aside" if n_hit == 1 else "are kept that it would set aside"
            reason = f"This rule is off: {count_of(n_hit, 'line')} {counts}. {rule.reason}"
            findings.decide(name, "off", reason, f"rules.{name} = true")
    findings.ledger.append(LedgerEntry(what="kept", rows=int(is_left.sum()), reason="Order lines that count.", is_kept=True))
    return is_left


def find_dated(lines: Lines) -> Mask:
    """Tell which lines are somebody's on some day, up to the snapshot."""
    return (lines.customer.codes >= 0) & ~np.isnat(lines.at) & ~_find_later(lines)


def _find_later(lines: Lines) -> Mask:
    if lines.snapshot is None:
        return np.zeros(len(lines), dtype=np.bool_)
    return np.asarray(lines.at > lines.snapshot)


def _find_unpaid(lines: Lines) -> Mask:
    unpaid = np.isnan(lines.paid)
    if lines.price is not None:
        unpaid |= lines.price <= 0
    if lines.is_amount:
        unpaid |= lines.paid == 0
    return unpaid


def _find_duplicates(lines: Lines, is_left: Mask) -> Mask:
    """Tell which of the lines that are left stood there before; lines that are the same share every other fate."""
    found = np.zeros(len(lines), dtype=np.bool_)
    found[is_left] = lines.frame[is_left].duplicated().to_numpy()
    return found


FATES: Mapping[str, Rule] = {
    "missing_customer": Rule(reason="The line names no customer.", applies=lambda lines, _: lines.customer.codes < 0),
    "missing_date": Rule(reason="The line has no date.", applies=lambda lines, _: np.isnat(lines.at)),
    "after_snapshot": Rule(
        reason="The line is later than the snapshot that was chosen.", applies=lambda lines, _: _find_later(lines)
    ),
    "cancelled": Rule(
        reason="The number of the order is a usual one with a C or a minus sign before it: a cancelled order.",
        applies=lambda lines, _: lines.is_cancelled,
    ),
    "returns": Rule(
        reason="The quantity is 0 or less, or the amount is negative: something was given back.",
        applies=lambda lines, _: lines.is_returned,
    ),
    "zero_prices": Rule(
        reason="The price is 0 or less, the amount is 0, or the line does not say what was paid.",
        applies=lambda lines, _: _find_unpaid(lines),
    ),
    "duplicates": Rule(reason="The whole line, in every column, is the same as one before.", applies=_find_duplicates),
}
"""The rules of a recipe in their order; `after_snapshot` has no switch, it applies when somebody chose a snapshot."""
