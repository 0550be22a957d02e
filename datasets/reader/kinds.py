"""From the cells of one column to a typed column: what it holds, what it is for, and its values.

`type_column` takes text cells (from CSV) or values that came typed (from a workbook or Parquet) and tries, in this order: nothing
at all, one value, truths, dates that the name announces, numbers, dates, text. Whatever it changes on the way is written down in
the findings; a column that fits nothing stays the text it was.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import pyarrow.compute as pc
from numpy.typing import NDArray

from datasets.reader.cells import Present, TextCells, keep_text, tidy
from datasets.reader.dates import DATE_WORDS, read_dates
from datasets.reader.findings import Findings, count_of
from datasets.reader.numbers import Numbers, Writing, has_leading_zeros, read_numbers, share_of_numbers
from datasets.reader.rendering import is_rewritten
from datasets.reader.roles import (
    MAX_LEVELS,
    Judgement,
    NumberFacts,
    TextFacts,
    judge_number,
    judge_text,
)
from datasets.reader.words import MAYBE_MISSING, MISSING, PLACEHOLDERS, split_name
from segmentiq.ml.values import Column


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Typed:
    """A column and its values; `numbers` tells how they were written when they came as text.

    `written` holds the cells themselves where the typed values read otherwise.
    """

    column: Column
    series: pd.Series
    numbers: Numbers | None = None
    written: TextCells | None = None


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Task:
    """One column of text to type, as every attempt sees it."""

    name: str
    cells: TextCells
    present: Present
    """Without the cells that may mean "missing" among numbers, such as NA."""
    strict: Present
    """With them."""
    writing: Writing
    findings: Findings

    @property
    def words(self) -> tuple[str, ...]:
        return split_name(self.name)

    def warn(self, code: str, message: str) -> None:
        self.findings.warn(code, f"{self.name[:80]}: {message}", self.name)

    def typed(self, judgement: Judgement, series: pd.Series, numbers: Numbers | None = None) -> Typed:
        written = self.cells if is_rewritten(self.cells, series) else None
        return Typed(column=_column(self.name, judgement), series=series, numbers=numbers, written=written)


def type_column(name: str, cells: TextCells | pd.Series, writing: Writing, findings: Findings) -> Typed:
    """Return the typed column."""
    if isinstance(cells, pd.Series):
        return _type_values(name, cells, findings)
    strict = tidy(cells, MISSING | writing.missing)
    task = Task(name=name, cells=cells, present=strict.without(MAYBE_MISSING), strict=strict, writing=writing, findings=findings)
    for attempt in ATTEMPTS:
        typed = attempt(task)
        if typed is not None:
            _tell_missing(task, strict if typed.column.kind == "constant" else task.present)
            return typed
    return _as_text(task)


def _tell_missing(task: Task, present: Present) -> None:
    words = present.missing_words - {""}
    if words:
        shown = ", ".join(sorted(words))
        task.findings.decide(f"missing in {task.name[:80]}", shown, "These words mean that a cell is empty.")
    if present.n_errors:
        task.warn("error_cells", f"Spreadsheet errors, counted as missing: {count_of(present.n_errors, 'cell')}.")


def _as_constant(task: Task) -> Typed | None:
    if len(task.strict.values) > 1:
        return None
    series = keep_text(task.cells, task.strict)
    return task.typed(_judge_constant(task.name, task.strict.n_present, len(series), task.findings), series)


def _judge_constant(name: str, n_present: int, n_rows: int, findings: Findings) -> Judgement:
    if n_present == 0:
        reason = "Every cell is missing."
    elif n_present == n_rows:
        reason = "Every row holds the same value."
    else:
        reason = f"The same value in {count_of(n_present, 'row')}, nothing in the others."
    if n_rows > 1:
        findings.warn("constant_column", f"{name[:80]} cannot tell customers apart and is left out: {reason}", name)
    return Judgement(kind="constant", role="ignored", reason=reason)


def _as_boolean(task: Task) -> Typed | None:
    truths = pc.utf8_lower(task.present.values).to_pylist()
    if len(truths) < 2 or not {"true", "false"}.issuperset(truths):
        return None
    values = np.array([word == "true" for word in truths], dtype=object)
    series = pd.Series(task.present.spread(values, pd.NA), dtype="boolean")
    return task.typed(Judgement(kind="boolean", role="feature", reason="Holds true and false only."), series)


def _as_announced_date(task: Task) -> Typed | None:
    return _as_date(task) if DATE_WORDS.intersection(task.words) else None


def _as_date(task: Task) -> Typed | None:
    dates = read_dates(task.present.values, task.words) if len(task.present.values) > 1 else None
    if dates is None:
        return None
    if dates.is_guess:
        task.warn("date_order_guessed", f"no day is above 12, so the order is a guess: read as {dates.order}.")
    if dates.n_invalid:
        message = f"{count_of(dates.n_invalid, 'different value')} that name no day of the calendar count as missing."
        task.warn("invalid_dates", message)
    series = pd.Series(task.present.spread(dates.values, np.datetime64("NaT")))
    return task.typed(_judge_date(f" written {dates.order}"), series)


def _judge_date(how: str = "") -> Judgement:
    return Judgement(kind="date", role="descriptor", reason=f"Dates{how}; described in every segment, not clustered on.")


def _as_number(task: Task) -> Typed | None:
    numbers = read_numbers(task.present.values, task.writing) if len(task.present.values) > 1 else None
    if numbers is None:
        return None
    values = _per_row(task.present, numbers.values)
    facts = number_facts(task.words, values)
    if facts.n_distinct == 1:
        judgement = _judge_constant(task.name, facts.n_present, facts.n_rows, task.findings)
        return task.typed(judgement, keep_text(task.cells, task.present))
    judgement = judge_number(facts)
    if judgement.kind == "number":
        _tell_writing(task, numbers)
        return task.typed(judgement, pd.Series(values), numbers)
    return _as_code(task, judgement, numbers)


def _per_row(present: Present, values: NDArray[Any]) -> NDArray[Any]:
    """Return one number per row; whole ones stay whole where no row is missing."""
    has_gaps = bool((present.codes < 0).any())
    return present.spread(values.astype(np.float64) if has_gaps else values, np.nan)


def _as_code(task: Task, judgement: Judgement, numbers: Numbers) -> Typed:
    """Return numbers that stand for something as text; 17850.0, as pandas writes it, is the number 17850."""
    if numbers.values.dtype.kind == "i":
        return task.typed(judgement, keep_text(task.cells, task.present) if judgement.kind == "id" else task.present.to_text())
    finite = np.isfinite(numbers.values)
    texts = np.array([str(int(value)) if ok else "" for value, ok in zip(numbers.values, finite, strict=True)], dtype=object)
    texts[~finite] = None
    if judgement.kind == "id":
        task.warn("id_decimals", "the identifiers are written with decimals (.0), which are left out.")
    return task.typed(judgement, pd.Series(task.present.spread(texts, None), dtype="str"))


def _tell_writing(task: Task, numbers: Numbers) -> None:
    """Write down what was changed to make numbers of the cells."""
    finite = np.isfinite(numbers.values)
    n_lost = int(task.present.counts[~finite].sum()) + task.present.n_nan
    if n_lost:
        task.warn("non_finite", f"Not finite (NaN, infinity), so counted as missing: {count_of(n_lost, 'cell')}.")
    if numbers.symbol == "%":
        task.warn("percent", "written in percent; 12 % is read as 0.12.")
    elif numbers.symbol:
        task.findings.decide(f"numbers in {task.name[:80]}", numbers.symbol, "Amounts of money; the symbol is left out.")
    if numbers.thousands:
        mark = {",": "comma", ".": "point", " ": "space", "'": "apostrophe"}[numbers.thousands]
        task.warn("thousands_guessed", f"a {mark} is read as the mark between thousands.")
    elif numbers.is_ambiguous:
        task.warn("decimal_guessed", f'"{numbers.decimal}" is read as the decimal mark; it could also mark thousands.')
    if numbers.decimal == ",":
        task.findings.decide(f"decimal mark in {task.name[:80]}", ",", "All of its cells are numbers that way.")


def _as_text(task: Task) -> Typed:
    present = task.strict
    facts = _text_facts(task, present)
    judgement = judge_text(facts)
    if judgement.kind == "text":
        present = tidy(task.cells, (MISSING - PLACEHOLDERS) | task.writing.missing)
    _tell_missing(task, present)
    if judgement.kind == "category":
        if present.n_trimmed:
            task.warn("spaces_trimmed", f"spaces around {count_of(present.n_trimmed, 'different value')} are left out.")
        return task.typed(judgement, present.to_text())
    if judgement.kind == "text":
        _warn_of_text(task, facts)
    return task.typed(judgement, keep_text(task.cells, present))


def _warn_of_text(task: Task, facts: TextFacts) -> None:
    if facts.is_mixed:
        n_words = round((1 - facts.share_of_numbers) * facts.n_present)
        task.warn("mixed_numbers", f"{count_of(n_words, 'cell')} among numbers are not numbers, so the column stays text.")
    elif facts.n_distinct > MAX_LEVELS:
        task.warn("high_cardinality", f"{facts.n_distinct:,} different values are too many to cluster on.")


def _text_facts(task: Task, present: Present) -> TextFacts:
    lengths = pc.utf8_length(present.values).to_numpy(zero_copy_only=False)
    spaced = pc.match_substring_regex(present.values, r"\s").to_numpy(zero_copy_only=False)
    return TextFacts(
        words=task.words,
        n_rows=len(present.codes),
        n_present=present.n_present,
        n_distinct=len(present.values),
        has_spaces=bool(spaced.mean() > 0.05),
        mean_length=float(lengths.mean()),
        longest=int(lengths.max()),
        has_leading_zeros=has_leading_zeros(present.values),
        share_of_numbers=share_of_numbers(present.values, present.counts),
    )


def number_facts(words: tuple[str, ...], values: NDArray[Any]) -> NumberFacts:
    """Return the facts about a column of numbers, one per row, NaN where missing."""
    finite = values[np.isfinite(values)]
    with np.errstate(over="ignore"):
        is_running = len(finite) == len(values) > 1 and bool((np.diff(values) == 1).all())
    return NumberFacts(
        words=words,
        n_rows=len(values),
        n_present=len(finite),
        n_distinct=len(np.unique(finite)),
        is_whole=bool((finite == np.floor(finite)).all()),
        lowest=float(finite.min()),
        highest=float(finite.max()),
        is_running=is_running,
    )


def _type_values(name: str, series: pd.Series, findings: Findings) -> Typed:
    """Type a column whose cells came as values: numbers, truths or dates."""
    if series.dtype.kind == "f":
        series = _without_infinite(name, series, findings)
    if series.nunique() <= 1:
        judgement = _judge_constant(name, int(series.notna().sum()), len(series), findings)
        return Typed(column=_column(name, judgement), series=series.astype("str").where(series.notna()))
    if series.dtype == "boolean":
        return Typed(
            column=_column(name, Judgement(kind="boolean", role="feature", reason="Holds true and false only.")), series=series
        )
    if series.dtype.kind == "M":
        return Typed(column=_column(name, _judge_date()), series=series)
    judgement = judge_number(number_facts(split_name(name), series.to_numpy()))
    if judgement.kind != "number":
        series = series.astype("Int64").astype("str").where(series.notna())
    return Typed(column=_column(name, judgement), series=series)


def _without_infinite(name: str, series: pd.Series, findings: Findings) -> pd.Series:
    infinite = np.isinf(series.to_numpy())
    if not infinite.any():
        return series
    findings.warn("non_finite", f"{name[:80]}: {count_of(int(infinite.sum()), 'cell')} that are infinite count as missing.", name)
    return series.mask(infinite)


def _column(name: str, judgement: Judgement) -> Column:
    return Column(name=name, kind=judgement.kind, role=judgement.role, reason=judgement.reason)


ATTEMPTS: tuple[Callable[[Task], Typed | None], ...] = (_as_constant, _as_boolean, _as_announced_date, _as_number, _as_date)
