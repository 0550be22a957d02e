"""What a column looks like: a typed column flows in, a JSON-able summary flows out.

Numbers and dates get moments and a histogram of 20 bins, categories and truths their most frequent levels; everything gets how
many cells are missing and how many values differ. Standard deviations have ddof 0, as the scaling has.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from segmentiq.ml.values import Kind

BINS = 20
MAX_LEVELS_SHOWN = 20
Levels = list[tuple[str, int]]
"""The levels of a category with the rows that hold each, the most frequent first."""
DAY = 86_400_000_000.0
"""Microseconds."""


def describe_column(series: pd.Series, kind: Kind, n_distinct: int | None = None, levels: Levels | None = None) -> dict[str, Any]:
    """Return the summary of one column; how many values differ and how often each is held are counted where not known."""
    if n_distinct is None:
        n_distinct = count_distinct(series.to_numpy()) if series.dtype.kind == "M" else int(series.nunique())
    facts: dict[str, Any] = {"n_missing": int(series.isna().sum()), "n_distinct": n_distinct}
    if kind == "number":
        values = series.to_numpy(dtype=np.float64)
        facts |= describe_numbers(values[np.isfinite(values)])
    elif kind == "date":
        facts |= _describe_dates(series.dropna())
    elif kind in ("category", "boolean"):
        counts = levels or [(str(level), int(count)) for level, count in series.value_counts().items()]
        facts["levels"] = [[level, count] for level, count in counts[:MAX_LEVELS_SHOWN]]
    return facts


def count_distinct(stamps: NDArray[np.datetime64]) -> int:
    """Return how many of the timestamps differ, missing ones left out."""
    ordered = np.sort(stamps[~np.isnat(stamps)].view(np.int64))
    return int(np.count_nonzero(ordered[1:] != ordered[:-1])) + min(len(ordered), 1)


def describe_numbers(values: NDArray[np.float64]) -> dict[str, Any]:
    """Return moments and histogram of finite numbers; sums that overflow are told as null."""
    if len(values) == 0:
        return {}
    ordered = np.sort(values)
    with np.errstate(over="ignore", invalid="ignore"):
        facts = {
            "min": ordered[0],
            "max": ordered[-1],
            "mean": values.mean(),
            "median": ordered[(len(ordered) - 1) // 2 : len(ordered) // 2 + 1].mean(),
            "sd": values.std(),
        }
        counts, edges = _histogram(ordered)
    known = {name: float(value) if np.isfinite(value) else None for name, value in facts.items()}
    return {**known, "histogram": {"edges": edges, "counts": counts}}


def _histogram(ordered: NDArray[np.float64]) -> tuple[list[int], list[float]]:
    """Return counts and edges; numbers too far apart to divide into bins get none."""
    lowest, highest = ordered[0], ordered[-1]
    span = highest - lowest
    if not np.isfinite(span) or (span or 1.0) / BINS <= np.spacing(max(abs(lowest), abs(highest))):
        return [], []
    edges = np.histogram_bin_edges(ordered[[0, -1]], bins=BINS)
    places = np.searchsorted(ordered, edges[:-1])
    counts = np.diff(np.append(places, len(ordered)))
    return [int(count) for count in counts], [float(edge) for edge in edges]


def _describe_dates(series: pd.Series) -> dict[str, Any]:
    """Return the same for dates: ISO text, the standard deviation in days."""
    micros = series.to_numpy("datetime64[us]").astype(np.int64).astype(np.float64)
    facts = describe_numbers(micros)
    if not facts:
        return {}
    said = {name: _iso(facts[name]) for name in ("min", "max", "mean", "median")}
    edges = [_iso(edge) for edge in facts["histogram"]["edges"]]
    return {**said, "sd": facts["sd"] / DAY, "histogram": {"edges": edges, "counts": facts["histogram"]["counts"]}}


def _iso(micros: float) -> str:
    return str(np.datetime64(round(micros), "us").astype("datetime64[s]"))
