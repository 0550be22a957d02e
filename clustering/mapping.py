"""The stored map in, the geometry of its drawing out: a dot for every customer drawn, a number amid the dots of every segment.

Coordinates are whole numbers in a box of 2,000 by up to 1,500, and every dot but the first is written as the way from the one
before: 5,000 customers take at most 66 kB. Dots are grouped by finest branch, so that a moved cut changes at most fifty class
names, and stand in leaf order within it, so that the browser knows which customer a dot is: the script draws from this same text.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median
from typing import Any

from clustering.cutting import Cut
from segmentiq.ml.values import Branch, TopTree
from segmentiq.words import share

SIDE, EDGE = 2000.0, 60.0
TALLEST, FLATTEST = 0.72, 0.5
"""Height of the map as a part of its width, at most and at least."""
LETTER, LINE = 48.0, 85.0
"""Room of a digit, and of a line of them, on the map: beside one another, 1 and 2 were read as 12."""
RINGS, SPOKES = 8, 12
ENOUGH, ALL = 0.5, 0.995
"""The shares of the differences from which a map is worth more than a caution, and from which it lacks nothing."""

DOTS = ((300, 36), (1_500, 27), (math.inf, 20))
"""Up to how many customers a dot is how wide."""

MOST_COMPARED = 12

Place = tuple[int, int]


@dataclass(frozen=True, kw_only=True, slots=True)
class Dots:
    """The drawn customers of one finest branch as one path of round points."""

    branch: int
    hue: int
    path: str
    at: str
    """How far each is from the one before in leaf order, the first from the branch's start; empty where all are drawn."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Number:
    """A segment's number, where it stands clear of the others."""

    number: int
    x: int
    y: int


@dataclass(frozen=True, kw_only=True, slots=True)
class MapFigure:
    dots: tuple[Dots, ...]
    numbers: tuple[Number, ...]
    view: str
    dot: int
    """How wide a dot is: the fewer there are, the better each of them must be seen."""
    note: str


def draw_map(data: Mapping[str, Any], top: TopTree, hues: Mapping[int, int], held: Mapping[int, int]) -> MapFigure:
    """Place every drawn customer, scaled so that both axes share one unit: distances on the map can be compared."""
    places, height = _placed(data["points"])
    leaves = sorted((branch for branch in top.branches if branch.split is None), key=lambda branch: branch.start)
    drawn: dict[int, list[tuple[int, Place]]] = {leaf.id: [] for leaf in leaves}
    starts = [leaf.start for leaf in leaves]
    for position, place in sorted(zip(data["positions"], places, strict=True)):
        drawn[leaves[bisect_right(starts, position) - 1].id].append((position, place))
    return MapFigure(
        dots=tuple(_dots(leaf, hues[held[leaf.id]], drawn[leaf.id]) for leaf in leaves if drawn[leaf.id]),
        numbers=tuple(_numbers(top, drawn, held, height)),
        view=f"0 0 {SIDE:g} {height}",
        dot=next(width for most, width in DOTS if len(places) <= most),
        note=_note(len(places), top.n, data),
    )


def apart_on(data: Mapping[str, Any]) -> Callable[[Cut], tuple[float, ...]]:
    """Return what tells of any cut how far apart its segments lie on the map, from -1 to 1: how much nearer their dots are to
    the middle of their own segment than to that of another. Of many segments it tells nothing."""
    import numpy as np

    points, positions = np.asarray(data["points"], dtype=float).reshape(-1, 2), np.asarray(data["positions"])

    def lies(cut: Cut) -> tuple[float, ...]:
        if not 2 <= cut.k <= MOST_COMPARED:
            return ()
        starts = np.array([branch.start for branch in cut.branches])
        in_order = np.argsort(starts)
        own = in_order[np.searchsorted(starts[in_order], positions, side="right") - 1]
        counts = np.maximum(np.bincount(own, minlength=cut.k), 1)
        middles = np.stack([np.bincount(own, points[:, axis], cut.k) / counts for axis in (0, 1)], axis=1)
        distances = np.hypot(*(points[:, None] - middles[None]).transpose(2, 0, 1))
        rows = np.arange(len(points))
        near = distances[rows, own]
        distances[rows, own] = np.inf
        other = distances.min(axis=1)
        values = (other - near) / np.maximum(np.maximum(other, near), np.finfo(float).tiny)
        return tuple((np.bincount(own, values, cut.k) / counts).tolist())

    return lies


def _placed(points: Sequence[Sequence[float]]) -> tuple[list[Place], int]:
    """Return where each point stands, and how tall the map is."""
    xs, ys = [x for x, _ in points] or [0.0], [y for _, y in points] or [0.0]
    wide, high, room = max(xs) - min(xs), max(ys) - min(ys), SIDE - 2 * EDGE
    unit = min(room / wide if wide else room, TALLEST * room / high if high else room)
    height = round(max(high * unit + 2 * EDGE, FLATTEST * SIDE))
    middle_x, middle_y = (max(xs) + min(xs)) / 2, (max(ys) + min(ys)) / 2
    return [(round(SIDE / 2 + (x - middle_x) * unit), round(height / 2 - (y - middle_y) * unit)) for x, y in points], height


def _dots(leaf: Branch, hue: int, drawn: Sequence[tuple[int, Place]]) -> Dots:
    positions, places = [position for position, _ in drawn], [place for _, place in drawn]
    steps = [positions[0] - leaf.start, *(after - before for before, after in pairwise(positions))]
    at = "" if len(drawn) == leaf.size else " ".join(map(str, steps))
    return Dots(branch=leaf.id, hue=hue, path=_path(places), at=at)


def _path(places: Sequence[Place]) -> str:
    """Write round points: lines without length, which a round line cap turns into dots, on paper too."""
    first, ways = places[0], [(after[0] - before[0], after[1] - before[1]) for before, after in pairwise(places)]
    return f"M{first[0]} {first[1]}h0" + "".join(f"m{x}{'' if y < 0 else ' '}{y}h0" for x, y in ways)


def _numbers(
    top: TopTree, drawn: Mapping[int, Sequence[tuple[int, Place]]], held: Mapping[int, int], height: int
) -> Iterator[Number]:
    """Yield the numbers of the segments that have a dot, the largest first; a later one gives way to those before it."""
    segments = sorted((top.branches[branch] for branch in set(held.values())), key=lambda b: (-b.size, b.start))
    taken: list[tuple[float, float, float]] = []
    for number, segment in enumerate(segments, start=1):
        own = [place for leaf, dots in drawn.items() if held[leaf] == segment.id for _, place in dots]
        if own:
            middle = (median(x for x, _ in own), median(y for _, y in own))
            x, y = clear_place(middle, LETTER * len(str(number)), taken, height)
            taken.append((x, y, LETTER * len(str(number))))
            yield Number(number=number, x=round(x), y=round(y))


def clear_place(
    middle: tuple[float, float], width: float, taken: Sequence[tuple[float, float, float]], height: float
) -> tuple[float, float]:
    """Return the nearest place around the middle at which a number stands clear of the others, or at least covers none."""
    for gap in (LETTER, 0):
        for x, y in _around(middle):
            is_inside = width / 2 <= x <= SIDE - width / 2 and LINE / 2 <= y <= height - LINE / 2
            if is_inside and not any(abs(x - a) < (width + wide) / 2 + gap and abs(y - b) < LINE for a, b, wide in taken):
                return x, y
    return middle


def _around(middle: tuple[float, float]) -> Iterator[tuple[float, float]]:
    yield middle
    for ring in range(1, RINGS + 1):
        for spoke in range(SPOKES):
            angle = 2 * math.pi * spoke / SPOKES
            yield middle[0] + ring * LINE / 2 * math.cos(angle), middle[1] + ring * LINE / 2 * math.sin(angle)


def _note(shown: int, n: int, data: Mapping[str, Any]) -> str:
    more = "" if data.get("proportional", True) else ", small ones by more customers than are theirs"
    sample = "Every dot is a customer" if shown >= n else f"{shown:,} of {n:,} customers, drawn from every branch{more}"
    return f"{sample}; close dots are alike. {_kept(data['shares'])}"


def _kept(shares: Sequence[float]) -> str:
    """Say how much of what tells customers apart two directions can show."""
    kept, (across, up) = sum(shares), map(share, shares)
    if kept > ALL:
        return "The map shows all that tells customers apart."
    only = "only " if kept < ENOUGH else ""
    told = f"The map shows {only}{share(kept)} of what tells customers apart, {across} across and {up} upwards."
    return f"{told} Dots that meet here may be far apart in other directions." if only else told
