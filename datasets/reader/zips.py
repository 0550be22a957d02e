"""Whether a workbook's zip is safe to unpack, told without unpacking it to memory or disk.

A stream flows in, nothing comes out: hostile archives are refused. The directory is checked first (names, number, sizes, ratio,
overlaps); in the worker every entry is then inflated through a counter, because the sizes in the directory may lie and the
library that reads workbooks believes them. Document types and entities (billion laughs) and external
links are refused in the same pass.
"""

from __future__ import annotations

import struct
import zipfile
import zlib
from collections.abc import Iterator
from typing import BinaryIO

from datasets.reader.limits import MIB, ReadLimits
from segmentiq.ml.errors import FileRefused

CHUNK = 256 * 1024
LOCAL_HEADER = struct.Struct("<4s5H3I2H")
UNSAFE = (b"<!doctype", b"<!entity")


def check_directory(stream: BinaryIO, limits: ReadLimits) -> list[zipfile.ZipInfo]:
    """Return the entries of a workbook whose directory is sound. Raises FileRefused."""
    try:
        stream.seek(0)
        with zipfile.ZipFile(stream) as archive:
            entries = archive.infolist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        raise corrupt("its list of contents cannot be read") from error
    if len(entries) > limits.max_entries:
        raise corrupt(f"it holds {len(entries):,} files, more than {limits.max_entries:,}")
    for entry in entries:
        _check_entry(entry)
    _check_sizes(entries, limits)
    _check_overlaps(entries)
    return entries


def _check_entry(entry: zipfile.ZipInfo) -> None:
    name = entry.filename.replace("\\", "/")
    if name.startswith("/") or ".." in name.split("/") or ":" in name or "\0" in name:
        raise corrupt("a name inside it points outside of it")
    if entry.flag_bits & 1:
        raise FileRefused(
            "The workbook is protected by a password.",
            code="encrypted_file",
            field="file",
            hint="Remove the password and upload again.",
        )
    if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise corrupt("it is packed in an unusual way")
    if name.lower().startswith("xl/externallinks/"):
        raise unsafe("it links to other workbooks")


def _check_sizes(entries: list[zipfile.ZipInfo], limits: ReadLimits) -> None:
    unpacked = sum(entry.file_size for entry in entries)
    if unpacked > limits.max_unpacked_bytes:
        raise _too_big(limits)
    for entry in entries:
        if entry.file_size > MIB and entry.file_size > limits.max_ratio * max(entry.compress_size, 1):
            raise corrupt(f"a part of it unpacks to more than {limits.max_ratio} times its size")


def _check_overlaps(entries: list[zipfile.ZipInfo]) -> None:
    end = 0
    for entry in sorted(entries, key=lambda entry: entry.header_offset):
        if entry.header_offset < end:
            raise corrupt("its parts overlap")
        end = entry.header_offset + LOCAL_HEADER.size + entry.compress_size


def inflate(stream: BinaryIO, entry: zipfile.ZipInfo, limits: ReadLimits) -> Iterator[bytes]:
    """Yield the true content of an entry in chunks. Raises FileRefused when it is not what the directory says."""
    n_bytes = 0
    for chunk in _inflate(stream, entry):
        n_bytes += len(chunk)
        if n_bytes > min(entry.file_size, limits.max_unpacked_bytes):
            raise corrupt("a part of it is larger than it says")
        yield chunk
    if n_bytes != entry.file_size:
        raise corrupt("a part of it is shorter than it says")


def _inflate(stream: BinaryIO, entry: zipfile.ZipInfo) -> Iterator[bytes]:
    stream.seek(entry.header_offset)
    header = stream.read(LOCAL_HEADER.size)
    if len(header) < LOCAL_HEADER.size or not header.startswith(b"PK\x03\x04"):
        raise corrupt("a part of it is missing")
    *_, name_length, extra_length = LOCAL_HEADER.unpack(header)
    stream.seek(name_length + extra_length, 1)
    decoder = zlib.decompressobj(-15) if entry.compress_type == zipfile.ZIP_DEFLATED else None
    left = entry.compress_size
    while left > 0 and (packed := stream.read(min(CHUNK, left))):
        left -= len(packed)
        yield from _unpack(decoder, packed)


def _unpack(decoder: zlib._Decompress | None, packed: bytes) -> Iterator[bytes]:
    if decoder is None:
        yield packed
        return
    try:
        while packed:
            yield decoder.decompress(packed, CHUNK)
            packed = decoder.unconsumed_tail
    except zlib.error as error:
        raise corrupt("a part of it cannot be unpacked") from error


def refuse_entities(chunk: bytes) -> None:
    """Raise FileRefused when XML declares a document type or entities."""
    lowered = chunk.lower()
    if any(mark in lowered for mark in UNSAFE):
        raise unsafe("it declares XML entities")


def corrupt(what: str) -> FileRefused:
    """Return the refusal of a damaged workbook."""
    return FileRefused(
        f"The workbook is damaged: {what}.",
        code="corrupt_xlsx",
        field="file",
        hint="Open it in Excel, save it again and upload that, or upload a CSV.",
    )


def unsafe(what: str) -> FileRefused:
    """Return the refusal of a workbook that reaches outside of itself."""
    return FileRefused(
        f"The workbook is not safe to read: {what}.",
        code="unsafe_xml",
        field="file",
        hint="Save the sheet as CSV and upload that.",
    )


def _too_big(limits: ReadLimits) -> FileRefused:
    return FileRefused(
        f"The workbook unpacks to more than {limits.max_unpacked_bytes // MIB:,} MiB.",
        code="too_many_cells",
        field="file",
        hint="Save the sheet as CSV and upload that.",
    )
