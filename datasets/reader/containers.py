"""What kind of file it is, told by its first bytes; its name must agree.

The content decides how a file is read. A name that promises something else is refused all the same: the person who renamed an
image or a workbook to .csv learns it at once, and nothing is ever unpacked, unpickled or executed to find out.
"""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import BinaryIO, Literal

from datasets.reader.limits import MIB
from datasets.reader.zips import corrupt, list_entries, part_name
from segmentiq.ml.errors import FileRefused

Container = Literal["text", "xlsx", "parquet"]

SUFFIXES: dict[str, Container] = {
    "": "text",
    ".csv": "text",
    ".tsv": "text",
    ".tab": "text",
    ".txt": "text",
    ".xlsx": "xlsx",
    ".xlsm": "xlsx",
    ".parquet": "parquet",
    ".pq": "parquet",
}
WORDS: dict[Container, str] = {"text": "text", "xlsx": "an Excel workbook", "parquet": "a Parquet file"}
FOREIGN: tuple[tuple[bytes, str], ...] = (
    (b"\x89PNG", "a PNG image"),
    (b"\xff\xd8\xff", "a JPEG image"),
    (b"GIF8", "a GIF image"),
    (b"%PDF-", "a PDF document"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"BZh", "a bzip2 archive"),
    (b"\xfd7zXZ", "an xz archive"),
    (b"\x28\xb5\x2f\xfd", "a zstd archive"),
    (b"7z\xbc\xaf", "a 7-Zip archive"),
    (b"Rar!\x1a\x07", "a RAR archive"),
    (b"\x93NUMPY", "a NumPy array"),
    (b"\x7fELF", "a program"),
    (b"MZ\x90", "a program"),
    (b"SQLite format 3\x00", "a SQLite database"),
    (b"{\\rtf", "a rich text document"),
    (b"ARROW1", "an Arrow file"),
    (b"Obj\x01", "an Avro file"),
    (b"\x89HDF", "an HDF5 file"),
    (b"$FL2@(#)", "an SPSS file"),
    (b"<stata_dta>", "a Stata file"),
    (b"II*\x00", "an image"),
    (b"MM\x00*", "an image"),
    (b"MIME-Version:", "a saved web page"),
    (b"\x80\x02", "a Python pickle"),
    (b"\x80\x03", "a Python pickle"),
    (b"\x80\x04", "a Python pickle"),
    (b"\x80\x05", "a Python pickle"),
)
MARKUP: tuple[tuple[bytes, str], ...] = (
    (b"<!doctype html", "a web page"),
    (b"<html", "a web page"),
    (b"<table", "a web page"),
    (b"<?xml", "an XML document"),
    (b'{"', "a JSON document"),
    (b"[{", "a JSON document"),
)
"""How text starts that is no table."""
PACKED: tuple[tuple[str, str], ...] = (
    ("xl/workbook.bin", "a binary Excel workbook (.xlsb)"),
    ("content.xml", "an OpenDocument spreadsheet (.ods)"),
    ("index/document.iwa", "a Numbers spreadsheet"),
    ("index.zip", "a Numbers spreadsheet"),
    ("word/document.xml", "a Word document"),
    ("ppt/presentation.xml", "a presentation"),
)
"""A part by which a zip is known, and what it is then."""
TABLES = "CSV, TSV or other delimited text, Excel (.xlsx) and Parquet are read."
ENCRYPTED_PACKAGE = "EncryptedPackage".encode("utf-16-le")


def find_container(stream: BinaryIO, file_name: str) -> Container:
    """Return what the bytes are. Raises FileRefused when that is no table, or not what the name says."""
    suffix = PurePosixPath(file_name.replace("\\", "/")).suffix.lower()
    found = _look(stream, suffix)
    if suffix not in SUFFIXES:
        raise FileRefused("Files with this ending are not read.", code="unsupported_type", field="file", hint=TABLES)
    if SUFFIXES[suffix] != found:
        raise _mismatch(WORDS[found], WORDS[SUFFIXES[suffix]])
    return found


def _look(stream: BinaryIO, suffix: str) -> Container:
    stream.seek(0)
    head = stream.read(4096)
    for magic, words in FOREIGN:
        if head.startswith(magic):
            raise _foreign(words, suffix)
    if head.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        raise _old_office(stream)
    if head.startswith(b"PAR1"):
        return "parquet"
    if head.startswith(b"PARE"):
        raise _locked("The Parquet file is encrypted.", "Write it again without encryption and upload that.")
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return _look_into_zip(stream, suffix)
    start = head.removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    for mark, words in MARKUP:
        if start.startswith(mark):
            raise _foreign(words, suffix)
    return "text"


def _look_into_zip(stream: BinaryIO, suffix: str) -> Container:
    entries = list_entries(stream)
    if entries is None and SUFFIXES.get(suffix) == "xlsx":
        raise corrupt("its list of contents cannot be read")
    names = {part_name(entry) for entry in entries or []}
    if "xl/workbook.xml" in names:
        return "xlsx"
    words = next((words for name, words in PACKED if name in names), "a zip archive")
    raise _foreign(words, suffix)


def _locked(message: str, hint: str) -> FileRefused:
    return FileRefused(message, code="encrypted_file", field="file", hint=hint)


def _old_office(stream: BinaryIO) -> FileRefused:
    if ENCRYPTED_PACKAGE in _list_streams(stream):
        hint = "Remove the password in Excel (File, Info, Protect workbook), save and upload again."
        return _locked("The workbook is protected by a password.", hint)
    hint = "Save it as .xlsx or as CSV and upload that."
    return FileRefused("Old Excel files (.xls) are not read.", code="unsupported_type", field="file", hint=hint)


def _list_streams(stream: BinaryIO) -> bytes:
    """Return the beginning of an old Office file, and where it says that its list of contents is."""
    stream.seek(0)
    head = stream.read(MIB)
    sector = 1 << min(int.from_bytes(head[30:32], "little"), 12)
    stream.seek((int.from_bytes(head[48:52], "little") + 1) * sector)
    return head + stream.read(2 * 4096)


def _foreign(words: str, suffix: str) -> FileRefused:
    """Return the refusal of something that is no table: a mismatch only where the name promises a table."""
    archive = words.endswith(("archive", "pickle", "array"))
    if suffix in SUFFIXES and suffix and not archive:
        return _mismatch(words, WORDS[SUFFIXES[suffix]])
    remedy = "Unpack it and upload the table inside." if words.endswith("archive") else "Save the table as CSV and upload that."
    hint = f"{remedy} {TABLES}"
    return FileRefused(f"The file is {words}, not a table.", code="unsupported_type", field="file", hint=hint)


def _mismatch(found: str, promised: str) -> FileRefused:
    return FileRefused(
        f"By its name the file is {promised}, but its content is {found}.",
        code="content_mismatch",
        field="file",
        hint=f"Export the table again in the format of its name. {TABLES}",
    )
