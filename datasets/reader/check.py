"""The quick look at an upload, in the web process: good enough to read later, or refused at once with a sentence.

An open file or a path flows in, nothing comes out. Only the standard library and the first 2 MiB of text are used; what needs the
whole file (a ragged row near the end) is found by the full reading with the same functions, and told on the dataset's page.
"""

from __future__ import annotations

import codecs
import io
from collections.abc import Mapping
from contextlib import nullcontext
from itertools import islice
from pathlib import Path
from typing import Any, BinaryIO

from datasets.reader.containers import Container, find_container
from datasets.reader.encodings import find_encoding
from datasets.reader.layout import (
    cell_too_long,
    check_width,
    empty_file,
    find_delimiter,
    has_header,
    no_usable_columns,
    ragged,
    skip_hint,
    split_records,
)
from datasets.reader.limits import MIB, ReadLimits
from datasets.reader.overrides import check_overrides
from datasets.reader.zips import check_directory
from segmentiq.ml.errors import FileRefused

BLANK = b"\x00 \t\r\n\xef\xbb\xbf\xff\xfe\xfe\xff"
"""What an empty file may hold: white space and byte order marks, in any width."""


def check_upload(
    file: str | Path | BinaryIO,
    file_name: str,
    limits: ReadLimits | None = None,
    *,
    overrides: Mapping[str, Any] | None = None,
) -> None:
    """Look at an upload. Raises FileRefused when it cannot become a table."""
    limits = limits or ReadLimits()
    choices = check_overrides(overrides or {})
    with Path(file).open("rb") if isinstance(file, str | Path) else nullcontext(file) as stream:
        if check_container(stream, file_name, limits) == "text":
            _check_text(stream, stream.seek(0, io.SEEK_END), limits, choices)
        stream.seek(0)


def check_container(stream: BinaryIO, file_name: str, limits: ReadLimits) -> Container:
    """Return what kind of file it is, without looking at any cell. Raises FileRefused when it cannot be read at all."""
    size = stream.seek(0, io.SEEK_END)
    _check_size(stream, size, limits)
    container = find_container(stream, file_name)
    if container == "xlsx":
        check_directory(stream, limits)
    elif container == "parquet":
        _check_parquet(stream, size)
    return container


def _check_size(stream: BinaryIO, size: int, limits: ReadLimits) -> None:
    if size > limits.max_bytes:
        raise FileRefused(
            f"The file has {size / MIB:,.0f} MiB; at most {limits.max_bytes // MIB:,} MiB are read.",
            code="file_too_large",
            field="file",
            hint="Keep the columns and rows that are needed and upload again.",
        )
    stream.seek(0)
    if size <= limits.head_bytes and not stream.read().strip(BLANK):
        raise empty_file()


def _check_parquet(stream: BinaryIO, size: int) -> None:
    stream.seek(max(size - 4, 0))
    if size < 12 or stream.read(4) != b"PAR1":
        raise FileRefused(
            "The Parquet file is damaged: its end is missing.",
            code="corrupt_parquet",
            field="file",
            hint="Write it again, or upload a CSV.",
        )


def _check_text(stream: BinaryIO, size: int, limits: ReadLimits, overrides: Mapping[str, Any]) -> None:
    is_whole = size <= limits.head_bytes
    encoding = find_encoding(stream, limit=limits.head_bytes, override=overrides.get("encoding"))
    text = read_head(stream, encoding.name, limits.head_bytes)
    delimiter, _ = find_delimiter(text, limits, override=overrides.get("delimiter"))
    records = list(skip_hint(split_records(io.StringIO(text, newline=""), delimiter, limits, is_whole=is_whole)))
    if not is_whole:
        records = records[:-1] or records
    if not records:
        raise empty_file()
    check_records(records, limits)
    named, _ = has_header([fields for _, fields in islice(records, 101)], override=overrides.get("header"))
    body = records[1:] if named else records
    if is_whole and not any(any(map(str.strip, fields)) for _, fields in body):
        raise no_usable_columns() if body else empty_file("The file has a header but no rows.")


def read_head(stream: BinaryIO, encoding: str, n_bytes: int) -> str:
    """Return the text of the first bytes; a character cut in two at the end is left out."""
    stream.seek(0)
    decoder = codecs.getincrementaldecoder(encoding)()
    return decoder.decode(stream.read(n_bytes))


def check_records(records: list[tuple[int, list[str]]], limits: ReadLimits) -> None:
    """Raise FileRefused for too many columns, a record longer than the first one, or a cell beyond the limit."""
    width = len(records[0][1])
    check_width(width, limits)
    for line, fields in records:
        if len(fields) > width and any(map(str.strip, fields[width:])):
            raise ragged(line, len(fields), width)
        for position, cell in enumerate(fields, start=1):
            if len(cell) > limits.max_cell_chars:
                raise cell_too_long(f"on line {line:,}, column {position},", limits)
