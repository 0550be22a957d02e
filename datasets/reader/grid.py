"""The table inside a sheet: where it starts, what its columns are called, which rows are customers.

The rectangle of cells that a sheet was laid out as flows in, a `Block` of named columns flows out. People write titles above a
table, merge cells and leave rows empty; all of that is told from how many cells of a row are filled, and nothing is left out
without a finding.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any

from datasets.reader.below import MOST, is_table
from datasets.reader.beside import BLANK, find_columns
from datasets.reader.findings import Findings, count_of
from datasets.reader.layout import empty_file
from datasets.reader.margins import (
    FIRST_RECORDS,
    MOST_ABOVE,
    SECOND_HEADER,
    TAIL,
    Opening,
    Record,
    Summed,
    count_footers,
    find_opening,
    holds_sums,
    may_be_total,
    says_total,
)
from datasets.reader.source import Source
from datasets.reader.workbook import Sheet
from datasets.reader.zips import corrupt

Rows = list[list[Any]]
MOST_GAPS = 20
FEWEST_SUMMED = 3
"""Rows below which a sum says little."""


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Grid:
    """A sheet's cells as laid out; `top` and `left` are the numbers of its first row and column in the sheet."""

    sheet: Sheet
    rows: Rows
    top: int
    left: int


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Block:
    """A table of cells, column by column."""

    sheet: Sheet
    header: list[str]
    """The names as they stand there; empty strings where the first row is data."""
    columns: list[list[Any]]
    is_named: bool
    n_rows: int

    @property
    def key(self) -> tuple[str, ...]:
        """Return what sheets that can be stacked have in common."""
        return tuple(sorted(name.strip() for name in self.header))


def find_block(grid: Grid, source: Source) -> Block:
    """Return the table of a sheet. Raises FileRefused."""
    grid = _without_beside(grid, source)
    n_repeated = _fill_down(grid)
    opening = find_start(grid.rows, source.overrides, _find_groups(grid))
    start = opening.n_above
    _tell_opening(opening, grid, source)
    first = grid.rows[start]
    joined = opening.joined or []
    said = [*joined, *[""] * (len(first) - len(joined))] if joined else [say(cell) for cell in first]
    header = _name_in_groups(said, start, grid) if opening.is_named else [""] * len(said)
    body = grid.rows[start + opening.is_named + opening.n_between :]
    repeats = first if opening.is_named and _count(first) > 1 and not source.overrides.get("keep_rows") else None
    n_below = 0 if source.overrides.get("keep_rows") else _count_below(body, _width_of(said))
    kept = _leave_out(body[: len(body) - n_below], repeats, grid, source)
    n_other = sum(map(bool, map(_count, body[len(body) - n_below :])))
    source.findings.set_aside("other_tables", n_other, "Below a gap: another table with a header of its own.")
    if not kept:
        raise empty_file("The sheet has a header but no rows.")
    if n_repeated:
        message = f"{count_of(n_repeated, 'cell')} in merged ranges hold the value that the range shows{_where(grid)}."
        source.findings.warn("merged_cells", message)
    columns = [list(column) for column in zip(*kept, strict=True)]
    used = [place for place, name in enumerate(header) if name.strip() or any(cell not in BLANK for cell in columns[place])]
    for position in used:
        _pad(columns[position], grid.sheet.extent.padded_width(grid.left + position))
    return Block(
        sheet=grid.sheet,
        header=[header[position] for position in used],
        columns=[columns[position] for position in used],
        is_named=opening.is_named,
        n_rows=len(kept),
    )


def _without_beside(grid: Grid, source: Source) -> Grid:
    """Return the main table of a sheet that holds others to its sides."""
    if source.overrides.get("keep_rows"):
        return grid
    start, stop, beside = find_columns(grid.rows)
    if not beside:
        return grid
    n_columns, n_rows = sum(part.stop - part.start for part in beside), max(len(part.rows) for part in beside)
    size = f"{count_of(n_columns, 'column')} of up to {count_of(n_rows, 'row')}"
    message = f"Beyond an empty column, {size} are another table beside the main one; it is left out{_where(grid)}."
    source.findings.warn("tables_beside", message)
    return replace(grid, rows=[row[start:stop] for row in grid.rows], left=grid.left + start)


def find_start(rows: Rows, overrides: Mapping[str, Any], groups: Container[int] = ()) -> Opening:
    """Return how the table starts; a row that names groups of columns stands above its header."""
    records = [_record(row, line) for line, row in enumerate(rows[: FIRST_RECORDS + MOST_ABOVE])]
    opening = find_opening(records[:FIRST_RECORDS], "", overrides)
    n_above = opening.n_above
    while n_above in groups and opening.joined is None and n_above + 2 < len(records):
        n_above += 1
        opening = find_opening(records[n_above : n_above + FIRST_RECORDS], "", {**overrides, "skip_rows": 0})
    return replace(opening, n_above=n_above)


def _record(row: Sequence[Any], line: int) -> Record:
    """Return a row as text, without the empty cells at its end."""
    fields = [say(cell) for cell in row]
    while len(fields) > 1 and not fields[-1]:
        fields.pop()
    return line, fields


def _tell_opening(opening: Opening, grid: Grid, source: Source) -> None:
    place = f"row {opening.n_above + grid.top}" if opening.is_named else "none"
    source.findings.decide("header", place, opening.reason, f"header = {str(not opening.is_named).lower()}")
    n_titles = sum(map(bool, map(_count, grid.rows[: opening.n_above])))
    if n_titles:
        source.findings.warn("rows_above_header", f"{count_of(n_titles, 'row')} above the table left out{_where(grid)}.")
    source.findings.set_aside("title_rows", n_titles, "Above the table: titles or notes. Choose skip_rows = 0 to keep them.")
    source.findings.set_aside("unit_rows", opening.n_between, SECOND_HEADER)


def _leave_out(body: Rows, repeats: list[Any] | None, grid: Grid, source: Source) -> Rows:
    """Return the rows that are customers; the others are told."""
    findings, keeps_all = source.findings, bool(source.overrides.get("keep_rows"))
    tail = [] if keeps_all else [_record(row, line) for line, row in enumerate(body[-2 * TAIL :])]
    n_footers = count_footers(tail, len(grid.rows[0]))
    body = body[: len(body) - n_footers]
    filled = [row for row in body if any(cell not in BLANK for cell in row)]
    kept = [row for row in filled if row != repeats]
    n_repeated = len(filled) - len(kept)
    n_totals = int(not keeps_all and _ends_in_total(kept, findings))
    if len(filled) < len(body):
        findings.warn("blank_rows", f"{count_of(len(body) - len(filled), 'row')} without any value left out{_where(grid)}.")
    findings.set_aside("repeated_headers", n_repeated, "The header once more, further down.")
    findings.set_aside("totals", n_totals, "The last row holds the sums of the rows above.")
    findings.set_aside("footers", n_footers, "Below the table: remarks, or a totals row without sums.")
    return kept[: len(kept) - n_totals]


def _ends_in_total(body: Rows, findings: Findings) -> bool:
    """Tell whether the last row holds the sums of the rows above."""
    if len(body) <= FEWEST_SUMMED:
        return False
    fields = [say(cell) for cell in body[-1]]
    if not may_be_total(fields):
        return False
    sums = {}
    for place, cell in enumerate(body[-1]):
        above = [row[place] for row in body[:-1] if row[place] not in BLANK]
        if isinstance(cell, float) and above and all(isinstance(value, float) for value in above):
            sums[place] = Summed(cell, sum(above), max(map(abs, above)))
    is_total = holds_sums(fields, sums)
    if not is_total and says_total(fields):
        findings.warn("possible_total", "The last row speaks of a total but holds no sums; it is kept as a customer.")
    return is_total


def _count_below(body: Rows, width: int) -> int:
    """Return how many of the last rows are another table below a gap, all of it narrower than this one."""
    start = len(body)
    while start > 0 and not _count(body[start - 1][width - 1 :]):
        start -= 1
    gap = next((place for place in range(start, len(body)) if start and not _count(body[place])), len(body))
    gaps = [gap, *islice((place for place in range(1, len(body)) if _follows_gap(body, place)), MOST_GAPS)]
    for place in dict.fromkeys(gaps):
        rows = [_record(row, 0)[1] for row in body[place : place + MOST]]
        if is_table(rows) and (place == gap or _is_header_below(body, place)):
            return len(body) - place
    return 0


def _follows_gap(body: Rows, place: int) -> bool:
    """Tell whether a row is the first one below an empty one; most rows show in their first cell that they are not empty."""
    return all(cell in BLANK for cell in body[place - 1]) and any(cell not in BLANK for cell in body[place])


def _is_header_below(body: Rows, place: int) -> bool:
    """Tell whether a row holds words in every column in which the rows above it hold numbers."""
    said = []
    for column, cell in enumerate(body[place]):
        above = [row[column] for row in body[:place] if row[column] not in BLANK]
        if above and all(isinstance(value, float) for value in above):
            said.append(isinstance(cell, str) and bool(cell))
    return any(said) and all(said)


def _width_of(header: Sequence[str]) -> int:
    return max((place for place, name in enumerate(header, start=1) if name.strip()), default=len(header))


def _where(grid: Grid) -> str:
    return f" ({grid.sheet.name[:40]})"


def _count(row: Sequence[Any]) -> int:
    return sum(cell not in BLANK for cell in row)


def _find_groups(grid: Grid) -> set[int]:
    """Return the rows in which a cell is merged across columns."""
    return {top - grid.top for top, left, _, right in grid.sheet.extent.merges if right > left}


def _fill_down(grid: Grid) -> int:
    """Write the value of a cell that is merged over several rows into each of them; return how many that are."""
    n_repeated = n_steps = 0
    for top, left, bottom, right in grid.sheet.extent.merges:
        first, column = top - grid.top, left - grid.left
        if left != right or not (0 <= first < len(grid.rows) and 0 <= column < len(grid.rows[0])):
            continue
        value = grid.rows[first][column]
        below = grid.rows[first + 1 : bottom - grid.top + 1] if value not in BLANK else []
        n_steps += len(below)
        if n_steps > len(grid.rows) * len(grid.rows[0]):
            raise corrupt("its merged cells overlap")
        for row in below:
            if row[column] in BLANK:
                row[column] = value
                n_repeated += 1
    return n_repeated


def _name_in_groups(header: list[str], start: int, grid: Grid) -> list[str]:
    """Return the names, with their group's name before them where only that tells them apart."""
    names = [name.strip() for name in header]
    if start - 1 in _find_groups(grid):  # below groups, a column of none may have its name beside theirs
        header = names = [name or say(grid.rows[start - 1][place]).strip() for place, name in enumerate(names)]
    twice = {name for name, n in Counter(names).items() if name and n > 1}
    groups: dict[int, str] = {}
    for top, left, _, right in grid.sheet.extent.merges if twice else ():
        if top - grid.top == start - 1 and 0 <= left - grid.left < len(header):
            group = say(grid.rows[start - 1][left - grid.left]).strip()
            groups |= dict.fromkeys(range(left - grid.left, min(right - grid.left + 1, len(header))), group)
    return [f"{groups[i]} {name}" if name in twice and groups.get(i) else header[i] for i, name in enumerate(names)]


def _pad(cells: list[Any], width: int) -> None:
    """Write numbers with the zeros that the sheet shows before them."""
    for i, cell in enumerate(cells) if width else ():
        if isinstance(cell, float) and cell.is_integer() and 0 <= cell < 2**53:
            cells[i] = f"{int(cell):0{width}d}"


def say(value: Any) -> str:
    """Return a cell as a CSV file would write it."""
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer() and abs(value) < 2**53:
        return str(int(value))
    return str(value)
