"""Other tables below the first one: reports write several into one file or sheet, with a blank line between them.

Records flow in, those of the first table flow out. What stands below a gap is another table where all of it is narrower than the
first one, and where a header of its own stands above values: short rows of customers are no such thing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from datasets.reader.blocks import Block
from datasets.reader.margins import Record, names_columns
from datasets.reader.words import is_value

MOST = 100_000
"""Records that are held until it is known what they are."""
MOST_TITLES = 2


@dataclass(slots=True)
class Below:
    """The records that may be another table; `width` counts the columns of the first one up to the last name."""

    width: int
    held: list[Record] = field(default_factory=list)

    def leave_out(self, parts: Iterable[Block | list[Record]]) -> Iterator[Block | list[Record]]:
        """Yield the parts without other tables, whose records stay in `held`."""
        above: Record | None = None
        for part in parts:
            if isinstance(part, Block):
                yield self._give_back()
                yield part
                above = None
            else:
                yield list(self._keep(part, above))
                above = part[-1] if part else above
        if not is_table([fields for _, fields in self.held]):
            yield self._give_back()

    def _keep(self, part: Sequence[Record], above: Record | None) -> Iterator[Record]:
        for record in part:
            if (self.held or follows_gap(record, above)) and is_narrow(record[1], self.width) and len(self.held) < MOST:
                self.held.append(record)
            else:
                yield from self._give_back()
                yield record
            above = record

    def _give_back(self) -> list[Record]:
        given, self.held = self.held, []
        return given


def follows_gap(record: Record, above: Record | None) -> bool:
    """Tell whether a blank line, or a row of empty cells, stands above a record."""
    if above is None:
        return False
    n_lines = record[0] - above[0]
    return not any(above[1]) or (n_lines > 1 and n_lines > 1 + sum(cell.count("\n") for cell in record[1]))


def is_narrow(fields: Sequence[str], width: int) -> bool:
    """Tell whether a record leaves the last columns empty."""
    return len(fields) < width or not any(fields[width - 1 :])


def is_table(rows: Sequence[Sequence[str]]) -> bool:
    """Tell whether narrow rows are a table: below titles at most, a header that names columns and values under it."""
    filled = [_trimmed(row) for row in rows if any(row)]
    n_titles = next((place for place, row in enumerate(filled) if len(row) > 1), len(filled))
    table = filled[n_titles:]
    if n_titles > MOST_TITLES or len(table) < 2 or max(map(len, table)) > len(table[0]):
        return False
    return not any(map(is_value, table[0])) and any(map(is_value, table[1])) and names_columns(table)


def _trimmed(row: Sequence[str]) -> list[str]:
    width = max((place for place, cell in enumerate(row, start=1) if cell.strip()), default=0)
    return list(row[:width])
