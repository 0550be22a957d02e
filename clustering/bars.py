"""The levels of a branch's categories in, a few bars out: which share of it has a level, beside everybody's.

A bar is worth its place where the level tells the branch apart; one of each column is enough: the "no" of a "yes" says the
same again, and so does "no internet service" of every service.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from segmentiq.ml.values import LevelFact
from segmentiq.words import figure, share, unbroken

MOST_BARS = 3
TELLING = 0.3
"""Standardised difference from which a level is worth a bar: between Cohen's "small" and "medium"."""
SHOWN = 40


@dataclass(frozen=True, kw_only=True, slots=True)
class ShareBar:
    """One level: its words, the per cent of the branch that have it, and of everybody."""

    words: str
    width: str
    overall: str


def share_bars(levels: Sequence[LevelFact]) -> tuple[ShareBar, ...]:
    """Return the most telling levels, the strongest first: one of each column, and none that divides as one before it does."""
    bars: dict[tuple[float, float], LevelFact] = {}
    for fact in sorted(levels, key=lambda fact: (-round(abs(fact.effect), 6), fact.effect < 0)):
        if abs(fact.effect) < TELLING or len(bars) == MOST_BARS:
            break
        if fact.column not in {other.column for other in bars.values()}:
            bars.setdefault((round(fact.share, 3), round(fact.overall, 3)), fact)
    return tuple(map(_bar, bars.values()))


def _bar(fact: LevelFact) -> ShareBar:
    lift = f", {figure(fact.share / fact.overall)} times the average" if fact.overall and fact.share > fact.overall else ""
    name = f"{fact.column}: {fact.level}"
    shown = name if len(name) <= SHOWN else f"{name[: SHOWN - 1]}…"
    words = unbroken(f"{shown} {share(fact.share)}{lift or f', of all {share(fact.overall)}'}")
    return ShareBar(words=words, width=f"{100 * fact.share:.1f}", overall=f"{100 * fact.overall:.1f}")


BLANK_BAR = ShareBar(words="", width="0", overall="0")
"""What a script copies and fills."""
