"""What SegmentIQ promises, as ratios of figures from one run. Flows in: results. Flows out: one line per goal, met or not.

A goal is judged on the sizes it names: with `--rows` its figure is shown and not judged. What was not measured has no figure.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from bench.comparing import QUADRATIC, SAME
from bench.contenders import OURS, SCORES
from bench.jobs import JOB, SCRIPT, WITH_STABILITY, WITHOUT_STABILITY
from bench.measurements import Outcome, Results
from bench.reading import INTAKE, PANDAS

MB = 1e6
Key = tuple[str, str, int, str]
Figure = Callable[[Results], float | None]


@dataclass(frozen=True, kw_only=True, slots=True)
class Goal:
    """`figure` shall be at most, or at least, the `limit`; `unit` is "x" for a ratio."""

    words: str
    figure: Figure
    most: float | None = None
    least: float | None = None
    unit: str = "x"
    parts: tuple[Key, ...] = ()
    """What is divided: extrapolated, it makes the figure approximate."""

    @property
    def limit(self) -> str:
        return f"at most {self.tell(self.most)}" if self.most is not None else f"at least {self.tell(self.least or 0)}"

    def tell(self, value: float) -> str:
        return f"{value:,.0f} {self.unit}".strip() if value >= 100 else f"{value:.3g} {self.unit}".strip()

    def is_met(self, figure: float) -> bool:
        return figure <= (math.inf if self.most is None else self.most) and figure >= (self.least or -math.inf)


def ward(table: str, rows: int, contender: str = OURS) -> Key:
    return "ward", table, rows, contender


def job(contender: str, rows: int = 20_000) -> Key:
    return JOB, "customers", rows, contender


def ratio(
    words: str,
    one: Key,
    other: Key,
    *,
    most: float | None = None,
    least: float | None = None,
    of: Callable[[Outcome], float | None] = lambda outcome: outcome.wall,
) -> Goal:
    """Return a goal for one ÷ other."""

    def figure(results: Results) -> float | None:
        above, below = results.find(*one), results.find(*other)
        if above is None or below is None:
            return None
        dividend, divisor = of(above), of(below)
        return None if dividend is None or divisor is None else dividend / divisor

    return Goal(words=words, figure=figure, most=most, least=least, parts=(one, other))


def take(one: Key, of: Callable[[Outcome], float | None]) -> Figure:
    def figure(results: Results) -> float | None:
        found = results.find(*one)
        return None if found is None else of(found)

    return figure


def peak(outcome: Outcome) -> float | None:
    return outcome.peak


def megabytes(outcome: Outcome) -> float | None:
    return None if outcome.peak is None else outcome.peak / MB


def grow(table: str) -> Figure:
    """Return the exponent of the time from 100,000 to 1,000,000 rows."""

    def figure(results: Results) -> float | None:
        small, large = results.find(*ward(table, 100_000)), results.find(*ward(table, 1_000_000))
        if small is None or large is None:
            return None
        rows = [results.shapes["ward", table, n][0] for n in (100_000, 1_000_000)]
        return math.log(large.wall / small.wall) / math.log(rows[1] / rows[0])

    return figure


def count_approximate(results: Results) -> float | None:
    found = results.find(*job(WITH_STABILITY, 200_000))
    return None if found is None else float(any(run.note != "exact" for run in found.runs))


def differ(*, scores: bool) -> Figure:
    """Return how far our silhouettes, or else our heights, are from anybody's."""

    def figure(results: Results) -> float | None:
        found = [(key[0] == SCORES, outcome.difference) for key, outcome in results.outcomes.items()]
        return max((value for is_score, value in found if value is not None and is_score == scores), default=None)

    return figure


SMALL, MIDDLE, LARGE = (ward("mixture-10", rows) for rows in (20_000, 100_000, 1_000_000))
SMALL_PEER, MIDDLE_PEER = (ward("mixture-10", rows, QUADRATIC) for rows in (20_000, 100_000))
WIDE, WIDE_PEER = ward("mixture-30", 100_000), ward("mixture-30", 100_000, QUADRATIC)
LARGE_3, LARGE_5 = ward("spenders", 1_000_000), ward("mixture-5", 1_000_000)
ALL_SCORES, ONE_SCORE = ((SCORES, "mixture-16", 20_000, name) for name in (OURS, "scikit-learn"))
QUICK_JOB, WHOLE_JOB, SCRIPT_JOB = (job(name) for name in (WITHOUT_STABILITY, WITH_STABILITY, SCRIPT))
LARGE_JOB = job(WITH_STABILITY, 200_000)
READ, PARSED = ((INTAKE, "mixed", 1_000_000, name) for name in (OURS, PANDAS))

GOALS = (
    ratio(f"{QUADRATIC} ÷ ours, Ward 20,000 x 10", SMALL_PEER, SMALL, least=7),
    ratio(f"{QUADRATIC} ÷ ours, Ward 100,000 x 10", MIDDLE_PEER, MIDDLE, least=20),
    ratio("ours 1,000,000 x 10 ÷ fastcluster 100,000 x 10", LARGE, MIDDLE_PEER, most=1),
    ratio("ours 1,000,000 x 3 ÷ fastcluster 100,000 x 10", LARGE_3, MIDDLE_PEER, most=0.05),
    ratio("ours 1,000,000 x 5 ÷ fastcluster 100,000 x 10", LARGE_5, MIDDLE_PEER, most=0.15),
    ratio("ours 100,000 x 30, full rank ÷ fastcluster the same", WIDE, WIDE_PEER, most=0.08),
    Goal(words="peak memory, Ward 1,000,000 x 10", figure=take(LARGE, megabytes), most=800, unit="MB"),
    Goal(words="peak memory, Ward 100,000 x 10", figure=take(MIDDLE, megabytes), most=300, unit="MB"),
    Goal(words="growth of time from 100,000 to 1,000,000 x 3", figure=grow("spenders"), most=1.2, unit="exponent"),
    Goal(words="growth of time from 100,000 to 1,000,000 x 5", figure=grow("mixture-5"), most=1.2, unit="exponent"),
    ratio("silhouettes of k = 2..15, 20,000 x 16 ÷ one of scikit-learn", ALL_SCORES, ONE_SCORE, most=1),
    ratio("job 20,000 x 10 without stability ÷ the script", QUICK_JOB, SCRIPT_JOB, most=0.1),
    ratio("job 20,000 x 10 with stability and advice ÷ the script", WHOLE_JOB, SCRIPT_JOB, most=0.25),
    ratio("job 20,000 x 10 with stability ÷ the script, memory", WHOLE_JOB, SCRIPT_JOB, most=1 / 6, of=peak),
    Goal(words="job 200,000 x 10 with stability", figure=take(LARGE_JOB, lambda found: found.wall), most=90, unit="seconds"),
    Goal(words="job 200,000 x 10 with stability, memory", figure=take(LARGE_JOB, megabytes), most=1500, unit="MB"),
    Goal(words="job 200,000 x 10, trees that are not exact", figure=count_approximate, most=0, unit=""),
    ratio("ready as a dataset, 1,000,000 x 12 CSV ÷ pandas.read_csv alone", READ, PARSED, most=4),
    Goal(words="ready as a dataset, 1,000,000 x 12 CSV, memory", figure=take(READ, megabytes), most=700, unit="MB"),
    Goal(words="largest relative difference of heights from a peer's", figure=differ(scores=False), most=SAME, unit=""),
    Goal(words="largest relative difference of silhouettes from a peer's", figure=differ(scores=True), most=1e-6, unit=""),
)


def judge(results: Results, *, full_size: bool) -> Iterator[tuple[str, str, str, str]]:
    """Yield words, figure, goal, and whether it is met."""
    for goal in GOALS:
        figure = goal.figure(results)
        if figure is None:
            yield goal.words, "not measured", goal.limit, ""
            continue
        met = ("met" if goal.is_met(figure) else "not met") if full_size else "not judged: other sizes"
        found = [results.find(*key) for key in goal.parts]
        about = "≈ " if any(outcome is not None and outcome.factor > 1 for outcome in found) else ""
        yield goal.words, about + goal.tell(figure), goal.limit, met
