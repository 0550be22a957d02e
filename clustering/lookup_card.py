"""A name somebody asked for in, all that is known of that customer out: segment, how well it lies there, values, neighbours.

One answer serves the page without a script and the panel with one. What was asked is given back to the person who asked, in the
form, and to nobody else.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from clustering import artifacts
from clustering.cutting import Cut
from clustering.lookup import Customer, Register, id_columns, listed, open_register, position_of, rows_at, rows_named
from clustering.lookup_near import nearest
from clustering.models import Run
from clustering.segments import cohesion_in
from datasets.finding import read_rows
from segmentiq.ml.facts import month, noun
from segmentiq.ml.values import NumberFact, Profile
from segmentiq.words import count, figure, plural, share

N_NEAR = 5
MOST_VALUES = 40
DEEP, BORDER = 0.5, 0.1
"""Silhouettes from which a customer lies well inside its segment, and up to which near its border."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Value:
    """One column of a customer beside the average of its segment and of all."""

    column: str
    own: str
    segment: str
    everyone: str


@dataclass(frozen=True, kw_only=True, slots=True)
class CustomerCard:
    customer: Customer
    position: int | None
    """Place in leaf order, by which the map knows it."""
    lies: str
    values: tuple[Value, ...]
    has_levels: bool
    """Whether some of the averages are shares of customers with the same level."""
    near: tuple[Customer, ...]
    near_positions: tuple[int, ...]
    near_note: str
    """Why there are no neighbours, where there are none."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Asked:
    """Who is looked up: by name, by row in the table from 0, or by place in leaf order from 0."""

    name: str = ""
    row: int | None = None
    at: int | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class LookupPage:
    asked: str
    label: str
    """What identifies a customer: the column's name, or the row number."""
    sentence: str
    others: tuple[Customer, ...]
    """Further customers of the same name."""
    card: CustomerCard | None


def lookup_page(run: Run, cut: Cut, asked: Asked) -> LookupPage:
    """Answer a look-up, or ask for a name where nothing was asked. Raises Refusal."""
    ids = id_columns(run)
    label = ids[0] if ids else "Row number"
    found = _rows_asked(run, asked)
    if not found:
        sentence = _not_found(run, ids) if asked != Asked() else ""
        return LookupPage(asked=asked.name, label=label, sentence=sentence, others=(), card=None)
    register = open_register(run, cut)
    position = position_of(register.labels, found[0])
    near = _near(run, position)
    near_rows = rows_at(register.labels, near) if near else []
    header, rows = read_rows(run.dataset, {*found, *near_rows})
    first, *others = listed(register, found, header, rows)
    card = CustomerCard(
        customer=first,
        position=position,
        lies=_lies(register, position),
        values=_values(register, first, dict(zip(header, rows[found[0]], strict=True))),
        has_levels=run.dataset.columns.filter(role__in=("feature", "descriptor"), kind="category").exists(),
        near=listed(register, near_rows, header, rows),
        near_positions=tuple(near or ()),
        near_note=_near_note(position, near),
    )
    sentence = _several(len(found), label) if others else ""
    return LookupPage(asked=asked.name, label=label, sentence=sentence, others=tuple(others), card=card)


def _rows_asked(run: Run, asked: Asked) -> list[int]:
    if asked.row is not None:
        return [asked.row] if asked.row < (run.n_rows or 0) else []
    if asked.at is not None:
        return rows_at(artifacts.load_labels(run), [asked.at]) if asked.at < (run.n_clustered or 0) else []
    return rows_named(run, asked.name) if asked.name else []


def _not_found(run: Run, ids: Sequence[str]) -> str:
    customers = plural(run.n_rows or 0, "row")
    if ids:
        return f"None of the {customers} has exactly this {' or '.join(ids)}. Capitals and leading zeros count."
    return f"The table has no column that identifies customers, so they are found by row number, from 1 to {count(run.n_rows)}."


def _several(found: int, label: str) -> str:
    return f"{plural(found, 'row')} of the table have this {label}; the first is shown."


def _near(run: Run, position: int | None) -> list[int] | None:
    """Return the leaf positions of the nearest others; None where nobody's place was kept."""
    space = None if position is None else artifacts.load_space(run)
    return None if space is None or position is None else nearest(space, position, run.spec["metric"], N_NEAR)


def _near_note(position: int | None, near: list[int] | None) -> str:
    if position is None or near:
        return ""
    return "The places of the customers were not kept, as for very large or older runs, so the nearest cannot be told."


def _lies(register: Register, position: int | None) -> str:
    """Say how well a customer lies in its segment; nothing where that was not measured."""
    if position is None:
        return "A row with missing cells that this run set aside: it is in no segment."
    measured = cohesion_in(register.run, register.top, register.cut) if register.cut.k > 1 else None
    if measured is None:
        return ""
    import numpy as np

    place = int(np.searchsorted(measured.positions, position))
    if place == len(measured.positions) or measured.positions[place] != position:
        return (
            f"How well it lies there was measured for {count(len(measured.positions))} customers only, and it is not among them."
        )
    value = float(measured.values[place])
    return f"{_how_well(value)} (silhouette {value:.2f}; 1 is deep inside, 0 on the border)."


def _how_well(value: float) -> str:
    if value < 0:
        return "It is nearer to another segment than to its own"
    depth = "well inside" if value >= DEEP else "inside" if value >= BORDER else "near the border of"
    return f"It lies {depth} its segment"


def _values(register: Register, customer: Customer, cells: Mapping[str, str]) -> tuple[Value, ...]:
    """Compare the customer with the average of its segment, column by column as the table orders them."""
    everyone = register.profiles[0]
    own = register.profiles[customer.segment.branch] if customer.segment else None
    kinds = dict(register.run.dataset.columns.values_list("name", "kind"))
    labels = register.run.dataset.labels
    profiled = _profiled(everyone)
    told = [name for name in cells if name in profiled][:MOST_VALUES]
    return tuple(
        Value(
            column=noun(name, labels),
            own=cells[name] or "–",
            segment=_average(own, name, cells[name], kinds) if own else "–",
            everyone=_average(everyone, name, cells[name], kinds),
        )
        for name in told
    )


def _profiled(root: Profile) -> set[str]:
    return {fact.column for fact in root.numbers} | {fact.column for fact in root.levels}


def _average(profile: Profile, column: str, cell: str, kinds: Mapping[str, str]) -> str:
    """Write what a column is on average among these customers; of a category, how many have this customer's level."""
    number = next((fact for fact in profile.numbers if fact.column == column), None)
    if number is not None:
        return _mean(number, kinds.get(column, "number"))
    level = next((fact for fact in profile.levels if fact.column == column and fact.level == cell), None)
    return share(level.share) if level else "–"


def _mean(fact: NumberFact, kind: str) -> str:
    if kind == "date":
        return month(fact.mean)
    return f"yes for {share(fact.mean)}" if kind == "boolean" else figure(fact.mean)
