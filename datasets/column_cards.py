"""A column's row in, the marks and words of its card out: kind, role, reason, distribution, what is missing."""

from __future__ import annotations

import math
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from datasets.models import Column
from segmentiq.ml.facts import noun, opening
from segmentiq.words import count, figure, plural, share

CHART_WIDTH, CHART_HEIGHT = 240.0, 44.0
N_LEVELS = 4
LONG_NAME = 11
PARTS = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[_./-])(?=.)")
ROLE_WORDS = {
    "feature": "clustered on",
    "descriptor": "described, not clustered on",
    "id": "names the customer",
    "ignored": "ignored",
}
KIND_WORDS = {
    "number": "numbers",
    "category": "categories",
    "date": "dates",
    "boolean": "yes or no",
    "id": "identifiers",
    "text": "free text",
    "constant": "one value",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class LevelBar:
    name: str
    share: str
    width: str


@dataclass(frozen=True, kw_only=True, slots=True)
class ColumnCard:
    """One column: what it holds, what it is for and why, how it is distributed."""

    column: Column
    code: str
    """The name in files and over REST, where people call it otherwise."""
    name_parts: tuple[str, ...]
    """The name, cut where a line may end: customerLifetimeValue would else break anywhere."""
    kind_words: str
    role_words: str
    path: str
    """The histogram as one SVG path; empty where there is none."""
    low: str
    high: str
    middle: str
    levels: tuple[LevelBar, ...]
    more_levels: str
    distinct: str
    missing: str
    chart_words: str
    has_warning: bool
    is_open: bool
    """Whether its form is shown: one at a time, so that five hundred columns stay a light page."""


def column_card(column: Column, n_rows: int, *, warned: Collection[str] = (), changing: int | None = None) -> ColumnCard:
    """Summarise one column in the words and marks of its card."""
    statistics, title = column.statistics, opening(column.name, column.dataset.labels)
    path = _path(statistics.get("histogram"))
    levels: list[tuple[str, int]] = statistics.get("levels", [])
    missing = column.n_missing
    return ColumnCard(
        column=column,
        code="" if title == column.name else column.name,
        name_parts=tuple(PARTS.split(title)) if len(title) > LONG_NAME else (title,),
        kind_words=KIND_WORDS.get(column.kind, column.kind),
        role_words=ROLE_WORDS.get(column.role, column.role),
        path=path,
        low=_value(statistics.get("min")) if path else "",
        high=_value(statistics.get("max")) if path else "",
        middle=_middle(statistics, column) if path else "",
        levels=_levels(levels, n_rows),
        more_levels=_more_levels(column, levels),
        distinct=plural(column.n_distinct, "value"),
        missing=f"{count(missing)} missing ({share(missing / n_rows)})" if missing and n_rows else "",
        chart_words=f"Distribution of {noun(column.name, column.dataset.labels)}",
        has_warning=column.name in warned,
        is_open=column.position == changing,
    )


def _path(histogram: Mapping[str, Any] | None) -> str:
    """Draw the bars of a histogram; one that holds few still shows as a line."""
    counts: list[float] = (histogram or {}).get("counts", [])
    if not counts or not max(counts):
        return ""
    step, tallest = CHART_WIDTH / len(counts), max(counts)
    bars = []
    for index, number in enumerate(counts):
        if number:
            height = max(CHART_HEIGHT * number / tallest, 1.0)
            bars.append(f"M{index * step:.1f} {CHART_HEIGHT:.0f}v-{height:.1f}h{max(step - 1, 0.5):.1f}v{height:.1f}z")
    return "".join(bars)


def _value(value: Any) -> str:
    """Write a bound of the distribution: dates come as ISO text, whole numbers are exact and a year keeps its four digits."""
    if isinstance(value, str):
        return value[:10]
    if value is None or not math.isfinite(value) or value % 1 or abs(value) >= 10**7:
        return figure(value)
    return f"{value:.0f}" if abs(value) < 10_000 else f"{value:,.0f}"


def _middle(statistics: Mapping[str, Any], column: Column) -> str:
    median = statistics.get("median")
    return f"median {_value(median)}" if median is not None and column.kind != "date" else ""


def _levels(levels: list[tuple[str, int]], n_rows: int) -> tuple[LevelBar, ...]:
    total, most = max(n_rows, 1), max((number for _, number in levels), default=1) or 1
    return tuple(
        LevelBar(name=name, share=share(number / total), width=f"{100 * number / most:.1f}") for name, number in levels[:N_LEVELS]
    )


def _more_levels(column: Column, levels: list[tuple[str, int]]) -> str:
    more = column.n_distinct - N_LEVELS
    return f"and {plural(more, 'more level')}" if levels and more > 0 else ""
