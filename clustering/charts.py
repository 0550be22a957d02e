"""Artifacts in, geometry of the smaller figures out: the customer map, the curve over k, and the heat map under the tree.

Every value is a number of the drawing or a finished word, so templates only place them. Shapes are grouped by finest branch,
which lets a moved cut recolour the map by changing at most fifty class names.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Any

from clustering.answer import is_uncertain
from clustering.labels import Line, place_label
from clustering.layout import LEFT, WIDTH, TreeLayout
from segmentiq.ml.values import Advice, KScore, Profile, TopTree
from segmentiq.words import share

MAP_SIDE, MAP_EDGE = 400.0, 10.0
CURVE_WIDTH, CURVE_HEIGHT = 460.0, 168.0
CURVE_LEFT, CURVE_RIGHT, CURVE_TOP, CURVE_BOTTOM = 30.0, 446.0, 14.0, 138.0
CURVE_TICKS = (2, 3, 4, 5, 6, 7, 8, 10, 12, 15, 20, 30, 40, 50)
HEAT_ROW = 17.0
HEAT_ROWS = 12
LABEL_ROOM = LEFT - 18.0
"""Width left of the heat map; a name is cut at its end to fit, so that its start is never clipped."""
STRONGEST = 2.0
"""Standardised difference at which a heat cell is as dark, or as light, as it gets."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Dots:
    """All sampled customers of one finest branch as one path of round points."""

    branch: int
    hue: int
    path: str


@dataclass(frozen=True, kw_only=True, slots=True)
class MapFigure:
    dots: tuple[Dots, ...]
    spots: Mapping[int, tuple[float, float]]
    """For every branch, the middle of its dots: where its number stands."""
    view: str
    title: str
    note: str


def draw_map(data: Mapping[str, Any], top: TopTree, hues: Mapping[int, int], held: Mapping[int, int]) -> MapFigure:
    """Place every sampled customer, scaled so that both axes share one unit: distances on the map can be compared."""
    points: list[Sequence[float]] = data["points"]
    leaves = sorted((b for b in top.branches if b.split is None), key=lambda b: b.start)
    starts = [leaf.start for leaf in leaves]
    to_x, to_y, height = _map_scale(points)
    placed: dict[int, list[tuple[float, float]]] = {leaf.id: [] for leaf in leaves}
    for (x, y), position in zip(points, data["positions"], strict=True):
        placed[leaves[bisect_right(starts, position) - 1].id].append((to_x(x), to_y(y)))
    dots = tuple(
        Dots(branch=leaf, hue=hues[held[leaf]], path="".join(f"M{x:.1f} {y:.1f}h0" for x, y in spots))
        for leaf, spots in placed.items()
        if spots
    )
    shown, both = len(points), share(sum(data["shares"]))
    title = f"A map that keeps {both} of their differences"
    sample = "Every dot is a customer" if shown >= top.n else f"{shown:,} of {top.n:,} customers, drawn at random"
    middles = _middles(top, placed)
    return MapFigure(
        dots=dots, spots=middles, view=f"0 0 {MAP_SIDE:g} {height:.0f}", title=title, note=f"{sample}; close dots are alike."
    )


def _middles(top: TopTree, placed: Mapping[int, list[tuple[float, float]]]) -> dict[int, tuple[float, float]]:
    """Return the mean dot of every branch that has one; children come after their parents, so sums flow up backwards."""
    sums = {branch.id: [0.0, 0.0, 0.0] for branch in top.branches}
    for branch in reversed(top.branches):
        own = sums[branch.id]
        for x, y in placed.get(branch.id, ()):
            own[0], own[1], own[2] = own[0] + x, own[1] + y, own[2] + 1
        if branch.parent is not None:
            sums[branch.parent] = [mine + theirs for mine, theirs in zip(sums[branch.parent], own, strict=True)]
    return {number: (round(x / n, 1), round(y / n, 1)) for number, (x, y, n) in sums.items() if n}


def _map_scale(points: Sequence[Sequence[float]]) -> tuple[Any, Any, float]:
    xs, ys = [p[0] for p in points] or [0.0], [p[1] for p in points] or [0.0]
    wide, high = max(xs) - min(xs) or 1.0, max(ys) - min(ys) or 1.0
    room = MAP_SIDE - 2 * MAP_EDGE
    unit = min(room / wide, 0.72 * room / high)
    height = max(high * unit + 2 * MAP_EDGE, 0.5 * MAP_SIDE)
    middle_x, middle_y = (max(xs) + min(xs)) / 2, (max(ys) + min(ys)) / 2
    return (lambda x: MAP_SIDE / 2 + (x - middle_x) * unit), (lambda y: height / 2 - (y - middle_y) * unit), height


@dataclass(frozen=True, kw_only=True, slots=True)
class CurvePoint:
    k: int
    x: str
    y: str
    words: str
    advised: bool
    current: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Tick:
    place: str
    words: str


@dataclass(frozen=True, kw_only=True, slots=True)
class CurveFigure:
    points: tuple[CurvePoint, ...]
    line: str
    again: str
    """Path of the share that is found again (stability); empty when it was not asked for."""
    again_label: tuple[str, str]
    line_label: tuple[str, str]
    k_ticks: tuple[Tick, ...]
    value_ticks: tuple[Tick, ...]
    title: str


def draw_curve(scores: Sequence[KScore], k: int, advice: Advice) -> CurveFigure | None:
    """Draw silhouette, and stability where known, over k on a logarithmic axis: the small k, where choices are made, get room."""
    if not scores:
        return None
    last = max(scores[-1].k, 3)
    floor = min(0.0, math.floor(10 * min(score.silhouette for score in scores)) / 10)

    def x(number: int) -> float:
        return CURVE_LEFT + 8 + (CURVE_RIGHT - CURVE_LEFT - 8) * math.log(number / 2) / math.log(last / 2)

    def y(value: float) -> float:
        return CURVE_BOTTOM - (CURVE_BOTTOM - CURVE_TOP) * (value - floor) / (1 - floor)

    line = [(x(s.k), y(s.silhouette)) for s in scores]
    again = [(x(s.k), y(s.stability)) for s in scores if s.stability is not None]
    line_label, again_label = _curve_labels(line, again)
    best = max(scores, key=lambda score: score.silhouette)
    points = tuple(
        CurvePoint(
            k=s.k, x=f"{x(s.k):.1f}", y=f"{y(s.silhouette):.1f}", words=_score_words(s), advised=s.k == advice.k, current=s.k == k
        )
        for s in scores
    )
    return CurveFigure(
        points=points,
        line=_line(line),
        again=_line(again),
        again_label=again_label,
        line_label=line_label,
        k_ticks=tuple(Tick(place=f"{x(t):.1f}", words=str(t)) for t in CURVE_TICKS if t <= last),
        value_ticks=tuple(Tick(place=f"{y(v):.1f}", words=f"{v:g}") for v in (0.0, 0.5, 1.0)),
        title=_curve_title(best.k, advice, is_stable=not any(is_uncertain(s) for s in scores if s.k == advice.k)),
    )


def _curve_labels(line: Line, again: Line) -> tuple[tuple[str, str], tuple[str, str]]:
    """Place the names of both lines."""
    frame = (CURVE_LEFT, 0.0, CURVE_RIGHT, CURVE_BOTTOM)
    own = place_label("silhouette", line, [again] if again else [], [], frame)
    place = (f"{own.x:.1f}", f"{own.y:.1f}")
    if not again:
        return place, ("", "")
    other = place_label("weakest found again", again, [line], [own], frame)
    return place, (f"{other.x:.1f}", f"{other.y:.1f}")


def _curve_title(best: int, advice: Advice, *, is_stable: bool) -> str:
    if advice.verdict == "none" or not is_stable:
        return f"{best} segments lie farthest apart, none stable"
    if best == advice.k:
        return f"{best} segments lie farthest apart and are advised"
    return f"{best} segments lie farthest apart; {advice.k} are advised"


def _score_words(score: KScore) -> str:
    again = "" if score.stability is None else f", {share(score.stability)} of the weakest found again"
    explained = "" if score.r_squared is None else f", {share(score.r_squared)} of the differences explained"
    return f"{score.k} segments: silhouette {score.silhouette:.2f}{explained}{again}; smallest {score.smallest:,}"


def _line(points: Iterable[tuple[float, float]]) -> str:
    return "".join(f"{'L' if index else 'M'}{x:.1f} {y:.1f}" for index, (x, y) in enumerate(points))


@dataclass(frozen=True, kw_only=True, slots=True)
class HeatCell:
    x: str
    width: str
    darkness: str


@dataclass(frozen=True, kw_only=True, slots=True)
class HeatRow:
    name: str
    full_name: str
    y: str
    text_y: str
    cells: tuple[HeatCell, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class HeatFigure:
    rows: tuple[HeatRow, ...]
    label_x: str
    view: str


def draw_heat(profiles: Mapping[int, Profile], top: TopTree, layout: TreeLayout, columns: Sequence[str]) -> HeatFigure | None:
    """Shade, for up to twelve columns, how far each finest branch is above (dark) or below (light) the average customer."""
    shown = list(columns)[:HEAT_ROWS]
    if not shown:
        return None
    leaves = sorted((b for b in top.branches if b.split is None), key=lambda b: b.start)
    effects = {
        leaf.id: {fact.column: fact.effect for fact in profiles[leaf.id].numbers} for leaf in leaves if leaf.id in profiles
    }
    rows = []
    for index, column in enumerate(shown):
        cells = tuple(
            HeatCell(
                x=f"{layout.spans[leaf.id][0]:.2f}",
                width=f"{layout.spans[leaf.id][1] - layout.spans[leaf.id][0] + 0.3:.2f}",
                darkness=_darkness(effects.get(leaf.id, {}).get(column, 0.0)),
            )
            for leaf in leaves
        )
        y = index * HEAT_ROW
        rows.append(HeatRow(name=_fitted(column), full_name=column, y=f"{y:g}", text_y=f"{y + 12:g}", cells=cells))
    return HeatFigure(rows=tuple(rows), label_x=f"{LEFT - 12:g}", view=f"0 0 {WIDTH:g} {HEAT_ROW * len(rows):g}")


def _fitted(name: str) -> str:
    """Cut a name to the room beside the heat map, by a generous estimate of how wide letters are."""
    widths = list(accumulate(10.5 if c in "mwMW@%" or ord(c) > 0x2E7F else 8.3 if c.isupper() else 6.8 for c in name))
    if not widths or widths[-1] <= LABEL_ROOM:
        return name
    return name[: bisect_right(widths, LABEL_ROOM - 10.5)] + "…"


def _darkness(effect: float) -> str:
    limited = min(max(effect, -STRONGEST), STRONGEST) if math.isfinite(effect) else 0.0
    return f"{0.04 + 0.86 * (limited + STRONGEST) / (2 * STRONGEST):.2f}"
