"""The rules of a table's layout, for every format: is its first record a header, what are its columns called, what is refused.

The first records flow in; names flow out, with a warning for everything that was changed, or the refusal of what is no table.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from itertools import pairwise

from datasets.reader.findings import Findings, count_of
from datasets.reader.limits import ReadLimits
from datasets.reader.words import DAY, is_missing, is_value
from segmentiq.ml.errors import FileRefused

CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
"""Characters that no name has and that neither every database nor every XML document can hold."""
YEAR = re.compile(r"(?:19|20|21)\d\d")
FEWEST_COUNTED, LONGEST_COUNT = 3, 9


def cell_too_long(where: str, limits: ReadLimits) -> FileRefused:
    """Return the refusal of a cell beyond the limit."""
    return FileRefused(
        f"A cell {where} has more than {limits.max_cell_chars:,} characters.",
        code="cell_too_long",
        field="file",
        hint="Shorten that cell, or look for a quotation mark that is never closed.",
    )


def unclosed(line: int) -> FileRefused:
    """Return the refusal of a quoted cell that never ends."""
    return FileRefused(
        f"A quotation mark in the record that starts on line {line:,} is never closed.",
        code="unclosed_quote",
        field="file",
        hint="Close or remove it and upload the file again, or choose to take quotation marks for text.",
    )


def has_header(records: Sequence[Sequence[str]], *, override: object = None) -> tuple[bool, str]:
    """Return whether the first of the first records names the columns, and the reason."""
    if override is not None:
        return bool(override), "Chosen by a person."
    first = records[0]
    body = [row for row in records[1:101] if row != first or len(first) == 1]
    if all(not cell.strip() for cell in first):
        return False, "The first row is blank."
    is_counting = _counts(first) and 10 * sum(map(_counts, body)) <= len(body)
    evidence = [
        0 if is_counting and is_value(cell) else _speaks(cell, [row[i] for row in body if i < len(row)])
        for i, cell in enumerate(first)
    ]
    against, for_ = evidence.count(-1), evidence.count(1)
    if against > for_:
        return (
            False,
            f"The first row looks like data: {count_of(against, 'of its cell')} hold values as the rows below do.",
        )
    if for_:
        return True, "The first row names columns that hold numbers or dates below."
    return True, "The first row holds words, no numbers."


def _speaks(cell: str, below: Sequence[str]) -> int:
    """Return 1 for a word above values or a day above none, -1 for a value or what stands below too, 0 for nothing."""
    if not cell.strip() or YEAR.fullmatch(cell.strip()):
        return 0
    present = [entry for entry in below if not is_missing(entry)]
    if DAY.fullmatch(cell) and present and not any(map(DAY.fullmatch, present)):
        return 1
    if is_value(cell) or cell in below:
        return -1
    return int(bool(present) and sum(map(is_value, present)) >= 0.9 * len(present))


def _counts(row: Sequence[str]) -> bool:
    """Tell whether three or more cells count on by one, as the names of questions, weeks or years do."""
    numbers = [int(cell) for cell in row if cell.isascii() and cell.isdecimal() and len(cell) < LONGEST_COUNT]
    steps = {after - before for before, after in pairwise(numbers)}
    n_digits = sum(any(map(str.isdigit, cell)) for cell in row)  # a customer's number, C001, is no name
    return len(numbers) >= FEWEST_COUNTED and steps == {1} and len(numbers) == n_digits


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
