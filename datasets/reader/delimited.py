"""Delimited text to raw columns: comma, semicolon, tab or whatever the file uses.

One pass of Python's `csv` over the decoded file both checks and reads: there is no second parser that might count fields
differently. Rows turn into Arrow columns chunk by chunk, so memory holds the text once and not as Python strings.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain, islice
from typing import BinaryIO

import pyarrow.compute as pc

from datasets.reader.cells import TextCells, TextColumns
from datasets.reader.check import read_head
from datasets.reader.encodings import find_encoding
from datasets.reader.findings import count_of
from datasets.reader.layout import (
    NAMES,
    Records,
    cell_too_long,
    check_width,
    empty_file,
    find_delimiter,
    has_header,
    name_columns,
    no_usable_columns,
    ragged,
    skip_hint,
    split_records,
)
from datasets.reader.source import RawTable, Source, check_size

CELLS_PER_CHUNK = 200_000


@dataclass(slots=True)
class Tally:
    """What was found about the rows on the way."""

    n_short: int = 0
    n_blank: int = 0


def read_delimited(source: Source) -> RawTable:
    """Read the rows. Raises FileRefused."""
    with source.path.open("rb") as stream:
        encoding = _decide_encoding(stream, source)
        delimiter = _decide_delimiter(stream, encoding, source)
        stream.seek(0)
        lines = io.TextIOWrapper(stream, encoding=encoding, newline="")
        records = skip_hint(split_records(lines, delimiter, source.limits))
        first = list(islice(records, 101))
        if not first:
            raise empty_file()
        check_width(len(first[0][1]), source.limits)
        named = _decide_header(first, source)
        header = first.pop(0)[1] if named else [""] * len(first[0][1])
        columns = _gather(chain(first, records), header, source, stream)
    n_columns = _drop_phantoms(header, columns)
    names = name_columns(header[:n_columns], source.findings, source.limits) if named else _number_columns(n_columns)
    return RawTable(names=names, columns=_take(columns, n_columns), n_rows=columns.n_rows, writes_decimal_commas=delimiter == ";")


def _decide_encoding(stream: BinaryIO, source: Source) -> str:
    encoding = find_encoding(stream, override=source.overrides.get("encoding"))
    source.findings.decide("encoding", encoding.name, encoding.reason)
    if encoding.is_guess:
        message = "The file is not UTF-8; it was read as western European text (cp1252). Check the accents, or choose another."
        source.findings.warn("encoding_guessed", message)
    return encoding.name


def _decide_delimiter(stream: BinaryIO, encoding: str, source: Source) -> str:
    head = read_head(stream, encoding, source.limits.head_bytes)
    delimiter, reason = find_delimiter(head, source.limits, override=source.overrides.get("delimiter"))
    source.findings.decide("delimiter", NAMES.get(delimiter, delimiter), reason)
    return delimiter


def _decide_header(first: list[tuple[int, list[str]]], source: Source) -> bool:
    named, reason = has_header([fields for _, fields in first], override=source.overrides.get("header"))
    source.findings.decide("header", "first row" if named else "none", reason)
    return named


def _number_columns(n_columns: int) -> list[str]:
    return [f"column_{position}" for position in range(1, n_columns + 1)]


def _gather(records: Records, header: list[str], source: Source, stream: BinaryIO) -> TextColumns:
    """Return the rows as columns. Raises FileRefused for what is ragged, too long or too much."""
    columns, tally = TextColumns(width=len(header)), Tally()
    n_bytes = max(source.path.stat().st_size, 1)
    n_chunk = max(CELLS_PER_CHUNK // len(header), 100)
    n_named = max((i for i, cell in enumerate(header, start=1) if cell.strip()), default=len(header))
    while chunk := list(islice(records, n_chunk)):
        rows = list(_fill(chunk, len(header), n_named, tally))
        check_size(columns.n_rows + len(rows), len(header), source)
        if rows:
            _check_cells(columns.add(rows), chunk, source)
        source.on_progress("reading", 0.6 * min(stream.tell() / n_bytes, 1.0))
    if columns.n_rows == 0:
        raise no_usable_columns() if tally.n_blank else empty_file("The file has a header but no rows.")
    if tally.n_short:
        message = f"{count_of(tally.n_short, 'row')} shorter than the header; the cells that are not there count as missing."
        source.findings.warn("short_rows", message)
    if tally.n_blank:
        source.findings.warn("blank_rows", f"{count_of(tally.n_blank, 'row')} without any value left out.")
    return columns


def _fill(chunk: list[tuple[int, list[str]]], width: int, n_named: int, tally: Tally) -> Iterator[list[str]]:
    """Yield the rows of a chunk, each `width` cells long, blank ones left out."""
    for line, fields in chunk:
        n_fields = len(fields)
        if not any(fields):
            tally.n_blank += 1
        elif n_fields == width:
            yield fields
        elif n_fields < width:
            tally.n_short += n_fields < n_named
            yield fields + [""] * (width - n_fields)
        elif any(map(str.strip, fields[width:])):
            raise ragged(line, n_fields, width)
        else:
            yield fields[:width]


def _check_cells(columns: list[object], chunk: list[tuple[int, list[str]]], source: Source) -> None:
    for position, column in enumerate(columns, start=1):
        if pc.max(pc.utf8_length(column)).as_py() > source.limits.max_cell_chars:
            long = (
                line
                for line, fields in chunk
                if len(fields[position - 1 : position] or "") and _is_long(fields, position, source)
            )
            raise cell_too_long(f"on line {next(long):,}, column {position},", source.limits)


def _is_long(fields: list[str], position: int, source: Source) -> bool:
    return len(fields) >= position and len(fields[position - 1]) > source.limits.max_cell_chars


def _drop_phantoms(header: list[str], columns: TextColumns) -> int:
    """Return the number of columns without the nameless, empty ones that a delimiter at the end of every row makes."""
    n_columns = len(header)
    while n_columns > 1 and not header[n_columns - 1].strip() and _is_blank(columns, n_columns - 1):
        n_columns -= 1
    return n_columns


def _is_blank(columns: TextColumns, position: int) -> bool:
    return all(pc.max(pc.binary_length(part[position])).as_py() == 0 for part in columns.parts)


def _take(columns: TextColumns, n_columns: int) -> Iterator[TextCells]:
    for position in range(n_columns):
        yield columns.take(position)
