"""Rows in, frozen page objects out: the datasets list, and one dataset with how it was read and a card per column."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, get_args

from django.conf import settings

from datasets.models import Column, Dataset
from segmentiq.ml.values import Kind, Role
from segmentiq.words import ago, count, figure, filesize, plural, share

CHART_WIDTH, CHART_HEIGHT = 240.0, 44.0
N_LEVELS = 4
N_PREVIEW = 10
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
class DatasetLine:
    """One dataset in a list."""

    dataset: Dataset
    facts: str
    when: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Bar:
    x: str
    y: str
    width: str
    height: str


@dataclass(frozen=True, kw_only=True, slots=True)
class LevelBar:
    name: str
    share: str
    width: str


@dataclass(frozen=True, kw_only=True, slots=True)
class ColumnCard:
    """One column: what it holds, what it is for and why, how it is distributed."""

    column: Column
    role_words: str
    bars: tuple[Bar, ...]
    low: str
    high: str
    middle: str
    levels: tuple[LevelBar, ...]
    more_levels: str
    distinct: str
    missing: str
    chart_words: str


@dataclass(frozen=True, kw_only=True, slots=True)
class PreviewCell:
    words: str
    is_missing: bool
    is_number: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class DatasetPage:
    dataset: Dataset
    headline: str
    facts: str
    can_segment: bool
    cards: tuple[ColumnCard, ...]
    head: tuple[tuple[str, bool], ...]
    rows: tuple[tuple[PreviewCell, ...], ...]
    kinds: tuple[tuple[str, str], ...] = tuple((kind, KIND_WORDS[kind]) for kind in get_args(Kind))
    roles: tuple[tuple[str, str], ...] = tuple((role, ROLE_WORDS[role]) for role in get_args(Role))


@dataclass(frozen=True, kw_only=True, slots=True)
class UploadPage:
    """The limits, said before they are met."""

    limits: str
    max_bytes: int


def dataset_line(dataset: Dataset) -> DatasetLine:
    """Say in one line what a dataset is."""
    facts = {"ready": _shape(dataset), "reading": "Being read"}.get(dataset.state, dataset.error_message)
    return DatasetLine(dataset=dataset, facts=facts, when=ago(dataset.created_at))


def dataset_lines(datasets: Iterable[Dataset]) -> tuple[DatasetLine, ...]:
    return tuple(dataset_line(dataset) for dataset in datasets)


def _shape(dataset: Dataset) -> str:
    return f"{plural(dataset.n_rows or 0, 'row')}, {plural(dataset.n_columns or 0, 'column')}"


def upload_page() -> UploadPage:
    size, rows, columns = filesize(settings.MAX_UPLOAD_BYTES), count(settings.MAX_ROWS), count(settings.MAX_COLUMNS)
    return UploadPage(limits=f"Up to {size}, {rows} rows and {columns} columns.", max_bytes=settings.MAX_UPLOAD_BYTES)


def dataset_page(dataset: Dataset) -> DatasetPage:
    """Build the page of a dataset that has been read."""
    columns = list(dataset.columns.order_by("position"))
    numeric = [column.kind == "number" for column in columns]
    return DatasetPage(
        dataset=dataset,
        headline=_headline(dataset, columns),
        facts=f"{dataset.file_name}, {filesize(dataset.size)}, uploaded {ago(dataset.created_at)}",
        can_segment=any(column.role == "feature" for column in columns),
        cards=tuple(column_card(column, dataset.n_rows or 0) for column in columns),
        head=tuple((column.name, is_number) for column, is_number in zip(columns, numeric, strict=True)),
        rows=tuple(tuple(_cell(v, n) for v, n in zip(row, numeric, strict=False)) for row in dataset.preview[:N_PREVIEW]),
    )


def _headline(dataset: Dataset, columns: list[Column]) -> str:
    usable = sum(column.role == "feature" for column in columns)
    rows = plural(dataset.n_rows or 0, "customer")
    return f"{rows} in {plural(len(columns), 'column')}; {usable or 'none'} of them can tell customers apart."


def _cell(value: str | None, is_number: bool) -> PreviewCell:
    return PreviewCell(words="–" if value is None else value, is_missing=value is None, is_number=is_number)


def column_card(column: Column, n_rows: int) -> ColumnCard:
    """Summarise one column in the words and marks of its card."""
    statistics = column.statistics
    bars = _bars(statistics.get("histogram"))
    levels: list[tuple[str, int]] = statistics.get("levels", [])
    missing = column.n_missing
    return ColumnCard(
        column=column,
        role_words=ROLE_WORDS.get(column.role, column.role),
        bars=bars,
        low=_value(statistics.get("min"), column) if bars else "",
        high=_value(statistics.get("max"), column) if bars else "",
        middle=_middle(statistics, column) if bars else "",
        levels=_levels(levels, n_rows),
        more_levels=_more_levels(column, levels),
        distinct=plural(column.n_distinct, "value"),
        missing=f"{count(missing)} missing ({share(missing / n_rows)})" if missing and n_rows else "",
        chart_words=f"Distribution of {column.name}",
    )


def _bars(histogram: Mapping[str, Any] | None) -> tuple[Bar, ...]:
    counts: list[float] = (histogram or {}).get("counts", [])
    if not counts or not max(counts):
        return ()
    step, tallest = CHART_WIDTH / len(counts), max(counts)
    heights = [CHART_HEIGHT * number / tallest if number else 0.0 for number in counts]
    return tuple(
        Bar(
            x=f"{index * step:.1f}",
            y=f"{CHART_HEIGHT - max(height, 1.0 if height else 0.0):.1f}",
            width=f"{max(step - 1, 0.5):.1f}",
            height=f"{max(height, 1.0 if height else 0.0):.1f}",
        )
        for index, height in enumerate(heights)
    )


def _value(value: Any, column: Column) -> str:
    """Write a bound of the distribution: dates come as ISO text, whole numbers are exact and a year keeps its four digits."""
    if isinstance(value, str):
        return value[:10]
    if value is None or not math.isfinite(value) or value % 1 or abs(value) >= 10**7:
        return figure(value)
    return f"{value:.0f}" if abs(value) < 10_000 else f"{value:,.0f}"


def _middle(statistics: Mapping[str, Any], column: Column) -> str:
    median = statistics.get("median")
    return f"median {_value(median, column)}" if median is not None and column.kind != "date" else ""


def _levels(levels: list[tuple[str, int]], n_rows: int) -> tuple[LevelBar, ...]:
    total, most = max(n_rows, 1), max((number for _, number in levels), default=1) or 1
    return tuple(
        LevelBar(name=name, share=share(number / total), width=f"{100 * number / most:.1f}") for name, number in levels[:N_LEVELS]
    )


def _more_levels(column: Column, levels: list[tuple[str, int]]) -> str:
    more = column.n_distinct - N_LEVELS
    return f"and {plural(more, 'more level')}" if levels and more > 0 else ""
