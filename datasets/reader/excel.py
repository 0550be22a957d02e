"""Excel workbooks to raw columns, through python-calamine, once the workbook is known to be safe.

Cells come typed; a column whose cells are all numbers, dates or truths stays so, anything mixed becomes text and is typed
like the text of a CSV file. The table is the visible sheet with the most filled cells that form a rectangle: a data
dictionary is smaller.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from datasets.reader.cells import STRING, TextCells, encode
from datasets.reader.findings import count_of
from datasets.reader.layout import cell_too_long, check_width, empty_file, has_header, name_columns
from datasets.reader.source import RawTable, Source, check_size
from datasets.reader.workbook import Sheet, find_sheets
from datasets.reader.zips import corrupt
from segmentiq.ml.errors import FileRefused

SPARSE_CELLS = 1_000_000
"""A rectangle larger than this must be filled to a twentieth, or it is not laid out."""


def read_workbook(source: Source) -> RawTable:
    """Read one sheet. Raises FileRefused."""
    with source.path.open("rb") as stream:
        sheets = find_sheets(stream, source.limits)
    sheet = _choose(sheets, source)
    _check_extent(sheet, source)
    rows = _load_rows(sheet, source)
    source.on_progress("reading", 0.5)
    if not rows:
        raise empty_file()
    start = _find_first_row(rows, source)
    said = [[_say(cell) for cell in row] for row in rows[start : start + 101]]
    named, reason = has_header(said, override=source.overrides.get("header"))
    source.findings.decide("header", f"row {start + sheet.extent.top}" if named else "none", reason)
    body = rows[start + named :]
    header = said[0] if named else [""] * len(said[0])
    keep = [row for row in body if any(cell not in ("", None) for cell in row)]
    if not keep:
        raise empty_file("The sheet has a header but no rows.")
    if len(keep) < len(body):
        source.findings.warn("blank_rows", f"{count_of(len(body) - len(keep), 'row')} without any value left out.")
    check_size(len(keep), len(header), source)
    width = _used_width(header, keep)
    names = name_columns(header[:width], source.findings, source.limits) if named else [f"column_{i + 1}" for i in range(width)]
    return RawTable(names=names, columns=_take(keep, width, source), n_rows=len(keep))


def _choose(sheets: list[Sheet], source: Source) -> Sheet:
    wanted = source.overrides.get("sheet")
    if wanted is not None:
        return _find_named(sheets, str(wanted), source)
    visible = [sheet for sheet in sheets if sheet.is_visible and sheet.extent.n_filled]
    if not visible:
        raise empty_file("The workbook has no visible sheet with data.")
    full = [sheet for sheet in visible if sheet.fill >= 0.5] or visible
    chosen = max(full, key=lambda sheet: sheet.extent.n_filled)
    others = [sheet.name[:40] for sheet in sheets if sheet is not chosen]
    reason = "The only sheet." if not others else f"The visible sheet with the most data. Others: {', '.join(others)[:300]}."
    source.findings.decide("sheet", chosen.name, reason)
    if len(visible) > 1:
        message = f"The workbook has {len(visible)} sheets with data; {chosen.name[:40]} was read."
        source.findings.warn("several_sheets", message)
    hidden = [sheet.name[:40] for sheet in sheets if not sheet.is_visible]
    if hidden:
        source.findings.warn("hidden_sheets", f"Hidden sheets are not read unless chosen: {', '.join(hidden)[:300]}.")
    return chosen


def _find_named(sheets: list[Sheet], wanted: str, source: Source) -> Sheet:
    for sheet in sheets:
        if sheet.name == wanted:
            source.findings.decide("sheet", wanted, "Chosen by a person.")
            return sheet
    names = ", ".join(sheet.name[:40] for sheet in sheets)[:300]
    raise FileRefused("The workbook has no sheet of that name.", code="unknown_sheet", field="sheet", hint=f"Sheets: {names}.")


def _check_extent(sheet: Sheet, source: Source) -> None:
    """Raise FileRefused before a rectangle is laid out that is too large or nearly empty."""
    extent = sheet.extent
    if extent.n_filled == 0:
        raise empty_file("The sheet has no data.")
    n_cells = extent.n_rows * extent.n_columns
    if n_cells > source.limits.max_cells or (n_cells > SPARSE_CELLS and extent.n_filled * 20 < n_cells):
        raise FileRefused(
            f"The sheet's cells are spread over {extent.n_rows:,} rows and {extent.n_columns:,} columns.",
            code="too_many_cells",
            field="file",
            hint="Delete the cells far outside of the table, or save the sheet as CSV.",
        )
    check_width(extent.n_columns, source.limits)
    if extent.n_without_value:
        message = f"{count_of(extent.n_without_value, 'formula')} without a stored result count as missing."
        source.findings.warn("formula_without_value", message)
    if extent.n_errors:
        source.findings.warn("error_cells", f"{count_of(extent.n_errors, 'cell')} with an error such as #REF! count as missing.")


def _load_rows(sheet: Sheet, source: Source) -> list[list[Any]]:
    import python_calamine

    try:
        with python_calamine.CalamineWorkbook.from_path(str(source.path)) as workbook:
            rows: list[list[Any]] = workbook.get_sheet_by_name(sheet.name).to_python(skip_empty_area=True)
    except python_calamine.PasswordError as error:
        raise FileRefused(
            "The workbook is protected by a password.", code="encrypted_file", field="file", hint="Remove it and upload again."
        ) from error
    except (python_calamine.CalamineError, OSError, ValueError) as error:
        raise corrupt("its cells cannot be read") from error
    return rows


def _find_first_row(rows: Sequence[Sequence[Any]], source: Source) -> int:
    """Return where the table starts: titles above it fill less than half of its width."""
    width = max(len(row) for row in rows)
    for position, row in enumerate(rows[:50]):
        if sum(cell not in ("", None) for cell in row) * 2 > width:
            if position:
                source.findings.warn("rows_above_header", f"{count_of(position, 'row')} above the table left out.")
            return position
    return 0


def _used_width(header: Sequence[str], rows: Sequence[Sequence[Any]]) -> int:
    """Return the number of columns without nameless, empty ones at the end."""
    width = len(header)
    while width > 1 and not header[width - 1].strip() and all(row[width - 1] in ("", None) for row in rows):
        width -= 1
    return width


def _take(rows: list[list[Any]], width: int, source: Source) -> Iterator[TextCells | pd.Series]:
    for position in range(width):
        yield to_cells([row[position] for row in rows], position, source)


def to_cells(values: list[Any], position: int, source: Source) -> TextCells | pd.Series:
    """Return a column of one type as it is, anything else as text."""
    types = {type(value) for value in values if value not in ("", None)}
    if types and types <= {int, float}:
        return _to_numbers(values)
    if types and types <= {dt.datetime, dt.date}:
        return pd.Series(np.array([None if value in ("", None) else value for value in values], dtype="datetime64[us]"))
    if types == {bool}:
        return pd.Series([None if value in ("", None) else value for value in values], dtype="boolean")
    texts = [_say(value) for value in values]
    longest = max(map(len, texts))
    if longest > source.limits.max_cell_chars:
        raise cell_too_long(f"in column {position + 1}", source.limits)
    return encode(pa.chunked_array([pa.array(texts, STRING)]))


def _to_numbers(values: list[Any]) -> pd.Series:
    numbers = np.array([np.nan if value in ("", None) else value for value in values], dtype=np.float64)
    is_whole = bool((np.abs(numbers) < 2**53).all() and (numbers == np.floor(numbers)).all())
    return pd.Series(numbers.astype(np.int64) if is_whole else numbers)


def _say(value: Any) -> str:
    """Return a cell as a CSV file would write it."""
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer() and abs(value) < 2**53:
        return str(int(value))
    return str(value)
