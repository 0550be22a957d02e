"""The clicks that settle a warning: codes and words, light enough for the web process.

An action is plain JSON: {"action", "label", "column", "value"}. Whatever an action does, another action undoes, so the page can
offer both alike and the API takes both at one address:

set      a column's kind and role: {"kind": "category", "role": "feature"}, one of them is enough
as_read  a column's kind and role as the reader found them
missing  the words that count as missing in a column, which is read again: ["unknown"]; none of them: []
read     reading choices of the whole file, which is read again: {"decimal": ","}; null takes a choice back;
         {"duplicates": "drop"} sets aside the rows that repeat another one
log      what the next run proposes as its logarithm: "auto" or "none"
keep     a warning, named by its code and columns, is settled as it is: ["near_duplicates", "Milk", "Grocery"]
reopen   the same warning is open again
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Literal, NotRequired, TypedDict, cast, get_args

from datasets.reader.findings import Warned
from segmentiq.ml.values import Column, Kind, Role

ActionCode = Literal["set", "as_read", "missing", "read", "log", "keep", "reopen"]
CODES: tuple[str, ...] = get_args(ActionCode)


class Action(TypedDict):
    """One click; `label` says it as a verb and is missing where nothing shows it."""

    action: ActionCode
    column: str | None
    value: Any
    label: NotRequired[str]


class Finding(Warned):
    """A warning and the clicks that settle it."""

    actions: NotRequired[list[Action]]


def finding(code: str, message: str, column: str | None = None, actions: Sequence[Action] = ()) -> Finding:
    """Build a finding; without actions it only informs."""
    plain = Finding(code=code, message=message, column=column)
    return Finding(**plain, actions=list(actions)) if actions else plain


def make(kind: Kind, column: str, label: str) -> Action:
    """Return the click that changes what a column holds, and clusters on it where that can be."""
    return Action(action="set", column=column, value={"kind": kind, "role": role_for(kind)}, label=label)


def give_role(role: Role, column: str, label: str) -> Action:
    """Return the click that changes what a column is for."""
    return Action(action="set", column=column, value={"role": role}, label=label)


def keep(label: str, code: str, *columns: str) -> Action:
    """Return the click that settles a warning and changes nothing else."""
    return Action(action="keep", column=columns[0] if columns else None, value=[code, *columns], label=label)


def role_for(kind: Kind) -> Role:
    """Return what a column of this kind is for, unless somebody says otherwise."""
    roles: Mapping[Kind, Role] = {"date": "descriptor", "id": "id", "text": "ignored", "constant": "ignored"}
    return roles.get(kind, "feature")


def treat_as_missing(column: str, words: Iterable[str], label: str = "Treat them as missing") -> Action:
    """Return the click that takes words, in lower case, for missing in a column."""
    return Action(action="missing", column=column, value=list(words), label=label)


def with_actions(
    warnings: Iterable[Warned],
    columns: Sequence[Column],
    statistics: Mapping[str, Mapping[str, Any]] | None = None,
    words: Mapping[str, Sequence[str]] | None = None,
) -> list[Finding]:
    """Return the reader's warnings, those with the clicks that settle them which a person can answer.

    `words` are what stands among the numbers of a column that stayed text because of them.
    """
    names = {column.name for column in columns}
    return [_answered(warning, names, statistics or {}, words or {}) for warning in warnings]


def _answered(
    warning: Warned, names: set[str], statistics: Mapping[str, Mapping[str, Any]], words: Mapping[str, Sequence[str]]
) -> Finding:
    code, column = warning["code"], warning.get("column")
    if "actions" in warning or code not in GUESSES or (column is not None and column not in names):
        return cast("Finding", warning)
    named = [column] if column is not None else []
    other = OTHERWISE.get(code, _nothing_else)(warning["message"])
    if code == "sentinel_values" and column is not None:
        other = _not_known(column, statistics.get(column, {}))
    if code == "mixed_numbers" and column is not None:
        if column not in words:
            return cast("Finding", warning)
        other = [treat_as_missing(column, words[column])]
    return Finding(**warning, actions=[*other, keep(GUESSES[code], code, *named)])


def beside(findings: Iterable[Finding], missing: Mapping[str, Sequence[str]]) -> list[Finding]:
    """Return the findings, their clicks on words that mean "not known" with those words that count as missing already."""
    return [
        finding(told["code"], told["message"], told["column"], _beside(told.get("actions", ()), missing)) for told in findings
    ]


def _beside(actions: Iterable[Action], missing: Mapping[str, Sequence[str]]) -> list[Action]:
    return [
        {**action, "value": list(dict.fromkeys([*missing.get(action["column"] or "", ()), *action["value"]]))}
        if action["action"] == "missing"
        else action
        for action in actions
    ]


GUESSES = {
    "decimal_guessed": "It is read right",
    "thousands_guessed": "It is read right",
    "date_order_guessed": "It is read right",
    "encoding_guessed": "It is read right",
    "stray_quotes": "It is read right",
    "several_sheets": "It is the right sheet",
    "same_header_sheets": "This sheet is enough",
    "tables_beside": "It is another table",
    "possible_total": "It is a customer",
    "possible_subtotals": "They are customers",
    "sentinel_values": "They are numbers",
    "mixed_numbers": "It is text",
}
"""Warnings about a guess, and the words with which a person confirms it; to correct it the file is read differently."""


def _nothing_else(message: str) -> list[Action]:
    return []


def _other_decimal(message: str) -> list[Action]:
    """Return the click that reads the mark of a column the other way; the message says which mark it is, and how it was read."""
    comma, is_decimal = "comma" in message or '","' in message, "as the decimal mark" in message
    if not comma and "point" not in message and '"."' not in message:
        return []
    mark = "," if comma != is_decimal else "."
    return [_read("decimal", mark, {",": "Read commas as decimal marks", ".": "Read points as decimal marks"}[mark])]


def _other_order(message: str) -> list[Action]:
    """Return the click that reads the dates of the file in the other order; the message says how they were read."""
    if "day-month-year" in message:
        return [_read("date_order", "month-day-year", "The month comes first")]
    return [_read("date_order", "day-month-year", "The day comes first")] if "month-day-year" in message else []


def _not_known(column: str, facts: Mapping[str, Any]) -> list[Action]:
    """Return the click that takes the ends of a column that are all nines for missing, however their decimals were written."""
    ends = [facts[end] for end in ("min", "max") if _stands_out(facts.get(end) or 0, facts.get("median") or 0)]
    words = [f"{end:.0f}{decimals}" for end in ends for decimals in ("", ".0", ".00", ",0", ",00")]
    return [treat_as_missing(column, words)] if words else []


def _stands_out(end: float, median: float) -> bool:
    """Tell whether the end of a column can be what the reader warned of: two nines below 0 or three above, and far out."""
    digits = f"{abs(end):.0f}"
    return set(digits) == {"9"} and len(digits) > 1 + (end > 0) and abs(end) > 3 * abs(median)


def _all_sheets(message: str) -> list[Action]:
    return [_read("sheet", "*", "Read all of them")]


def _all_columns(message: str) -> list[Action]:
    return [_read("keep_rows", True, "Read its columns too")]


def _read(choice: str, value: Any, label: str) -> Action:
    return Action(action="read", column=None, value={choice: value}, label=label)


OTHERWISE: Mapping[str, Callable[[str], list[Action]]] = {
    "decimal_guessed": _other_decimal,
    "thousands_guessed": _other_decimal,
    "date_order_guessed": _other_order,
    "same_header_sheets": _all_sheets,
    "tables_beside": _all_columns,
}
"""How a guess is corrected with one click, where there is but one other way."""


def is_in_effect(action: Action, columns: Mapping[str, Column], overrides: Mapping[str, Any]) -> bool:
    """Tell whether the state is what this click would make of it."""
    code, value, column = action["action"], action["value"], columns.get(action["column"] or "")
    if code == "set":
        return column is not None and all(getattr(column, name) == wanted for name, wanted in value.items())
    if code == "missing":
        return set(value) <= set(overrides.get("missing", {}).get(action["column"], ()))
    if code == "read":
        return all(overrides.get(name) == wanted for name, wanted in value.items())
    advice = overrides.get("advice", {})
    return advice.get("log", "none") == value if code == "log" else value in advice.get("kept", [])
