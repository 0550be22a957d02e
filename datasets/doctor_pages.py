"""Stored warnings and decisions in, what the page says of them out: what is to be decided first, then what is good to know.

A warning is settled once one of its clicks is in effect, or a person decided about its column in another way; what a person
decided stands together, each with the click that takes it back. So nothing has to be remembered about which button was pressed.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from datasets.column_cards import KIND_WORDS, ROLE_WORDS
from datasets.doctor.actions import Action, Finding, is_in_effect
from datasets.models import Column, Dataset
from segmentiq.ml.facts import Labels, relabelled
from segmentiq.ml.values import Column as ColumnValue
from segmentiq.words import plural

READING = "Is it read right?"
ORDERS = "repeated_customers"
TOPICS = {
    "maybe_code": "Code or quantity?",
    "maybe_number": "Code or quantity?",
    "mostly_missing": "Missing and not known",
    "unknown_levels": "Missing and not known",
    "sentinel_values": "Missing and not known",
    "skewed": "A few large values",
    "near_duplicates": "Counted twice",
    "recoded_category": "Counted twice",
    "duplicate_rows": "Counted twice",
    "mixed_numbers": "Missing and not known",
}
"""Titles of the groups of warnings that wait for a decision, in their order; all other warnings are about the reading."""
CHOICE_WORDS = {
    "delimiter": "Delimiter",
    "encoding": "Encoding",
    "decimal": "Decimal mark",
    "thousands": "Mark between thousands",
    "date_order": "Order of dates",
    "header": "The first row names the columns",
    "skip_rows": "Rows above the table",
    "keep_rows": "Totals and repeated headers are kept",
    "quote": "Quotation marks",
    "sheet": "Sheet",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Button:
    """One click: what it says, and what its form sends."""

    label: str
    action: str
    column: str
    value: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Notice:
    """A sentence with the clicks that answer it."""

    message: str
    buttons: tuple[Button, ...] = ()
    is_about_reading: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Topic:
    """Notices that ask the same question."""

    title: str
    notices: tuple[Notice, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class DoctorPart:
    """What the page says about the data: open questions by topic, what is good to know, what a person decided."""

    headline: str
    topics: tuple[Topic, ...]
    told: tuple[Notice, ...]
    decided: tuple[Notice, ...]
    warned: frozenset[str]
    """Names of the columns with an open question."""


def doctor_part(dataset: Dataset, columns: Sequence[Column], *, offers_customers: bool = False) -> DoctorPart:
    """Sort what was found by what it asks of a person; where customers are offered, that says already that these are orders."""
    values = {column.name: column.to_value() for column in columns}
    overridden = {column.name for column in columns if column.is_overridden}
    findings = [_labelled(told, dataset.labels) for told in dataset.warnings]
    left = [told for told in findings if not _is_settled(told, values, dataset.overrides, overridden)]
    asking = [told for told in left if _asks(told)]
    return DoctorPart(
        headline=f"{plural(len(asking), 'thing')} to decide",
        topics=_by_topic(asking),
        told=tuple(_notice(told) for told in left if not _asks(told) and not (offers_customers and told["code"] == ORDERS)),
        decided=(*_decided_columns(columns), *_decided_reading(dataset), *_kept(dataset.overrides, findings)),
        warned=frozenset(name for told in asking for name in _columns_of(told)),
    )


def _labelled(told: Finding, labels: Labels) -> Finding:
    shown = told.copy()
    shown["message"] = relabelled(told["message"], labels)
    return shown


def _asks(told: Finding) -> bool:
    """Tell whether a person has to say something: that it may stay as it is can be said then, too."""
    return any(action["action"] == "keep" for action in told.get("actions", ()))


def _columns_of(told: Finding) -> set[str]:
    named = {action["column"] for action in told.get("actions", ())} | {told["column"]}
    return {name for name in named if name is not None}


def _is_settled(
    told: Finding, columns: Mapping[str, ColumnValue], overrides: Mapping[str, Any], overridden: Iterable[str]
) -> bool:
    actions = told.get("actions", [])
    chosen = {action["column"] for action in actions if action["action"] == "set"}.intersection(overridden)
    return bool(chosen) or any(is_in_effect(action, columns, overrides) for action in actions)


def _by_topic(asking: Sequence[Finding]) -> tuple[Topic, ...]:
    titles = [READING, *dict.fromkeys(TOPICS.values())]
    found = {title: tuple(_notice(told) for told in asking if TOPICS.get(told["code"], READING) == title) for title in titles}
    return tuple(Topic(title=title, notices=notices) for title, notices in found.items() if notices)


def _notice(told: Finding) -> Notice:
    return Notice(
        message=told["message"],
        buttons=tuple(button(action) for action in told.get("actions", ())),
        is_about_reading=_asks(told) and told["code"] not in TOPICS,
    )


def button(action: Action, label: str = "") -> Button:
    """Return the form of an action."""
    return Button(
        label=label or action.get("label", ""),
        action=action["action"],
        column=action["column"] or "",
        value=json.dumps(action["value"]),
    )


def undo_button(action: Action) -> Button:
    return button(action, "Undo")


def _decided_columns(columns: Iterable[Column]) -> Iterable[Notice]:
    for column in columns:
        if column.is_overridden:
            message = f"{column.name} holds {KIND_WORDS[column.kind]} and is {ROLE_WORDS[column.role]}."
            undo = Action(action="as_read", column=column.name, value=None)
            yield Notice(message=message, buttons=(undo_button(undo),) if "read_as" in column.statistics else ())


def _decided_reading(dataset: Dataset) -> Iterable[Notice]:
    for name, words in CHOICE_WORDS.items():
        if name in dataset.overrides:
            chosen = dataset.overrides[name]
            said = {True: "yes", False: "no"}.get(chosen, chosen) if isinstance(chosen, bool) else chosen
            yield _undoable(f"{words}: {said}.", Action(action="read", column=None, value={name: None}))
    if "duplicates" in dataset.overrides:
        yield _undoable(_say_aside(dataset), Action(action="read", column=None, value={"duplicates": None}))
    for column in dataset.overrides.get("missing", {}):
        undo = Action(action="missing", column=column, value=[])
        yield _undoable(f"Words that mean “not known” count as missing in {column}.", undo)
    if dataset.overrides.get("advice", {}).get("log") == "auto":
        undo = Action(action="log", column=None, value="none")
        yield _undoable("The next run takes the logarithm of skewed columns.", undo)


def _say_aside(dataset: Dataset) -> str:
    n_rows = sum(entry["rows"] for entry in dataset.ledger if entry["what"] == "duplicates")
    one = n_rows == 1
    return f"{plural(n_rows, 'row')} that repeat{'s' if one else ''} another one {'is' if one else 'are'} set aside."


def _undoable(message: str, undo: Action) -> Notice:
    return Notice(message=message, buttons=(undo_button(undo),))


def _kept(overrides: Mapping[str, Any], findings: Iterable[Finding]) -> Iterable[Notice]:
    """Tell the warnings that were settled as they are, while there is still something to settle."""
    kept = overrides.get("advice", {}).get("kept", [])
    for told in findings:
        for action in told.get("actions", ()):
            if action["action"] == "keep" and action["value"] in kept:
                undo = Action(action="reopen", column=action["column"], value=action["value"])
                yield _undoable(f"{action.get('label', 'Kept')}: {told['message']}", undo)
