"""What the reader decided and noticed, collected while a file is read.

Stages append to one `Findings`; the dataset page shows its lists. A message says what, where and how often, never a cell's
value: findings are stored.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NotRequired, TypedDict


class Decision(TypedDict):
    """One choice, with its reason; a person may overrule it."""

    what: str
    value: str
    reason: str
    alternative: NotRequired[str]
    """The reading choice that changes it, as one writes it ("delimiter = semicolon"); empty where there is none."""
    choices: NotRequired[list[str]]
    """All that could be chosen, where the file itself says what that is: the sheets of a workbook."""


class Warned(TypedDict):
    """Something a person should know; `column` is None when it is about the whole file."""

    code: str
    message: str
    column: str | None


class LedgerEntry(TypedDict):
    """Rows that came in and what became of them; the rows of all entries add up to the rows that came in."""

    what: str
    rows: int
    reason: str
    is_kept: bool


@dataclass(frozen=True, slots=True)
class Findings:
    """The lists, in the order in which things were found."""

    decisions: list[Decision] = field(default_factory=list)
    warnings: list[Warned] = field(default_factory=list)
    ledger: list[LedgerEntry] = field(default_factory=list)

    def decide(self, what: str, value: str, reason: str, alternative: str = "", choices: Sequence[str] = ()) -> None:
        """Record a decision."""
        made = Decision(what=what, value=value, reason=reason, alternative=alternative)
        self.decisions.append(Decision(**made, choices=list(choices)) if choices else made)

    def set_aside(self, code: str, rows: int, reason: str) -> None:
        """Record rows that are no customers; no rows make no entry."""
        if rows:
            self.ledger.append(LedgerEntry(what=code, rows=rows, reason=reason, is_kept=False))

    def extend(self, other: Findings) -> None:
        """Take over what was found elsewhere."""
        self.decisions.extend(other.decisions)
        self.warnings.extend(other.warnings)
        self.ledger.extend(other.ledger)

    def warn(self, code: str, message: str, column: str | None = None) -> None:
        """Record a warning."""
        self.warnings.append(Warned(code=code, message=message, column=column))


def count_of(n: int, noun: str) -> str:
    """Return "1 row", "2,000 rows"."""
    return f"{n:,} {noun if n == 1 else noun + 's'}"
