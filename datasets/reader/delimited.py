"""Delimited text to raw columns: comma, semicolon, tab or whatever the file uses.

Python's `csv` decides: it splits the first records, which tell the layout, and every block of text with anything odd in it. The
other blocks are split by pyarrow, many times as fast, and proven to come to the same. Memory holds each cell once, in Arrow
columns, and not as Python strings.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from itertools import chain, islice
from typing import BinaryIO

from datasets.reader.blocks import NO_MARK, Splitter, Text, read_parts
from datasets.reader.cells import Cells, TextColumns
from datasets.reader.dialects import Found, find_dialect
from datasets.reader.encodings import Encoding, find_encoding, read_head
from datasets.reader.findings import Findings, count_of
from datasets.reader.layout import check_width, empty_file, name_columns
from datasets.reader.margins import FIRST_RECORDS, SECOND_HEADER, Opening, Record, find_opening
from datasets.reader.records import NO_DELIMITER, Dialect, Records, StrayQuote, skip_hint, split_records
from datasets.reader.rows import Frame, Part, gather
from datasets.reader.source import RawTable, Source

CELLS_PER_CHUNK = 200_000


def read_delimited(source: Source) -> RawTable:
    """Read the rows. Raises FileRefused."""
    with source.path.open("rb") as stream:
        encoding = _decide_encoding(stream, source)
        found = _find_dialect(stream, encoding, source)
        for dialect in _attempts(found.dialect, source):
            findings = Findings()
            _tell_dialect(replace(found, dialect=dialect), findings)
            try:
                table = _read(stream, encoding, dialect, replace(source, findings=findings))
            except StrayQuote:
                continue
            source.findings.extend(findings)
            return table
    raise AssertionError("the last attempt lets stray quotation marks pass")


def _decide_encoding(stream: BinaryIO, source: Source) -> Encoding:
    encoding = find_encoding(stream, override=source.overrides.get("encoding"))
    source.findings.decide("encoding", encoding.name, encoding.reason, 'encoding = "cp1252"')
    if encoding.is_guess:
        what = f"{encoding.family} text ({encoding.name})"
        message = f"The file is not UTF-8; it was read as {what}. Check the letters, or choose another encoding."
        source.findings.warn("encoding_guessed", message)
    if encoding.n_broken:
        what = count_of(encoding.n_broken, "place")
        message = f"{what} of the file hold no valid UTF-8, the first on line {encoding.first_broken:,}; they read \ufffd now."
        source.findings.warn("broken_characters", message)
    return encoding


def _find_dialect(stream: BinaryIO, encoding: Encoding, source: Source) -> Found:
    head = read_head(stream, encoding, source.limits.head_bytes)
    choices = source.overrides
    return find_dialect(head, source.limits, delimiter=choices.get("delimiter"), quote=choices.get("quote"))


def _attempts(dialect: Dialect, source: Source) -> Iterator[Dialect]:
    """Yield the dialect, and what remains when a stray quotation mark turns up behind the first megabytes."""
    yield dialect
    if dialect.quote == "double" and "quote" not in source.overrides:
        yield replace(dialect, quote="backslash")
    yield replace(dialect, is_lenient=True)


def _tell_dialect(found: Found, findings: Findings) -> None:
    dialect = found.dialect
    findings.decide("delimiter", dialect.name, found.reason, 'delimiter = "comma", "semicolon", "tab", "pipe" or another mark')
    if dialect.quote != "double":
        marks = {"single": "'", "backslash": '\\"', "none": "none"}
        reasons = {
            "single": "Apostrophes stand around most cells.",
            "backslash": "Characters that would end a cell follow a backslash, which is left out.",
            "none": "Quotation marks are text here: they do not stand around whole cells.",
        }
        findings.decide("quotation mark", marks[dialect.quote], reasons[dialect.quote], 'quote = "double"')
    if dialect.is_wrapped:
        findings.decide("quotation marks around lines", "left out", "They stand around whole lines.", 'quote = "double"')
    if dialect.skips_spaces:
        findings.decide("spaces after delimiters", "left out", "Quoted cells follow them.", 'quote = "none"')
    if dialect.is_lenient:
        message = "Text follows a closing quotation mark in some cells; it is kept, the marks are left out. Look at these cells."
        findings.warn("stray_quotes", message)


def _read(stream: BinaryIO, encoding: Encoding, dialect: Dialect, source: Source) -> RawTable:
    """Read the rows in a dialect. Raises FileRefused, StrayQuote."""
    stream.seek(0)
    text = Text(stream, encoding.name, encoding.errors)
    records = skip_hint(split_records(text.lines(), dialect, source.limits, n_elsewhere=lambda: text.n_lines_taken))
    first = list(islice(records, FIRST_RECORDS))
    if not first:
        raise empty_file()
    opening = find_opening(first, dialect.delimiter, source.overrides)
    frame = _frame(first, opening, source)
    _tell_opening(first, opening, source.findings)
    del first[: opening.n_above + opening.is_named + opening.n_between]
    n_bytes = max(source.path.stat().st_size, 1)
    columns = TextColumns(width=frame.width)
    parts = chain([first], _parts(text, records, dialect, _splitter(dialect, first, columns, source)))
    gather(parts, columns, frame, source, partial(_tell_progress, stream, n_bytes, source))
    start, stop = _find_phantoms(frame, columns)
    names = _name(frame.header[start:stop], opening, source)
    marks_decimals = dialect.delimiter == ";"
    return RawTable(names=names, columns=_take(columns, start, stop), n_rows=columns.n_rows, writes_decimal_commas=marks_decimals)


def _tell_progress(stream: BinaryIO, n_bytes: int, source: Source) -> None:
    source.on_progress("reading", 0.6 * min(stream.tell() / n_bytes, 1.0))


def _frame(first: list[Record], opening: Opening, source: Source) -> Frame:
    fields = [""] * opening.has_row_names + (opening.joined or first[opening.n_above][1])
    check_width(len(fields), source.limits)
    keeps_all = bool(source.overrides.get("keep_rows"))
    can_repeat = opening.is_named and not keeps_all and sum(map(bool, fields)) > 1
    header = fields if opening.is_named else [""] * len(fields)
    return Frame(header=header, repeats=fields if can_repeat else None, keeps_all=keeps_all)


def _tell_opening(first: list[Record], opening: Opening, findings: Findings) -> None:
    where = "first row" if opening.n_above == 0 else f"line {first[opening.n_above][0]:,}"
    findings.decide(
        "header", where if opening.is_named else "none", opening.reason, f"header = {str(not opening.is_named).lower()}"
    )
    if opening.has_row_names:
        findings.decide("row names", "first column", "Every row has one cell more than the header: a name or number in front.")
    if opening.n_above:
        findings.warn("rows_above_header", f"{count_of(opening.n_above, 'row')} above the table left out.")
    findings.set_aside(
        "title_rows", opening.n_above, "Above the table: titles, comments or blanks. Choose skip_rows = 0 to keep them."
    )
    findings.set_aside("unit_rows", opening.n_between, SECOND_HEADER)


def _parts(text: Text, records: Records, dialect: Dialect, splitter: Splitter) -> Iterator[Part]:
    n_records = max(CELLS_PER_CHUNK // splitter.width, 100)
    if dialect.is_plain or splitter.delimiter == NO_MARK:
        return read_parts(text, records, splitter, n_records)
    return iter(lambda: list(islice(records, n_records)), [])


def _splitter(dialect: Dialect, first: list[Record], columns: TextColumns, source: Source) -> Splitter:
    """Return what splits records as wide as the table, or as the first ones where all of those are shorter than its header."""
    widths = {len(fields) for _, fields in first}
    is_short = len(widths) == 1 and 1 < min(widths) < columns.width
    return Splitter(
        delimiter=NO_MARK if dialect == Dialect(delimiter=NO_DELIMITER) else dialect.delimiter,
        width=widths.pop() if is_short else columns.width,
        longest=source.limits.max_cell_chars,
        varied=columns.varied,
    )


def _find_phantoms(frame: Frame, columns: TextColumns) -> tuple[int, int]:
    """Return the columns without the nameless, empty ones that a delimiter at the start or end of every row makes."""
    start, stop = 0, frame.width
    while stop > 1 and not frame.header[stop - 1].strip() and columns.is_blank(stop - 1):
        stop -= 1
    while frame.is_named and start < stop - 1 and not frame.header[start].strip() and columns.is_blank(start):
        start += 1
    return start, stop


def _name(header: list[str], opening: Opening, source: Source) -> list[str]:
    if opening.is_named:
        return name_columns(header, source.findings, source.limits)
    return [f"column_{position}" for position in range(1, len(header) + 1)]


def _take(columns: TextColumns, start: int, stop: int) -> Iterator[Cells]:
    for position in range(start, stop):
        yield columns.take(position)
