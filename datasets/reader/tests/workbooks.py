"""Workbooks for tests: written by xlsxwriter, then taken apart and put together again as nobody should.

A function that fills a workbook flows in, its bytes flow out; bytes of a sound workbook flow in, those of a hostile one flow out.
"""

from __future__ import annotations

import io
import struct
import zipfile
from collections.abc import Callable, Mapping
from typing import Any

import xlsxwriter

SHEET = "xl/worksheets/sheet1.xml"
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"


def workbook(fill: Callable[[Any], object], **options: Any) -> bytes:
    """Return a workbook that `fill` wrote."""
    content = io.BytesIO()
    book = xlsxwriter.Workbook(content, {"in_memory": True, **options})
    fill(book)
    book.close()
    return content.getvalue()


def write(book: Any, name: str, rows: list[list[Any]], top: int = 0) -> Any:
    """Add a sheet with these rows."""
    sheet = book.add_worksheet(name)
    for i, row in enumerate(rows):
        sheet.write_row(i + top, 0, row)
    return sheet


def rewritten(content: bytes, parts: Mapping[str, bytes]) -> bytes:
    """Return the workbook with parts replaced or added."""
    packed = io.BytesIO()
    left = dict(parts)
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in old.namelist():
            archive.writestr(name, left.pop(name) if name in left else old.read(name))
        for name, new in left.items():
            archive.writestr(name, new)
    return packed.getvalue()


def sheet_of(cells: str, before: str = "") -> bytes:
    """Return the part of a sheet with these rows in XML."""
    return f'<?xml version="1.0"?>{before}<worksheet xmlns="{MAIN}"><sheetData>{cells}</sheetData></worksheet>'.encode()


def with_directory_size(content: bytes, part: str, size: int) -> bytes:
    """Return the workbook with another unpacked size for a part in its list of contents."""
    return _patched(content, part, 24, size)


def with_same_place(content: bytes, part: str, other: str) -> bytes:
    """Return the workbook with a part that starts where another one does."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        place = archive.getinfo(other).header_offset
    return _patched(content, part, 42, place)


def with_sizes(content: bytes, part: str, size: int) -> bytes:
    """Return the workbook with another unpacked size for a part, in its list of contents and before the part."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        start = archive.getinfo(part).header_offset
    lying = bytearray(_patched(content, part, 24, size))
    lying[start + 22 : start + 26] = struct.pack("<I", size)
    return bytes(lying)


def _patched(content: bytes, part: str, offset: int, number: int) -> bytes:
    lying = bytearray(content)
    place = content.rfind(part.encode()) - 46 + offset
    lying[place : place + 4] = struct.pack("<I", number)
    return bytes(lying)


def with_entries(content: bytes, n: int) -> bytes:
    """Return the workbook with a list of contents that names so many parts, all of them one empty part."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("xl/workbook.xml", b"")
        archive.writestr("a", b"")
    whole = packed.getvalue()
    end = whole.rfind(b"PK\x05\x06")
    start = struct.unpack("<I", whole[end + 16 : end + 20])[0]
    last = whole[whole.rfind(b"PK\x01\x02") : end]
    directory = whole[start:end] + last * n
    tail = struct.pack("<4s4H2IH", b"PK\x05\x06", 0, 0, (n + 2) % 65536, (n + 2) % 65536, len(directory), start, 0)
    return content[:0] + whole[:start] + directory + tail
