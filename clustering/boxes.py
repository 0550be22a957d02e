"""The profiles of a cut in, box plots out: how the customers of each segment spread over the most telling columns, in units.

A box holds the middle half of a segment's customers, its line the median, its whiskers all but the outermost tenth; the dashed
line is the median of everybody.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from clustering.cutting import Cut
from segmentiq.ml.facts import NO_LABELS, Labels, month, opening
from segmentiq.ml.values import NumberFact, Profile
from segmentiq.words import figure

WIDTH, LEFT, RIGHT = 400.0, 30.0, 386.0
ROW, TOP, AXIS = 24.0, 6.0, 22.0
MOST_COLUMNS = 6


@dataclass(frozen=True, kw_only=True, slots=True)
class Box:
    """One segment: its place from the top and the five numbers from left to right, as drawn and in words."""

    number: int
    hue: int
    y: str
    text_y: str
    whisker: str
    left: str
    width: str
    median: str
    words: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class BoxFigure:
    title: str
    boxes: tuple[Box, ...]
    overall: str
    ticks: tuple[tuple[str, str], ...]
    tick_y: str
    bottom: str
    view: str


def draw_boxes(
    cut: Cut,
    profiles: Mapping[int, Profile],
    columns: Sequence[str],
    kinds: Mapping[str, str],
    hues: Mapping[int, int],
    *,
    labels: Labels = NO_LABELS,
) -> tuple[BoxFigure, ...]:
    """Draw the most telling numeric columns; a run of before the whiskers were kept has none."""
    figures: list[BoxFigure] = []
    for column in columns:
        if kinds.get(column) == "boolean" or len(figures) == MOST_COLUMNS:
            continue
        facts = [_fact(profiles[branch.id], column) for branch in cut.branches]
        overall = _fact(profiles[0], column)
        if overall is not None and any(facts):
            name, kind = opening(column, labels), kinds.get(column, "number")
            figures.append(_figure(name, facts, overall, kind, [hues[b.id] for b in cut.branches]))
    return tuple(figures)


def _fact(profile: Profile, column: str) -> NumberFact | None:
    return next((fact for fact in profile.numbers if fact.column == column and fact.low is not None), None)


def _figure(name: str, facts: Sequence[NumberFact | None], overall: NumberFact, kind: str, hues: Sequence[int]) -> BoxFigure:
    known = [fact for fact in (*facts, overall) if fact is not None]
    low, high = min(fact.low or 0.0 for fact in known), max(fact.high or 0.0 for fact in known)
    reach = (high - low) or 1.0

    def x(value: float) -> float:
        return LEFT + 8 + (RIGHT - LEFT - 8) * (value - low) / reach

    boxes = tuple(_box(number, hue, fact, x, kind) for number, (fact, hue) in enumerate(zip(facts, hues, strict=True), 1) if fact)
    bottom = TOP + ROW * len(facts)
    return BoxFigure(
        title=_title(name, facts, overall),
        boxes=boxes,
        overall=f"{x(overall.median):.1f}",
        ticks=tuple((f"{x(value):.1f}", _say(value, kind)) for value in dict.fromkeys((low, (low + high) / 2, high))),
        tick_y=f"{bottom + 16:g}",
        bottom=f"{bottom:g}",
        view=f"0 0 {WIDTH:g} {bottom + AXIS:g}",
    )


def _box(number: int, hue: int, fact: NumberFact, x: Callable[[float], float], kind: str) -> Box:
    low, high = fact.low or 0.0, fact.high or 0.0
    y = TOP + ROW * (number - 1)
    numbers = (low, fact.q1, fact.median, fact.q3, high)
    at = [x(value) for value in numbers]
    return Box(
        number=number,
        hue=hue,
        y=f"{y + 4:g}",
        text_y=f"{y + 16:g}",
        whisker=f"M{at[0]:.1f} {y + 12:g}H{at[4]:.1f}",
        left=f"{at[1]:.1f}",
        width=f"{max(at[3] - at[1], 1.5):.1f}",
        median=f"M{at[2]:.1f} {y + 4:g}v16",
        words=tuple(_say(value, kind) for value in numbers),
    )


def _title(name: str, facts: Sequence[NumberFact | None], overall: NumberFact) -> str:
    """Name the segment whose middle half lies apart from everybody's median, if one does."""
    apart = [
        (abs(fact.effect), number, fact)
        for number, fact in enumerate(facts, 1)
        if fact and not fact.q1 <= overall.median <= fact.q3
    ]
    if not apart:
        return f"{name}: no segment stands apart"
    _, number, fact = max(apart, key=lambda entry: (entry[0], -entry[1]))
    return f"{name}: segment {number} lies {'higher' if fact.q1 > overall.median else 'lower'}"


def _say(value: float, kind: str) -> str:
    if not math.isfinite(value):
        return "–"
    if kind == "date":
        return month(value)
    return figure(value)
