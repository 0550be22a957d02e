"""Typed rows in, an Excel workbook out, written row by row to a file that is gone when it was sent.

Numbers are numbers, dates are dates, truths are truths; whatever else is a text, which no spreadsheet runs, and one that looks
like a formula is marked as quoted, so that it stays a text when somebody edits the cell. Identifiers keep their zeros, and a
number of more than 15 digits is a text, because a spreadsheet would round it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from datasets.cells import cell_value

if TYPE_CHECKING:
    from xlsxwriter.workbook import Workbook
    from xlsxwriter.worksheet import Worksheet

MOST_ROWS = 1_048_575
"""Rows that a sheet holds below its header."""
MOST_CELLS = 3_000_000
"""What is written in about half a minute, which is as long as somebody waits for a download to begin."""
CHUNK = 64 * 1024
FORMULA_STARTS = ("=", "+", "-", "@")
LONG = re.compile(r"-?\d{16,}", re.ASCII)
"""A number that a sheet would round."""
NOT_A_CHARACTER = re.compile("[\ud800-\udfff\ufffe\uffff]")
"""What no file of a workbook may hold."""
FORMATS = {
    "header": {"bold": True},
    "day": {"num_format": "yyyy-mm-dd"},
    "moment": {"num_format": "yyyy-mm-dd hh:mm:ss"},
    "quoted": {"quote_prefix": True},
}
KNOWN_FROM = datetime(1900, 3, 1)
"""Before, spreadsheets count a day that never was."""
DAY_LENGTH = len("2024-05-31")


def fits(n_rows: int, n_columns: int) -> bool:
    """Tell whether a table can be written as a sheet."""
    return n_rows <= MOST_ROWS and n_rows * n_columns <= MOST_CELLS


def stream_workbook(header: Sequence[str], rows: Iterable[Sequence[str]], kinds: Sequence[str]) -> Iterator[bytes]:
    """Stream a workbook of one sheet; the rows are cells as text, each of its column's kind."""
    from xlsxwriter.workbook import Workbook

    with TemporaryDirectory() as folder:
        path = Path(folder, "book.xlsx")
        with Workbook(str(path), {"constant_memory": True, "tmpdir": folder}) as book:
            _write(book, header, rows, kinds)
        with path.open("rb") as stream:
            while chunk := stream.read(CHUNK):
                yield chunk


def _write(book: Workbook, header: Sequence[str], rows: Iterable[Sequence[str]], kinds: Sequence[str]) -> None:
    formats = {name: book.add_format(of) for name, of in FORMATS.items()}
    sheet = book.add_worksheet("Customers")
    sheet.freeze_panes(1, 0)
    for column, name in enumerate(header):
        sheet.write_string(0, column, _sound(name), formats["header"])
    for place, row in enumerate(rows, start=1):
        for column, (cell, kind) in enumerate(zip(row, kinds, strict=True)):
            if cell:
                _write_cell(sheet, (place, column), cell, kind, formats)


def _write_cell(sheet: Worksheet, place: tuple[int, int], cell: str, kind: str, formats: dict[str, Any]) -> None:
    value = cell_value(cell, kind)
    if isinstance(value, bool):
        sheet.write_boolean(*place, value)
    elif isinstance(value, int | float) and not LONG.fullmatch(cell):
        sheet.write_number(*place, value)
    elif kind == "date" and (moment := _moment(cell)) is not None:
        sheet.write_datetime(*place, moment, formats["day" if len(cell) == DAY_LENGTH else "moment"])
    elif value is not None:
        sheet.write_string(*place, _sound(cell), formats["quoted"] if cell.startswith(FORMULA_STARTS) else None)


def _moment(words: str) -> datetime | None:
    """Return a date as a sheet can count it; None for what it cannot."""
    try:
        moment = datetime.fromisoformat(words)
    except ValueError:
        return None
    return None if moment.tzinfo is not None or moment < KNOWN_FROM else moment


def _sound(text: str) -> str:
    return NOT_A_CHARACTER.sub("\ufffd", text)
