"""What a click on a warning does: an action flows in, changed rows flow out with a sentence and the action that undoes it.

The page's buttons and the API come here alike. Whatever is decided lies where reading the file again finds it: kinds and roles on
the columns, everything else in the dataset's `overrides`; advice among them says nothing about the reading and needs none.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from datasets import services
from datasets.column_cards import KIND_WORDS, ROLE_WORDS
from datasets.doctor.actions import CODES, Action
from datasets.models import Column, Dataset
from datasets.reader.overrides import check_overrides
from segmentiq.access import deleted
from segmentiq.jobs.lifecycle import Status
from segmentiq.ml.errors import Refusal


@dataclass(frozen=True, kw_only=True, slots=True)
class Done:
    """What was done, as a person reads it, and how to undo it."""

    sentence: str
    undo: Action


def act(dataset: Dataset, action: str, column: str | None = None, value: Any = None) -> Done:
    """Do what an action says. Raises Refusal for one that is not known, does not fit, or cannot be done now."""
    if action not in PERFORMERS:
        raise Refusal(f"An action is one of {', '.join(CODES)}.", code="invalid_value", field="action")
    if dataset.status != Status.DONE:
        raise Refusal("The dataset is not ready.", code="not_ready", hint="Wait until it has been read.")
    return PERFORMERS[action](dataset, column, value)


def _set(dataset: Dataset, name: str | None, value: Any) -> Done:
    wanted = _mapping(value, {"kind", "role"})
    if not all(isinstance(said, str) and said for said in wanted.values()):
        raise Refusal("A kind or a role is a word.", code="invalid_value", field="value")
    column = _column(dataset, name)
    undo = _undo_of(column)
    services.override_column(column, **wanted)
    return Done(sentence=_state_of(column), undo=undo)


def _as_read(dataset: Dataset, name: str | None, value: Any) -> Done:
    column = _column(dataset, name)
    undo = _undo_of(column)
    if not services.restore_column(column):
        raise Refusal(f"Column {column.name[:80]!r} is as it was read.", code="conflict", field="column")
    return Done(sentence=f"As it was read: {_state_of(column)}", undo=undo)


def _undo_of(column: Column) -> Action:
    """Return the action that leads back to what the column is now."""
    if column.is_overridden:
        return Action(action="set", column=column.name, value={"kind": column.kind, "role": column.role})
    return Action(action="as_read", column=column.name, value=None)


def _state_of(column: Column) -> str:
    return f"{column.name} holds {KIND_WORDS[column.kind]} and is {ROLE_WORDS[column.role]}."


def _missing(dataset: Dataset, name: str | None, value: Any) -> Done:
    column = _column(dataset, name)
    if not (value is None or isinstance(value, list)):
        raise Refusal("Words that count as missing come as a list.", code="invalid_value", field="value")
    words = value or []
    before: Mapping[str, Any] = dataset.overrides.get("missing", {})
    others = {other: kept for other, kept in before.items() if other != column.name}
    _read_again(dataset, {"missing": {**others, **({column.name: words} if words else {})} or None})
    now = "Words that mean “not known” count as missing" if words else "Every word counts"
    undo = Action(action="missing", column=column.name, value=before.get(column.name, []))
    return Done(sentence=f"{now} in {column.name}.", undo=undo)


def _read(dataset: Dataset, name: str | None, value: Any) -> Done:
    wanted = _mapping(value, None)
    undo = Action(action="read", column=None, value={choice: dataset.overrides.get(choice) for choice in wanted})
    _read_again(dataset, wanted)
    return Done(sentence=_say_reading(wanted), undo=undo)


def _say_reading(wanted: Mapping[str, Any]) -> str:
    if wanted.keys() != {"duplicates"}:
        return "The file is read in another way."
    return f"Rows that repeat another one {'are set aside' if wanted['duplicates'] else 'count again'}."


def _read_again(dataset: Dataset, wanted: Mapping[str, Any]) -> None:
    services.read_again(dataset, check_overrides({**dataset.overrides, **wanted}))


def _log(dataset: Dataset, name: str | None, value: Any) -> Done:
    before = dataset.overrides.get("advice", {}).get("log", "none")
    _advise(dataset, lambda advice: {**advice, "log": value})
    takes = "takes" if value == "auto" else "does not take"
    sentence = f"The next run {takes} the logarithm of skewed columns, unless you choose otherwise there."
    return Done(sentence=sentence, undo=Action(action="log", column=None, value=before))


def _keep(dataset: Dataset, name: str | None, value: Any) -> Done:
    _advise(dataset, lambda advice: {**advice, "kept": [*_without(advice, value), value]})
    return Done(sentence="It stays as it is.", undo=Action(action="reopen", column=name, value=value))


def _reopen(dataset: Dataset, name: str | None, value: Any) -> Done:
    _advise(dataset, lambda advice: {**advice, "kept": _without(advice, value)})
    return Done(sentence="It is open again.", undo=Action(action="keep", column=name, value=value))


def _without(advice: Mapping[str, Any], value: Any) -> list[Any]:
    return [kept for kept in advice.get("kept", []) if kept != value]


def _advise(dataset: Dataset, change: Callable[[Mapping[str, Any]], dict[str, Any]]) -> None:
    """Change what was decided beside the reading; the file is not read again."""
    with transaction.atomic():
        locked = Dataset.objects.select_for_update().filter(pk=dataset.pk).first()
        if locked is None:
            raise deleted()
        locked.overrides = check_overrides({**locked.overrides, "advice": change(locked.overrides.get("advice", {}))})
        locked.save(update_fields=["overrides"])


def _column(dataset: Dataset, name: str | None) -> Column:
    found: Column | None = dataset.columns.filter(name=name).first() if name else None
    if found is None:
        raise Refusal("The dataset has no column of this name.", code="unknown_column", field="column")
    return found


def _mapping(value: Any, known: set[str] | None) -> dict[str, Any]:
    """Return what an action is to set. Raises Refusal when it is nothing or something else."""
    if not isinstance(value, dict) or not value or (known is not None and not known.issuperset(value)):
        which = f" of {' and '.join(sorted(known))}" if known else ""
        raise Refusal(f"This action takes an object{which}.", code="invalid_value", field="value")
    return value


PERFORMERS: Mapping[str, Callable[[Dataset, str | None, Any], Done]] = {
    "set": _set,
    "as_read": _as_read,
    "missing": _missing,
    "read": _read,
    "log": _log,
    "keep": _keep,
    "reopen": _reopen,
}
