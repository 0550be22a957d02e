"""What the tests of orders share: order lines as typed tables, recipes for them, and what comes out, by customer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd

from datasets.orders import RULES, Recipe, Turned, turn
from segmentiq.ml.values import Column, Table

NAMES = {
    "customer": "Client", "date": "Day", "invoice": "Bill", "product": "Thing", "quantity": "How many", "price": "Each",
    "amount": "Paid",
}  # fmt: skip
KINDS = {"customer": "id", "date": "date", "quantity": "number", "price": "number", "amount": "number"}


def table_of(lines: Sequence[dict[str, Any]], parts: Sequence[str], **kinds: str) -> Table:
    """Return a table with a column per part; what a line does not say is missing."""
    cells = {part: [line.get(part) for line in lines] for part in parts}
    chosen = {part: kinds.get(part, KINDS.get(part, "text")) for part in parts}
    frame = pd.DataFrame({NAMES[part]: _typed(cells[part], chosen[part]) for part in parts}, index=pd.RangeIndex(len(lines)))
    return Table(frame=frame, columns=tuple(Column(name=NAMES[p], kind=chosen[p], role="feature") for p in parts))  # type: ignore[arg-type]


def _typed(cells: list[Any], kind: str) -> Any:
    if kind == "date":
        return pd.Series(pd.to_datetime(pd.Series(cells), format="ISO8601")).astype("datetime64[us]")
    return pd.Series(cells, dtype="float64" if kind == "number" else "str")


def recipe_for(table: Table, **choices: Any) -> Recipe:
    """Return a recipe that maps every column of the table; `rules` need name only what differs."""
    parts = {name: part for part, name in NAMES.items()}
    columns = {parts[column.name]: column.name for column in table.columns}
    rules = {**RULES, **choices.pop("rules", {})}
    return Recipe.from_mapping({"columns": columns, "rules": rules, **choices}, table.columns)


def turn_lines(lines: Sequence[dict[str, Any]], parts: str, kinds: dict[str, str] | None = None, **choices: Any) -> Turned:
    """Turn lines that have these parts, named in one string."""
    table = table_of(lines, parts.split(), **(kinds or {}))
    return turn(table, recipe_for(table, **choices))


def line(customer: str | float | None, date: str | None, **others: Any) -> dict[str, Any]:
    """Return one order line."""
    return {"customer": customer, "date": date, **others}


def column(turned: Turned, name: str) -> dict[str, Any]:
    """Return a column of the customers, by customer; missing is None."""
    frame = turned.table.frame
    values = frame[name]
    return {
        customer: None if gone else value
        for customer, value, gone in zip(frame.iloc[:, 0].tolist(), values.tolist(), values.isna(), strict=True)
    }


def fates(turned: Turned) -> dict[str, int]:
    """Return how many lines met which fate."""
    return {entry["what"]: entry["rows"] for entry in turned.ledger}


def decided(turned: Turned, what: str) -> tuple[str, str]:
    """Return what was decided, and why."""
    return next((decision["value"], decision["reason"]) for decision in turned.decisions if decision["what"] == what)
