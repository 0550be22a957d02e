"""Rows in, frozen page objects out: the datasets list; one dataset with how it was read, what to decide, a card per column."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import get_args

from django.conf import settings

from datasets.column_cards import KIND_WORDS, ROLE_WORDS, ColumnCard, column_card
from datasets.doctor_pages import DoctorPart, doctor_part
from datasets.models import Column, Dataset
from segmentiq.ml.facts import opening, relabelled
from segmentiq.ml.values import Kind, Role
from segmentiq.words import ago, count, filesize, plural

N_PREVIEW = 10
N_DECIMALS = 3
"""Of a number that we computed."""
MANY = 40
"""Columns above which a card is one line."""
FEW = 8
"""Columns up to which nobody needs a filter."""
SHOWN_BY_ROLE = {
    "feature": "Clustered on",
    "descriptor": "Described",
    "id": "Names the customer",
    "ignored": "Ignored",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class DatasetLine:
    """One dataset in a list."""

    dataset: Dataset
    facts: str
    when: str


@dataclass(frozen=True, kw_only=True, slots=True)
class PreviewCell:
    words: str
    is_missing: bool
    is_number: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class LedgerLine:
    """What became of some rows."""

    rows: str
    reason: str
    is_kept: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class DecisionLine:
    """One decision of the reader; the form beside it changes it."""

    what: str
    value: str
    reason: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Filter:
    """A choice of which columns are shown."""

    name: str
    words: str
    number: str


@dataclass(frozen=True, kw_only=True, slots=True)
class DatasetPage:
    """`ledger` is empty where every row that came in is a customer, which `balance` then says alone."""

    dataset: Dataset
    headline: str
    facts: str
    can_segment: bool
    doctor: DoctorPart
    balance: str
    ledger: tuple[LedgerLine, ...]
    came_in: str
    decisions: tuple[DecisionLine, ...]
    column_decisions: tuple[DecisionLine, ...]
    filters: tuple[Filter, ...]
    has_many: bool
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


def dataset_page(dataset: Dataset, changing: int | None = None, *, offers_customers: bool = False) -> DatasetPage:
    """Build the page of a dataset that has been read; `changing` is the position of the column whose form is open.

    `offers_customers` says that the page begins with an offer to turn these orders into customers.
    """
    columns = list(dataset.columns.order_by("position"))
    numeric = [column.kind == "number" for column in columns]
    doctor = doctor_part(dataset, columns, offers_customers=offers_customers)
    decisions, came_in = _decisions(dataset), _count_rows_in(dataset)
    return DatasetPage(
        dataset=dataset,
        headline=_headline(dataset, columns),
        facts=f"{dataset.file_name}, {filesize(dataset.size)}, uploaded {ago(dataset.created_at)}",
        can_segment=any(column.role == "feature" for column in columns),
        doctor=doctor,
        balance=_balance(dataset, came_in),
        ledger=_ledger(dataset) if came_in > (dataset.n_rows or 0) else (),
        came_in=count(came_in),
        decisions=tuple(line for line in decisions if " in " not in line.what),
        column_decisions=tuple(line for line in decisions if " in " in line.what),
        filters=_filters(columns, len(doctor.warned)) if len(columns) > FEW else (),
        has_many=len(columns) > MANY,
        cards=tuple(column_card(column, dataset.n_rows or 0, warned=doctor.warned, changing=changing) for column in columns),
        head=tuple((opening(column.name, dataset.labels), is_number) for column, is_number in zip(columns, numeric, strict=True)),
        rows=tuple(
            tuple(_cell(v, n, is_ours=dataset.is_derived) for v, n in zip(row, numeric, strict=False))
            for row in dataset.preview[:N_PREVIEW]
        ),
    )


def _headline(dataset: Dataset, columns: list[Column]) -> str:
    usable = sum(column.role == "feature" for column in columns)
    rows = plural(dataset.n_rows or 0, "customer")
    return f"{rows} in {plural(len(columns), 'column')}; {usable or 'none'} of them can tell customers apart."


def _count_rows_in(dataset: Dataset) -> int:
    """Return how many rows the file had; customers turned from orders have a ledger of their own."""
    return 0 if dataset.is_derived else sum(entry["rows"] for entry in dataset.ledger)


def _balance(dataset: Dataset, came_in: int) -> str:
    """Say in one sentence that no row was lost: rows in = kept + set aside."""
    kept = dataset.n_rows or 0
    if dataset.is_derived:
        return ""
    if came_in <= kept:
        return f"All {count(kept)} rows that came in are kept." if kept > 1 else ""
    return f"{count(came_in)} rows came in: {count(kept)} kept, {count(came_in - kept)} set aside."


def _ledger(dataset: Dataset) -> tuple[LedgerLine, ...]:
    """List what became of the rows; how to choose otherwise is said by the form beside it."""
    entries = sorted(dataset.ledger, key=lambda entry: not entry["is_kept"])
    return tuple(
        LedgerLine(rows=count(e["rows"]), reason=e["reason"].partition(" Choose ")[0], is_kept=e["is_kept"]) for e in entries
    )


def _decisions(dataset: Dataset) -> tuple[DecisionLine, ...]:
    return tuple(
        DecisionLine(
            what=_capital(relabelled(decision["what"], dataset.labels)),
            value=decision["value"],
            reason=decision["reason"],
        )
        for decision in dataset.decisions
    )


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]


def _filters(columns: Sequence[Column], n_warned: int) -> tuple[Filter, ...]:
    """Offer the roles that columns have, and those with an open question."""
    numbers = {role: sum(column.role == role for column in columns) for role in SHOWN_BY_ROLE}
    by_role = [Filter(name=role, words=SHOWN_BY_ROLE[role], number=count(n)) for role, n in numbers.items() if n]
    asked = [Filter(name="warned", words="To decide", number=count(n_warned))] if n_warned else []
    return (Filter(name="all", words="All", number=count(len(columns))), *by_role, *asked)


def _cell(value: str | None, is_number: bool, *, is_ours: bool) -> PreviewCell:
    """Return a cell as it is shown; what the file says is shown to the last digit, what was computed of it is rounded."""
    words = "–" if value is None else value
    if is_ours and is_number and len(words.partition(".")[2]) > N_DECIMALS:
        words = f"{float(words):.{N_DECIMALS}f}"
    return PreviewCell(words=words, is_missing=value is None, is_number=is_number)
