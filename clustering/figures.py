"""A run and a cut in, the figures below the segments out: snake plot, box plots, silhouettes.

They are drawn on the server alone, for the page and, as a fragment, for a cut that moved: once it has rested, and only where they
are looked at, the script asks for them again, so that there is one drawing and not two.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from clustering.boxes import BoxFigure, draw_boxes
from clustering.cutting import Cut, asked_cut
from clustering.found import Found, load_found
from clustering.models import Run
from clustering.segments import cohesion_in
from clustering.silhouette_figure import SilhouetteFigure, draw_silhouettes
from clustering.snake import SnakeFigure, draw_snake

if TYPE_CHECKING:
    from segmentiq.ml.cohesion import Cohesion


@dataclass(frozen=True, kw_only=True, slots=True)
class Figures:
    """What is drawn below the segments; a figure that cannot be drawn for this run is missing."""

    snake: SnakeFigure | None
    boxes: tuple[BoxFigure, ...]
    silhouettes: SilhouetteFigure | None


def draw_figures(found: Found, cut: Cut, cohesion: Cohesion | None) -> Figures:
    """Draw a cut of a run, and how well customers lie in it where that was measured."""
    return Figures(
        snake=draw_snake(cut, found.profiles, found.shown.columns, found.names, found.hues, labels=found.shown.labels),
        boxes=draw_boxes(cut, found.profiles, found.shown.columns, found.shown.kinds, found.hues, labels=found.shown.labels),
        silhouettes=draw_silhouettes(cut, cohesion, found.hues, found.top.n),
    )


def figures_of(run: Run, params: Mapping[str, str]) -> Figures:
    """Draw the cut an address asks for. Raises Refusal."""
    found = load_found(run)
    cut = asked_cut(run, found.top, params)
    return draw_figures(found, cut, cohesion_in(run, found.top, cut))
