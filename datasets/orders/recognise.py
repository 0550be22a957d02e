"""Are these order lines, and which column is what? Columns and how often their values repeat flow in, a recipe or None flows out.

Orders are rows in which a customer repeats, on a date, with something paid. Kinds and roles say what a column can be, its name
(in several languages) what it is; among several the best named wins, then the first in the table. Nothing is read here but what
the columns are called and hold, so the web process can ask, and every choice comes with a sentence that a person can check.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from datasets.orders.recipe import PARTS, Recipe
from datasets.orders.vocabulary import UNKNOWN, ideas_of
from segmentiq.ml.values import Column

Ideas = frozenset[str]

DEALS = frozenset(("order", "trade", "sales"))
MOST_DIFFERENT = 0.9
"""Share of the rows that may hold different customers: beyond it hardly anybody repeats, and the rows are customers."""
FEW = 2
"""Different quantities that are so few that they are not read as numbers."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Proposal:
    """A recipe that fits the columns; `reasons` has a sentence for every part that it maps."""

    recipe: Recipe
    reasons: Mapping[str, str]


@dataclass(frozen=True, kw_only=True, slots=True)
class Candidate:
    """A column as the ranks see it."""

    column: Column
    ideas: Ideas
    n_rows: int
    n_distinct: int

    @property
    def repeats(self) -> bool:
        return 0 < self.n_distinct <= MOST_DIFFERENT * self.n_rows

    @property
    def is_deduction(self) -> bool:
        """Tell whether this is a tax, a discount, a cost, ...; an amount including tax is none."""
        return "deducted" in self.ideas and "including" not in self.ideas

    def says_only(self, *ideas: str) -> bool:
        """Tell whether the name speaks of nothing else."""
        return self.ideas <= {*ideas}


def propose(columns: Sequence[Column], n_rows: int, n_distinct: Mapping[str, int]) -> Proposal | None:
    """Return how the rows could be turned into customers; None where they do not look like orders."""
    candidates = [
        Candidate(column=column, ideas=ideas_of(column.name), n_rows=n_rows, n_distinct=n_distinct.get(column.name, 0))
        for column in columns
    ]
    found = {part: best for part, rank in RANKS.items() if (best := _find_best(part, rank, candidates)) is not None}
    if "customer" not in found or "date" not in found or not found["customer"].repeats:
        return None
    _keep_what_was_paid(found)
    if "amount" not in found and "price" not in found:
        return None
    if "invoice" in found and 2 * found["invoice"].n_distinct < found["customer"].n_distinct:
        del found["invoice"]  # every customer has an order of their own, so this is no order's number
    chosen = {part: found[part].column.name for part in PARTS if part in found}
    return Proposal(recipe=Recipe(columns=chosen), reasons=_give_reasons(found, candidates))


def _find_best(part: str, rank: Callable[[Candidate], int], candidates: Sequence[Candidate]) -> Candidate | None:
    ranked = [(rank(candidate), candidate) for candidate in candidates if candidate.column.kind in PARTS[part]]
    fitting = [entry for entry in ranked if entry[0] > 0]
    return max(fitting, key=lambda entry: entry[0])[1] if fitting else None


def _keep_what_was_paid(found: dict[str, Candidate]) -> None:
    """Leave one way to what was paid: quantity x price is the line's own, an amount may be the whole order's."""
    if "price" in found and ("quantity" in found or "amount" not in found):
        found.pop("amount", None)
    else:
        found.pop("price", None)


def _rank_customer(candidate: Candidate) -> int:
    ideas = candidate.ideas
    if not candidate.says_only("customer", "company", "contact", "id", "unique", "name"):
        return 0
    if "customer" not in ideas:
        return 2 if "contact" in ideas else int("company" in ideas)
    if "contact" in ideas or "name" in ideas:
        return 4 if "contact" in ideas else 3
    return 5 + ("id" in ideas) + ("unique" in ideas) + (candidate.column.role == "id")


def _rank_date(candidate: Candidate) -> int:
    ideas = candidate.ideas
    if ideas & {"customer", "person's date"}:
        return 0
    if "other date" in ideas:
        return 1
    if ideas & DEALS:
        return 4
    return 2 if UNKNOWN in ideas else 3


def _rank_invoice(candidate: Candidate) -> int:
    ideas = candidate.ideas
    if not candidate.says_only("order", "trade", "sales", "id", "unique") or not ideas & {"order", "trade"}:
        return 0
    return 2 if "id" in ideas else int("order" in ideas)


def _rank_product(candidate: Candidate) -> int:
    ideas = candidate.ideas
    is_number = candidate.column.kind == "number"
    if ideas == {"description"}:
        return int(not is_number)
    if "product" not in ideas or (is_number and "id" not in ideas):
        return 0
    if not candidate.says_only("product", "id", "name", "description", "line", "unique"):
        return 0
    return 4 if "id" in ideas else 3 - bool(ideas & {"name", "description"})


def _rank_quantity(candidate: Candidate) -> int:
    ideas = candidate.ideas
    if candidate.column.kind != "number" and candidate.n_distinct > FEW:
        return 0
    if "quantity" not in ideas or ideas & {"price", "amount", "sales", "deducted", "date", "customer"}:
        return 0
    return 1 if UNKNOWN in ideas else 2


def _rank_price(candidate: Candidate) -> int:
    ideas = candidate.ideas
    if candidate.column.kind == "category":
        return 0
    if "price" not in ideas or ideas & {"total", "amount", "customer"} or candidate.is_deduction:
        return 0
    return 1 if UNKNOWN in ideas else 2


def _rank_amount(candidate: Candidate) -> int:
    ideas = candidate.ideas
    if candidate.column.kind != "number" or ideas & {"quantity", "date", "customer"} or candidate.is_deduction:
        return 0
    if ideas == {"trade"}:
        return 1
    if not ideas & ({"amount", "total"} if "price" in ideas else {"amount", "sales", "total"}):
        return 0
    if UNKNOWN in ideas:
        return 1
    return 4 if "line" in ideas else 2 + ("order" not in ideas)


RANKS: Mapping[str, Callable[[Candidate], int]] = {
    "customer": _rank_customer,
    "date": _rank_date,
    "invoice": _rank_invoice,
    "product": _rank_product,
    "quantity": _rank_quantity,
    "price": _rank_price,
    "amount": _rank_amount,
}
"""How well a column's name fits a part of an order; 0 is not at all."""


def _give_reasons(found: Mapping[str, Candidate], candidates: Sequence[Candidate]) -> dict[str, str]:
    customer = found["customer"]
    reasons = {
        "customer": f"Named like a customer; {customer.n_distinct:,} different ones repeat over {customer.n_rows:,} rows.",
        "date": "Dates, and named like the day of an order."
        if found["date"].ideas & DEALS
        else "The dates that fit an order best.",
        "product": "Named like a product.",
        "quantity": "Numbers, and named like how many were bought.",
        "price": "Numbers, and named like the price of one item.",
        "amount": "Numbers, and named like what was paid.",
    }
    if "invoice" in found:
        reasons["invoice"] = f"Named like the number of an order; {found['invoice'].n_distinct:,} different ones."
    unread = [entry.column for entry in candidates if "quantity" in entry.ideas and entry.column.kind != "number"]
    if unread and "quantity" not in found:
        reasons["price"] += f" {unread[0].name[:80]} is not read as numbers, so every line counts as one item."
    return {part: reasons[part] for part in PARTS if part in found}
