"""The quick look at an upload, in the web process: good enough to read later, or refused at once with a sentence.

An open file or a path flows in, nothing comes out. Only the standard library and the first 2 MiB of text, or a workbook that
unpacks to no more, are used; what needs all of a larger file (a ragged row near the end) is found by the full reading with the
same functions, and told on the dataset's page.
"""

from __future__ import annotations

import io
from collections import deque
from collections.abc import Iterable, Mapping
from contextlib import nullcontext
from itertools import chain, islice
from pathlib import Path
from typing import Any, BinaryIO

from datasets.reader.containers import Container, find_container
from datasets.reader.dialects import find_dialect
from datasets.reader.encodings import find_encoding, read_head
from datasets.reader.layout import cell_too_long, check_width, empty_file, no_usable_columns, ragged
from datasets.reader.limits import MIB, ReadLimits
from datasets.reader.margins import FIRST_RECORDS, TAIL, Record, count_footers, find_opening
from datasets.reader.overrides import check_overrides
from datasets.reader.records import Records, StrayQuote, skip_hint, split_records
from datasets.reader.sheets import check_sheets
from datasets.reader.words import is_missing
from datasets.reader.workbook import find_sheets, look_at_beginnings
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
        container = check_container(stream, file_name, limits)
        if container == "text":
            _check_text(stream, stream.seek(0, io.SEEK_END), limits, choices)
        elif container == "xlsx":
            _check_workbook(stream, limits, choices)
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
    stream.seek(max(size - 8, 0))
    tail = stream.read(8)
    if size < 12 or tail[4:] != b"PAR1" or int.from_bytes(tail[:4], "little") > size - 12:
        raise FileRefused(
            "The Parquet file is damaged: its end is missing.",
            code="corrupt_parquet",
            field="file",
            hint="Write it again, or upload a CSV.",
        )


def _check_workbook(stream: BinaryIO, limits: ReadLimits, choices: Mapping[str, Any]) -> None:
    """Unpack and measure a workbook that says it is small; of a large one look at the beginnings of its parts."""
    entries = check_directory(stream, limits)
    if sum(entry.file_size for entry in entries) <= limits.head_bytes:
        check_sheets(find_sheets(stream, limits), choices.get("sheet"), limits)
    else:
        look_at_beginnings(stream, entries, limits)


def _check_text(stream: BinaryIO, size: int, limits: ReadLimits, overrides: Mapping[str, Any]) -> None:
    is_whole = size <= limits.head_bytes
    encoding = find_encoding(stream, limit=limits.head_bytes, override=overrides.get("encoding"))
    text = read_head(stream, encoding, limits.head_bytes)
    dialect = find_dialect(text, limits, delimiter=overrides.get("delimiter"), quote=overrides.get("quote")).dialect
    records = skip_hint(split_records(io.StringIO(text, newline=""), dialect, limits, is_whole=is_whole))
    try:
        _check_records(records if is_whole else _but_last(records), dialect.delimiter, limits, overrides, is_whole=is_whole)
    except StrayQuote:
        return  # the full reading knows what to do, and says so


def _but_last(records: Records) -> Records:
    """Yield all records but the last, which is cut in two; one alone is whatever it is."""
    held = next(records, None)
    is_alone = True
    for record in records:
        if held is not None:
            yield held
        held, is_alone = record, False
    if held is not None and is_alone:
        yield held


def _check_records(records: Records, delimiter: str, limits: ReadLimits, overrides: Mapping[str, Any], *, is_whole: bool) -> None:
    """Raise FileRefused when they are no table; one record at a time, because a million of them would be much memory."""
    first = list(islice(records, FIRST_RECORDS))
    if not first:
        raise empty_file()
    opening = find_opening(first, delimiter, overrides)
    width = len(first[opening.n_above][1]) + opening.has_row_names
    check_width(width, limits)
    body = chain(first[opening.n_above + opening.is_named * (1 + opening.n_between) :], records)
    n_rows, has_value = _check_rows(body, width, limits)
    if is_whole and n_rows == 0:
        raise empty_file("The file has a header but no rows.")
    if is_whole and not has_value:
        raise no_usable_columns()


def _check_rows(body: Iterable[Record], width: int, limits: ReadLimits) -> tuple[int, bool]:
    """Return how many rows there are, and whether one of their cells holds a value; remarks below the table are no rows."""
    held: deque[Record] = deque()
    n_rows, has_value = 0, False
    for record in body:
        n_rows += 1
        has_value = has_value or not all(map(is_missing, record[1]))
        held.append(record)
        if len(held) > TAIL + 1:
            check_record(*held.popleft(), width, limits)
    for record in list(held)[: len(held) - count_footers(held, width)]:
        check_record(*record, width, limits)
    return n_rows, has_value


def check_record(line: int, fields: list[str], width: int, limits: ReadLimits) -> None:
    """Raise FileRefused for a record longer than the table is wide, or a cell beyond the limit."""
    if len(fields) > width and any(map(str.strip, fields[width:])):
        raise ragged(line, len(fields), width)
    if max(map(len, fields), default=0) > limits.max_cell_chars:
        position = next(i for i, cell in enumerate(fields, start=1) if len(cell) > limits.max_cell_chars)
        raise cell_too_long(f"on line {line:,}, column {position},", limits)
