"""The numbers and levels of a branch in, a few differences out: what it has on average or how many have it, beside everybody.

Of levels, one of each column is enough: the "no" of a "yes" says the same again, and so does "no internet service" of every
service.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from segmentiq.ml.facts import NOTICEABLE, SENTENCES, Labels, divides, opening, repeats, told_apart
from segmentiq.ml.values import LevelFact, NumberFact
from segmentiq.words import share, unbroken

MOST_LEVELS = 3
TELLING = 0.3
"""Standardised difference from which a level is worth a line: between Cohen's "small" and "medium"."""
SHOWN = 40


@dataclass(frozen=True, kw_only=True, slots=True)
class Difference:
    """One line: what is compared, here and for everybody; a share has a bar as wide, with a mark where everybody's ends."""

    name: str
    here: str
    everyone: str
    width: str = ""
    mark: str = ""


BLANK = Difference(name="", here="", everyone="", width="0", mark="0")
"""What a script copies and fills."""


def number_differences(numbers: Sequence[NumberFact], kinds: Mapping[str, str], labels: Labels) -> tuple[Difference, ...]:
    """Return the averages that are farthest from everybody's, the farthest first."""
    own = [fact for fact in numbers if not repeats(fact.column, labels) and abs(fact.effect) >= NOTICEABLE]
    farthest = sorted(own, key=lambda fact: -round(abs(fact.effect), 9))
    return tuple(_number(fact, kinds.get(fact.column, "number"), labels) for fact in farthest[:SENTENCES])


def _number(fact: NumberFact, kind: str, labels: Labels) -> Difference:
    name = opening(fact.column, labels)
    if kind == "boolean":
        return _share(name, fact.mean, fact.overall)
    here, everyone = told_apart(fact, kind)  # type: ignore[arg-type]
    return Difference(name=name, here=here, everyone=everyone)


def level_differences(levels: Sequence[LevelFact], labels: Labels) -> tuple[Difference, ...]:
    """Return the most telling levels, the strongest first: one of each column, and no column that divides as one before it."""
    found: dict[tuple[float, float], LevelFact] = {}
    told = set()
    for fact in sorted(levels, key=lambda fact: (-round(abs(fact.effect), 6), fact.effect < 0)):
        if abs(fact.effect) < TELLING or len(found) == MOST_LEVELS:
            break
        if fact.column not in told and not repeats(fact.column, labels):
            found.setdefault(divides(fact), fact)
            told.add(fact.column)
    return tuple(_share(_level_name(fact, labels), fact.share, fact.overall) for fact in found.values())


def _level_name(fact: LevelFact, labels: Labels) -> str:
    name = f"{opening(fact.column, labels)}: {fact.level}"
    return name if len(name) <= SHOWN else f"{name[: SHOWN - 1]}…"


def _share(name: str, here: float, everyone: float) -> Difference:
    words = [unbroken(share(part)) for part in (here, everyone)]
    return Difference(name=name, here=words[0], everyone=words[1], width=f"{100 * here:.1f}", mark=f"{100 * everyone:.1f}")
