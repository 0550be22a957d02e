"""The silhouettes of the measured customers in, one shape for each segment out: its customers from the best placed to the worst.

A shape is as high as its segment has customers measured, and drawn through at most a hundred of them, so that a page of a million
customers weighs what one of a thousand does.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from clustering.cutting import Cut
from segmentiq.words import count, share

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from segmentiq.ml.cohesion import Cohesion

WIDTH, LEFT, RIGHT, TOP = 560.0, 34.0, 548.0, 8.0
ROOM, GAP, THINNEST, AXIS = 320.0, 4.0, 10.0, 26.0
POINTS = 100


@dataclass(frozen=True, kw_only=True, slots=True)
class Shape:
    number: int
    hue: int
    path: str
    text_y: str
    n: str
    mean: str
    below: str


@dataclass(frozen=True, kw_only=True, slots=True)
class SilhouetteFigure:
    title: str
    note: str
    shapes: tuple[Shape, ...]
    mean_x: str
    zero_x: str
    ticks: tuple[tuple[str, str], ...]
    bottom: str
    tick_y: str
    view: str


def draw_silhouettes(cut: Cut, cohesion: Cohesion | None, hues: Mapping[int, int], n: int) -> SilhouetteFigure | None:
    """Draw how well customers lie in the segments of a cut; None where nobody was measured."""
    if cohesion is None or not len(cohesion.values):
        return None
    measured = _by_segment(cut, cohesion)
    floor = min(0.0, *(values[-1] for values in measured if len(values)))
    total = sum(map(len, measured))

    def x(value: float) -> float:
        return LEFT + (RIGHT - LEFT) * (value - floor) / (1.0 - floor)

    y, shapes = TOP, []
    for number, (branch, values) in enumerate(zip(cut.branches, measured, strict=True), start=1):
        height = max(ROOM * len(values) / total, THINNEST)
        shapes.append(_shape(number, hues[branch.id], values, x, (y, height)))
        y += height + GAP
    n_below = sum(sum(value < 0 for value in values) for values in measured)
    return SilhouetteFigure(
        title=_title(n_below, total),
        note=_note(total, n),
        shapes=tuple(shapes),
        mean_x=f"{x(cohesion.silhouette):.1f}",
        zero_x=f"{x(0.0):.1f}",
        ticks=tuple((f"{x(value):.1f}", f"{value:g}") for value in (-0.5, 0.0, 0.25, 0.5, 0.75, 1.0) if value >= floor),
        bottom=f"{y:.1f}",
        tick_y=f"{y + 16:.1f}",
        view=f"0 0 {WIDTH:g} {y + AXIS:.1f}",
    )


def _by_segment(cut: Cut, cohesion: Cohesion) -> list[list[float]]:
    """Return the measured values of each segment, the best first."""
    import numpy as np

    found = []
    for branch in cut.branches:
        inside = np.searchsorted(cohesion.positions, [branch.start, branch.stop])
        found.append(np.sort(cohesion.values[inside[0] : inside[1]])[::-1].tolist())
    return found


def _shape(number: int, hue: int, values: Sequence[float], x: Callable[[float], float], place: tuple[float, float]) -> Shape:
    y, height = place
    zero = x(0.0)
    drawn = _thinned(values)
    step = height / max(len(drawn), 1)
    path = "".join(f"L{x(value):.1f} {y + index * step:.1f}v{step:.2f}" for index, value in enumerate(drawn))
    return Shape(
        number=number,
        hue=hue,
        path=f"M{zero:.1f} {y:.1f}{path}H{zero:.1f}Z",
        text_y=f"{y + height / 2 + 4:.1f}",
        n=count(len(values)),
        mean=f"{sum(values) / len(values):.2f}" if values else "–",
        below=share(sum(value < 0 for value in values) / len(values)) if values else "–",
    )


def _thinned(values: Sequence[float]) -> Sequence[float]:
    if len(values) <= POINTS:
        return values
    return [values[(2 * index + 1) * len(values) // (2 * POINTS)] for index in range(POINTS)]


def _title(n_below: int, total: int) -> str:
    if not n_below:
        return "Every customer lies nearer to the own segment than to any other"
    return f"{share(n_below / total)} of the customers lie nearer to another segment"


def _note(total: int, n: int) -> str:
    who = (
        "Every customer is measured"
        if total == n
        else f"{count(total)} of {count(n)} customers are measured, drawn from every branch"
    )
    return f"{who}; the farther right, the better a customer fits. The dashed line is the mean."
