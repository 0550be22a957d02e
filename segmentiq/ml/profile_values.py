"""The nouns of a profile: what is known of one branch. Every fact here becomes JSON and comes back, also from runs of before.

Plain Python numbers, without numpy: the web process reads them without the scientific stack. A field that was added later has a
default, which says "not known": what an older run stored loads as it is.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Self


@dataclass(frozen=True, kw_only=True, slots=True)
class Label:
    """What people call a column: its `noun`, a `short` one where there is little room, and of numbers what customers with
    `much` or `little` of it have or are. One that `repeats` says once more what another column says better, so that it neither
    names nor sets apart anybody."""

    noun: str
    short: str = ""
    much: str = ""
    little: str = ""
    repeats: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class NumberFact:
    """A numeric (or boolean or date) column within one branch, in original units. Dates are ISO strings in no place: days.
    `low` and `high` are the 5 % and 95 % quantiles; None in a run of before they were kept."""

    column: str
    mean: float
    median: float
    q1: float
    q3: float
    overall: float
    """Mean over all clustered customers."""
    effect: float
    """Standardised difference: (mean - overall) / sd over all clustered customers."""
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class LevelFact:
    """One level of a categorical column within one branch."""

    column: str
    level: str
    share: float
    overall: float
    effect: float
    """(share - overall) / sqrt(overall * (1 - overall)): comparable with a NumberFact's effect."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Rule:
    """One to three conditions that tell a branch from all other customers, as phrases: "recency_days at most 61".

    `precision` is how many of those who meet all of them are in the branch, `recall` how many of the branch meet them; both are
    counted over all clustered customers.
    """

    words: tuple[str, ...]
    precision: float
    recall: float

    @property
    def f1(self) -> float:
        """Return the harmonic mean of precision and recall."""
        both = self.precision + self.recall
        return 2 * self.precision * self.recall / both if both else 0.0

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        return cls(**{**data, "words": tuple(data["words"])})


@dataclass(frozen=True, kw_only=True, slots=True)
class Profile:
    """What one branch is like. `facts` are the strongest differences as sentences, `name` a short suggestion.

    `typical` are the table rows of up to three customers nearest to the centre, `unusual` the row of the one farthest from it;
    `typical_ids` and `unusual_ids` are their identifiers, if each of them has one. `worth` is the branch's share of the sum of
    the money column, None where there is no such column. `rule` is None where no short rule tells the branch well.
    """

    branch: int
    size: int
    name: str
    facts: tuple[str, ...]
    numbers: tuple[NumberFact, ...]
    levels: tuple[LevelFact, ...]
    typical: tuple[int, ...] = ()
    typical_ids: tuple[str, ...] = ()
    unusual: tuple[int, ...] = ()
    unusual_ids: tuple[str, ...] = ()
    worth: float | None = None
    rule: Rule | None = None

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        plain = {name: tuple(data.get(name, ())) for name in ("facts", "typical", "typical_ids", "unusual", "unusual_ids")}
        numbers = tuple(NumberFact(**fact) for fact in data["numbers"])
        levels = tuple(LevelFact(**fact) for fact in data["levels"])
        rule = Rule.from_json(data["rule"]) if data.get("rule") else None
        return cls(**{**data, **plain, "numbers": numbers, "levels": levels, "rule": rule})
