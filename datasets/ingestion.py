"""The reading of an upload, done in the worker's child: original bytes in; typed table, column rows and decisions out.

Customers are turned from the typed table of their order file by the same way: only where the rows come from differs.

The table is written to files first, then everything that mentions it is published in one transaction with `dataset.finish`, which
fails if the lease was lost: nobody ever sees half a reading.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.db import transaction

from datasets import storage
from datasets.cells import shown_cells
from datasets.deriving import order_columns, orders_of
from datasets.doctor import examine, find_words, set_personal_aside
from datasets.doctor.actions import beside, with_actions
from datasets.limits import read_limits
from datasets.models import Column, Dataset
from datasets.orders import Recipe, turn
from datasets.reader import ReadResult, read_table
from datasets.reader.statistics import describe_column
from segmentiq.files import sha256_of

if TYPE_CHECKING:
    from segmentiq.ml.values import Column as ColumnValue
    from segmentiq.ml.values import OnProgress, Table

PREVIEW_ROWS = 20
CELL_SHOWN = 200


def ingest(dataset: Dataset, on_progress: OnProgress) -> None:
    """Read the original or turn the orders, store the typed table and publish it. Raises Refusal, LeaseLost."""
    read = _turn(dataset, on_progress) if dataset.is_derived else _read(dataset, on_progress)
    on_progress("storing", 0.9)
    with ThreadPoolExecutor(2) as threads:
        storing = [threads.submit(store, dataset, read) for store in (storage.store_table, storage.store_rows)]
        result = examined(read, dataset.overrides.get("missing"))  # says what columns are for; what they hold, it leaves alone
        table, rows = (stored.result() for stored in storing)
    with transaction.atomic():
        dataset.finish(  # first: it asks whether we may publish at all
            decisions=list(result.decisions),
            warnings=list(result.warnings),
            preview=_preview(rows.path),
            n_rows=len(result.table.frame),
            n_columns=len(result.table.columns),
            table_fingerprint=table.fingerprint,
            table_size=table.size,
            rows_fingerprint=rows.fingerprint,
            rows_size=rows.size,
            ledger=list(result.ledger),
            **({"sha256": sha256_of(rows.path), "size": rows.size} if dataset.is_derived else {}),  # its rows are its file
        )
        kept = {column.name: column for column in dataset.columns.all()}
        dataset.columns.all().delete()
        Column.objects.bulk_create(
            [_column(dataset, position, value, result.statistics, kept) for position, value in enumerate(result.table.columns)],
            batch_size=500,
        )


def _read(dataset: Dataset, on_progress: OnProgress) -> ReadResult:
    with storage.verified(dataset) as path:
        return read_table(
            path,
            dataset.file_name,
            overrides=dataset.overrides or None,
            limits=read_limits(),
            on_progress=on_progress,
        )


def _turn(derived: Dataset, on_progress: OnProgress) -> ReadResult:
    """Turn the orders with the kinds that a person chose for them, whose choices count here as everywhere."""
    orders = orders_of(derived)
    order_columns(orders)  # refuses orders that are read again at this moment
    on_progress("loading", 0.05)
    table = storage.load_table(orders)
    recipe = Recipe.from_mapping(derived.recipe, table.columns)
    return turn_orders(table, recipe, lambda stage, share: on_progress(stage, 0.2 + 0.7 * share))


def turn_orders(table: Table, recipe: Recipe, on_progress: OnProgress) -> ReadResult:
    """Turn order lines into customers, described like any table that was read. Raises Refusal."""
    turned = turn(table, recipe, on_progress=on_progress)
    frame = turned.table.frame
    return ReadResult(
        table=turned.table,
        written={},
        shown={},
        decisions=list(turned.decisions),
        warnings=list(turned.warnings),
        statistics={column.name: describe_column(frame[column.name], column.kind) for column in turned.table.columns},
        ledger=list(turned.ledger),
    )


def examined(read: ReadResult, missing: Mapping[str, Sequence[str]] | None = None) -> ReadResult:
    """Add what a person should know before clustering; what seems to name or reach a person is set aside at once.

    `missing` are the words that a person said count as missing, by column.
    """
    found = examine(read.table, read.statistics)
    columns = set_personal_aside(read.table.columns, found)
    answered = with_actions(read.warnings, columns, read.statistics, find_words(read.table, read.warnings))
    warnings: list[Any] = beside([*answered, *found], missing or {})
    return replace(read, table=replace(read.table, columns=columns), warnings=warnings)


def _column(
    dataset: Dataset, position: int, value: ColumnValue, statistics: Mapping[str, Any], kept: Mapping[str, Column]
) -> Column:
    """Build a column's row; what a person overrode before stays when a column of that name is read again."""
    facts, before = dict(statistics.get(value.name, {})), kept.get(value.name)
    column = Column(
        dataset=dataset,
        position=position,
        name=value.name,
        kind=value.kind,
        role=value.role,
        reason=value.reason[:300],
        n_missing=facts.pop("n_missing", 0),
        n_distinct=facts.pop("n_distinct", 0),
        statistics=facts,
    )
    if before is not None and before.is_overridden:
        column.take_word(before.kind, before.role)
    return column


def _preview(rows: Path) -> list[list[str | None]]:
    """Return the first rows for the page, long cells cut and missing ones as None."""
    with rows.open(encoding="utf-8", newline="") as stream:
        first = islice(shown_cells(map(storage.whole_row, csv.reader(stream))), 1, PREVIEW_ROWS + 1)
        return [[cell[:CELL_SHOWN] or None for cell in row] for row in first]
