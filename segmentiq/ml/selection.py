"""Columns and a specification in, the columns to cluster on out.

Pure Python: the web process refuses a wrong choice at once with this, and the worker chooses with it, so both say the same.
"""

from __future__ import annotations

from collections.abc import Sequence

from segmentiq.ml.errors import SpecRefused
from segmentiq.ml.spec import SegmentationSpec
from segmentiq.ml.values import Column

CLUSTERABLE = ("number", "category", "date", "boolean")
NAMES_TOLD = 20


def choose_columns(columns: Sequence[Column], spec: SegmentationSpec) -> tuple[Column, ...]:
    """Return the columns to cluster on: those named, or every feature.

    Raises
    ------
    SpecRefused
        ``unknown_column`` or ``no_features`` when a named column cannot be used, or none is left; ``invalid_log`` when the
        logarithm of something else than a number is asked for.
    """
    known = {column.name: column for column in columns}
    asked = spec.columns or tuple(c.name for c in columns if c.role == "feature" and c.kind in CLUSTERABLE)
    _refuse_unknown("columns", asked, tuple(known), "in this table")
    logged = spec.log if isinstance(spec.log, tuple) else ()
    _refuse_unknown("log", logged, asked, "among the clustered columns")
    _refuse_unknown("weights", tuple(name for name, _ in spec.weights), asked, "among the clustered columns")
    for name in asked:
        if known[name].kind not in CLUSTERABLE:
            raise SpecRefused(
                f"Column {name[:40]!r} is of kind {known[name].kind}, which says nothing about likeness.",
                code="no_features",
                field="columns",
                hint="Choose columns of kind number, category, date or boolean, or correct the column's kind first.",
            )
    for name in logged:
        if known[name].kind != "number":
            raise SpecRefused(
                f"Column {name[:40]!r} is of kind {known[name].kind}, which has no logarithm.",
                code="invalid_log",
                field="log",
                hint='Name numbers only, or use log "auto".',
            )
    if not asked:
        raise SpecRefused(
            "No column of this table is a feature.",
            code="no_features",
            field="columns",
            hint="Give at least one number, category, boolean or date the role feature, or name such columns.",
        )
    return tuple(known[name] for name in asked)


def _refuse_unknown(field: str, names: Sequence[str], known: Sequence[str], where: str) -> None:
    for name in names:
        if name not in known:
            raise SpecRefused(
                f"{field} names a column {name[:40]!r}, but there is none {where}.",
                code="unknown_column",
                field=field,
                hint=f"There are: {', '.join(entry[:40] for entry in known[:NAMES_TOLD])}.",
            )
