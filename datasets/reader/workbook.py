"""What a workbook holds, told from its XML without building a cell: its sheets, how large they are, whether that is safe.

A stream flows in, one `Sheet` per worksheet flows out. Every part is unpacked once, through the counter; the parts that say
where things are, are walked first. Light (the standard library only), because a small workbook is looked at as it is uploaded.
"""

from __future__ import annotations

import posixpath
import zipfile
from array import array
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from datasets.reader.findings import count_of
from datasets.reader.limits import MIB, ReadLimits
from datasets.reader.markup import Attributes, look_through, walk
from datasets.reader.styles import find_padded
from datasets.reader.texts import can_grow, measure_texts
from datasets.reader.worksheet import Extent, measure
from datasets.reader.zips import check_directory, corrupt, inflate, part_name

WORKBOOK = "xl/workbook.xml"
RELATIONS = "xl/_rels/workbook.xml.rels"
STYLES = "xl/styles.xml"
TEXTS = "xl/sharedstrings.xml"
XML = (".xml", ".rels", ".vml")
MAX_SHEETS = 1_000


@dataclass(frozen=True, kw_only=True, slots=True)
class Sheet:
    """One worksheet."""

    name: str
    is_visible: bool
    extent: Extent

    @property
    def said(self) -> str:
        """Return the sheet as a chooser lists it."""
        size = f"{count_of(self.extent.n_rows, 'row')}, {count_of(self.extent.n_columns, 'column')}"
        return f"{self.name[:40]} ({size}{'' if self.is_visible else ', hidden'})"


def find_sheets(stream: BinaryIO, limits: ReadLimits) -> list[Sheet]:
    """Return the worksheets in the workbook's order. Raises FileRefused for what is damaged or unsafe."""
    entries = {part_name(entry): entry for entry in check_directory(stream, limits)}
    if WORKBOOK not in entries or RELATIONS not in entries:
        raise corrupt("its list of sheets is missing")
    parts = _find_parts(inflate(stream, entries.pop(RELATIONS), limits))
    listed = _list_sheets(inflate(stream, entries.pop(WORKBOOK), limits))
    padded = find_padded(inflate(stream, entries.pop(STYLES), limits)) if STYLES in entries else {}
    lengths = measure_texts(inflate(stream, entries.pop(TEXTS), limits)) if TEXTS in entries else array("L")
    extents: dict[str, Extent] = {}
    for relation, _, _ in listed:
        part = parts.get(relation, "")
        if _is_worksheet(part) and part in entries:
            entry = entries.pop(part)
            counted = lengths if can_grow(lengths, entry.file_size, limits.max_unpacked_bytes) else ()
            extents[part] = measure(inflate(stream, entry, limits), padded, counted)
    for name, entry in entries.items():
        _drain(inflate(stream, entry, limits), is_xml=name.endswith(XML))
    return [
        Sheet(name=name, is_visible=is_visible, extent=extents[parts[relation]])
        for relation, name, is_visible in listed
        if parts.get(relation) in extents
    ]


def look_at_beginnings(stream: BinaryIO, entries: list[zipfile.ZipInfo], limits: ReadLimits) -> None:
    """Raise FileRefused when the beginning of a part, where a document type stands, is unsafe."""
    for entry in entries:
        if part_name(entry).endswith(XML):
            look_through([next(inflate(stream, entry, limits), b"")])


def _is_worksheet(part: str) -> bool:
    """Tell worksheets from sheets of charts, dialogs and macros, which have no table."""
    return part.endswith(".xml") and not any(kind in part for kind in ("chartsheets/", "dialogsheets/", "macrosheets/"))


def _drain(chunks: Iterator[bytes], *, is_xml: bool) -> None:
    """Unpack a part that is not needed here, so that its size is known to be true."""
    if is_xml:
        look_through(chunks)
    else:
        for _ in chunks:
            pass


def _find_parts(chunks: Iterator[bytes]) -> dict[str, str]:
    """Return the part behind each relation of the workbook."""
    found: dict[str, str] = {}

    def add(attributes: Attributes) -> None:
        target = attributes.get("Target", "").replace("\\", "/")
        if len(found) < MAX_SHEETS * 2 and attributes.get("TargetMode", "Internal") == "Internal":
            found[attributes.get("Id", "")] = posixpath.normpath(posixpath.join("/xl", target)).lstrip("/").lower()

    walk(_short(chunks), {"Relationship": add})
    return found


def _list_sheets(chunks: Iterator[bytes]) -> list[tuple[str, str, bool]]:
    """Return relation, name and visibility of every sheet."""
    found: dict[str, tuple[str, str, bool]] = {}

    def add(attributes: Attributes) -> None:
        relation = next((value for key, value in attributes.items() if key.endswith(":id")), "")
        name = attributes.get("name", "")
        if name in found or len(found) >= MAX_SHEETS:
            raise corrupt("two of its sheets have the same name, or there are too many")
        found[name] = (relation, name, attributes.get("state", "visible") == "visible")

    walk(_short(chunks), {"sheet": add})
    return list(found.values())


def _short(chunks: Iterator[bytes]) -> Iterator[bytes]:
    """Yield the chunks of a part that is never long."""
    n_bytes = 0
    for chunk in chunks:
        n_bytes += len(chunk)
        if n_bytes > 16 * MIB:
            raise corrupt("its list of sheets is too long")
        yield chunk
