"""Whether a workbook's zip is safe to unpack, told without unpacking it to memory or disk.

A stream flows in, its entries flow out: hostile archives are refused. The directory is read through a stream that gives no more
than a directory of the allowed number of files has (200 MiB of it would be millions of objects), and checked first: names,
number, sizes, ratio, overlaps, and whether it agrees with what stands before each part. Every entry is then inflated through a
counter, because the sizes may lie all the same and the library that reads workbooks believes them.
"""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Iterator
from typing import Any, BinaryIO, cast

from datasets.reader.limits import MIB, ReadLimits
from segmentiq.ml.errors import FileRefused

CHUNK = 256 * 1024
LOCAL_HEADER = struct.Struct("<4s5H3I2H")
SIZES_FOLLOW = 1 << 3
"""The flag of a part whose sizes stand behind it."""
UNKNOWN = (0, 0xFFFFFFFF)
"""A size that is said elsewhere."""
DIRECTORY_BYTES = MIB
"""The directory of 1,000 files takes a tenth of it."""


class Bounded(io.RawIOBase):
    """A stream that refuses to be read in large pieces, for a library that takes a file's word for the size of its directory."""

    def __init__(self, stream: BinaryIO) -> None:
        super().__init__()
        self.stream = stream

    def read(self, size: int | None = -1) -> bytes:
        """Read at most `DIRECTORY_BYTES`."""
        data = self.stream.read(DIRECTORY_BYTES + 1 if size is None or size < 0 else min(size, DIRECTORY_BYTES + 1))
        if len(data) > DIRECTORY_BYTES:
            raise zipfile.BadZipFile
        return data

    def seek(self, offset: int, whence: int = 0) -> int:
        """Go to a place."""
        return self.stream.seek(offset, whence)

    def tell(self) -> int:
        """Return the place."""
        return self.stream.tell()

    def seekable(self) -> bool:
        """Return True."""
        return True


def list_entries(stream: BinaryIO) -> list[zipfile.ZipInfo] | None:
    """Return what a zip's directory names; None when it cannot be read."""
    try:
        stream.seek(0)
        with zipfile.ZipFile(cast("BinaryIO", Bounded(stream))) as archive:
            return archive.infolist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, struct.error):
        return None


def check_directory(stream: BinaryIO, limits: ReadLimits) -> list[zipfile.ZipInfo]:
    """Return the entries of a workbook whose directory is sound. Raises FileRefused."""
    entries = list_entries(stream)
    if entries is None:
        raise corrupt("its list of contents cannot be read")
    if len(entries) > limits.max_entries:
        raise corrupt(f"it holds {len(entries):,} files, more than {limits.max_entries:,}")
    for entry in entries:
        _check_entry(entry)
    if len({part_name(entry) for entry in entries}) < len(entries):
        raise corrupt("it holds a part twice")
    _check_sizes(entries, limits)
    _check_overlaps(entries)
    for entry in entries:
        _check_header(stream, entry)
    return entries


def part_name(entry: zipfile.ZipInfo) -> str:
    """Return an entry's name as the parts of a workbook are told apart: any slash, any case."""
    return entry.filename.replace("\\", "/").lower()


def _check_entry(entry: zipfile.ZipInfo) -> None:
    name = part_name(entry)
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
    if name.startswith("xl/externallinks/"):
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


def _check_header(stream: BinaryIO, entry: zipfile.ZipInfo) -> None:
    """Raise FileRefused when what stands before a part contradicts the directory."""
    _, _, flags, method, _, _, _, packed, unpacked, _, _ = _read_header(stream, entry)
    is_told = not flags & SIZES_FOLLOW
    sizes = ((packed, entry.compress_size), (unpacked, entry.file_size))
    if method != entry.compress_type or (is_told and any(there != here and there not in UNKNOWN for there, here in sizes)):
        raise corrupt("its list of contents does not agree with its parts")


def _read_header(stream: BinaryIO, entry: zipfile.ZipInfo) -> tuple[Any, ...]:
    stream.seek(entry.header_offset)
    header = stream.read(LOCAL_HEADER.size)
    if len(header) < LOCAL_HEADER.size or not header.startswith(b"PK\x03\x04"):
        raise corrupt("a part of it is missing")
    return LOCAL_HEADER.unpack(header)


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
    *_, name_length, extra_length = _read_header(stream, entry)
    stream.seek(name_length + extra_length, 1)
    decoder = zlib.decompressobj(-15) if entry.compress_type == zipfile.ZIP_DEFLATED else None
    left = entry.compress_size
    while left > 0 and (packed := stream.read(min(CHUNK, left))):
        left -= len(packed)
        yield from _unpack(decoder, packed)
    if decoder is not None:
        yield decoder.flush()


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
