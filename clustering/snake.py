"""The profiles of a cut in, a snake plot out: a line for every segment over the columns, at how far it is from the average.

All columns share one axis, standard deviations, so that lines can be compared; their own units are in the profile table.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from clustering.cutting import Cut
from segmentiq.ml.facts import NO_LABELS, Labels, noun, short_noun
from segmentiq.ml.values import Profile

WIDTH, HEIGHT = 760.0, 330.0
LEFT, RIGHT, TOP, BOTTOM = 60.0, 700.0, 16.0, 236.0
MOST_COLUMNS = 10
FARTHEST = 3.0
"""Standard deviations at which the axis ends, however far a segment is."""
NAME = 18
LABEL_GAP = 14.0


@dataclass(frozen=True, kw_only=True, slots=True)
class SnakeLine:
    number: int
    hue: int
    path: str
    label_y: str
    name: str
    values: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class SnakeColumn:
    name: str
    short: str
    x: str


@dataclass(frozen=True, kw_only=True, slots=True)
class SnakeFigure:
    title: str
    columns: tuple[SnakeColumn, ...]
    lines: tuple[SnakeLine, ...]
    ticks: tuple[tuple[str, str], ...]
    view: str = f"0 0 {WIDTH:g} {HEIGHT:g}"


def draw_snake(
    cut: Cut,
    profiles: Mapping[int, Profile],
    columns: Sequence[str],
    names: Mapping[int, str],
    hues: Mapping[int, int],
    *,
    labels: Labels = NO_LABELS,
) -> SnakeFigure | None:
    """Draw the segments over the most telling columns; None where there are fewer than two to draw a line over."""
    shown = list(columns)[:MOST_COLUMNS]
    if len(shown) < 2:
        return None
    effects = {branch.id: _effects(profiles[branch.id], shown) for branch in cut.branches}
    reach = min(max(1.0, math.ceil(max(abs(value) for values in effects.values() for value in values))), FARTHEST)
    xs = [LEFT + (RIGHT - LEFT) * (index + 0.5) / len(shown) for index in range(len(shown))]
    places = _apart([_y(effects[branch.id][-1], reach) for branch in cut.branches])
    lines = tuple(
        SnakeLine(
            number=number,
            hue=hues[branch.id],
            path="".join(
                f"{'L' if index else 'M'}{x:.1f} {_y(value, reach):.1f}"
                for index, (x, value) in enumerate(zip(xs, effects[branch.id], strict=True))
            ),
            label_y=f"{place:.1f}",
            name=names[branch.id],
            values=tuple(f"{value:+.1f}" for value in effects[branch.id]),
        )
        for number, (branch, place) in enumerate(zip(cut.branches, places, strict=True), start=1)
    )
    return SnakeFigure(
        title=_title(cut, effects, [noun(column, labels) for column in shown]),
        columns=tuple(
            SnakeColumn(name=noun(column, labels), short=_short(short_noun(column, labels)), x=f"{x:.1f}")
            for column, x in zip(shown, xs, strict=True)
        ),
        lines=lines,
        ticks=tuple((f"{_y(value, reach):.1f}", f"{value:+g}" if value else "average") for value in (-reach, 0.0, reach)),
    )


def _effects(profile: Profile, columns: Sequence[str]) -> list[float]:
    found = {fact.column: fact.effect for fact in profile.numbers}
    return [value if math.isfinite(value := found.get(column, 0.0)) else 0.0 for column in columns]


def _y(value: float, reach: float) -> float:
    return (TOP + BOTTOM) / 2 - (BOTTOM - TOP) / 2 * min(max(value, -reach), reach) / reach


def _apart(places: Sequence[float]) -> list[float]:
    """Move labels apart so that none covers another one, as little as that takes, inside of the plot as far as there is room."""
    order = sorted(range(len(places)), key=lambda index: places[index])
    moved = list(places)
    for before, index in pairwise(order):
        moved[index] = max(moved[index], moved[before] + LABEL_GAP)
    overflow = max(moved[order[-1]] - BOTTOM, 0.0)
    for index, after in zip(reversed(order), [None, *reversed(order)], strict=False):
        limit = BOTTOM if after is None else moved[after] - LABEL_GAP
        moved[index] = min(moved[index], limit) if overflow else moved[index]
    return moved


def _title(cut: Cut, effects: Mapping[int, Sequence[float]], columns: Sequence[str]) -> str:
    number, place = max(
        ((number, place) for number in range(cut.k) for place in range(len(columns))),
        key=lambda entry: abs(effects[cut.branches[entry[0]].id][entry[1]]),
    )
    side = "above" if effects[cut.branches[number].id][place] > 0 else "below"
    return f"Segment {number + 1} stands out most: {columns[place]} far {side} the average"


def _short(name: str) -> str:
    return name if len(name) <= NAME else f"{name[: NAME - 1]}…"
