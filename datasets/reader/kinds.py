"""From the cells of one column to a typed column: what it holds, what it is for, and its values.

`type_column` takes text cells (from CSV) or values that came typed (from a workbook or Parquet) and tries, in this order: nothing
at all, one value, truths, dates that the name announces, numbers, dates, text. Whatever it changes on the way is written down in
the findings; a column that fits nothing stays the text it was.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
import pyarrow.compute as pc
from numpy.typing import NDArray

from datasets.reader.cells import Cells, Present, TextCells, VariedCells, codes_kept, keep_text, tidy
from datasets.reader.coding import count_codes
from datasets.reader.dates import Dates, is_date_name, read_dates
from datasets.reader.facts import is_padded, number_facts, text_facts
from datasets.reader.findings import Findings, count_of
from datasets.reader.hints import judge_rounded, warn_of_characters, warn_of_sentinels, warn_of_text
from datasets.reader.numbers import Numbers, Writing, read_numbers
from datasets.reader.protection import without_protection
from datasets.reader.roles import MAX_LEVELS, Judgement, TextFacts, judge_number, judge_text
from datasets.reader.tally import tally_levels
from datasets.reader.typed import Typed, as_typed, as_written, judge_constant, judge_date, say_far, type_values, without_words
from datasets.reader.varied import type_varied
from datasets.reader.words import LARGEST_EXACT, MAYBE_MISSING, MISSING, MOST_TRUTHS, PLACEHOLDERS, TICKS, TRUTHS, split_name


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
        typed = as_typed(self.name, judgement, series, self.cells, numbers=numbers)
        if typed.written is None and series.dtype == "str":
            return replace(typed, n_distinct=self.cells.n_filled)
        return typed


def type_column(name: str, cells: Cells | pd.Series, writing: Writing, findings: Findings) -> Typed:
    """Return the typed column."""
    if isinstance(cells, pd.Series):
        left = without_words(cells, writing.missing)
        read = type_values(name, left, findings)
        return read if left is cells else replace(read, written=as_written(cells))
    typed = type_varied(name, cells, writing, findings) if isinstance(cells, VariedCells) else None
    if typed is not None:
        return typed
    cells = cells.encoded()
    plain = without_protection(cells)
    if plain is not cells:
        findings.decide(f"protection of {name[:80]}", '="..."', "A spreadsheet's formula around each cell is left out.")
        return replace(type_column(name, plain, writing, findings), written=cells, shown=None)
    warn_of_characters(name, cells, findings)
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
    return task.typed(judge_constant(task.name, task.strict.n_present, len(series), task.findings), series)


def _as_boolean(task: Task) -> Typed | None:
    if len(task.present.values) > MOST_TRUTHS:
        return None
    truths = set(pc.utf8_lower(task.present.values).to_pylist())
    if len(truths) < 2 or not any(truths <= {yes, no} for yes, no in TRUTHS):
        return None
    yeses = {yes for yes, _ in TRUTHS}
    values = np.array([word in yeses for word in pc.utf8_lower(task.present.values).to_pylist()], dtype=object)
    series = pd.Series(task.present.spread(values, pd.NA), dtype="boolean")
    return task.typed(Judgement(kind="boolean", role="feature", reason="Holds true and false only."), series)


def _as_mark(task: Task) -> Typed | None:
    """Return a truth where people tick: an x, or nothing."""
    values = task.strict.values
    is_tick = 0 < len(values) <= MOST_TRUTHS and set(pc.utf8_lower(values).to_pylist()) <= TICKS
    if not is_tick or task.strict.n_present == len(task.strict.codes):
        return None
    reason = "A mark, such as x, means yes and an empty cell no."
    task.findings.decide(f"marks in {task.name[:80]}", "true", reason)
    series = pd.Series(task.strict.codes >= 0, dtype="boolean")
    return task.typed(Judgement(kind="boolean", role="feature", reason=reason), series)


def _as_announced_date(task: Task) -> Typed | None:
    return _as_date(task) if is_date_name(task.words) else None


def _as_date(task: Task) -> Typed | None:
    values = task.present.values
    dates = read_dates(values, task.words, task.writing.date_order) if len(values) > 1 else None
    if dates is None:
        return None
    _tell_dates(task, dates)
    series = pd.Series(task.present.spread(dates.values, np.datetime64("NaT")))
    typed = task.typed(judge_date(f" written {dates.order}"), series)
    tally = tally_levels(dates.values.astype("datetime64[us]"), task.present.counts)
    return replace(typed, date_order=dates.order, is_order_guessed=dates.is_guess, tally=tally)


def _tell_dates(task: Task, dates: Dates) -> None:
    """Write down what was decided and lost on the way to dates."""
    what = f"dates in {task.name[:80]}"
    if dates.is_guess:
        task.warn("date_order_guessed", f"no day is above 12, so the order is a guess: read as {dates.order}.")
        task.findings.decide(what, dates.order, "No day is above 12: a guess.", 'date_order = "month-day-year"')
    if dates.short_years:
        task.findings.decide(what, dates.short_years, "Years are written in two digits.")
    if dates.order.startswith("as "):
        task.findings.decide(what, dates.order, "The name of the column announces dates, and its numbers fit.")
    if dates.has_zones:
        task.findings.decide(what, "UTC", "Times with a zone are moved to UTC.")
    if dates.n_invalid:
        message = f"{count_of(dates.n_invalid, 'different value')} that name no day of the calendar count as missing."
        task.warn("invalid_dates", message)
    if dates.n_beyond:
        task.warn("far_dates", say_far(dates.n_beyond))


def _as_rounded(task: Task) -> Typed | None:
    judgement = judge_rounded(task.name, task.words, task.present, task.findings)
    return None if judgement is None else task.typed(judgement, keep_text(task.cells, task.present))


def _as_number(task: Task) -> Typed | None:
    numbers = read_numbers(task.present.values, task.writing) if len(task.present.values) > 1 else None
    if numbers is None:
        return None
    if numbers.values.dtype.kind == "i" and np.abs(numbers.values).max() > LARGEST_EXACT:
        return None
    values = _per_row(task.present, numbers.values)
    tally = tally_levels(numbers.values, task.present.counts)
    facts = number_facts(task.words, values, tally)
    if facts.n_distinct == 1:
        judgement = judge_constant(task.name, facts.n_present, facts.n_rows, task.findings)
        return task.typed(judgement, keep_text(task.cells, task.present))
    judgement = judge_number(facts)
    if judgement.kind == "number":
        _tell_writing(task, numbers)
        warn_of_sentinels(task.name, tally, task.findings)
        return replace(task.typed(judgement, pd.Series(values), numbers), tally=tally)
    return _as_code(task, judgement, numbers)


def _per_row(present: Present, values: NDArray[Any]) -> NDArray[Any]:
    """Return one number per row; whole ones stay whole where no row is missing."""
    has_gaps = bool((present.codes < 0).any())
    return present.spread(values.astype(np.float64), np.nan) if has_gaps else present.spread(values, 0)


def _as_code(task: Task, judgement: Judgement, numbers: Numbers) -> Typed:
    """Return numbers that stand for something as text; 17850.0, as pandas writes it, is the number 17850."""
    if numbers.values.dtype.kind == "i":
        is_kept = judgement.kind == "id" and not is_padded(task.cells)
        return task.typed(judgement, keep_text(task.cells, task.present) if is_kept else task.present.to_text())
    finite = np.isfinite(numbers.values)
    told = zip(task.present.values.to_pylist(), numbers.values, finite, strict=True)
    texts = np.array([_without_decimals(cell, value) if ok else None for cell, value, ok in told], dtype=object)
    if judgement.kind == "id":
        task.warn("id_decimals", "the identifiers are written with decimals (.0), which are left out.")
    return task.typed(judgement, pd.Series(task.present.spread(texts, None), dtype="str"))


def _without_decimals(cell: str, value: float) -> str:
    """Return a whole number without its decimals, digit by digit where a float could not hold all of them."""
    digits, _, decimals = cell.partition(".")
    return digits if digits.isdecimal() and not decimals.strip("0") else str(int(value))


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
        mark = {",": "a comma", ".": "a point", " ": "a space", "'": "an apostrophe"}[numbers.thousands]
        task.warn("thousands_guessed", f"{mark} is read as the mark between thousands.")
    elif numbers.is_ambiguous:
        task.warn("decimal_guessed", f'"{numbers.decimal}" is read as the decimal mark; it could also mark thousands.')
    if numbers.decimal == ",":
        task.findings.decide(f"decimal mark in {task.name[:80]}", ",", "All of its cells are numbers that way.", 'decimal = "."')


def _as_text(task: Task) -> Typed:
    present = task.strict
    facts = text_facts(task.words, present)
    judgement = judge_text(facts)
    if judgement.kind == "text":
        present = tidy(task.cells, (MISSING - PLACEHOLDERS) | task.writing.missing)
    _tell_missing(task, present)
    if judgement.kind != "id":
        warn_of_text(task.name, present.values, task.findings)
    is_trimmed = judgement.kind == "category" or is_padded(task.cells)
    if not is_trimmed:
        facts = replace(facts, n_distinct=_count_kept(task.cells, present))
        judgement = replace(judgement, reason=_reason(judgement, facts))
    if judgement.kind == "text":
        _warn_of_text(task, facts)
    if is_trimmed:
        if present.n_trimmed:
            task.warn("spaces_trimmed", f"spaces around {count_of(present.n_trimmed, 'different value')} are left out.")
        return replace(task.typed(judgement, present.to_text()), levels=present.levels)
    return task.typed(judgement, keep_text(task.cells, present))


def _count_kept(cells: TextCells, present: Present) -> int:
    """Return how many cells differ as they stand in the file, of those that hold something."""
    return int(np.count_nonzero(count_codes(codes_kept(cells, present), len(cells.levels))))


def _reason(judgement: Judgement, facts: TextFacts) -> str:
    """Return the reason in the numbers of the column as it is kept; what it is was told by its trimmed cells."""
    judged = judge_text(facts)
    return judged.reason if judged.kind == judgement.kind else judgement.reason


def _warn_of_text(task: Task, facts: TextFacts) -> None:
    if facts.is_mixed:
        n_words = round((1 - facts.share_of_numbers) * facts.n_present)
        task.warn("mixed_numbers", f"{count_of(n_words, 'cell')} among numbers are not numbers, so the column stays text.")
    elif facts.n_distinct > MAX_LEVELS:
        task.warn("high_cardinality", f"{facts.n_distinct:,} different values are too many to cluster on.")


ATTEMPTS: tuple[Callable[[Task], Typed | None], ...] = (
    _as_mark,
    _as_constant,
    _as_boolean,
    _as_announced_date,
    _as_rounded,
    _as_number,
    _as_date,
)
