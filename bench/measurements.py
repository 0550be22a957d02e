"""What is compared and what came of it. Nouns only; everything here is plain Python and light."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from statistics import median


@dataclass(frozen=True, kw_only=True, slots=True)
class Case:
    """The same work on the same table by several contenders, ours first."""

    work: str
    table: str
    rows: int
    """As the goals name it; 0 for a real table, which has as many as it has."""
    contenders: tuple[str, ...]
    once: bool = False
    """Never repeated: nobody's figure, only a look ahead."""

    @property
    def key(self) -> tuple[str, str, int]:
        return self.work, self.table, self.rows


@dataclass(frozen=True, kw_only=True, slots=True)
class Run:
    """One process: seconds of the work, user CPU seconds of all threads, peak bytes of the process and what the work added."""

    wall: float
    user: float
    peak: float
    added: float | None = None
    note: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Outcome:
    """All runs of one contender, or `note` why there is none.

    `factor` is more than 1 where the seconds are extrapolated from fewer rows. `difference` is the largest relative difference
    between our answer and this contender's; in ties only the sums of squares can be compared.
    """

    runs: tuple[Run, ...] = ()
    note: str = ""
    factor: float = 1.0
    answer: Path | None = None
    difference: float | None = None
    ties: bool = False

    @property
    def wall(self) -> float:
        return median(run.wall for run in self.runs) * self.factor

    @property
    def user(self) -> float:
        return median(run.user for run in self.runs) * self.factor

    @property
    def peak(self) -> float | None:
        return median(run.peak for run in self.runs) if self.factor == 1 else None

    @property
    def added(self) -> float | None:
        known = [run.added for run in self.runs if run.added is not None]
        return median(known) if known and self.factor == 1 else None


@dataclass(kw_only=True, slots=True)
class Results:
    """Everything measured so far, by case and contender; and rows and columns of the tables as they were."""

    outcomes: dict[tuple[str, str, int, str], Outcome] = field(default_factory=dict)
    shapes: dict[tuple[str, str, int], tuple[int, int]] = field(default_factory=dict)

    def find(self, work: str, table: str, rows: int, contender: str) -> Outcome | None:
        """Return what was measured; None when it was not, for whatever reason."""
        found = self.outcomes.get((work, table, rows, contender))
        return found if found is not None and found.runs else None
