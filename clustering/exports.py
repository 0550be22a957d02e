"""A finished run and a cut in, its customers with their segment out, row by row: CSV, JSON and Excel.

The rows are streamed from the dataset's text copy and joined by position with one small array of segment numbers, so an export of
any size needs neither pandas nor the whole table in memory. CSV gives every cell back as the customer wrote it; JSON gives typed
values. A text that a spreadsheet would run as a formula gets a leading apostrophe; numbers, negative ones too, stay numbers.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import chain, islice
from typing import TYPE_CHECKING, Any

from clustering import artifacts
from clustering.cutting import Cut
from clustering.models import Run
from clustering.segments import cohesion_in, segment_records, shown_names
from clustering.workbook import MOST_CELLS, MOST_ROWS, fits, stream_workbook
from datasets.cells import cell_value
from datasets.storage import iter_rows, iter_written
from segmentiq.ml.errors import Refusal

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
HARMLESS_KINDS = ("number", "boolean", "date")
"""Every cell of these was read as a number, a truth or a date, or says that it is missing: none of them is a formula."""
HARMLESS = re.compile(r"-(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?|\+\d{7,15}", re.ASCII)
"""Negative numbers and telephone numbers, which are often identifiers: -5 is data, -5+3 would be run."""
BOM = b"\xef\xbb\xbf"
"""What a CSV may start with, so that Excel takes it for the UTF-8 it is."""
CHUNK_ROWS = 500

Numbered = Iterator[tuple[list[str], int]]
"""Rows of the table, each with its segment's number."""
Scored = Iterator[tuple[tuple[list[str], int], float | None]]
"""The same, each with its silhouette where it was measured."""


def segment_numbers(run: Run, cut: Cut) -> NDArray[np.uint8]:
    """Return one segment number per row of the table, 1 the largest; 0 for a row that was set aside."""
    import numpy as np

    order, rows = artifacts.load_labels(run)
    numbers = np.zeros(run.n_rows or 0, dtype=np.uint8)
    for number, branch in enumerate(cut.branches, start=1):
        numbers[rows[order[branch.start : branch.stop]]] = number
    return numbers


def stream_assignments_csv(run: Run, cut: Cut, only: int | None = None) -> Iterator[bytes]:
    """Stream the original columns with `segment` and `segment_name` as UTF-8 CSV. Raises before the first chunk is asked for.

    `only` keeps the rows of one segment; 0 are the rows set aside.
    """
    numbers, names = _parts(run, cut)
    lines = iter_written(run.dataset)
    header = next(lines)
    return _chunks(_csv_rows(run, header, _kept(lines, numbers, only), names))


def stream_assignments_json(run: Run, cut: Cut, only: int | None = None) -> Iterator[bytes]:
    """Stream the same as one JSON object; numbers are numbers, a missing cell is null, identifiers stay text.

    Customers have the silhouette that was measured of them: everybody up to 20,000, a sample of more.
    """
    numbers, names = _parts(run, cut)
    lines = iter_rows(run.dataset)
    header = next(lines)
    measured = _measured(run, cut)
    found = (measured.get(row) for row, number in enumerate(numbers) if only is None or number == only)
    return _json_chunks(run, cut, header, zip(_kept(lines, numbers, only), found, strict=True), names)


def _measured(run: Run, cut: Cut) -> dict[int, float]:
    """Return the silhouettes of the measured customers by their row of the table."""
    cohesion = cohesion_in(run, artifacts.load_top(run), cut)
    if cohesion is None:
        return {}
    order, rows = artifacts.load_labels(run)
    return dict(zip(rows[order[cohesion.positions]].tolist(), cohesion.values.tolist(), strict=True))


def marked(chunks: Iterator[bytes]) -> Iterator[bytes]:
    """Put the mark of UTF-8 before a CSV."""
    return chain([BOM], chunks)


def _parts(run: Run, cut: Cut) -> tuple[bytes, dict[int, str]]:
    """Return every row's segment number, and the names of the segments."""
    names = shown_names(run)
    by_number = {number: names.get(branch.id, "") for number, branch in enumerate(cut.branches, start=1)}
    return segment_numbers(run, cut).tobytes(), by_number


def _kept(lines: Iterator[list[str]], numbers: Sequence[int], only: int | None) -> Numbered:
    return (pair for pair in zip(lines, numbers, strict=True) if only is None or pair[1] == only)


def _csv_rows(run: Run, header: list[str], lines: Numbered, names: dict[int, str]) -> Iterator[list[str]]:
    harmless = {column.name for column in run.dataset.columns.all() if column.kind in HARMLESS_KINDS and not column.is_overridden}
    is_text = [name not in harmless for name in header]
    yield [neutral(name) for name in (*header, *added_names(header))]
    for line, number in lines:
        cells = [neutral(cell) if text else cell for cell, text in zip(line, is_text, strict=True)]
        yield [*cells, str(number) if number else "", neutral(names.get(number, ""))]


def added_names(header: Sequence[str]) -> tuple[str, str]:
    """Name the two columns we add so that they are not already in the file."""
    segment = _free_name("segment", header)
    return segment, _free_name("segment_name", header)


def _free_name(name: str, header: Sequence[str]) -> str:
    while name in header:
        name += "_"
    return name


def neutral(text: str) -> str:
    """Return the text so that no spreadsheet runs it as a formula."""
    return f"'{text}" if text.startswith(FORMULA_STARTS) and not HARMLESS.fullmatch(text) else text


def _chunks(rows: Iterable[list[str]]) -> Iterator[bytes]:
    rows = iter(rows)
    while batch := list(islice(rows, CHUNK_ROWS)):
        text = io.StringIO()
        csv.writer(text, lineterminator="\r\n").writerows(batch)
        yield text.getvalue().encode("utf-8")


def _json_chunks(run: Run, cut: Cut, header: list[str], lines: Scored, names: dict[int, str]) -> Iterator[bytes]:
    segment, segment_name = added_names(header)
    silhouette = _free_name("silhouette", header)
    columns = dict(run.dataset.columns.values_list("name", "kind"))
    kinds = [columns.get(name, "text") for name in header]

    def text_of(line: list[str], number: int, score: float | None) -> str:
        cells: dict[str, Any] = {name: cell_value(cell, kind) for name, cell, kind in zip(header, line, kinds, strict=True)}
        found = None if score is None else round(score, 4)
        return json.dumps(
            {**cells, segment: number or None, segment_name: names.get(number), silhouette: found}, ensure_ascii=False
        )

    yield f'{{"run": "{run.pk}", "k": {cut.k}, "n": {run.n_rows}, "assignments": ['.encode()
    before = ""
    while batch := list(islice(lines, CHUNK_ROWS)):
        yield (before + ",\n".join(text_of(*pair, score) for pair, score in batch)).encode("utf-8")
        before = ",\n"
    yield b"]}\n"


def stream_assignments_xlsx(run: Run, cut: Cut, only: int | None = None) -> Iterator[bytes]:
    """Stream the same as an Excel workbook of typed cells. Raises Refusal when the table is too large for a sheet."""
    columns = dict(run.dataset.columns.values_list("name", "kind"))
    n_columns = len(columns) + 2
    if not fits(run.n_rows or 0, n_columns):
        raise Refusal(
            f"The table has {run.n_rows or 0:,} rows of {n_columns:,} cells; at most {MOST_ROWS:,} rows and {MOST_CELLS:,} cells "
            "are written as an Excel sheet.",
            code="sheet_too_large",
            field="format",
            hint="Export it as CSV.",
        )
    numbers, names = _parts(run, cut)
    lines = iter_rows(run.dataset)
    header = next(lines)
    kinds = [*(columns.get(name, "text") for name in header), "number", "text"]
    rows = ([*line, str(number or ""), names.get(number, "")] for line, number in _kept(lines, numbers, only))
    return stream_workbook([*header, *added_names(header)], rows, kinds)


STREAMS: Mapping[str, tuple[Callable[[Run, Cut, int | None], Iterator[bytes]], str]] = {
    "csv": (stream_assignments_csv, "text/csv; charset=utf-8"),
    "json": (stream_assignments_json, "application/json"),
    "xlsx": (stream_assignments_xlsx, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
}
"""Format to the function that streams it and its type of content."""


def report_document(run: Run, cut: Cut) -> dict[str, Any]:
    """Return what one cut says, as plain data."""
    evaluation = artifacts.load_evaluation(run)
    return {
        "dataset": {"name": run.dataset.name, "file_name": run.dataset.file_name, "sha256": run.dataset.sha256},
        "spec": run.spec,
        "stamp": run.stamp,
        "k": cut.k,
        "branches": list(cut.ids),
        "n_rows": run.n_rows,
        "n_clustered": run.n_clustered,
        "n_set_aside": run.n_set_aside,
        "segments": segment_records(run, cut),
        **evaluation,
        "report": run.report,
    }
