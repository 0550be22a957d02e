"""A run and a cut in, the figures below the segments out: snake plot, box plots, silhouettes.

They are drawn on the server alone, for the page and, as a fragment, for a cut that moved: once it has rested, and only where they
are looked at, the script asks for them again, so that there is one drawing and not two.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from clustering import artifacts
from clustering.boxes import BoxFigure, draw_boxes
from clustering.cutting import Cut, asked_cut
from clustering.layout import hues_of
from clustering.models import Run
from clustering.silhouette_figure import SilhouetteFigure, draw_silhouettes
from clustering.snake import SnakeFigure, draw_snake
from clustering.wording import Shown, shown_of
from segmentiq.ml.cohesion import cohesion_of
from segmentiq.ml.values import Profile, TopTree


@dataclass(frozen=True, kw_only=True, slots=True)
class Figures:
    """What is drawn below the segments; a figure that cannot be drawn for this run is missing."""

    snake: SnakeFigure | None
    boxes: tuple[BoxFigure, ...]
    silhouettes: SilhouetteFigure | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Drawn:
    """What all of the figures are drawn from."""

    top: TopTree
    profiles: Mapping[int, Profile]
    shown: Shown
    names: Mapping[int, str]
    hues: Mapping[int, int]


def draw_figures(run: Run, cut: Cut, of: Drawn) -> Figures:
    """Draw a cut of a run."""
    stored = artifacts.load_cohesion(run)
    return Figures(
        snake=draw_snake(cut, of.profiles, of.shown.columns, of.names, of.hues),
        boxes=draw_boxes(cut, of.profiles, of.shown.columns, of.shown.kinds, of.hues),
        silhouettes=draw_silhouettes(cut, cohesion_of(stored, of.top, cut.ids) if stored else None, of.hues, of.top.n),
    )


def figures_of(run: Run, params: Mapping[str, str]) -> Figures:
    """Draw the cut an address asks for. Raises Refusal."""
    top = artifacts.load_top(run)
    profiles = {profile.branch: profile for profile in artifacts.load_profiles(run)}
    said = {entry.branch: entry for entry in run.names.all()}
    drawn = Drawn(
        top=top,
        profiles=profiles,
        shown=shown_of(profiles, dict(run.dataset.columns.values_list("name", "kind"))),
        names={p.branch: p.name for p in profiles.values()} | {branch: e.name for branch, e in said.items() if e.name},
        hues={**hues_of(top), **{branch: entry.hue for branch, entry in said.items() if entry.hue}},
    )
    return draw_figures(run, asked_cut(run, top, params), drawn)
