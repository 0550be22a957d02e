"""Artifacts in, geometry of the smaller figures out: the curve over k, and the heat map under the tree.

Every value is a number of the drawing or a finished word, so templates only place them.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate

from clustering.answer import is_uncertain
from clustering.labels import Line, place_label
from clustering.layout import LEFT, WIDTH, TreeLayout
from segmentiq.ml.facts import NO_LABELS, Labels, noun, short_noun
from segmentiq.ml.values import Advice, KScore, Profile, TopTree
from segmentiq.words import share

CURVE_WIDTH, CURVE_HEIGHT = 460.0, 168.0
CURVE_LEFT, CURVE_RIGHT, CURVE_TOP, CURVE_BOTTOM = 30.0, 446.0, 14.0, 138.0
CURVE_TICKS = (2, 3, 4, 5, 6, 7, 8, 10, 12, 15, 20, 30, 40, 50)
HEAT_ROW = 17.0
HEAT_ROWS = 12
LABEL_ROOM = LEFT - 18.0
"""Width left of the heat map; a name is cut at its end to fit, so that its start is never clipped."""
NARROW = frozenset("fijlrt .,:;'|()-")
STRONGEST = 2.0
"""Standardised difference at which a heat cell is as dark, or as light, as it gets."""


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


def draw_heat(
    profiles: Mapping[int, Profile], top: TopTree, layout: TreeLayout, columns: Sequence[str], labels: Labels = NO_LABELS
) -> HeatFigure | None:
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
        name = _fitted(short_noun(column, labels))
        rows.append(HeatRow(name=name, full_name=noun(column, labels), y=f"{y:g}", text_y=f"{y + 12:g}", cells=cells))
    return HeatFigure(rows=tuple(rows), label_x=f"{LEFT - 12:g}", view=f"0 0 {WIDTH:g} {HEAT_ROW * len(rows):g}")


def _fitted(name: str) -> str:
    """Cut a name to the room beside the heat map, by a generous estimate of how wide letters are."""
    widths = list(accumulate(map(_width, name)))
    if not widths or widths[-1] <= LABEL_ROOM:
        return name
    return name[: bisect_right(widths, LABEL_ROOM - 10.5)] + "…"


def _width(letter: str) -> float:
    if letter in "mwMW@%" or ord(letter) > 0x2E7F:
        return 10.5
    return 8.3 if letter.isupper() else 4.6 if letter in NARROW else 7.2


def _darkness(effect: float) -> str:
    limited = min(max(effect, -STRONGEST), STRONGEST) if math.isfinite(effect) else 0.0
    return f"{0.04 + 0.86 * (limited + STRONGEST) / (2 * STRONGEST):.2f}"
