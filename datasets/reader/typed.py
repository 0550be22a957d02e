"""A column with its type, and the way there for columns whose cells came typed: those of a workbook or of Parquet.

A pandas column flows in, a `Typed` flows out, judged by the same rules as text once it is read, so that a table is the same table
in every format.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from datasets.reader.cells import Cells, Shown, TextCells, encode
from datasets.reader.dates import FIRST_YEAR, LAST_YEAR, is_date_name, read_numbered
from datasets.reader.facts import number_facts
from datasets.reader.findings import Findings, count_of
from datasets.reader.hints import warn_of_sentinels
from datasets.reader.numbers import Numbers
from datasets.reader.rendering import as_shown, render
from datasets.reader.roles import Judgement, judge_number
from datasets.reader.statistics import Levels, describe_column
from datasets.reader.tally import Tally, tally_rows
from datasets.reader.words import split_name
from segmentiq.ml.values import Column

NAMED_NUMBER = re.compile(r"-?\d{1,15}(?:\.\d+)?", re.ASCII)


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Typed:
    """A column and its values; `numbers` tells how they were written when they came as text.

    `written` holds the cells themselves where the typed values read otherwise; `shown` how those read, where it was found out.
    """

    column: Column
    series: pd.Series
    numbers: Numbers | None = None
    written: Cells | None = None
    shown: Shown | None = None
    n_distinct: int | None = None
    """How many cells of text differ, where that is known already."""
    tally: Tally | None = None
    """How many rows hold each number or date, where they were counted already."""
    date_order: str = ""
    """How dates were written that came as text."""
    is_order_guessed: bool = False
    levels: Levels | None = None
    """The levels of a category, where they were counted already."""
    statistics: dict[str, Any] = field(default_factory=dict)
    """What the column looks like, once it was described."""


def as_typed(
    name: str,
    judgement: Judgement,
    series: pd.Series,
    cells: Cells,
    *,
    numbers: Numbers | None = None,
    shown: Shown | None = None,
) -> Typed:
    """Return a column as it was judged with its cells, as they are shown and, where that is not how they stand, as written.

    How they are shown is found out where it is not known.
    """
    shown = as_shown(cells, series) if shown is None else shown
    written = None if shown is cells else cells
    return Typed(column=column_of(name, judgement), series=series, numbers=numbers, written=written, shown=shown)


def describe(typed: Typed) -> Typed:
    """Return the column with its statistics, and without what was counted for them."""
    facts = describe_column(typed.series, typed.column.kind, typed.n_distinct, typed.levels, typed.tally)
    return replace(typed, statistics=facts, tally=None, levels=None)


def type_values(name: str, series: pd.Series, findings: Findings) -> Typed:
    """Type a column whose cells came as values: numbers, truths or dates."""
    if series.dtype.kind == "f":
        series = _without_infinite(name, series, findings)
    elif series.dtype.kind == "M":
        series = _without_far(name, series, findings)
    if series.nunique() <= 1:
        judgement = judge_constant(name, int(series.notna().sum()), len(series), findings)
        return Typed(column=column_of(name, judgement), series=_say(series))
    if series.dtype == "boolean":
        judgement = Judgement(kind="boolean", role="feature", reason="Holds true and false only.")
        return Typed(column=column_of(name, judgement), series=series)
    if series.dtype.kind == "M":
        return Typed(column=column_of(name, judge_date()), series=series)
    words = split_name(name)
    if is_date_name(words) and (dated := _as_dates(name, words, series, findings)) is not None:
        return dated
    tally = tally_rows(series.to_numpy())
    judgement = judge_number(number_facts(words, series.to_numpy(), tally))
    if judgement.kind == "number":
        warn_of_sentinels(name, tally, findings)
        return Typed(column=column_of(name, judgement), series=series, tally=tally)
    return Typed(column=column_of(name, judgement), series=series.astype("Int64").astype("str").where(series.notna()))


def without_words(series: pd.Series, words: Collection[str]) -> pd.Series:
    """Return numbers that came typed, missing where a person's words name them."""
    named = [float(word) for word in words if NAMED_NUMBER.fullmatch(word)]
    return series.mask(series.isin(named)) if named and series.dtype.kind in "iuf" else series


def as_written(series: pd.Series) -> TextCells:
    """Return values that came typed as cells, as they would stand in a CSV file."""
    return encode(pa.chunked_array([pa.array(_say(series), type=pa.large_string(), from_pandas=True)]))


def _say(series: pd.Series) -> pd.Series:
    """Return values as text, as they would stand in a CSV file."""
    shown = render(pa.chunked_array([pa.array(series, from_pandas=True)])).combine_chunks()
    return pd.Series(pd.array(shown.cast(pa.large_string()), dtype="str"))


def _as_dates(name: str, words: tuple[str, ...], series: pd.Series, findings: Findings) -> Typed | None:
    """Return the dates that numbers stand for, because the column's name says so."""
    numbers = series.to_numpy(dtype=np.float64)
    finite = np.isfinite(numbers)
    distinct, places = np.unique(numbers[finite], return_inverse=True)
    dates = read_numbered(distinct, words)
    if dates is None:
        return None
    findings.decide(f"dates in {name[:80]}", dates.order, "The name of the column announces dates, and its numbers fit.")
    stamps = np.full(len(numbers), np.datetime64("NaT"), dtype="datetime64[us]")
    stamps[finite] = dates.values[places]
    return Typed(column=column_of(name, judge_date(f" written {dates.order}")), series=pd.Series(stamps))


def _without_infinite(name: str, series: pd.Series, findings: Findings) -> pd.Series:
    infinite = np.isinf(series.to_numpy())
    if not infinite.any():
        return series
    findings.warn("non_finite", f"{name[:80]}: {count_of(int(infinite.sum()), 'cell')} that are infinite count as missing.", name)
    return series.mask(infinite)


def _without_far(name: str, series: pd.Series, findings: Findings) -> pd.Series:
    """Return dates without those that mean never or unknown, as for dates that came as text."""
    is_far = ~series.dt.year.between(FIRST_YEAR, LAST_YEAR) & series.notna()
    if not is_far.any():
        return series
    findings.warn("far_dates", f"{name[:80]}: {say_far(int(series[is_far].nunique()))}", name)
    return series.mask(is_far)


def say_far(n: int) -> str:
    """Return what became of so many different dates that no customer knows."""
    return (
        f"{count_of(n, 'different date')} before {FIRST_YEAR} or after {LAST_YEAR} mean never or unknown, and count as missing."
    )


def column_of(name: str, judgement: Judgement) -> Column:
    """Return the column as it was judged."""
    return Column(name=name, kind=judgement.kind, role=judgement.role, reason=judgement.reason)


def judge_constant(name: str, n_present: int, n_rows: int, findings: Findings) -> Judgement:
    """Return the judgement of a column that holds one value or none, with its warning."""
    if n_present == 0:
        reason = "Every cell is missing."
    elif n_present == n_rows:
        reason = "Every row holds the same value."
    else:
        reason = f"The same value in {count_of(n_present, 'row')}, nothing in the others."
    if n_rows > 1:
        findings.warn("constant_column", f"{name[:80]} cannot tell customers apart and is left out: {reason}", name)
    return Judgement(kind="constant", role="ignored", reason=reason)


def judge_date(how: str = "") -> Judgement:
    """Return the judgement of a column of dates."""
    return Judgement(kind="date", role="descriptor", reason=f"Dates{how}; described in every segment, not clustered on.")
