"""What a workbook holds, told from its XML without building a cell: its sheets, how large they are, whether that is safe.

A stream flows in, one `Sheet` per worksheet flows out. The library that reads workbooks lays every sheet out as a full rectangle,
so one cell at row 200,000 costs as much as 200,000 rows: the rectangle is measured first.
"""

from __future__ import annotations

import posixpath
import re
import zipfile
from dataclasses import dataclass
from functools import cache
from typing import BinaryIO
from xml.etree import ElementTree as Xml

from datasets.reader.limits import ReadLimits
from datasets.reader.zips import check_directory, corrupt, inflate, refuse_entities

CELL = re.compile(rb'<(?:\w+:)?(row|c)\b(?:[^<>/]*?\sr="([A-Z]{0,3})(\d{1,9})")?[^<>/]*>(?=\s*<(?!/))')
"""A row or cell that holds something; cells that are only formatted are closed at once."""
NO_VALUE = re.compile(
    rb"(?:</(?:\w+:)?f>|<(?:\w+:)?f\b[^<>]*/>)\s*(?:<(?:\w+:)?v>\s*</(?:\w+:)?v>|<(?:\w+:)?v\s*/>)?\s*</(?:\w+:)?c>"
)
ERROR = re.compile(rb'<(?:\w+:)?c\b[^<>]*\st="e"')
OVERLAP = 2048
"""Bytes kept from one chunk to the next: more than a tag has."""
WORKBOOK = "xl/workbook.xml"
RELATIONS = "xl/_rels/workbook.xml.rels"


@dataclass(slots=True)
class Extent:
    """The rectangle that a worksheet's filled cells span, counted from 1."""

    top: int = 0
    bottom: int = 0
    left: int = 0
    right: int = 0
    n_filled: int = 0
    n_without_value: int = 0
    n_errors: int = 0
    row: int = 0
    column: int = 0

    @property
    def n_rows(self) -> int:
        return self.bottom - self.top + 1 if self.n_filled else 0

    @property
    def n_columns(self) -> int:
        return self.right - self.left + 1 if self.n_filled else 0

    def add(self, row: int, column: int) -> None:
        """Widen the rectangle by one cell."""
        if not self.n_filled:
            self.top = self.bottom = row
            self.left = self.right = column
        self.n_filled += 1
        if row > self.bottom:
            self.bottom = row
        elif row < self.top:
            self.top = row
        if column > self.right:
            self.right = column
        elif column < self.left:
            self.left = column


@dataclass(frozen=True, kw_only=True, slots=True)
class Sheet:
    """One worksheet."""

    name: str
    is_visible: bool
    extent: Extent

    @property
    def fill(self) -> float:
        """Return the share of its rectangle that is filled."""
        return self.extent.n_filled / max(self.extent.n_rows * self.extent.n_columns, 1)


def find_sheets(stream: BinaryIO, limits: ReadLimits) -> list[Sheet]:
    """Return the worksheets in the workbook's order. Raises FileRefused for what is damaged or unsafe."""
    entries = {entry.filename: entry for entry in check_directory(stream, limits)}
    if WORKBOOK not in entries or RELATIONS not in entries:
        raise corrupt("its list of sheets is missing")
    parts: dict[str, bytes] = {}
    extents: dict[str, Extent] = {}
    for name, entry in entries.items():
        if name in (WORKBOOK, RELATIONS):
            parts[name] = b"".join(_safe(stream, entry, limits))
        elif name.startswith("xl/worksheets/") and name.endswith(".xml"):
            extents[name] = _measure(stream, entry, limits)
        else:
            for _ in _safe(stream, entry, limits):
                pass
    return _list_sheets(parts[WORKBOOK], parts[RELATIONS], extents)


def _safe(stream: BinaryIO, entry: zipfile.ZipInfo, limits: ReadLimits) -> list[bytes]:
    """Return nothing for what is not XML, else its chunks, each looked at for entities."""
    is_small = entry.filename in (WORKBOOK, RELATIONS)
    is_xml = entry.filename.lower().endswith((".xml", ".rels", ".vml"))
    kept: list[bytes] = []
    tail = b""
    for chunk in inflate(stream, entry, limits):
        if is_xml:
            refuse_entities(tail + chunk)
            tail = chunk[-16:]
        if is_small:
            kept.append(chunk)
    return kept


def _measure(stream: BinaryIO, entry: zipfile.ZipInfo, limits: ReadLimits) -> Extent:
    extent = Extent()
    buffer = b""
    for chunk in inflate(stream, entry, limits):
        refuse_entities(buffer[-16:] + chunk)
        buffer += chunk
        stop = max(len(buffer) - OVERLAP, 0)
        _scan(buffer, stop, extent)
        buffer = buffer[stop:]
    _scan(buffer, len(buffer), extent)
    return extent


def _scan(buffer: bytes, stop: int, extent: Extent) -> None:
    """Take note of what starts before `stop`; the rest comes again with the next chunk."""
    for match in CELL.finditer(buffer):
        if match.start() >= stop:
            break
        if match[1] == b"row":
            extent.row = int(match[3]) if match[3] else extent.row + 1
            extent.column = 0
        else:
            extent.row = int(match[3]) if match[3] else extent.row
            extent.column = _column_number(match[2]) if match[2] else extent.column + 1
            extent.add(extent.row, extent.column)
    extent.n_without_value += sum(match.start() < stop for match in NO_VALUE.finditer(buffer))
    extent.n_errors += sum(match.start() < stop for match in ERROR.finditer(buffer))


@cache
def _column_number(letters: bytes) -> int:
    """Return 1 for A, 27 for AA."""
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number


def _list_sheets(workbook: bytes, relations: bytes, extents: dict[str, Extent]) -> list[Sheet]:
    try:
        targets = {
            entry.get("Id"): posixpath.normpath(posixpath.join("xl", entry.get("Target", ""))).lstrip("/")
            for entry in Xml.fromstring(relations)  # noqa: S314 - document types and entities were refused before
        }
        found = [entry for entry in Xml.fromstring(workbook).iter() if entry.tag.rpartition("}")[2] == "sheet"]  # noqa: S314
    except Xml.ParseError as error:
        raise corrupt("its list of sheets cannot be read") from error
    sheets = []
    for entry in found:
        relation = next((value for key, value in entry.items() if key.rpartition("}")[2] == "id" and key != "id"), None)
        part = targets.get(relation, "")
        if part in extents:
            visible = entry.get("state", "visible") == "visible"
            sheets.append(Sheet(name=entry.get("name", ""), is_visible=visible, extent=extents[part]))
    return sheets
