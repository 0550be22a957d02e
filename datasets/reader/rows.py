"""The rows of a delimited file, gathered into columns; what is no row of the table is left out and counted.

Parts of the file flow in, records that `csv` split or blocks that pyarrow split; columns flow out. The last records are held
back until it is known that they are the last: only there can a remark or a totals row stand.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from datasets.reader.below import Below
from datasets.reader.blocks import Block
from datasets.reader.cells import STRING, TextColumns
from datasets.reader.findings import Findings, count_of
from datasets.reader.layout import cell_too_long, empty_file, no_usable_columns, ragged
from datasets.reader.margins import TAIL, Record, Summed, count_above, count_footers, holds_sums, may_be_total, says_total
from datasets.reader.numbers import Writing, read_numbers
from datasets.reader.source import Source, check_size
from datasets.reader.words import is_missing, is_value

Part = Block | list[Record]
FEWEST_SUMMED = 3
"""Rows below which a sum says little."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Frame:
    """What a row must fit into; `repeats` is the header that may stand further down once more, if any."""

    header: list[str]
    repeats: list[str] | None
    keeps_all: bool

    @property
    def width(self) -> int:
        return len(self.header)

    @property
    def is_named(self) -> bool:
        return any(map(str.strip, self.header))

    @property
    def n_named(self) -> int:
        return max((i for i, cell in enumerate(self.header, start=1) if cell.strip()), default=self.width)


@dataclass(slots=True)
class Tally:
    """What was found about the rows on the way."""

    n_short: int = 0
    n_blank: int = 0
    n_repeated: int = 0
    n_footers: int = 0
    n_totals: int = 0
    may_hold_totals: bool = False

    def tell(self, findings: Findings) -> None:
        """Write down what was left out."""
        if self.n_short:
            message = f"{count_of(self.n_short, 'row')} shorter than the header; the cells that are not there count as missing."
            findings.warn("short_rows", message)
        if self.n_blank:
            findings.warn("blank_rows", f"{count_of(self.n_blank, 'row')} without any value left out.")
        if self.may_hold_totals:
            findings.warn("possible_total", "The last row speaks of a total but holds no sums; it is kept as a customer.")
        findings.set_aside("repeated_headers", self.n_repeated, "The header once more, further down.")
        findings.set_aside("totals", self.n_totals, "The last row holds the sums of the rows above.")
        findings.set_aside("footers", self.n_footers, "Below the table: remarks, or a totals row without sums.")


def gather(
    parts: Iterable[Part], columns: TextColumns, frame: Frame, source: Source, tell_progress: Callable[[], None]
) -> TextColumns:
    """Add the rows to the columns. Raises FileRefused for what is ragged, too long or too much."""
    tally, tail = Tally(), list[Record]()
    below = Below(width=frame.n_named)
    for part in _hold_back(parts if frame.keeps_all else below.leave_out(parts), tail):
        _add(part, frame, columns, tally, source)
        tell_progress()
    if not frame.keeps_all:
        tally.n_footers = count_footers(tail, frame.width)
        del tail[len(tail) - tally.n_footers :]
        if _ends_in_total(tail, columns, tally):
            tally.n_totals = 1
            tail.pop()
    _add(tail, frame, columns, tally, source)
    if columns.n_rows == 0:
        raise no_usable_columns() if tally.n_blank else empty_file("The file has a header but no rows.")
    tally.tell(source.findings)
    n_other = sum(any(map(str.strip, fields)) for _, fields in below.held)
    source.findings.set_aside("other_tables", n_other, "Below a gap: another table with a header of its own.")
    return columns


def _hold_back(parts: Iterable[Part], tail: list[Record]) -> Iterator[Part]:
    """Yield all parts but for the last records of the last ones, which go into `tail`."""
    held: deque[Part] = deque()
    for part in parts:
        held.append(part)
        while sum(map(_length, held)) - _length(held[0]) >= TAIL:
            yield held.popleft()
    n_left = sum(map(_length, held))
    for part in held:
        n_now = min(max(n_left - TAIL, 0), _length(part))
        n_left -= _length(part)
        tail.extend(_records(part)[n_now:])
        if n_now:
            yield Block([column[:n_now] for column in part.columns]) if isinstance(part, Block) else part[:n_now]


def _records(part: Part) -> list[Record]:
    if not isinstance(part, Block):
        return part
    return [(0, list(row)) for row in zip(*(column.to_pylist() for column in part.columns), strict=True)]


def _length(part: Part) -> int:
    return len(part.columns[0]) if isinstance(part, Block) else len(part)


def _add(part: Part, frame: Frame, columns: TextColumns, tally: Tally, source: Source) -> None:
    if isinstance(part, Block):
        block = _filled(part, frame, tally)
        if len(block.columns[0]):
            columns.add_columns(block.columns)
    elif rows := list(_fill(part, frame, tally)):
        _check_cells(columns.add(rows), part, source)
    check_size(columns.n_rows, frame.width, source)


def _filled(block: Block, frame: Frame, tally: Tally) -> Block:
    """Return the block as wide as the table, repeated headers left out."""
    n_rows, n_lacking = len(block.columns[0]), frame.width - len(block.columns)
    if not n_lacking:
        return _without_repeats(block, frame.repeats, tally)
    tally.n_short += n_rows if len(block.columns) < frame.n_named else 0
    nothing = pa.DictionaryArray.from_arrays(pa.array(np.zeros(n_rows, np.int32)), pa.array([""], pa.string()))
    return Block([*block.columns, *[nothing] * n_lacking])


def _without_repeats(block: Block, header: Sequence[str] | None, tally: Tally) -> Block:
    if header is None:
        return block
    is_header = _equals(block.columns[0], header[0])
    if not pc.any(is_header).as_py():
        return block
    for column, name in zip(block.columns[1:], header[1:], strict=True):
        is_header = pc.and_(is_header, _equals(column, name))
    n_repeated = int(pc.sum(is_header).as_py() or 0)
    tally.n_repeated += n_repeated
    return Block([column.filter(pc.invert(is_header)) for column in block.columns]) if n_repeated else block


def _equals(column: Any, text: str) -> Any:
    if not pa.types.is_dictionary(column.type):
        return pc.equal(column, text)
    return pc.equal(column.indices, pc.index(column.dictionary, text))


def _fill(chunk: Sequence[Record], frame: Frame, tally: Tally) -> Iterator[list[str]]:
    """Yield the rows of a chunk, each as wide as the table; blank ones and repeated headers left out."""
    width, n_named = frame.width, frame.n_named
    for line, fields in chunk:
        n_fields = len(fields)
        if not any(fields):
            tally.n_blank += 1
        elif n_fields == width:
            if fields == frame.repeats:
                tally.n_repeated += 1
            else:
                yield fields
        elif n_fields < width:
            tally.n_short += n_fields < n_named
            yield fields + [""] * (width - n_fields)
        elif any(map(str.strip, fields[width:])):
            raise ragged(line, n_fields, width)
        else:
            yield fields[:width]


def _check_cells(columns: Sequence[object], chunk: Sequence[Record], source: Source) -> None:
    longest = source.limits.max_cell_chars
    for position, column in enumerate(columns):
        if pc.max(pc.utf8_length(column)).as_py() > longest:
            line = next(line for line, fields in chunk if len(fields) > position and len(fields[position]) > longest)
            raise cell_too_long(f"on line {line:,}, column {position + 1},", source.limits)


def _ends_in_total(tail: Sequence[Record], columns: TextColumns, tally: Tally) -> bool:
    """Tell whether the last record holds the sums of the rows above."""
    rows = [fields for _, fields in tail if any(fields)]
    if not rows or not tail[-1][1] or rows[-1] is not tail[-1][1] or not may_be_total(rows[-1]):
        return False
    last, above = rows[-1], rows[:-1]
    if columns.n_rows + len(above) < FEWEST_SUMMED or len(last) > columns.width:
        return False
    sums = {place: pair for place, cell in enumerate(last) if is_value(cell) and (pair := _sum(cell, place, above, columns))}
    is_total = holds_sums(last, sums)
    tally.may_hold_totals = not is_total and says_total(last)
    return is_total


def _sum(cell: str, place: int, above: Sequence[Sequence[str]], columns: TextColumns) -> Summed | None:
    """Return the number of a cell and the sum of the cells above it, all of them read alike; None where some are no numbers."""
    counts = count_above(above, place)
    parts = [part[place].cast(STRING) for part in columns.parts]
    if parts:
        found = pa.chunked_array(parts).value_counts()
        for text, count in zip(found.field(0).to_pylist(), found.field(1).to_pylist(), strict=True):
            counts[text.strip()] += count
    present = [text for text in counts if not is_missing(text)]
    if not present or not all(map(is_value, present)):
        return None
    numbers = read_numbers(pa.array([*present, cell.strip()], STRING), Writing())
    if numbers is None:
        return None
    values = numbers.values.astype(float).tolist()
    parts_of_it = [value * counts[text] for text, value in zip(present, values[:-1], strict=True)]
    return Summed(values[-1], sum(parts_of_it), max(map(abs, values[:-1])))
