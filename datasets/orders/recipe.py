"""How order lines become customers, as one frozen value: plain data and the columns in, a checked `Recipe` out.

Pages, the API, the command line and the stored dataset all build it with `from_mapping`, so every door refuses with the same
sentence, and what was stored last year is checked against the columns as they are today.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Self

from datasets.orders.groups import DEFAULT_GROUPS, Group, read_groups
from segmentiq.ml.errors import SpecRefused
from segmentiq.ml.values import Column, Kind

NAMES: frozenset[Kind] = frozenset(("id", "category", "text", "number"))
NUMBERS: frozenset[Kind] = frozenset(("number", "category", "constant"))
"""A quantity that is always 1, or 1 or 2, is read as something else than a number; its text is a number all the same."""
PARTS: Mapping[str, frozenset[Kind]] = {
    "customer": NAMES,
    "date": frozenset(("date",)),
    "invoice": NAMES,
    "product": NAMES | {"constant"},
    "quantity": NUMBERS,
    "price": NUMBERS,
    "amount": NUMBERS,
}
"""What a column of order lines can stand for, and the kinds that can stand for it."""
RULES: Mapping[str, bool] = {
    "missing_customer": True,
    "missing_date": True,
    "cancelled": True,
    "returns": True,
    "zero_prices": True,
    "duplicates": False,
}
"""The rules that set lines aside, in the order in which they are asked, and whether they are on when nobody says otherwise."""
ALWAYS_ON = ("missing_customer", "missing_date")
DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
NAMES_TOLD = 20


@dataclass(frozen=True, kw_only=True, slots=True)
class Recipe:
    """One recipe; the defaults turn any orders sensibly.

    `columns` maps parts of an order to the names of columns. `snapshot` is the day or moment the customers are looked at from, as
    ISO; None is a day after the last order that is kept. `rules` says which lines are set aside, `groups` names the scores.
    """

    columns: Mapping[str, str]
    snapshot: str | None = None
    rules: Mapping[str, bool] = field(default_factory=lambda: dict(RULES))
    groups: tuple[Group, ...] = DEFAULT_GROUPS

    @classmethod
    def from_mapping(cls, mapping: Mapping[str, Any], columns: Sequence[Column]) -> Self:
        """Build a recipe for these columns; what is left out or null takes its default. Raises SpecRefused."""
        for key in _need_mapping(mapping, "recipe"):
            if key not in ("columns", "snapshot", "rules", "groups"):
                raise _refuse(f"A recipe has no {str(key)[:40]!r}.", str(key)[:40], "It has columns, snapshot, rules and groups.")
        given = {key: value for key, value in mapping.items() if value is not None}
        return cls(
            columns=_read_columns(given.get("columns", {}), columns),
            snapshot=_read_snapshot(given["snapshot"]) if "snapshot" in given else None,
            rules=_read_rules(given.get("rules", {})),
            groups=read_groups(given["groups"]) if "groups" in given else DEFAULT_GROUPS,
        )

    def to_mapping(self) -> dict[str, Any]:
        """Return plain data, always in the same order, that `from_mapping` turns into the same recipe."""
        return {
            "columns": {part: self.columns[part] for part in PARTS if part in self.columns},
            "snapshot": self.snapshot,
            "rules": {rule: self.rules[rule] for rule in RULES},
            "groups": [group.to_mapping() for group in self.groups],
        }


def _read_columns(value: Any, columns: Sequence[Column]) -> dict[str, str]:
    known = {column.name: column for column in columns}
    given = {part: name for part, name in _need_mapping(value, "columns").items() if name not in (None, "")}
    for part, name in given.items():
        if part not in PARTS:
            raise _refuse(f"Orders have no part {str(part)[:40]!r}.", "columns", f"They have {', '.join(PARTS)}.")
        _check_column(part, name, known)
    _check_together(given)
    return {part: given[part] for part in PARTS if part in given}


def _check_column(part: str, name: Any, known: Mapping[str, Column]) -> None:
    where = f"columns.{part}"
    if not isinstance(name, str) or name not in known:
        told = ", ".join(entry[:40] for entry in list(known)[:NAMES_TOLD])
        message = f"The {part} names a column {str(name)[:40]!r}, but the orders have none of that name."
        raise SpecRefused(message, code="unknown_column", field=where, hint=f"There are: {told}.")
    kind = known[name].kind
    if kind not in PARTS[part]:
        wanted = " or ".join(sorted(PARTS[part]))
        hint = "Choose another column, or correct its kind on the page of the orders."
        raise _refuse(f"The {part} has to be of kind {wanted}; column {name[:40]!r} is of kind {kind}.", where, hint)


def _check_together(given: Mapping[str, str]) -> None:
    for part in ("customer", "date"):
        if part not in given:
            raise _refuse(f"The recipe names no column for the {part}.", f"columns.{part}", "Customer and date are needed.")
    if "amount" not in given and "price" not in given:
        raise _refuse(
            "The recipe names no column that says what was paid.",
            "columns.amount",
            "Name an amount, or a price: with a quantity they are multiplied, without one every line is one item.",
        )
    first: dict[str, str] = {}
    for part, name in given.items():
        if name in first:
            what = f"Column {name[:40]!r} stands for the {first[name]} and for the {part}."
            raise _refuse(what, f"columns.{part}", "Let every column stand for one thing.")
        first[name] = part


def _read_rules(value: Any) -> dict[str, bool]:
    given = _need_mapping(value, "rules")
    for rule, is_on in given.items():
        where = f"rules.{str(rule)[:40]}"
        if rule not in RULES:
            raise _refuse(f"There is no rule {str(rule)[:40]!r}.", where, f"There are {', '.join(RULES)}.")
        if not isinstance(is_on, bool):
            raise _refuse(f"The rule {rule} is neither true nor false.", where, "Say true to set such lines aside.")
        if rule in ALWAYS_ON and not is_on:
            raise _refuse(
                f"The rule {rule} cannot be off.", where, "A line without a customer or a date belongs to nobody's orders."
            )
    return {rule: given.get(rule, default) for rule, default in RULES.items()}


def _read_snapshot(value: Any) -> str:
    """Return the snapshot as ISO: a day stays a day."""
    try:
        if DAY.fullmatch(value):
            return date.fromisoformat(value).isoformat()
        moment = datetime.fromisoformat(value)
    except (TypeError, ValueError):
        moment = None
    if moment is None or moment.tzinfo is not None:
        hint = "Write it like 2024-12-31 or 2024-12-31T18:00:00, without a time zone, or leave it out."
        raise _refuse("The snapshot is no date.", "snapshot", hint)
    return moment.isoformat()


def _need_mapping(value: Any, what: str) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise _refuse(f"{what.capitalize()} is no object of names and values.", what, 'Write it like {"customer": "Client no"}.')
    return value


def _refuse(message: str, field: str, hint: str) -> SpecRefused:
    return SpecRefused(message, code="invalid_recipe", field=field, hint=hint)
