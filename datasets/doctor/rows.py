"""Rows that repeat another row: a view flows in, what there is to say and to decide about them flows out."""

from __future__ import annotations

from collections.abc import Sequence

from datasets.doctor.actions import Action, Finding, finding, keep
from datasets.doctor.view import View, shown
from datasets.reader.findings import count_of
from datasets.reader.repeats import find_repeats
from segmentiq.ml.values import Column

UNIQUE = 0.95
COMMON = 0.2
"""Above this share customers are alike because the table tells little of them, not because one came twice."""


def find_duplicates(view: View) -> list[Finding]:
    """Count rows that repeat another one, in every column and in every column but the identifiers."""
    columns = sorted(view.table.columns, key=lambda column: -view.n_distinct(column))
    names = [column for column in columns if column.role == "id" and view.n_distinct(column) >= UNIQUE * view.n_rows]
    others = [column.name for column in columns if column not in names]
    if not others:
        return []
    n_alike = len(find_repeats(view.table.frame, others))
    if not names or not n_alike:
        return _tell_copies(n_alike)
    n_copies = len(find_repeats(view.table.frame, [*others, *(column.name for column in names)]))
    return [*_tell_copies(n_copies), *_tell_alike(n_alike - n_copies, names, view.n_rows)]


def _tell_copies(n_copies: int) -> list[Finding]:
    if not n_copies:
        return []
    what = "repeats another row" if n_copies == 1 else "repeat another row"
    message = f"{count_of(n_copies, 'row')} {what} in every column; each of them counts."
    aside = Action(action="read", column=None, value={"duplicates": "drop"}, label="Set them aside")
    return [finding("duplicate_rows", message, None, [aside, keep("Count each of them", "duplicate_rows")])]


def _tell_alike(n_alike: int, names: Sequence[Column], n_rows: int) -> list[Finding]:
    if not 0 < n_alike <= COMMON * n_rows:
        return []
    named = " and ".join(shown(column.name) for column in names[:2])
    are = "equals an earlier one" if n_alike == 1 else "equal an earlier one"
    message = f"{count_of(n_alike, 'row')} {are} in everything but {named}: the same customer twice, or customers who are alike."
    return [finding("alike_but_for_id", message)]
