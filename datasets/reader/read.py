"""The full reading: a file in; a typed table, the decisions, the warnings and the statistics out.

Formats are a registry: a new one is a function from `Source` to `RawTable` and one line in `READERS`. Types are decided
column by column, then once more for the few columns of numbers that fit two readings, when the other columns show how the
file writes decimals.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from datasets.reader.cells import Cells, Shown
from datasets.reader.check import check_container
from datasets.reader.containers import Container
from datasets.reader.delimited import read_delimited
from datasets.reader.excel import read_workbook
from datasets.reader.findings import Decision, Findings, LedgerEntry, Warned, count_of
from datasets.reader.kinds import type_column
from datasets.reader.layout import no_usable_columns
from datasets.reader.limits import ReadLimits
from datasets.reader.numbers import Writing
from datasets.reader.overrides import check_overrides
from datasets.reader.parquet import read_parquet
from datasets.reader.repeats import find_repeats, take_rows
from datasets.reader.roles import is_customer_id
from datasets.reader.source import RawTable, Source, ignore_progress
from datasets.reader.subtotals import without_subtotals
from datasets.reader.turns import in_turns
from datasets.reader.typed import Typed, describe
from datasets.reader.words import split_name
from segmentiq.ml.machine import give_back
from segmentiq.ml.values import OnProgress, Table

READERS: Mapping[Container, Callable[[Source], RawTable]] = {
    "text": read_delimited,
    "xlsx": read_workbook,
    "parquet": read_parquet,
}
FEWEST_ROWS = 3
ORDERS = ("day-month-year", "month-day-year")


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class ReadResult:
    """What was read; `statistics` maps a column's name to its summary."""

    table: Table
    written: dict[str, Cells]
    """The cells as they stand in the file, of every column that reads otherwise once it is typed: 97.0, True, 31.12.2024."""
    shown: dict[str, Shown]
    """How the cells of columns that came as text read, where that is known."""
    decisions: list[Decision]
    warnings: list[Warned]
    statistics: dict[str, dict[str, Any]]
    ledger: list[LedgerEntry]
    """The rows that came in: those set aside, and last those kept."""


def read_table(
    path: str | Path,
    file_name: str,
    *,
    overrides: Mapping[str, Any] | None = None,
    limits: ReadLimits | None = None,
    on_progress: OnProgress | None = None,
) -> ReadResult:
    """Read a file into a typed table. Raises FileRefused."""
    source = Source(
        path=Path(path),
        overrides=check_overrides(overrides or {}),
        limits=limits or ReadLimits(),
        on_progress=on_progress or ignore_progress,
    )
    with source.path.open("rb") as stream:
        container = check_container(stream, file_name, source.limits)
    source.findings.decide("format", container, "Told by the file's content.")
    raw = without_subtotals(READERS[container](source), source)
    give_back()  # the pieces that a large file came in
    if source.overrides.get("duplicates") == "drop":
        raw = _without_repeats(raw, source)
    columns = _type_columns(raw, source)
    give_back()  # what typing has let go
    if all(typed.statistics["n_missing"] == raw.n_rows for typed in columns):
        raise no_usable_columns()
    _warn_of_rows(columns, raw, source.findings)
    kept = LedgerEntry(what="kept", rows=raw.n_rows, reason="Rows of the table.", is_kept=True)
    frame = pd.DataFrame({typed.column.name: typed.series for typed in columns}, index=pd.RangeIndex(raw.n_rows), copy=False)
    return ReadResult(
        table=Table(frame=frame, columns=tuple(typed.column for typed in columns)),
        written={typed.column.name: typed.written for typed in columns if typed.written is not None},
        shown={typed.column.name: typed.shown for typed in columns if typed.shown is not None},
        decisions=source.findings.decisions,
        warnings=source.findings.warnings,
        statistics={typed.column.name: typed.statistics for typed in columns},
        ledger=[*source.findings.ledger, kept],
    )


def _without_repeats(raw: RawTable, source: Source) -> RawTable:
    """Return the rows that repeat no earlier one.

    What is the same is told by the typed cells, but what a column is by the rows that are left: so columns are typed before, too.
    """
    cells = list(raw.columns)
    typed = _type_columns(replace(raw, columns=iter(cells)), replace(source, findings=Findings(), on_progress=ignore_progress))
    repeats = find_repeats(pd.DataFrame(dict(enumerate(entry.series for entry in typed)), copy=False))
    del typed
    source.findings.set_aside("duplicates", len(repeats), "They repeat another row in every column.")
    kept = np.setdiff1d(np.arange(raw.n_rows), repeats, assume_unique=True)
    return replace(raw, columns=(take_rows(column, kept) for column in cells), n_rows=len(kept))


def _type_columns(raw: RawTable, source: Source) -> list[Typed]:
    """Return the typed columns, the ambiguous ones typed again in the light of the others."""
    choices = source.overrides
    writing = Writing(decimal=choices.get("decimal"), thousands=choices.get("thousands"), date_order=choices.get("date_order"))
    typed: list[Typed] = []
    found: list[Findings] = []
    unsure: dict[int, Cells] = {}

    def type_one(named: tuple[str, Cells | pd.Series]) -> tuple[Typed, Findings, Cells | None]:
        (name, cells), findings = named, Findings()
        made = describe(type_column(name, cells, _for_column(writing, name, source), findings))
        is_unsure = made.is_order_guessed or (made.numbers is not None and made.numbers.is_ambiguous)
        return made, findings, cells if is_unsure and not isinstance(cells, pd.Series) else None

    for position, (made, findings, cells) in enumerate(in_turns(type_one, zip(raw.names, raw.columns, strict=True))):
        typed.append(made)
        found.append(findings)
        if cells is not None:
            unsure[position] = cells
        source.on_progress("typing", 0.6 + 0.3 * (position + 1) / len(raw.names))
    leaning, order = _find_leaning(typed), _find_order(typed)
    for position, cells in unsure.items():
        name, findings = raw.names[position], Findings()
        lean = _lean(typed[position], leaning, order, raw, _for_column(writing, name, source))
        if lean is not None:
            typed[position], found[position] = describe(type_column(name, cells, lean, findings)), findings
    for findings in found:
        source.findings.decisions.extend(findings.decisions)
        source.findings.warnings.extend(findings.warnings)
    return typed


def _for_column(writing: Writing, name: str, source: Source) -> Writing:
    """Return the writing with the words that a person said count as missing in this column."""
    return replace(writing, missing=frozenset(source.overrides.get("missing", {}).get(name, ())))


def _lean(typed: Typed, leaning: str | None, order: str | None, raw: RawTable, writing: Writing) -> Writing | None:
    """Return how to read an unsure column in the light of the others, None where they say nothing."""
    if typed.is_order_guessed:
        return None if order is None else replace(writing, date_order=order)
    is_comma = raw.writes_decimal_commas and typed.numbers is not None and typed.numbers.thousands == ","
    mark = leaning or ("," if is_comma else None)
    return None if mark is None or writing.decimal is not None else replace(writing, leaning=mark)


def _find_order(typed: list[Typed]) -> str | None:
    """Return the order of day and month that the columns of dates without doubt agree on."""
    orders = {entry.date_order for entry in typed if entry.date_order in ORDERS and not entry.is_order_guessed}
    return orders.pop() if len(orders) == 1 else None


def _find_leaning(typed: list[Typed]) -> str | None:
    """Return the decimal mark that the columns without doubt agree on."""
    marks = {entry.numbers.decimal for entry in typed if entry.numbers is not None and entry.numbers.is_certain}
    return marks.pop() if len(marks) == 1 else None


def _warn_of_rows(columns: list[Typed], raw: RawTable, findings: Findings) -> None:
    """Warn of too few rows, and of rows that are orders rather than customers."""
    if raw.n_rows < FEWEST_ROWS:
        findings.warn("too_few_rows", f"{count_of(raw.n_rows, 'row')}: a segmentation needs at least {FEWEST_ROWS} customers.")
    for typed in columns:
        name, n_present = typed.column.name, raw.n_rows - typed.statistics["n_missing"]
        if typed.column.kind == "id" and is_customer_id(split_name(name)):
            n_customers = int(typed.series.nunique()) if typed.n_distinct is None else typed.n_distinct
            if n_customers < 0.95 * n_present:
                message = f"{n_customers:,} customers repeat over {n_present:,} rows: these look like orders, not customers."
                findings.warn("repeated_customers", message, name)
