"""What a whole run will take, stage by stage, before anything is computed; and the sentence when it is more than a run may take.

Flows in: customers, features, the specification, the limits, and how quick this machine is. Flows out: one `RunForecast`. Plain
Python, because the web process asks before it accepts a run.

The tree is forecast by its kernel's own model; the other stages coarsely, by the work that dominates each: features and profiles
touch every cell, scores compare customers in pairs up to a number of them, stability and the gap check grow trees of samples.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from segmentiq.ml.errors import RunRefused
from segmentiq.ml.linkage.forecast import (
    AS_MODELLED,
    MICRO,
    choose_kernel,
    choose_way,
    count_fitting,
    fits_approximately,
    forecast,
    forecast_kernel,
    largest,
    other_ways,
)
from segmentiq.ml.linkage.kernel import Forecast
from segmentiq.ml.linkage.micro import forecast_micro
from segmentiq.ml.machine import find_budget
from segmentiq.ml.spec import SegmentationSpec

PAIRS, QUERIES = 400_000_000, 1_000
"""Distances that the scores are made of at most, unless as many queries against all customers are more."""
SAMPLE = 5_000
"""From here on stability and the gap check cost the same: their samples are as large as they get."""
COPHENETIC = 5_000
EVIDENCE_SAMPLE = 20_000
"""Customers of the sample that an approximate tree is compared on, where their exact tree fits."""
EVIDENCE_DRAWS = 3
"""Samples with customers left out, whose mean agreement is the floor of noise."""
ROOM = 2**26
"""Bytes for the tree of a sample however small the budget is: those that tell stability take as much."""
LOADED = 4 * 2**20
"""Bytes that a kernel's code and its threads take, whatever the table."""


def _count_pairs(n: int) -> int:
    return min(n * n, max(PAIRS, QUERIES * n))


STAGES: Mapping[str, Callable[[int, int], float]] = {
    "features": lambda n, d: 0.003 + 5e-8 * n * d,
    "describe": lambda n, d: 0.01 + 3e-7 * n + (1e-8 * n * n if n <= COPHENETIC else 0.25),
    "scores": lambda n, d: 0.03 + 1.1e-9 * _count_pairs(n) * (1 + d / 50) + 1e-8 * n * d,
    "stability": lambda n, d: 0.3 + 1e-4 * min(n, SAMPLE) * (1 + d / 40) + 1e-8 * n * d,
    "profiles": lambda n, d: 0.1 + 4e-3 * d + 5e-7 * n + 1e-7 * n * d,
    "map": lambda n, d: 0.001 + 5e-9 * n * d,
    "drawing": lambda n, d: 0.6 + 1e-6 * n,
}
"""Seconds of each stage beside the tree, on the machine of the models; what follows the tree in its own stage is `describe`."""


@dataclass(frozen=True, kw_only=True, slots=True)
class RunForecast:
    """What a run will take: the tree's kernel and bytes beyond the matrix itself, and seconds by stage."""

    kernel: str
    bytes: int
    stages: Mapping[str, float]

    @property
    def seconds(self) -> float:
        return sum(self.stages.values())

    @property
    def is_exact(self) -> bool:
        return self.kernel != MICRO

    def to_json(self) -> dict[str, Any]:
        tree = {"bytes": self.bytes, "seconds": round(self.stages["tree"], 3)}
        return {"kernel": self.kernel, "exact": self.is_exact, "seconds": round(self.seconds, 3), "tree": tree}


def forecast_run(
    n: int,
    d: int,
    spec: SegmentationSpec,
    *,
    memory_bytes: int | None = None,
    limit_s: float | None = None,
    speeds: Mapping[str, float] = AS_MODELLED,
) -> RunForecast:
    """Forecast a run.

    Parameters
    ----------
    n : int
        Customers. Equal ones are linked as one, so a table with duplicates takes less.
    d : int
        Features, at most.
    spec : SegmentationSpec
        Linkage, metric, stability, and whether an approximate tree may answer.
    memory_bytes : int or None
        The tree's budget; None means half of the machine's memory.
    limit_s : float or None
        The most a run may take.
    speeds : mapping of str to float
        How many times as long as modelled each kernel and stage takes here.

    Returns
    -------
    RunForecast

    Raises
    ------
    RunRefused
        ``too_large`` or ``too_slow``, with the nearest way that fits.

    Examples
    --------
    >>> run = forecast_run(20_000, 10, SegmentationSpec(), memory_bytes=4 * 1024**3)
    >>> run.is_exact and run.seconds > run.stages["tree"]
    True
    """
    budget = find_budget() if memory_bytes is None else memory_bytes
    kernel, tree = _tree_of(n, d, spec, budget=budget, limit_s=limit_s, speeds=speeds)
    found = _whole(n, d, spec, kernel=kernel, tree=tree, budget=budget, speeds=speeds)
    if limit_s is not None and found.seconds > limit_s:
        raise RunRefused(
            f"Segmenting {n:,} customers by {spec.linkage} linkage would take about {say_seconds(found.seconds)}; "
            f"the limit of one run is {say_seconds(limit_s)}.",
            code="too_slow",
            field="linkage",
            hint=_find_quicker(n, d, spec, budget=budget, limit_s=limit_s, speeds=speeds),
        )
    return found


def seconds_for_tree(
    n: int, d: int, spec: SegmentationSpec, *, limit_s: float | None, speeds: Mapping[str, float] = AS_MODELLED
) -> float | None:
    """Return what a limit leaves for the tree once the other stages have had their forecast; None without a limit."""
    if limit_s is None:
        return None
    return max(limit_s - sum(_beside_tree(n, d, spec, speeds).values()), 0.0)


def _tree_of(
    n: int, d: int, spec: SegmentationSpec, *, budget: int, limit_s: float | None, speeds: Mapping[str, float]
) -> tuple[str, Forecast]:
    """Return the kernel and what it needs; micro-clusters where the exact tree does not fit and they are allowed."""
    asked = n, d, spec.linkage, spec.metric
    if spec.approximate == "allow":
        seconds = seconds_for_tree(n, d, spec, limit_s=limit_s, speeds=speeds)
        kernel = choose_way(*asked, memory_bytes=budget, limit_s=seconds, speeds=speeds)
        if kernel == MICRO:
            return kernel, forecast_micro(*asked, budget, speeds=speeds)
    else:
        kernel = choose_kernel(*asked, memory_bytes=budget)
    return kernel, forecast_kernel(kernel, n, d, speeds)


def _beside_tree(n: int, d: int, spec: SegmentationSpec, speeds: Mapping[str, float]) -> dict[str, float]:
    asked = {name: model for name, model in STAGES.items() if name != "stability" or spec.stability}
    return {name: model(n, d) * speeds.get(name, 1.0) for name, model in asked.items()}


def _whole(
    n: int, d: int, spec: SegmentationSpec, *, kernel: str, tree: Forecast, budget: int, speeds: Mapping[str, float]
) -> RunForecast:
    stages = {"tree": tree.seconds, **_beside_tree(n, d, spec, speeds)}
    if kernel == MICRO:
        stages["stability"] = stages.get("stability", 0.0) + _weighing(n, d, spec, budget=budget, speeds=speeds)
    return RunForecast(kernel=kernel, bytes=tree.bytes + LOADED, stages=stages)


def _weighing(n: int, d: int, spec: SegmentationSpec, *, budget: int, speeds: Mapping[str, float]) -> float:
    """Return the seconds of finding out what an approximate tree cost: the exact tree of a sample, and those of its noise."""
    room = max(budget, ROOM)
    rows = min(n, count_fitting(EVIDENCE_SAMPLE, d, spec.linkage, spec.metric, room))
    return (1 + EVIDENCE_DRAWS) * forecast(rows, d, spec.linkage, spec.metric, memory_bytes=room, speeds=speeds).seconds


def _find_quicker(n: int, d: int, spec: SegmentationSpec, *, budget: int, limit_s: float, speeds: Mapping[str, float]) -> str:
    """Name the nearest way that ends in time."""

    def seconds(rows: int, linkage: str, metric: str) -> float:
        try:
            tree = forecast(rows, d, linkage, metric, memory_bytes=budget, speeds=speeds)
        except RunRefused:
            return float("inf")
        return _whole(rows, d, spec, kernel="", tree=tree, budget=budget, speeds=speeds).seconds

    ways = [
        f'Linkage "{other}" with metric "{measure}" takes about {say_seconds(takes)}.'
        for other, measure in other_ways(spec.linkage, spec.metric)
        if (takes := seconds(n, other, measure)) <= limit_s
    ][:1]
    if spec.approximate == "never" and fits_approximately(n, d, spec.linkage, spec.metric, budget):
        tree = forecast_micro(n, d, spec.linkage, spec.metric, budget, speeds=speeds)
        if (takes := _whole(n, d, spec, kernel=MICRO, tree=tree, budget=budget, speeds=speeds).seconds) <= limit_s:
            ways.append(f'approximate "allow" takes about {say_seconds(takes)}.')
    fewer = largest(n, lambda rows: seconds(rows, spec.linkage, spec.metric) <= limit_s)
    return " ".join(ways) or f"About {fewer:,} customers end in time: cluster a sample of that size."


def say_seconds(seconds: float) -> str:
    """Write a duration for a sentence: 20 s, 3 min, 2.5 h."""
    if seconds < 120:
        return f"{max(round(seconds), 1)} s"
    return f"{seconds / 60:.0f} min" if seconds < 7200 else f"{seconds / 3600:.1f} h"
