"""A finished run in, its customers with their segment out, row by row: CSV and JSON.

The typed rows are streamed from the dataset's text copy and joined by position with one small array of segment numbers, so an
export of any size needs neither pandas nor the whole table in memory. Identifiers leave byte for byte as they came. A text that a
spreadsheet would run as a formula gets a leading apostrophe; numbers, negative ones too, stay numbers.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, islice
from typing import TYPE_CHECKING, Any

from clustering import artifacts
from clustering.models import Run
from clustering.result import shown_names
from datasets.storage import iter_rows
from segmentiq.ml.cut import cut_k

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
NUMERIC_KINDS = ("number", "boolean", "date", "constant")
CHUNK_ROWS = 500
SET_ASIDE = 0


def segment_numbers(run: Run, k: int) -> NDArray[np.int64]:
    """Return one segment number per row of the table, 1 the largest; 0 for a row that was set aside. Raises SpecRefused."""
    import numpy as np

    order, rows = artifacts.load_labels(run)
    numbers = np.zeros(run.n_rows or 0, dtype=np.int64)
    for number, branch in enumerate(cut_k(artifacts.load_top(run), k), start=1):
        numbers[rows[order[branch.start : branch.stop]]] = number
    return numbers


def stream_assignments_csv(run: Run, k: int) -> Iterator[bytes]:
    """Stream the original columns with `segment` and `segment_name` as UTF-8 CSV. Raises before the first chunk is asked for."""
    numbers, names, lines = _parts(run, k)
    return _chunks(_csv_rows(run, lines, numbers, names))


def stream_assignments_json(run: Run, k: int) -> Iterator[bytes]:
    """Stream the same as a JSON array of objects; cells are text, a missing one is null."""
    numbers, names, lines = _parts(run, k)
    return _json_chunks(next(lines), lines, numbers, names)


def _parts(run: Run, k: int) -> tuple[list[int], dict[int, str], Iterator[list[str]]]:
    names = shown_names(run)
    by_number = {number: names.get(branch.id, "") for number, branch in enumerate(cut_k(artifacts.load_top(run), k), start=1)}
    return segment_numbers(run, k).tolist(), by_number, iter_rows(run.dataset)


def _csv_rows(run: Run, lines: Iterator[list[str]], numbers: Sequence[int], names: dict[int, str]) -> Iterator[list[str]]:
    header = next(lines)
    kinds = dict(run.dataset.columns.values_list("name", "kind"))
    is_text = [kinds.get(name, "text") not in NUMERIC_KINDS for name in header]
    yield [neutral(name) for name in (*header, *added_names(header))]
    for line, number in zip(lines, numbers, strict=True):
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
    return f"'{text}" if text.startswith(FORMULA_STARTS) and not is_number(text) else text


def is_number(text: str) -> bool:
    """Tell whether the text is a plain number: -5 is data, -5+3 would be run."""
    try:
        float(text)
    except ValueError:
        return False
    return "_" not in text and text == text.strip()


def _chunks(rows: Iterable[list[str]]) -> Iterator[bytes]:
    rows = iter(rows)
    while batch := list(islice(rows, CHUNK_ROWS)):
        text = io.StringIO()
        csv.writer(text, lineterminator="\r\n").writerows(batch)
        yield text.getvalue().encode("utf-8")


def _json_chunks(
    header: list[str], lines: Iterable[list[str]], numbers: Sequence[int], names: dict[int, str]
) -> Iterator[bytes]:
    segment, segment_name = added_names(header)

    def record(line: list[str], number: int) -> dict[str, Any]:
        cells: dict[str, Any] = {name: cell or None for name, cell in zip(header, line, strict=True)}
        return {**cells, segment: number or None, segment_name: names.get(number)}

    yield b"["
    texts = (json.dumps(record(line, number), ensure_ascii=False) for line, number in zip(lines, numbers, strict=True))
    first = next(texts, "")
    for text in chain([first], ("," + text for text in texts)):
        yield text.encode("utf-8")
    yield b"]\n"
