"""Rows in, frozen page objects out: the runs list, a run that ended without an answer, and what a run will take."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from clustering.models import Run
from segmentiq.jobs.lifecycle import Status
from segmentiq.ml.effort import RunForecast
from segmentiq.ml.errors import Refusal
from segmentiq.words import ago, duration, filesize, plural

STAGES = {
    "": "Starting",
    "preparing": "Preparing the engine (first start only)",
    "features": "Preparing the columns",
    "tree": "Building the tree",
    "scores": "Scoring every number of segments",
    "stability": "Checking which segments are found again",
    "profiles": "Describing the segments",
    "map": "Drawing the map",
    "drawing": "Drawing the dendrogram",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class SizeBar:
    """One segment of a share strip: where it starts and ends in per cent, and its place's hue."""

    x: str
    width: str


@dataclass(frozen=True, kw_only=True, slots=True)
class RunLine:
    """One run in a list."""

    run: Run
    title: str
    outcome: str
    method: str
    when: str
    strip: tuple[SizeBar, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class EndedPage:
    """A run that failed or was cancelled."""

    run: Run
    headline: str
    message: str
    hint: str


def run_line(run: Run) -> RunLine:
    """Say in one line what a run is."""
    return RunLine(
        run=run,
        title=run.dataset.name,
        outcome=_outcome(run),
        method=f"{run.spec['linkage']}, {run.spec['metric']}",
        when=ago(run.created_at),
        strip=_strip(run.sizes),
    )


def run_lines(runs: Iterable[Run]) -> tuple[RunLine, ...]:
    return tuple(run_line(run) for run in runs)


def _outcome(run: Run) -> str:
    if run.status == Status.DONE:
        return f"{plural(run.n_clustered or 0, 'customer')} in {plural(run.k or 0, 'segment')}"
    if run.shown_status == Status.RUNNING:
        return f"{STAGES.get(run.stage, 'Working')}, {run.progress:.0%}".replace("%", " %")
    return {Status.QUEUED: "Waiting", Status.CANCELLED: "Cancelled"}.get(run.shown_status, run.error_message or "Failed")


def _strip(sizes: list[int]) -> tuple[SizeBar, ...]:
    total, before, bars = sum(sizes) or 1, 0, []
    for size in sizes:
        bars.append(SizeBar(x=f"{100 * before / total:.2f}", width=f"{max(100 * size / total - 0.8, 0.4):.2f}"))
        before += size
    return tuple(bars)


def ended_page(run: Run) -> EndedPage:
    """Say why a run has no answer."""
    if run.status == Status.CANCELLED:
        return EndedPage(run=run, headline="This run was cancelled.", message="", hint="")
    return EndedPage(run=run, headline="This run found no answer.", message=run.error_message, hint=run.error_hint)


def damaged_page(run: Run, refusal: Refusal) -> EndedPage:
    """Say that a finished run's files are gone."""
    return EndedPage(run=run, headline="This run's files are damaged.", message=refusal.message, hint=refusal.hint)


def forecast_words(expected: RunForecast) -> str:
    """Say what a run will take. Equal customers are linked as one, so it may take less."""
    tree = "The tree takes" if expected.is_exact else "The exact tree does not fit; an approximate one takes"
    memory = f"{tree} {duration(expected.stages['tree'])} and {filesize(expected.bytes)} of memory"
    return f"{memory}, the whole run about {duration(max(expected.seconds, 1))}."
