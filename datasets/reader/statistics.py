"""What a column looks like: a typed column flows in, a JSON-able summary flows out.

Numbers and dates get moments and a histogram of 20 bins, categories and truths their most frequent levels; everything gets how
many cells are missing and how many values differ. Standard deviations have ddof 0, as the scaling has.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from datasets.reader.tally import Tally, tally_rows
from segmentiq.ml.values import Kind

BINS = 20
MAX_LEVELS_SHOWN = 20
Levels = list[tuple[str, int]]
"""The levels of a category with the rows that hold each, the most frequent first."""
DAY = 86_400_000_000.0
"""Microseconds."""


def describe_column(
    series: pd.Series, kind: Kind, n_distinct: int | None = None, levels: Levels | None = None, tally: Tally | None = None
) -> dict[str, Any]:
    """Return the summary of one column; how many values differ and how often each is held are counted where not known."""
    if kind in ("number", "date"):
        tally = tally or tally_rows(_values_of(series, kind))
        described = describe_numbers(tally) if kind == "number" else _describe_dates(tally)
        return {"n_missing": int(series.isna().sum()), "n_distinct": tally.n_distinct, **described}
    n_distinct = int(series.nunique()) if n_distinct is None else n_distinct
    facts: dict[str, Any] = {"n_missing": int(series.isna().sum()), "n_distinct": n_distinct}
    if kind in ("category", "boolean"):
        counts = levels or [(str(level), int(count)) for level, count in series.value_counts().items()]
        facts["levels"] = [[level, count] for level, count in counts[:MAX_LEVELS_SHOWN]]
    return facts


def _values_of(series: pd.Series, kind: Kind) -> NDArray[Any]:
    return series.to_numpy(dtype=np.float64) if kind == "number" else series.to_numpy("datetime64[us]")


def describe_numbers(tally: Tally) -> dict[str, Any]:
    """Return moments and histogram of numbers; sums that overflow are told as null."""
    if tally.n_distinct == 0:
        return {}
    values, counts, n = tally.values.astype(np.float64), tally.counts.astype(np.float64), tally.n_present
    up_to = np.cumsum(tally.counts)
    middle = values[np.searchsorted(up_to, [(n - 1) // 2, n // 2], side="right")]
    with np.errstate(over="ignore", invalid="ignore"):
        mean = values @ counts / n
        spread = (values - mean) ** 2 @ counts / n
        facts = {"min": values[0], "max": values[-1], "mean": mean, "median": middle.mean(), "sd": np.sqrt(spread)}
        held, edges = _histogram(values, up_to)
    known = {name: float(value) if np.isfinite(value) else None for name, value in facts.items()}
    return {**known, "histogram": {"edges": edges, "counts": held}}


def _histogram(values: NDArray[np.float64], up_to: NDArray[np.int64]) -> tuple[list[int], list[float]]:
    """Return counts and edges; numbers too far apart to divide into bins get none."""
    lowest, highest = values[0], values[-1]
    span = highest - lowest
    if not np.isfinite(span) or (span or 1.0) / BINS <= np.spacing(max(abs(lowest), abs(highest))):
        return [], []
    edges = np.histogram_bin_edges(values[[0, -1]], bins=BINS)
    below = np.append(0, up_to)[np.searchsorted(values, edges[1:-1])]
    counts = np.diff([0, *below, up_to[-1]])
    return [int(count) for count in counts], [float(edge) for edge in edges]


def _describe_dates(tally: Tally) -> dict[str, Any]:
    """Return the same for dates, which were counted in microseconds: ISO text, the standard deviation in days."""
    if tally.n_distinct == 0:
        return {}
    first = int(tally.values[0])
    facts = describe_numbers(Tally(tally.values - first, tally.counts))  # near zero, where a float holds every microsecond
    said = {name: _iso(first, facts[name]) for name in ("min", "max", "mean", "median")}
    histogram = facts["histogram"] if tally.n_distinct > 1 else {"edges": [], "counts": []}
    edges = [_iso(first, edge) for edge in histogram["edges"]]
    return {**said, "sd": facts["sd"] / DAY, "histogram": {"edges": edges, "counts": histogram["counts"]}}


def _iso(first: int, micros: float) -> str:
    return str(np.datetime64(first + round(micros), "us").astype("datetime64[s]"))
