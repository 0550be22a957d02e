"""How the text of a file is laid out: its delimiter, its records and whether its first record is a header.

Lines of text flow in, records flow out, split by Python's own `csv` for the quick check and the full reading alike: what was
counted is what is read. `csv.Sniffer` is not used: it splits one column on letters and takes minutes on hostile input. A
delimiter is the character that cuts every record into the same number of fields.
"""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, islice

from datasets.reader.findings import Findings, count_of
from datasets.reader.limits import ReadLimits
from datasets.reader.words import is_missing, is_value
from segmentiq.ml.errors import FileRefused

DELIMITERS = ("\t", ";", "|", ",")
"""In this order where several fit equally well: a comma may be part of a number, the others hardly ever are."""
NO_DELIMITER = "\x1f"
NAMES = {"\t": "tab", " ": "space", NO_DELIMITER: "none"}
CHOICES = {"tab": "\t", "\\t": "\t", "space": " ", "comma": ",", "semicolon": ";", "pipe": "|", "none": NO_DELIMITER}
SAMPLE_RECORDS = 200
END = "\0end of file"
"""A last record of our own: if it comes back glued to a cell, a quotation mark was never closed. (NUL is refused before.)"""
CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
"""Characters that no name has and that neither every database nor every XML document can hold."""
YEAR = re.compile(r"(?:19|20|21)\d\d")

Records = Iterator[tuple[int, list[str]]]


def split_records(lines: Iterable[str], delimiter: str, limits: ReadLimits, *, is_whole: bool = True) -> Records:
    """Yield (line where the record ends, its fields), blank lines left out. Raises FileRefused."""
    reader = csv.reader(chain(lines, (END,)) if is_whole else lines, delimiter=delimiter)
    start = 1
    try:
        for fields in reader:
            if is_whole and fields and fields[-1].endswith(END):
                if len(fields) > 1 or fields[0] != END:
                    raise _unclosed(start)
                return
            start = reader.line_num + 1
            if fields and not (len(fields) == 1 and delimiter != NO_DELIMITER and fields[0].isspace()):
                yield reader.line_num, fields
    except csv.Error as error:
        raise cell_too_long(f"of the record that starts on line {start:,}", limits) from error


def cell_too_long(where: str, limits: ReadLimits) -> FileRefused:
    """Return the refusal of a cell beyond the limit."""
    return FileRefused(
        f"A cell {where} has more than {limits.max_cell_chars:,} characters.",
        code="cell_too_long",
        field="file",
        hint="Shorten that cell, or look for a quotation mark that is never closed.",
    )


def skip_hint(records: Records) -> Records:
    """Return the records without a first line "sep=;", which some programs write for Excel."""
    first = next(records, None)
    if first is None or (first[0] == 1 and first[1][0].lower().startswith("sep=") and len("".join(first[1])) <= 5):
        return records
    return chain((first,), records)


def _unclosed(line: int) -> FileRefused:
    return FileRefused(
        f"A quotation mark in the record that starts on line {line:,} is never closed.",
        code="unclosed_quote",
        field="file",
        hint="Close or remove it and upload the file again.",
    )


def find_delimiter(text: str, limits: ReadLimits, *, override: str | None = None) -> tuple[str, str]:
    """Return the delimiter and the reason, from the start of the text."""
    if override is not None:
        return _chosen(override), "Chosen by a person."
    if text.lower().startswith("sep=") and text[5:6] in ("\r", "\n"):
        return text[4], "The first line of the file says so."
    counts = {delimiter: _count_fields(text, delimiter, limits) for delimiter in DELIMITERS if delimiter in text}
    fits = [(*_fit(fields), delimiter) for delimiter, fields in counts.items() if fields]
    fits = [(share, n_fields, delimiter) for share, n_fields, delimiter in fits if n_fields > 1 and share >= 0.5]
    if fits:
        share, n_fields, best = max(fits, key=lambda fit: round(fit[0], 2))
        return best, f"It cuts {share:.0%} of the first lines into {n_fields} fields."
    running = next((delimiter for delimiter, fields in counts.items() if _runs_through(fields)), None)
    if running:
        return running, "It stands in the first line and in most lines below, though not equally often."
    return NO_DELIMITER, "No delimiter cuts the lines into equal numbers of fields: one column."


def _chosen(name: str) -> str:
    delimiter = CHOICES.get(name, name)
    if len(delimiter) != 1 or delimiter in '"\r\n\0':
        hint = "Choose a comma, semicolon, tab, | or another single character."
        raise FileRefused(
            "The delimiter that was chosen is not one character.", code="invalid_override", field="delimiter", hint=hint
        )
    return delimiter


def _count_fields(text: str, delimiter: str, limits: ReadLimits) -> list[int]:
    """Return the number of fields of each of the first records; nothing when the text cannot be split so."""
    try:
        records = islice(split_records(io.StringIO(text, newline=""), delimiter, limits, is_whole=False), SAMPLE_RECORDS + 1)
        return [len(fields) for _, fields in records][:SAMPLE_RECORDS]
    except FileRefused:
        return []


def _fit(counts: Sequence[int]) -> tuple[float, int]:
    """Return the share of the records that agree on a number of fields, and that number."""
    n_fields, n_agreeing = Counter(counts).most_common(1)[0]
    return n_agreeing / len(counts), n_fields


def _runs_through(counts: Sequence[int]) -> bool:
    """Tell whether the header and most records hold the delimiter: a ragged table, not one column of prose."""
    return len(counts) > 1 and counts[0] > 1 and sum(n > 1 for n in counts) >= 0.7 * len(counts)


def has_header(records: Sequence[Sequence[str]], *, override: object = None) -> tuple[bool, str]:
    """Return whether the first of the first records names the columns, and the reason."""
    if override is not None:
        return bool(override), "Chosen by a person."
    first, body = records[0], records[1:101]
    if all(not cell.strip() for cell in first):
        return False, "The first row is blank."
    evidence = [_speaks(cell, [row[i] for row in body if i < len(row)]) for i, cell in enumerate(first)]
    against, for_ = evidence.count(-1), evidence.count(1)
    if against > for_:
        return (
            False,
            f"The first row looks like data: {count_of(against, 'of its cell')} hold numbers or dates as the rows below do.",
        )
    if for_:
        return True, "The first row names columns that hold numbers or dates below."
    return True, "The first row holds words, no numbers."


def _speaks(cell: str, below: Sequence[str]) -> int:
    """Return 1 when the cell is a word above values, -1 when it is a value itself, 0 when it tells nothing."""
    if not cell.strip() or YEAR.fullmatch(cell.strip()):
        return 0
    if is_value(cell):
        return -1
    present = [entry for entry in below if not is_missing(entry)]
    return int(bool(present) and sum(map(is_value, present)) >= 0.9 * len(present))


def check_width(n_columns: int, limits: ReadLimits) -> None:
    """Raise FileRefused when there are more columns than the limit."""
    if n_columns > limits.max_columns:
        raise FileRefused(
            f"The file has {n_columns:,} columns; at most {limits.max_columns:,} are read.",
            code="too_many_columns",
            field="file",
            hint="Keep the columns that describe customers and upload again.",
        )


def ragged(line: int, n_fields: int, n_columns: int) -> FileRefused:
    """Return the refusal of a record that is longer than the header."""
    return FileRefused(
        f"Line {line:,} has {n_fields:,} fields, but the header has {count_of(n_columns, 'column')}.",
        code="ragged_rows",
        field="file",
        hint="Put cells that contain the delimiter in quotation marks, or choose another delimiter.",
    )


def empty_file(message: str = "The file is empty.") -> FileRefused:
    """Return the refusal of a file without rows."""
    return FileRefused(
        message, code="empty_file", field="file", hint="Upload a table with a header and a row for every customer."
    )


def no_usable_columns() -> FileRefused:
    """Return the refusal of a file whose every cell is missing."""
    return FileRefused(
        "No column of the file holds a value.",
        code="no_usable_columns",
        field="file",
        hint="Check the export and upload again.",
    )


def name_columns(cells: Sequence[str], findings: Findings, limits: ReadLimits) -> list[str]:
    """Return distinct, non-empty names for the columns, warning of everything that was changed."""
    names: list[str] = []
    seen: dict[str, int] = {}
    for position, cell in enumerate(cells, start=1):
        name = cell.strip() if cell.isprintable() else " ".join(CONTROLS.sub(" ", cell).replace("\ufeff", "").split())
        if len(name) > limits.max_header_chars:
            findings.warn("long_header", f"The name of column {position} is cut to {limits.max_header_chars} characters.")
            name = name[: limits.max_header_chars].rstrip()
        if not name:
            name = f"column_{position}"
            findings.warn("blank_header", f"Column {position} has no name and is called {name}.", name)
        names.append(_distinct(name, position, seen, findings, limits))
        seen[names[-1]] = position
    _warn_of_similar(names, findings)
    return names


def _distinct(name: str, position: int, seen: dict[str, int], findings: Findings, limits: ReadLimits) -> str:
    if name not in seen:
        return name
    number = 2
    while (renamed := f"{name[: limits.max_header_chars - 8]}_{number}") in seen:
        number += 1
    message = f"Columns {seen[name]} and {position} are both called {name[:80]}; the second is now {renamed[:90]}."
    findings.warn("duplicate_header", message, renamed)
    return renamed


def _warn_of_similar(names: Sequence[str], findings: Findings) -> None:
    folded: dict[str, str] = {}
    for name in names:
        key = " ".join(unicodedata.normalize("NFKC", name).casefold().split())
        if key in folded:
            message = f"Two columns have nearly the same name: {folded[key][:80]} and {name[:80]}. Both are kept."
            findings.warn("similar_headers", message, name)
        folded.setdefault(key, name)
