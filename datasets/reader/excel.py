"""Excel workbooks to raw columns, through python-calamine, once the workbook is known to be safe.

The table is the fullest visible sheet that does not merely describe the columns of another one. Sheets
that have one header (a sheet per year) can be read as one table, with a column that says which sheet a row stood in.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, NamedTuple

import pandas as pd

from datasets.reader.beside import BLANK
from datasets.reader.cells import TextCells
from datasets.reader.findings import Findings, count_of
from datasets.reader.grid import Block, Grid, find_block, find_start, say
from datasets.reader.layout import empty_file, name_columns
from datasets.reader.sheetcells import to_cells
from datasets.reader.sheets import STACK, check_extent, find_filled, find_named
from datasets.reader.sheets import say as say_sheets
from datasets.reader.source import RawTable, Source, check_size
from datasets.reader.workbook import Sheet, find_sheets
from datasets.reader.zips import corrupt
from segmentiq.ml.errors import FileRefused

PEEKED_ROWS = 600
MOST_PEEKED = 20
"""Sheets whose beginning is looked at to find the table."""
MOST_NOTES = 50
"""Rows of a cover or a short list."""
SHEET_COLUMN = "sheet"


def read_workbook(source: Source) -> RawTable:
    """Read one sheet, or all that share a header. Raises FileRefused."""
    with source.path.open("rb") as stream:
        sheets = find_sheets(stream, source.limits)
    source.on_progress("reading", 0.2)
    with _opened(source) as workbook:
        chosen = _choose(workbook, sheets, source)
        blocks = []
        for sheet in chosen:
            blocks.append(_load(workbook, sheet, source))
            check_size(sum(block.n_rows for block in blocks), len(blocks[0].header), source)
    source.on_progress("reading", 0.5)
    header, columns = _stack(blocks) if source.overrides.get("sheet") == STACK else (blocks[0].header, blocks[0].columns)
    is_named = blocks[0].is_named
    names = name_columns(header, source.findings, source.limits) if is_named else [f"column_{i + 1}" for i in range(len(header))]
    return RawTable(names=names, columns=_take(names, columns, source), n_rows=sum(block.n_rows for block in blocks))


@contextmanager
def _opened(source: Source) -> Iterator[Any]:
    """Open the workbook for its cells. Raises FileRefused."""
    import python_calamine

    try:
        workbook = python_calamine.CalamineWorkbook.from_path(str(source.path))
    except (python_calamine.CalamineError, OSError, ValueError) as error:
        raise corrupt("its cells cannot be read") from error
    try:
        yield workbook
    finally:
        workbook.close()


def _cells(workbook: Any, sheet: Sheet, n_rows: int | None = None) -> tuple[list[list[Any]], int, int]:
    """Return a sheet's rectangle with the numbers of its first row and column. Raises FileRefused."""
    import python_calamine

    try:
        opened = workbook.get_sheet_by_name(sheet.name)
        top, left = opened.start or (0, 0)
        return opened.to_python(skip_empty_area=True, nrows=n_rows), top + 1, left + 1
    except (python_calamine.CalamineError, OSError, ValueError) as error:
        raise corrupt("its cells cannot be read") from error


@dataclass(frozen=True, kw_only=True, slots=True)
class Peek:
    """What the beginning of a sheet says."""

    sheet: Sheet
    header: tuple[str, ...]
    words: frozenset[str]
    most_filled: int
    """Cells of its fullest row."""

    def is_beside(self, table: Peek) -> bool:
        """Tell whether it holds notes or a short list: few rows of two cells at most, beside a larger table with more columns."""
        is_short = self.sheet.extent.n_rows <= min(MOST_NOTES, table.sheet.extent.n_rows / 2)
        return is_short and self.most_filled <= 2 and self.most_filled < table.most_filled

    def describes(self, other: Peek) -> bool:
        """Tell whether this sheet is about the columns of another one: their names stand among its cells, in few rows."""
        names = set(other.header) - {""}
        if len(names) < 3 or self.sheet.extent.n_rows > 10 * len(names) + 20:
            return False
        return len(names & self.words) >= 0.6 * len(names) and len(names.intersection(self.header)) < 0.5 * len(names)


class Choices(NamedTuple):
    """What may be read of a workbook: a sheet, or all of the same header."""

    sheets: Sequence[Sheet]
    same: Sequence[Sheet]

    @property
    def names(self) -> list[str]:
        """Return the choices as one writes them; a sheet without data is none."""
        return [*(sheet.name for sheet in self.sheets if sheet.extent.n_filled), *([STACK] if len(self.same) > 1 else [])]


def _peek(workbook: Any, sheet: Sheet, source: Source) -> Peek:
    rows, _, _ = _cells(workbook, sheet, PEEKED_ROWS)
    start = find_start(rows, source.overrides).n_above if rows else 0
    header = tuple(say(cell).strip().lower() for cell in rows[start]) if rows else ()
    words = frozenset(cell.strip().lower() for row in rows for cell in row if isinstance(cell, str) and len(cell) < 200)
    most_filled = max((sum(cell not in BLANK for cell in row) for row in rows), default=0)
    return Peek(sheet=sheet, header=header, words=words, most_filled=most_filled)


def _choose(workbook: Any, sheets: list[Sheet], source: Source) -> list[Sheet]:
    """Return the sheets to read: one, or a stack of them. Raises FileRefused."""
    wanted = source.overrides.get("sheet")
    if wanted is not None and wanted != STACK:
        sheet = find_named(sheets, str(wanted))
        check_extent(sheet, source.limits)
        _decide(sheet.name, "Chosen by a person.", [sheet], _look_around(workbook, sheets, source), source.findings)
        return [sheet]
    filled = find_filled(sheets)
    check_extent(filled[0], source.limits)
    peeks = _peek_all(workbook, sheets, source)
    tables = _find_tables(peeks)
    chosen = tables[0].sheet if tables else filled[0]
    same = _find_same(tables, sheets) or [chosen]
    if wanted == STACK:
        _decide(
            STACK, f"Chosen by a person: {say_sheets(same)}, one below the other.", same, Choices(sheets, same), source.findings
        )
        return same
    about = [peek.sheet for peek in peeks if peek not in tables]
    reason = "The only sheet." if len(sheets) == 1 else "The visible sheet with the most data."
    if about:
        reason = f"The visible sheet with the most data; {say_sheets(about)} describes its columns."
    _decide(chosen.name, reason, [chosen], Choices(sheets, same), source.findings)
    beside = [peek.sheet for peek in tables if peek.is_beside(tables[0])]
    _warn_of_others(chosen, same, [sheet for sheet in sheets if sheet not in about + beside], source.findings)
    return [chosen]


def _peek_all(workbook: Any, sheets: Sequence[Sheet], source: Source) -> list[Peek]:
    """Look at the beginning of the visible sheets with data, the fullest first; one alone needs no look."""
    filled = find_filled(sheets) if any(map(_is_open, sheets)) else []
    return [_peek(workbook, sheet, source) for sheet in filled[:MOST_PEEKED] if len(filled) > 1 and _is_small(sheet, source)]


def _look_around(workbook: Any, sheets: Sequence[Sheet], source: Source) -> Choices:
    """Return what could be read beside the sheet a person chose; a damaged sheet among the others is no reason not to read it."""
    try:
        return Choices(sheets, _find_same(_find_tables(_peek_all(workbook, sheets, source)), sheets))
    except FileRefused:
        return Choices(sheets, [])


def _is_open(sheet: Sheet) -> bool:
    return sheet.is_visible and sheet.extent.n_filled > 0


def _find_tables(peeks: Sequence[Peek]) -> Sequence[Peek]:
    """Return the sheets that do not merely describe another one, the fullest first."""
    return [peek for peek in peeks if not any(peek.describes(other) for other in peeks)] or peeks


def _is_small(sheet: Sheet, source: Source) -> bool:
    """Tell whether a sheet can be laid out at all."""
    try:
        check_extent(sheet, source.limits)
    except FileRefused:
        return False
    return True


def _find_same(tables: Sequence[Peek], sheets: Sequence[Sheet]) -> list[Sheet]:
    """Return the sheets with the header of the first table, itself among them, in the workbook's order."""
    headers = {peek.sheet.name: sorted(peek.header) for peek in tables}
    return [sheet for sheet in sheets if sheet.name in headers and headers[sheet.name] == sorted(tables[0].header)]


def _decide(value: str, reason: str, read: Sequence[Sheet], choices: Choices, findings: Findings) -> None:
    """Record the choice, and what else could be chosen."""
    others = [sheet for sheet in choices.sheets if sheet not in read]
    said = f"{reason} Not read: {say_sheets(others)}." if others else reason
    findings.decide("sheet", value, said, f"sheet = {others[0].name[:40]}" if others else "", choices.names)


def _warn_of_others(chosen: Sheet, same: Sequence[Sheet], sheets: Sequence[Sheet], findings: Findings) -> None:
    visible = [sheet for sheet in sheets if sheet.is_visible and sheet.extent.n_filled]
    hidden = [sheet for sheet in sheets if not sheet.is_visible]
    if len(visible) > 1:  # of those that could be meant: neither notes nor what describes the columns of another one
        message = f"The workbook has {len(visible)} sheets with data; {chosen.said} was read."
        findings.warn("several_sheets", message)
    if len(same) > 1:
        what = count_of(len(same), "sheet")
        message = f'{what} have the same header: {say_sheets(same)}. Choose the sheet "*" to read all of them.'
        findings.warn("same_header_sheets", message)
    if hidden:
        findings.warn("hidden_sheets", f"Hidden sheets are not read unless chosen: {say_sheets(hidden)}.")


def _load(workbook: Any, sheet: Sheet, source: Source) -> Block:
    extent, findings = sheet.extent, source.findings
    check_extent(sheet, source.limits)
    if extent.n_without_value:
        message = f"{count_of(extent.n_without_value, 'formula')} without a stored result count as missing."
        findings.warn("formula_without_value", message)
    if extent.n_errors:
        findings.warn("error_cells", f"{count_of(extent.n_errors, 'cell')} with an error such as #REF! count as missing.")
    if extent.n_hidden_rows:
        findings.warn("hidden_rows", f"{count_of(extent.n_hidden_rows, 'row')} hidden in the workbook: read like the others.")
    rows, top, left = _cells(workbook, sheet)
    if not rows:
        raise empty_file("The sheet has no data.")
    return find_block(Grid(sheet=sheet, rows=rows, top=top, left=left), source)


def _stack(blocks: Sequence[Block]) -> tuple[list[str], list[list[Any]]]:
    """Return the header and the columns of all sheets, one below the other, and a last column with the sheet's name."""
    header = [name.strip() for name in blocks[0].header]
    columns: list[list[Any]] = [[] for _ in header]
    origin: list[Any] = []
    for block in blocks:
        if block.key != blocks[0].key:
            raise FileRefused(
                f"The sheets {blocks[0].sheet.name[:40]} and {block.sheet.name[:40]} do not have the same header.",
                code="unknown_sheet",
                field="sheet",
                hint="Choose one sheet by its name.",
            )
        places = {name.strip(): i for i, name in enumerate(block.header)}
        is_told_by_name = len(places) == len(header)
        for position, name in enumerate(header):
            columns[position].extend(block.columns[places[name] if is_told_by_name else position])
        origin.extend([block.sheet.name] * block.n_rows)
    return [*header, SHEET_COLUMN], [*columns, origin]


def _take(names: list[str], columns: list[list[Any]], source: Source) -> Iterator[TextCells | pd.Series]:
    for position, name in enumerate(names):
        values, columns[position] = columns[position], []
        yield to_cells(values, name, position, source)
