"""Rows in, frozen page objects out: what an order file offers to become, where customers come from, the ledger between them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from datasets.deriving import find_offer, order_columns, orders_of
from datasets.models import Dataset
from datasets.orders import DEFAULT_GROUPS, RULES
from segmentiq.ml.values import Column
from segmentiq.words import ago, count, filesize, plural, share

DEFAULTS = {"rules": dict(RULES), "groups": [group.to_mapping() for group in DEFAULT_GROUPS]}
LEDGER_WORDS = {
    "kept": "Turned into customers",
    "missing_customer": "Without a customer",
    "missing_date": "Without a date",
    "after_snapshot": "After the day looked back from",
    "cancelled": "Cancelled",
    "returns": "Returned",
    "zero_prices": "Without a price",
    "duplicates": "Repeated",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class LedgerLine:
    """What became of some lines."""

    words: str
    rows: str
    share: str
    reason: str
    is_kept: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class DerivedLine:
    """Customers that were turned from these orders."""

    dataset: Dataset
    facts: str


@dataclass(frozen=True, kw_only=True, slots=True)
class OrdersPart:
    """The part of a dataset's page that speaks of orders: what these are turned into, or what they were turned from.

    `headline` and `facts` stand instead of the page's own, which speak of customers and of an uploaded file.
    """

    headline: str
    facts: str
    offer: str
    derived: tuple[DerivedLine, ...]
    parent: Dataset | None
    ledger: tuple[LedgerLine, ...]
    total: str
    groups: tuple[Mapping[str, Any], ...]
    snapshot: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Question:
    """What is asked on the page that turns orders into customers: about which columns, and what is proposed."""

    dataset: Dataset
    orders: Dataset
    columns: tuple[Column, ...]
    recipe: Mapping[str, Any]
    reasons: Mapping[str, str]
    headline: str
    lede: str
    button: str
    n_runs: int


def orders_part(dataset: Dataset) -> OrdersPart:
    """Say what a dataset that is ready has to do with orders."""
    offer = find_offer(dataset)
    recipe = dataset.recipe or {}
    columns = plural(dataset.n_columns or 0, "column")
    return OrdersPart(
        headline=f"{plural(offer.n_lines, 'order line')} in {columns}." if offer is not None else "",
        facts=f"{dataset.file_name}, {filesize(dataset.size)}, turned {ago(dataset.created_at)}" if dataset.is_derived else "",
        offer=f"These look like orders: {_sizes(offer.n_customers, offer.n_lines)}." if offer is not None else "",
        derived=tuple(DerivedLine(dataset=row, facts=_facts(row)) for row in dataset.derived.newest()),
        parent=dataset.parent,
        ledger=_ledger(dataset),
        total=count(_total(dataset)),
        groups=tuple(recipe.get("groups") or ()),
        snapshot=(recipe.get("snapshot") or "")[:10],
    )


def _sizes(n_customers: int, n_lines: int) -> str:
    return f"{plural(n_customers, 'customer')} in {plural(n_lines, 'line')}"


def _facts(derived: Dataset) -> str:
    facts = {"ready": plural(derived.n_rows or 0, "customer"), "reading": "being turned"}
    return f"{facts.get(derived.state, 'failed')}, {ago(derived.created_at)}"


def _total(dataset: Dataset) -> int:
    return sum(entry["rows"] for entry in dataset.ledger)


def _ledger(dataset: Dataset) -> tuple[LedgerLine, ...]:
    """Tell what became of every line; what nothing was set aside by is left out."""
    total = _total(dataset)
    return tuple(
        LedgerLine(
            words=LEDGER_WORDS.get(entry["what"], entry["what"].replace("_", " ").capitalize()),
            rows=count(entry["rows"]),
            share=share(entry["rows"] / total),
            reason=entry["reason"],
            is_kept=entry["is_kept"],
        )
        for entry in sorted(dataset.ledger if dataset.is_derived else (), key=lambda entry: entry["is_kept"])
        if entry["rows"]
    )


def question_of(dataset: Dataset) -> Question:
    """Build what is asked about orders, or again about customers turned from them. Raises Refusal where orders are missing."""
    return _asked_again(dataset) if dataset.is_derived else _asked_first(dataset)


def _asked_first(orders: Dataset) -> Question:
    offer = find_offer(orders)
    sizes = _sizes(offer.n_customers, offer.n_lines) if offer is not None else ""
    return Question(
        dataset=orders,
        orders=orders,
        columns=order_columns(orders),
        recipe=offer.proposal.recipe.to_mapping() if offer is not None else DEFAULTS,
        reasons=offer.proposal.reasons if offer is not None else {},
        headline=f"Turn {plural(orders.n_rows or 0, 'line')} into customers.",
        lede=f"These look like orders: {sizes}. Every customer becomes one row that tells how recently, how often and for how "
        "much they buy."
        if sizes
        else "The rows do not look like orders. If they are, say which column names the customer, the date, and the money.",
        button="Turn them into customers",
        n_runs=0,
    )


def _asked_again(derived: Dataset) -> Question:
    orders = orders_of(derived)
    return Question(
        dataset=derived,
        orders=orders,
        columns=order_columns(orders),
        recipe=derived.recipe,
        reasons={},
        headline=f"Turn {plural(orders.n_rows or 0, 'line')} into customers again.",
        lede="The fields show how these customers were made. What you change replaces them.",
        button="Turn them again",
        n_runs=derived.runs.answering().count(),
    )
