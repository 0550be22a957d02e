"""Typed rows in, an Excel workbook out, chunk by chunk: of any size, and nothing waits in memory or in a file.

A workbook is a zip of a few small parts and one long one, the sheet, which is written as the rows come. Numbers are numbers,
dates are dates, truths are truths; whatever else is a text, which no spreadsheet runs, and one that looks like a formula is
marked as quoted, so that it stays a text when somebody edits the cell. Identifiers keep their zeros, and a number of more than 15
digits is a text, because a spreadsheet would round it.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from itertools import islice
from typing import Any
from xml.sax.saxutils import escape

from datasets.cells import cell_value

MOST_ROWS = 1_048_575
"""Rows that a sheet holds below its header."""
MOST_BYTES = 2**31 - 1
"""Of one part of a zip that every spreadsheet opens."""
BYTES_PER_CELL, BYTES_PER_CHARACTER = 50, 5
"""What a cell takes in the sheet at most, beside its characters, which may have to be escaped."""
CHUNK_ROWS = 500
FORMULA_STARTS = ("=", "+", "-", "@")
NUMBER, LONG = re.compile(r"-?\d{1,15}(\.\d+)?", re.ASCII), re.compile(r"-?\d{16,}", re.ASCII)
"""What a sheet takes as it stands, as nearly every number does, and what it would round."""
PLAIN, BOLD, DAY, MOMENT, QUOTED = range(5)
"""The styles, in the order of `STYLES`."""
FIRST_DAY = datetime(1899, 12, 30)
KNOWN_FROM = datetime(1900, 3, 1)
"""Before, spreadsheets count a day that never was."""

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
TYPES = "application/vnd.openxmlformats-officedocument.spreadsheetml"
XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
PARTS = {
    "[Content_Types].xml": f'<Types xmlns="{PACKAGE}/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    f'<Override PartName="/xl/workbook.xml" ContentType="{TYPES}.sheet.main+xml"/>'
    f'<Override PartName="/xl/styles.xml" ContentType="{TYPES}.styles+xml"/>'
    f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{TYPES}.worksheet+xml"/></Types>',
    "_rels/.rels": f'<Relationships xmlns="{PACKAGE}/relationships">'
    f'<Relationship Id="rId1" Type="{OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
    "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{PACKAGE}/relationships">'
    f'<Relationship Id="rId1" Type="{OFFICE}/worksheet" Target="worksheets/sheet1.xml"/>'
    f'<Relationship Id="rId2" Type="{OFFICE}/styles" Target="styles.xml"/></Relationships>',
    "xl/workbook.xml": f'<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}"><sheets>'
    '<sheet name="Customers" sheetId="1" r:id="rId1"/></sheets></workbook>',
    "xl/styles.xml": f'<styleSheet xmlns="{MAIN}">'
    '<numFmts count="2"><numFmt numFmtId="164" formatCode="yyyy\\-mm\\-dd"/>'
    '<numFmt numFmtId="165" formatCode="yyyy\\-mm\\-dd\\ hh:mm:ss"/></numFmts>'
    '<fonts count="2"><font><sz val="11"/><name val="Calibri"/></font>'
    '<font><b/><sz val="11"/><name val="Calibri"/></font></fonts>'
    '<fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill></fills>'
    '<borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>'
    '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs><cellXfs count="5">'
    '<xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>'
    '<xf numFmtId="0" fontId="1" fillId="0" borderId="0" xfId="0" applyFont="1"/>'
    '<xf numFmtId="164" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>'
    '<xf numFmtId="165" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>'
    '<xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0" quotePrefix="1"/></cellXfs>'
    '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>',
}
SHEET = (
    f'{XML}<worksheet xmlns="{MAIN}"><sheetViews><sheetView workbookViewId="0">'
    '<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews><sheetData>'
)
NOT_XML = re.compile("[\x00-\x08\x0b-\x1f\ud800-\udfff\ufffe\uffff]|_(?=x[0-9A-Fa-f]{4}_)")
"""What a sheet can hold only in its own notation, `_x000B_`, and what would be taken for that."""


class _Outbox(io.RawIOBase):
    """Where the zip is written: it forgets what was taken, so nothing can seek in it."""

    def __init__(self) -> None:
        self._chunks: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, chunk: Any) -> int:
        self._chunks.append(bytes(chunk))
        return len(chunk)

    def take(self) -> bytes:
        taken, self._chunks = b"".join(self._chunks), []
        return taken


def fits(n_rows: int, n_columns: int, n_bytes: int) -> bool:
    """Tell whether a table whose text is so long can be a sheet."""
    return n_rows <= MOST_ROWS and BYTES_PER_CELL * n_rows * n_columns + BYTES_PER_CHARACTER * n_bytes <= MOST_BYTES


def stream_workbook(header: Sequence[str], rows: Iterable[Sequence[str]], kinds: Sequence[str]) -> Iterator[bytes]:
    """Stream a workbook of one sheet; the rows are cells as text, each of its column's kind."""
    outbox, rows = _Outbox(), iter(rows)
    with zipfile.ZipFile(outbox, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, part in PARTS.items():
            archive.writestr(name, XML + part)
        with archive.open("xl/worksheets/sheet1.xml", "w") as sheet:
            sheet.write(f"{SHEET}<row>{''.join(_text(name, BOLD) for name in header)}</row>".encode())
            while batch := list(islice(rows, CHUNK_ROWS)):
                sheet.write("".join(_row(row, kinds) for row in batch).encode())
                yield outbox.take()
            sheet.write(b"</sheetData></worksheet>")
    yield outbox.take()


def _row(row: Sequence[str], kinds: Sequence[str]) -> str:
    return f"<row>{''.join(_cell(cell, kind) for cell, kind in zip(row, kinds, strict=True))}</row>"


def _cell(cell: str, kind: str) -> str:
    if kind == "number" and NUMBER.fullmatch(cell):
        return f"<c><v>{cell}</v></c>"
    value = cell_value(cell, kind)
    if value is None:
        return "<c/>"
    if isinstance(value, bool):
        return f'<c t="b"><v>{value:d}</v></c>'
    if kind == "number" and LONG.fullmatch(cell):
        return _text(cell, PLAIN)
    if isinstance(value, str):
        return (_date(value) if kind == "date" else None) or _text(value, QUOTED if value.startswith(FORMULA_STARTS) else PLAIN)
    return f"<c><v>{value!r}</v></c>"


def _text(text: str, style: int) -> str:
    if not text:
        return "<c/>"
    shown = escape(NOT_XML.sub(lambda found: f"_x{ord(found[0]):04X}_", text))
    return f'<c s="{style}" t="inlineStr"><is><t xml:space="preserve">{shown}</t></is></c>'


def _date(words: str) -> str | None:
    """Count the days, and the part of the day, since a spreadsheet's first; None for what it cannot count."""
    try:
        moment = datetime.fromisoformat(words)
    except ValueError:
        return None
    if moment.tzinfo is not None or moment < KNOWN_FROM:
        return None
    if len(words) == len(date.min.isoformat()):
        return f'<c s="{DAY}"><v>{(moment - FIRST_DAY).days}</v></c>'
    return f'<c s="{MOMENT}"><v>{(moment - FIRST_DAY).total_seconds() / 86_400!r}</v></c>'
