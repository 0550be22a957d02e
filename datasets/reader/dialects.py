"""How the text of a file is cut into records and cells: its delimiter, its quotation marks and what escapes them.

The start of a text flows in, a `Dialect` with its reason flows out. `csv.Sniffer` is not used: it splits one column on letters
and takes minutes on hostile input. A delimiter is what cuts every record into the same number of fields; marks that hardly
anybody uses must do so without exception. Quotation marks follow the convention under which the text has no stray ones.
"""

from __future__ import annotations

import csv
import io
import re
from collections import Counter, deque
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import islice

from datasets.reader.limits import ReadLimits
from datasets.reader.records import (
    BLANKS,
    NO_DELIMITER,
    SPACE,
    WRAPPED,
    Dialect,
    Quote,
    StrayQuote,
    split_records,
    unwrapped,
)
from datasets.reader.words import is_missing, is_value
from segmentiq.ml.errors import FileRefused

DELIMITERS = ("\t", ";", "|", ",")
"""In this order where several fit equally well: a comma may be part of a number, the others hardly ever are."""
RARE_DELIMITERS = ("||", "|~|", "^|^", "::", "│", ";;", "~", "^", "\x01", "\x1e", "\u00a6", "\u00a7", ":")
CHOICES = {
    "tab": "\t", "\\t": "\t", "space": SPACE, "blanks": BLANKS, "comma": ",", "semicolon": ";", "pipe": "|", "none": NO_DELIMITER,
}  # fmt: skip
LONGEST_DELIMITER = 3
WRAPPED_CHARS = 16_384
SAMPLE_RECORDS = 200
FEWEST_WRAPPED, FEWEST_LINES = 3, 3
FEWEST_BARE, FEWEST_ROWS_BARE = 4, 10
"""Columns and rows from which cells between single spaces need no header above them."""
NOTHING, ESCAPE = re.compile(r"(?<![^\t,;|\r\n])\\N(?![^\t,;|\r\n])"), re.compile(r"\\[ntr\\,;|]")
"""What the dump of a database has for nothing, and for characters that would end a cell."""
FRAME = "┌├└╭╰╞"
"""How the lines of a frame start, which consoles draw around tables."""
HINT = re.compile(r"sep=([^\r\n]{1,3})[\r\n]", re.IGNORECASE)


@dataclass(frozen=True, kw_only=True, slots=True)
class Found:
    """A dialect and why its delimiter was taken."""

    dialect: Dialect
    reason: str


def find_dialect(text: str, limits: ReadLimits, *, delimiter: str | None = None, quote: str | None = None) -> Found:
    """Return the dialect of a text, told from its start; what a person chose is not asked for."""
    if delimiter is None and quote is None and (inner := _unwrap(text, limits)) is not None:
        found = find_dialect(inner, limits)
        return replace(found, dialect=replace(found.dialect, is_wrapped=True))
    found = _chosen(delimiter) if delimiter is not None else _find_delimiter(text, limits)
    if quote is not None:
        dialect = replace(found.dialect, quote=quote)  # type: ignore[arg-type]  # checked with the other choices
        is_stray = not _is_sound(text, dialect, limits)
        return replace(found, dialect=replace(dialect, is_lenient=is_stray))
    return replace(found, dialect=_find_quote(text, found.dialect, limits))


def _unwrap(text: str, limits: ReadLimits) -> str | None:
    """Return the text without quotation marks around every line, None where they do not hide a table of several columns."""
    lines = [line for line in text[:WRAPPED_CHARS].splitlines() if line]
    lines = lines if len(text) <= WRAPPED_CHARS else lines[:-1]
    if len(lines) < FEWEST_WRAPPED or not all(map(WRAPPED.fullmatch, lines)):
        return None
    inner = "\n".join(map(unwrapped, lines))
    for mark in DELIMITERS:
        rows = [fields for _, fields in _first_records(inner, mark, limits)] if mark in lines[0] else []
        widths = {len(fields) for fields in rows}
        hides_more = len(widths) == 1 and (len(rows[0]) > 2 or any('""' in line[1:-1] for line in lines))
        if hides_more and not any(map(is_value, rows[0])) and _has_values(rows[1:], len(rows[0])):
            return "".join(map(unwrapped, text.splitlines(keepends=True)))
    return None


def _chosen(name: str) -> Found:
    if not is_delimiter(name):
        hint = "Choose a comma, semicolon, tab, | or another mark of at most three characters."
        raise FileRefused("The delimiter that was chosen is none.", code="invalid_override", field="delimiter", hint=hint)
    return Found(dialect=Dialect(delimiter=CHOICES.get(name, name)), reason="Chosen by a person.")


def is_delimiter(name: str) -> bool:
    """Tell whether it is a mark that can stand between cells, or the name of one."""
    mark = CHOICES.get(name, name)
    is_word = len(mark) > 1 and any(map(str.isalnum, mark))
    return 1 <= len(mark) <= LONGEST_DELIMITER and not is_word and not set(mark) & set('"\r\n\0')


def _find_delimiter(text: str, limits: ReadLimits) -> Found:
    hint = HINT.match(text)
    if hint and len(hint[1]) == 1:
        return Found(dialect=Dialect(delimiter=hint[1]), reason="The first line of the file says so.")
    usual = {mark: _count_fields(text, mark, limits) for mark in DELIMITERS if mark in text and not _is_part(mark, text)}
    most = max(map(len, usual.values()), default=0)
    usual = {mark: fields for mark, fields in usual.items() if len(fields) > 1 or most < FEWEST_LINES}  # else a cell swallows all
    fits = [(*_fit(fields), mark) for mark, fields in usual.items() if fields and _is_steady(fields)]
    fits = [(share, n_fields, mark) for share, n_fields, mark in fits if n_fields > 1 and share[0] >= 0.5]
    best = max(fits, key=lambda fit: fit[0], default=None)
    if best is None or best[0] < (1.0, True):
        rare = _find_rare(text, limits)
        if rare is not None and (best is None or best[0] < rare[0]):
            best = rare
    if best is not None:
        share, n_fields, mark = best
        return Found(dialect=Dialect(delimiter=mark), reason=f"It cuts {share[0]:.0%} of the first lines into {n_fields} fields.")
    running = next((mark for mark, fields in usual.items() if _runs_through(fields)), None)
    if running:
        reason = "It stands in the first line and in most lines below, though not equally often."
        return Found(dialect=Dialect(delimiter=running), reason=reason)
    reason = "No delimiter cuts the lines into equal numbers of fields: one column."
    return Found(dialect=Dialect(delimiter=NO_DELIMITER), reason=reason)


def _is_part(mark: str, text: str) -> bool:
    """Tell whether a mark stands in the text as a part of a longer delimiter only."""
    longer = [rare for rare in RARE_DELIMITERS if mark in rare and rare in text]
    return any(all(mark not in line.replace(rare, "") for line in islice(text.splitlines(), 50)) for rare in longer)


def _is_steady(counts: Sequence[int]) -> bool:
    """Tell whether lines above the table, if any, explain why not all are cut alike: below them nearly all are."""
    _, n_fields = _fit(counts)
    below = counts[counts.index(n_fields) :]
    return counts[0] == n_fields or sum(n == n_fields for n in below) >= 0.9 * len(below)


def _find_rare(text: str, limits: ReadLimits) -> tuple[tuple[float, bool], int, str] | None:
    """Return a mark that hardly anybody uses, if it cuts every record, under a header of words, as a table is cut."""
    for mark in (*RARE_DELIMITERS, BLANKS, SPACE):
        if mark not in text or (mark == ":" and "::" in text):
            continue
        first = [fields for _, fields in _first_records(text, mark, limits)]
        if len(first) < 3:
            continue
        share, n_fields = _fit([len(fields) for fields in first[1:]])
        agrees = len(first[0]) == n_fields or (mark == SPACE and len(first[0]) == n_fields - 1 and _has_row_names(first, text))
        if share[0] < 0.98 or not agrees or n_fields < 2:
            continue
        if any(map(is_value, first[0])) and not (mark == SPACE and share[0] == 1 and _is_bare(first, n_fields)):
            continue
        is_prose = mark in (SPACE, ":") or (mark == BLANKS and n_fields == 2)
        if is_prose and not _has_values(first[1:], n_fields):
            continue
        return (share[0], True), n_fields, mark
    return None


def _has_row_names(rows: Sequence[Sequence[str]], text: str) -> bool:
    """Tell whether rows with one cell more than the header have a name of their own, and are no words of one cell."""
    names = [row[0] for row in rows[1:]]
    is_running = names == [str(n) for n in range(1, len(names) + 1)]
    return len(set(names)) == len(names) and (len(rows[0]) > 1 or is_running or '"' in text)


def _is_bare(rows: Sequence[Sequence[str]], n_fields: int) -> bool:
    """Tell whether rows without a header are a table all the same: several columns, two of them of values."""
    n_columns = sum(all(map(is_value, column)) for column in zip(*rows, strict=False))
    return n_fields >= FEWEST_BARE and n_columns > 1 and len(rows) >= FEWEST_ROWS_BARE


def _has_values(rows: Sequence[Sequence[str]], n_fields: int) -> bool:
    """Tell whether one of the columns holds numbers or dates only: words alone may be a sentence."""
    whole = [row for row in rows if len(row) == n_fields]
    columns = ([row[place] for row in whole if not is_missing(row[place])] for place in range(n_fields))
    return any(column and all(map(is_value, column)) for column in columns)


def _first_records(text: str, mark: str, limits: ReadLimits) -> list[tuple[int, list[str]]]:
    """Return the first records cut by a mark, comments left out, under the quotation marks that cut them most equally."""
    quotes: list[Quote] = ["double"]
    if "'" in text and _wraps_in_apostrophes(text[:WRAPPED_CHARS], mark):
        quotes = ["single"]
    elif '\\"' in text:
        quotes = ["double", "backslash"]
    tried = [_cut(text, mark, quote, limits) for quote in quotes]
    return max(tried, key=lambda records: _fit([len(fields) for _, fields in records])[0] if records else (0.0, False))


def _cut(text: str, mark: str, quote: Quote, limits: ReadLimits) -> list[tuple[int, list[str]]]:
    """Return the first records, comments left out; nothing when the text cannot be split so."""
    lines = io.StringIO(text, newline="")
    dialect = Dialect(delimiter=mark, quote=quote, is_lenient=True, skips_spaces=f'{mark} "' in text)
    try:
        records = islice(split_records(lines, dialect, limits, is_whole=False), SAMPLE_RECORDS + 1)
        sample = list(records)[:SAMPLE_RECORDS]
    except FileRefused:
        return []
    return [record for record in sample if not record[1][0].startswith(("#", *FRAME))] or sample


def _count_fields(text: str, mark: str, limits: ReadLimits) -> list[int]:
    return [len(fields) for _, fields in _first_records(text, mark, limits)]


def _fit(counts: Sequence[int]) -> tuple[tuple[float, bool], int]:
    """Return the share of the records that agree on a number of fields, whether the first one does, and that number."""
    n_fields, n_agreeing = Counter(counts).most_common(1)[0]
    return (round(n_agreeing / len(counts), 2), counts[0] == n_fields), n_fields


def _runs_through(counts: Sequence[int]) -> bool:
    """Tell whether the header and most records hold the delimiter: a ragged table, not one column of prose."""
    return len(counts) > 1 and counts[0] > 1 and sum(n > 1 for n in counts) >= 0.7 * len(counts)


def _find_quote(text: str, dialect: Dialect, limits: ReadLimits) -> Dialect:
    """Return the dialect with the convention of quotation marks under which the text has no stray ones."""
    if "'" in text and _wraps_in_apostrophes(text[:WRAPPED_CHARS], dialect.delimiter):
        single = replace(dialect, quote="single")
        return single if _is_sound(text, single, limits) else dialect
    if "\\" in text and NOTHING.search(text) and ESCAPE.search(text):
        dump = replace(dialect, quote="backslash")
        return dump if _is_sound(text, dump, limits) and _share(text, dump, limits) >= _share(text, dialect, limits) else dialect
    if '"' not in text:
        return dialect
    tight = replace(dialect, skips_spaces=True)
    if _has_spaced_quotes(text, dialect, limits) and _is_sound(text, tight, limits):
        dialect = tight if _share(text, tight, limits) >= _share(text, dialect, limits) else dialect
    escaped = replace(dialect, quote="backslash")
    is_sound = _is_sound(text, dialect, limits)
    can_escape = '\\"' in text and _is_sound(text, escaped, limits)
    if can_escape and (not is_sound or _share(text, escaped, limits) > _share(text, dialect, limits)):
        return escaped
    if is_sound:
        return dialect
    bare = replace(dialect, quote="none")
    is_bare = _share(text, bare, limits) >= _share(text, dialect, limits)
    return bare if is_bare else replace(dialect, is_lenient=True)


def _has_spaced_quotes(text: str, dialect: Dialect, limits: ReadLimits) -> bool:
    """Tell whether cells start with spaces and a quotation mark, which makes the mark a part of the text."""
    if len(dialect.delimiter) > 1 or f'{dialect.delimiter} "' not in text:
        return False
    lines = io.StringIO(text, newline="")
    records = split_records(lines, replace(dialect, is_lenient=True), limits, is_whole=False)
    try:
        return any(cell.startswith(" ") and cell.lstrip(" ").startswith('"') for _, fields in records for cell in fields)
    except FileRefused:
        return False


def _wraps_in_apostrophes(text: str, delimiter: str) -> bool:
    """Tell whether apostrophes stand around most cells and nowhere else at their edges, and quotation marks around none."""
    edge = rf"(?:^|{re.escape(delimiter)}) *"
    whole = rf"{edge}'(?:[^']|'')*' *(?={re.escape(delimiter)}|[\r\n]|\Z)"
    rest, wrapped = re.subn(whole, delimiter, text, flags=re.MULTILINE)  # a line inside of a cell may start with one, too
    opened = wrapped + len(re.findall(rf"{edge}'", rest, re.MULTILINE))
    usual = len(re.findall(rf'{edge}"', rest, re.MULTILINE))
    return wrapped >= max(2, len(text.splitlines()) / 2) and wrapped >= 0.9 * opened and usual <= 0.05 * wrapped


def _is_sound(text: str, dialect: Dialect, limits: ReadLimits) -> bool:
    """Tell whether no text follows a closing quotation mark."""
    if dialect.is_plain and _is_strict(text, dialect):
        return True
    try:
        lines = io.StringIO(text, newline="")
        for _ in split_records(lines, replace(dialect, is_lenient=False), limits, is_whole=False):
            pass
    except StrayQuote:
        return False
    except FileRefused:
        pass
    return True


def _is_strict(text: str, dialect: Dialect) -> bool:
    """Tell whether Python's own splitter finds nothing wrong, which takes a quarter of the time of telling what is wrong."""
    try:
        deque(csv.reader(io.StringIO(text, newline=""), delimiter=dialect.delimiter, strict=True), maxlen=0)
    except csv.Error:
        return False
    return True


def _share(text: str, dialect: Dialect, limits: ReadLimits) -> float:
    """Return the share of the first records that agree on a number of fields."""
    lines = io.StringIO(text, newline="")
    try:
        records = islice(split_records(lines, replace(dialect, is_lenient=True), limits, is_whole=False), SAMPLE_RECORDS)
        counts = [len(fields) for _, fields in records]
    except FileRefused:
        return 0.0
    return _fit(counts)[0][0] if counts else 0.0
