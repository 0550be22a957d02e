"""An order file as a person sees it in: what it offers to become. A dataset flows in, its columns and a proposal flow out.

Everything is told by the column rows, which the reading left behind, so that the web process can ask it on every page.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from datasets.models import Column, Dataset
from datasets.orders import Proposal, propose
from segmentiq.jobs.lifecycle import Status
from segmentiq.ml.errors import Refusal
from segmentiq.ml.values import Column as ColumnValue


@dataclass(frozen=True, kw_only=True, slots=True)
class Offer:
    """Orders that can become customers: how, and how many there are."""

    proposal: Proposal
    n_lines: int
    n_customers: int


def find_offer(dataset: Dataset) -> Offer | None:
    """Return what the dataset could become; None where its rows do not look like orders. Raises Refusal when it is not ready."""
    rows = _rows_of(dataset)
    n_lines, n_distinct = dataset.n_rows or 0, {row.name: row.n_distinct for row in rows}
    proposal = None if dataset.is_derived else propose([row.to_value() for row in rows], n_lines, n_distinct)
    if proposal is None:
        return None
    return Offer(proposal=proposal, n_lines=n_lines, n_customers=n_distinct[proposal.recipe.columns["customer"]])


def order_columns(dataset: Dataset) -> tuple[ColumnValue, ...]:
    """Return what the columns of an order file hold now. Raises Refusal when it is not ready."""
    return tuple(row.to_value() for row in _rows_of(dataset))


def complete_recipe(dataset: Dataset, said: Mapping[str, Any]) -> dict[str, Any]:
    """Return the recipe for a dataset of which some parts were said. Raises Refusal when it is not ready or no orders."""
    offer = find_offer(dataset)
    return complete(None if offer is None else offer.proposal, said)


def complete(proposal: Proposal | None, said: Mapping[str, Any]) -> dict[str, Any]:
    """Return the parts that were said, the others as proposed. Raises Refusal when columns were neither said nor proposed."""
    if proposal is None and "columns" not in said:
        raise no_orders()
    return {**(proposal.recipe.to_mapping() if proposal is not None else {}), **said}


def orders_of(derived: Dataset) -> Dataset:
    """Return the order file of customers. Raises Refusal when it was deleted."""
    if derived.parent is None:
        raise Refusal(
            "The order file these customers were turned from was deleted.",
            code="orders_gone",
            hint="The customers stay as they are; upload the orders again to turn them in another way.",
        )
    return derived.parent


def no_orders() -> Refusal:
    return Refusal(
        "The rows of this dataset do not look like orders: that takes a customer who repeats, a date, and an amount or a price.",
        code="not_orders",
        hint="Say in columns which column is which, or correct the kinds of the columns.",
    )


def _rows_of(dataset: Dataset) -> list[Column]:
    if dataset.status != Status.DONE:
        raise _not_ready(dataset)
    return list(dataset.columns.order_by("position"))


def _not_ready(dataset: Dataset) -> Refusal:
    if dataset.is_active:
        return Refusal("The orders are still being read.", code="not_ready", hint="Turn them when the order file is ready.")
    return Refusal(f"The orders could not be read: {dataset.error_message}", code="not_ready", hint=dataset.error_hint)
