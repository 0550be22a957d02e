"""The named groups of customers: boxes of scores in, an ordered list of rules out, in which the first that matches wins.

A group is a range of each of the three scores; a name may stand over several. Everybody can read, check and
change such a list, and a name never depends on anything but the three scores that stand beside it. A customer outside every box
belongs to `OTHERS`; the list that is proposed leaves nobody there.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from segmentiq.ml.errors import SpecRefused

SCORES = ("recency", "frequency", "monetary")
LOWEST, HIGHEST = 1, 5
ANY = (LOWEST, HIGHEST)
OTHERS = "Others"
LONGEST_NAME = 60
MOST_GROUPS = 50
"""A category of more levels could not be described."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Group:
    """A name and the lowest and highest score that it asks for, each from 1 to 5."""

    name: str
    recency: tuple[int, int] = ANY
    frequency: tuple[int, int] = ANY
    monetary: tuple[int, int] = ANY

    def to_mapping(self) -> dict[str, Any]:
        """Return plain data that `read_groups` turns into the same group."""
        return {"name": self.name, **{score: list(getattr(self, score)) for score in SCORES}}


DEFAULT_GROUPS = (
    Group(name="Champions", recency=(4, 5), frequency=(4, 5), monetary=(4, 5)),
    Group(name="Loyal customers", recency=(3, 5), frequency=(4, 5)),
    Group(name="Big spenders", recency=(3, 5), monetary=(5, 5)),
    Group(name="Potential loyalists", recency=(4, 5), frequency=(2, 3)),
    Group(name="New customers", recency=(5, 5), frequency=(1, 1)),
    Group(name="Promising", recency=(4, 4), frequency=(1, 1)),
    Group(name="Need attention", recency=(3, 3), frequency=(2, 3)),
    Group(name="About to sleep", recency=(3, 3), frequency=(1, 1)),
    Group(name="Cannot lose them", recency=(1, 2), frequency=(4, 5), monetary=(4, 5)),
    Group(name="At risk", recency=(1, 2), frequency=(3, 5)),
    Group(name="At risk", recency=(1, 2), monetary=(5, 5)),
    Group(name="Hibernating", recency=(2, 2), frequency=(1, 2)),
    Group(name="Lost", recency=(1, 1), frequency=(1, 2)),
)


def read_groups(value: Any) -> tuple[Group, ...]:
    """Return the groups of a recipe. Raises SpecRefused."""
    if not isinstance(value, list | tuple) or not 1 <= len(value) <= MOST_GROUPS:
        raise _refuse(f"The groups are no list of 1 to {MOST_GROUPS} groups.", "groups")
    return tuple(_read_group(entry, f"groups.{position}", position) for position, entry in enumerate(value))


def _read_group(entry: Any, field: str, position: int) -> Group:
    if not isinstance(entry, Mapping):
        raise _refuse(f"Group {position + 1} is no object with a name and three ranges of scores.", field)
    for key in entry:
        if key not in ("name", *SCORES):
            raise _refuse(f"Group {position + 1} names {str(key)[:40]!r}, which no group has.", field)
    ranges = {score: _read_range(entry.get(score), score, field, position) for score in SCORES}
    return Group(name=_read_name(entry.get("name"), field, position), **ranges)


def _read_name(name: Any, field: str, position: int) -> str:
    """Return the name; what cannot be printed could not be stored either."""
    if isinstance(name, str) and name.strip() and len(name) <= LONGEST_NAME and name.isprintable():
        return name.strip()
    raise _refuse(f"Group {position + 1} needs a name of 1 to {LONGEST_NAME} printable characters.", f"{field}.name")


def _read_range(value: Any, score: str, field: str, position: int) -> tuple[int, int]:
    if value is None:
        return ANY
    if isinstance(value, list | tuple) and len(value) == 2 and all(type(bound) is int for bound in value):
        low, high = value
        if LOWEST <= low <= high <= HIGHEST:
            return low, high
    raise _refuse(f"Group {position + 1}: {score} is no range of scores such as [4, 5].", f"{field}.{score}")


def _refuse(message: str, field: str) -> SpecRefused:
    hint = 'Write a group like {"name": "Champions", "recency": [4, 5], "frequency": [4, 5]}; scores go from 1 to 5.'
    return SpecRefused(message, code="invalid_recipe", field=field, hint=hint)
