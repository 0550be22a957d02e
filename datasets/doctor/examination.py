"""The examination: a typed table and its statistics flow in, findings flow out in the order in which a person should read them.

Finders are a registry: a new one is a function from `View` to findings and one line in `FINDERS`. None of them changes the table;
`set_personal_aside` gives the columns that were found to be personal their role before anything is made of them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from datasets.doctor.actions import Finding
from datasets.doctor.columns import find_codes, find_gaps, find_skew
from datasets.doctor.levels import find_rare_levels, find_unknown_levels
from datasets.doctor.pairs import find_recodings, find_twins
from datasets.doctor.personal import find_personal
from datasets.doctor.rows import find_duplicates
from datasets.doctor.view import View
from datasets.reader.findings import Warned
from segmentiq.ml.values import Column, Table

FINDERS: tuple[Callable[[View], list[Finding]], ...] = (
    find_codes, find_gaps, find_unknown_levels, find_skew, find_twins, find_recodings, find_duplicates, find_rare_levels
)  # fmt: skip


def examine(table: Table, statistics: Mapping[str, Mapping[str, Any]]) -> list[Finding]:
    """Return what a person should know of a table before it is clustered."""
    if len(table.frame) == 0:
        return []
    personal = find_personal(View(table=table, statistics=statistics))
    clean = Table(frame=table.frame, columns=set_personal_aside(table.columns, personal))
    view = View(table=clean, statistics=statistics)
    return [*personal, *(found for find in FINDERS for found in find(view))]


def set_personal_aside(columns: Sequence[Column], findings: Sequence[Warned]) -> tuple[Column, ...]:
    """Return the columns, those with personal data no longer to be clustered on or described."""
    personal = {told["column"]: told["message"] for told in findings if told["code"] == "personal_data"}
    return tuple(_set_aside(column, personal[column.name]) if column.name in personal else column for column in columns)


def _set_aside(column: Column, message: str) -> Column:
    return column if column.role == "id" else replace(column, role="ignored", reason=message)
