"""Lines of text to records: how a dialect cuts a text into cells.

Lines flow in, records with the line on which each ends flow out, split by Python's own `csv` for the quick check and the full
reading alike: what was counted is what is read. It is strict: text after a closing quotation mark is not swallowed but told, and
what `csv` does not know (delimiters of several characters, runs of blanks, \\N) is put into its terms line by line.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import chain
from typing import Any, Literal

from datasets.reader.layout import cell_too_long, unclosed
from datasets.reader.limits import MIB, ReadLimits

Quote = Literal["double", "single", "backslash", "none"]

BLANKS, SPACE = "  ", " "
"""Two blanks or more between columns, and one or more."""
NO_DELIMITER = "\udffe"
STAND_IN = "\udfff"
"""Half surrogate pairs, which no decoded text holds: nothing is cut there, and there only."""
NAMES = {"\t": "tab", SPACE: "space", BLANKS: "blanks", NO_DELIMITER: "none", "\x01": "control character 1"}
BOM = "\ufeff"
END = "\0"
"""A last record of our own: if it comes back glued to a cell, a quotation mark was never closed. (NUL is refused before.)"""
WRAPPED = re.compile(r'"(?:[^"]|"")*"')
TRAILING = re.compile(r"[ \t]+(?=[\r\n]*$)")
ESCAPED = re.compile(r"\\(.)", re.DOTALL)
ESCAPES = {"n": "\\\n", "r": "\\\r", "t": "\\\t"}

Records = Iterator[tuple[int, list[str]]]

csv.field_size_limit(2 * MIB)
"""Far beyond the longest cell that is kept, so that one that is too long can be named by its column too."""


class StrayQuote(Exception):
    """Text follows a closing quotation mark; `line` is where that record ends."""

    def __init__(self, line: int) -> None:
        super().__init__(line)
        self.line = line


@dataclass(frozen=True, kw_only=True, slots=True)
class Dialect:
    """What cuts records into cells; `is_lenient` lets stray quotation marks pass."""

    delimiter: str
    quote: Quote = "double"
    skips_spaces: bool = False
    is_lenient: bool = False
    is_wrapped: bool = False
    """Whether each line stands in quotation marks as a whole, as if it were one cell."""

    @property
    def is_plain(self) -> bool:
        """Return whether it is what every program writes: one character between cells, quotation marks doubled."""
        is_short = len(self.delimiter) == 1 and self.delimiter not in (SPACE, NO_DELIMITER)
        return is_short and self.quote == "double" and not (self.skips_spaces or self.is_lenient or self.is_wrapped)

    @property
    def name(self) -> str:
        return NAMES.get(self.delimiter, self.delimiter)


def split_records(
    lines: Iterable[str],
    dialect: Dialect,
    limits: ReadLimits,
    *,
    is_whole: bool = True,
    n_elsewhere: Callable[[], int] = int,
) -> Records:
    """Yield (line where the record ends, its fields), blank lines left out; `n_elsewhere` lines were split by others.

    Raises FileRefused, StrayQuote.
    """
    reader = _reader(_translated(lines, dialect), dialect, is_whole=is_whole)
    is_one_column = dialect.delimiter == NO_DELIMITER
    has_stand_in = len(dialect.delimiter) > 1
    line = 0
    try:
        for fields in reader:
            if is_whole and fields and fields[-1].endswith(END):
                if len(fields) > 1 or fields[0] != END:
                    raise unclosed(line + 1)
                return
            line = reader.line_num + n_elsewhere()
            if len(fields) > 1:
                yield line, [field.replace(STAND_IN, dialect.delimiter) for field in fields] if has_stand_in else fields
            elif fields and (is_one_column or not fields[0].isspace()):
                yield line, fields
    except csv.Error as error:
        if "expected after" in str(error):
            raise StrayQuote(reader.line_num) from error
        if "unexpected end" not in str(error):
            raise cell_too_long(f"of the record that starts on line {line + 1:,}", limits) from error
        if is_whole:
            raise unclosed(line + 1) from error


def _reader(lines: Iterable[str], dialect: Dialect, *, is_whole: bool) -> Any:
    is_long = len(dialect.delimiter) > 1
    return csv.reader(
        chain(lines, (END,)) if is_whole else lines,
        delimiter=STAND_IN if is_long else dialect.delimiter,
        quotechar="'" if dialect.quote == "single" else '"',
        quoting=csv.QUOTE_NONE if dialect.quote == "none" else csv.QUOTE_MINIMAL,
        escapechar="\\" if dialect.quote == "backslash" else None,
        skipinitialspace=dialect.skips_spaces or dialect.delimiter == SPACE,
        strict=not dialect.is_lenient,
    )


def _translated(lines: Iterable[str], dialect: Dialect) -> Iterable[str]:
    """Return the lines as `csv` can split them: it knows delimiters of one character only, and no \\N or \\n."""
    lines = map(unwrapped, lines) if dialect.is_wrapped else _joined(lines)
    if dialect.quote == "backslash":
        edge = re.escape(dialect.delimiter)
        nothing = re.compile(rf"(?:^|(?<={edge}))\\N(?={edge}|\s*$)")
        lines = (ESCAPED.sub(_escape, nothing.sub("", line)) if "\\" in line else line for line in lines)
    if dialect.delimiter == BLANKS:
        return (re.sub(r"[ \t]{2,}", STAND_IN, TRAILING.sub("", line).lstrip(" \t")) for line in lines)
    if dialect.delimiter == SPACE:
        return (TRAILING.sub("", line.replace("\t", " ")) for line in lines)
    if len(dialect.delimiter) > 1:
        return (line.replace(dialect.delimiter, STAND_IN) for line in lines)
    return lines


def _joined(lines: Iterable[str]) -> Iterator[str]:
    """Yield the lines; where files were put one behind the other, the byte order mark before a repeated header is left out."""
    header = None
    for line in lines:
        if header is None:
            header = line
        yield line[1:] if line[:1] == BOM and line[1:] == header else line


def unwrapped(line: str) -> str:
    """Return a line without the quotation marks around all of it."""
    text = line.rstrip("\r\n")
    return text[1:-1].replace('""', '"') + line[len(text) :] if WRAPPED.fullmatch(text) else line


def _escape(match: re.Match[str]) -> str:
    return ESCAPES.get(match[1], match[0])


def skip_hint(records: Records) -> Records:
    """Return the records without a first line "sep=;", which some programs write for Excel."""
    first = next(records, None)
    if first is None or (first[0] == 1 and first[1][0].lower().startswith("sep=") and len("".join(first[1])) <= 7):
        return records
    return chain((first,), records)
