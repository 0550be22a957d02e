"""The reading of an upload, done in the worker's child: original bytes in; typed table, column rows and decisions out.

The table is written to files first, then everything that mentions it is published in one transaction with `dataset.finish`, which
fails if the lease was lost: nobody ever sees half a reading.
"""

from __future__ import annotations

import csv
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.db import transaction

from datasets import storage
from datasets.cells import shown_cells
from datasets.limits import read_limits
from datasets.models import Column, Dataset
from datasets.reader import read_table

if TYPE_CHECKING:
    from segmentiq.ml.values import OnProgress

PREVIEW_ROWS = 20
CELL_SHOWN = 200


def ingest(dataset: Dataset, on_progress: OnProgress) -> None:
    """Read the original, store the typed table and publish it. Raises FileRefused, LeaseLost."""
    storage.open_original(dataset).close()
    result = read_table(
        storage.original_path(dataset),
        dataset.file_name,
        overrides=dataset.overrides or None,
        limits=read_limits(),
        on_progress=on_progress,
    )
    on_progress("storing", 0.9)
    table, rows = storage.store_table(dataset, result)
    with transaction.atomic():
        dataset.finish(  # first: it asks whether we may publish at all
            decisions=list(result.decisions),
            warnings=list(result.warnings),
            preview=_preview(rows.path),
            n_rows=len(result.table.frame),
            n_columns=len(result.table.columns),
            table_sha256=table.sha256,
            table_size=table.size,
            rows_sha256=rows.sha256,
            rows_size=rows.size,
        )
        kept = {column.name: column for column in dataset.columns.all()}
        dataset.columns.all().delete()
        Column.objects.bulk_create(_columns(dataset, result, kept), batch_size=500)


def _columns(dataset: Dataset, result: Any, kept: dict[str, Column]) -> list[Column]:
    """Build the column rows; what a person overrode before stays when a column of that name is read again."""
    return [
        _column(dataset, position, value, result, kept.get(value.name)) for position, value in enumerate(result.table.columns)
    ]


def _column(dataset: Dataset, position: int, value: Any, result: Any, before: Column | None) -> Column:
    facts = dict(result.statistics.get(value.name, {}))
    chosen = before if before is not None and before.is_overridden else value
    return Column(
        dataset=dataset,
        position=position,
        name=value.name,
        kind=chosen.kind,
        role=chosen.role,
        reason=chosen.reason[:300],
        n_missing=facts.pop("n_missing", 0),
        n_distinct=facts.pop("n_distinct", 0),
        statistics=facts,
    )


def _preview(rows: Path) -> list[list[str | None]]:
    """Return the first rows for the page, long cells cut and missing ones as None."""
    with rows.open(encoding="utf-8", newline="") as stream:
        first = islice(shown_cells(map(storage.whole_row, csv.reader(stream))), 1, PREVIEW_ROWS + 1)
        return [[cell[:CELL_SHOWN] or None for cell in row] for row in first]
