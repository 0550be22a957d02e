"""The walk from orders to customers: a typed table and a recipe in; the table of customers, the ledger and what was decided out.

What is clustered are the numbers per customer; scores, groups and dates describe the segments but make none, because they say
once more what the numbers say. A customer's identifier is the cell of the orders, character by character.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from datasets.orders.customers import Customers, describe_customers
from datasets.orders.fates import Mask, find_dated, set_aside
from datasets.orders.groups import OTHERS
from datasets.orders.labels import LABELS, shown_name
from datasets.orders.lines import Lines, read_lines
from datasets.orders.recipe import Recipe
from datasets.orders.rfm import name_groups, score_customers
from datasets.reader.findings import Decision, Findings, LedgerEntry, Warned, count_of
from segmentiq.ml.errors import RunRefused
from segmentiq.ml.values import Column, Kind, OnProgress, Role, Table

FEWEST_CUSTOMERS = 3
MANY_ORDERS, MOST_ORDERS = 5, 0.9
"""How many orders of several lines, and which share of them, have to repeat their amount before anybody is told."""
LONGEST_NAME_TOLD = 80
MEANINGS: dict[str, tuple[Kind, Role, str]] = {
    "recency_days": ("number", "feature", "Whole days from the last order to the snapshot."),
    "frequency": ("number", "feature", "How many orders."),
    "monetary": ("number", "feature", "What was paid in all orders together."),
    "average_order_value": ("number", "feature", "What was paid, divided by the orders."),
    "items": ("number", "feature", "How many items were bought."),
    "distinct_products": ("number", "feature", "How many different products were bought."),
    "tenure_days": ("number", "feature", "Whole days from the first order to the snapshot."),
    "mean_interval_days": ("number", "feature", "Days between two orders on average; missing with one order."),
    "share_of_returns": ("number", "feature", "Share of the customer's lines that were cancelled or returned."),
    "first_order": ("date", "descriptor", "When the first order was."),
    "last_order": ("date", "descriptor", "When the last order was."),
    "recency_score": ("category", "descriptor", "How many fifths of the customers ordered less recently, plus 1."),
    "frequency_score": ("category", "descriptor", "How many fifths of the customers ordered less often, plus 1."),
    "monetary_score": ("category", "descriptor", "How many fifths of the customers paid less, plus 1."),
    "rfm_group": ("category", "descriptor", "The first group of the recipe that asks for these three scores."),
}
"""Kind, role and meaning of every column of customers."""


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Turned:
    """The customers, and what became of the lines."""

    table: Table
    ledger: list[LedgerEntry]
    decisions: list[Decision]
    warnings: list[Warned]


def turn(table: Table, recipe: Recipe, *, on_progress: OnProgress | None = None) -> Turned:
    """Turn order lines into customers. Raises RunRefused when no line is left, or numbers are too large to be summed."""
    report = on_progress or _say_nothing
    findings = Findings()
    lines = read_lines(table, recipe)
    report("sorting lines", 0.3)
    is_kept = set_aside(lines, recipe.rules, findings)
    if not is_kept.any():
        raise RunRefused(
            f"No order is left: all {count_of(len(lines), 'line')} were set aside.",
            code="no_rows_left",
            field="rules",
            hint="Switch off a rule, choose a later snapshot, or check which column is which.",
        )
    report("describing customers", 0.6)
    customers = describe_customers(lines, is_kept)
    _refuse_overflow(customers)
    report("scoring customers", 0.9)
    frame, columns = _build_table(customers, recipe)
    _decide(lines, recipe, customers, findings)
    _tell_of_customers(lines, customers, frame, findings)
    _tell_of_totals(lines, is_kept, recipe, findings)
    return Turned(
        table=Table(frame=frame, columns=columns),
        ledger=findings.ledger,
        decisions=findings.decisions,
        warnings=findings.warnings,
    )


def _say_nothing(stage: str, share: float) -> None:
    """Take the progress that nobody asked for."""


def _refuse_overflow(customers: Customers) -> None:
    for name in ("monetary", "items"):
        if not np.isfinite(customers.columns[name]).all():
            raise RunRefused(
                f"The {name} of a customer is too large to be summed.",
                code="numeric_overflow",
                field="columns",
                hint="Check the columns of the quantity, the price and the amount.",
            )


def _build_table(customers: Customers, recipe: Recipe) -> tuple[pd.DataFrame, tuple[Column, ...]]:
    """Return the customers under names that do not collide with the name of their identifier."""
    scores = score_customers(customers.columns)
    groups = name_groups(scores, recipe.groups)
    described = {f"{score}_score": pd.Series(values).astype("str") for score, values in scores.items()}
    cells = {**customers.columns, **described, "rfm_group": pd.Series(groups, dtype="str")}
    identifier = recipe.columns["customer"]
    names = {name: shown_name(name, identifier) for name in cells}
    frame = pd.DataFrame(
        {identifier: pd.Series(customers.ids, dtype="str"), **{names[name]: values for name, values in cells.items()}}
    )
    first = Column(name=identifier, kind="id", role="id", reason="One row for every customer of the orders.")
    return frame, (first, *_describe_columns(names))


def _describe_columns(names: dict[str, str]) -> Iterable[Column]:
    for name, shown in names.items():
        kind, role, reason = MEANINGS[name]
        yield Column(name=shown, kind=kind, role=role, reason=reason, label=LABELS[name])


def _decide(lines: Lines, recipe: Recipe, customers: Customers, findings: Findings) -> None:
    """Write down what the numbers mean in this file."""
    said = {part: name[:LONGEST_NAME_TOLD] for part, name in recipe.columns.items()}
    findings.decide("customer", said["customer"], "One row for each of them.")
    is_chosen = recipe.snapshot is not None
    reason = "Chosen by a person; lines after it are set aside." if is_chosen else "A day after the last order that is kept."
    findings.decide("snapshot", _write_moment(recipe, customers.snapshot), reason, "snapshot = another date")
    if "invoice" in said:
        reason = "Orders are counted by their number; lines without one by their day."
        findings.decide("frequency", said["invoice"], reason)
    else:
        reason = "No column holds the number of the order: every day with an order counts as one, cancellations are not seen."
        findings.decide("frequency", f"days of {said['date']}", reason, "columns.invoice = a column")
    findings.decide("monetary", *_tell_paid(said))
    n_unknown = 0 if lines.quantity is None else int((np.isnan(lines.quantity) & ~np.isnan(lines.paid)).sum())
    reason = f" {count_of(n_unknown, 'line')} without a quantity count as no items." if n_unknown else ""
    how = "The quantities are summed." if "quantity" in said else "No column holds a quantity, so every line is one item."
    findings.decide("items", said.get("quantity", "lines"), how + reason)
    reason = "A score is 1 plus the fifths of all customers that do worse; equal customers have equal scores."
    findings.decide("scores", "1 to 5", reason)
    reason = "A customer belongs to the first group of the recipe that asks for the three scores."
    findings.decide("groups", ", ".join(dict.fromkeys(group.name for group in recipe.groups)), reason, "groups = another list")


def _tell_paid(said: dict[str, str]) -> tuple[str, str]:
    if "amount" in said:
        return said["amount"], "What was paid stands in this column."
    if "quantity" in said:
        return f"{said['quantity']} x {said['price']}", "What was paid is the quantity times the price."
    return said["price"], "No column holds a quantity, so what was paid is the price of each line."


def _write_moment(recipe: Recipe, snapshot: np.datetime64) -> str:
    return recipe.snapshot or str(pd.Timestamp(snapshot).isoformat(sep=" ", timespec="auto"))


def _tell_of_customers(lines: Lines, customers: Customers, frame: pd.DataFrame, findings: Findings) -> None:
    """Tell of customers who are not in the table, or in no group, or too few."""
    n_known = len(np.unique(lines.customer.codes[find_dated(lines)]))
    n_gone = n_known - len(frame)
    if n_gone:
        have = "has" if n_gone == 1 else "have"
        findings.warn("customers_set_aside", f"{count_of(n_gone, 'customer')} {have} no line that counts: left out of the table.")
    n_others = int((frame.iloc[:, -1] == OTHERS).sum())
    if n_others:
        findings.warn("customers_without_group", f"{count_of(n_others, 'customer')} outside every group: called {OTHERS}.")
    if len(frame) < FEWEST_CUSTOMERS:
        message = f"{count_of(len(frame), 'customer')}: a segmentation needs at least {FEWEST_CUSTOMERS} customers."
        findings.warn("too_few_rows", message)


def _tell_of_totals(lines: Lines, is_kept: Mask, recipe: Recipe, findings: Findings) -> None:
    """Tell when the amount looks like the total of the order, written on each of its lines."""
    if not lines.is_amount or lines.invoice is None:
        return
    rows = np.flatnonzero(is_kept & (lines.invoice.codes >= 0))
    orders = pd.Series(lines.paid[rows]).groupby(lines.invoice.codes[rows])
    several = orders.size().to_numpy() > 1
    n_same = int((orders.min().to_numpy() == orders.max().to_numpy())[several].sum())
    if n_same >= max(MANY_ORDERS, MOST_ORDERS * several.sum()):
        name = recipe.columns["amount"]
        message = f"{name[:LONGEST_NAME_TOLD]}: the same on every line of {count_of(n_same, 'order')} of several lines."
        findings.warn("repeated_totals", f"{message} If it is the total of the order, it is counted more than once.", name)
