"""How large a worksheet is and what is special about it, told from its XML without keeping a cell.

Chunks of the sheet's part flow in, an `Extent` flows out. The library that reads the cells lays every sheet out as a full
rectangle, so one cell at row 200,000 costs as much as 200,000 rows: the rectangle is measured first, by a parser that sees
exactly what the library will see.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from datasets.reader.markup import Attributes, feed, find_handlers, new_parser
from datasets.reader.zips import corrupt

DIGITS = "0123456789"
LAST_ROW, LAST_COLUMN = 1_048_576, 16_384
MAX_MERGES = 100_000
LONGEST_KEPT = 20
"""Characters of a cell that are looked at."""


@dataclass(slots=True)
class Extent:
    """The rectangle that a worksheet's filled cells span, counted from 1, and what was seen inside."""

    top: int = 0
    bottom: int = 0
    left: int = 0
    right: int = 0
    n_filled: int = 0
    n_without_value: int = 0
    """Formulas whose result is not stored."""
    n_errors: int = 0
    n_hidden_rows: int = 0
    n_chars: int = 0
    """Characters of shared texts once each cell has its own; counted where a text is so long that it matters."""
    merges: list[tuple[int, int, int, int]] = field(default_factory=list)
    """Merged ranges: top, left, bottom, right."""
    n_numbers: Counter[int] = field(default_factory=Counter)
    """Cells that hold numbers, by column; counted where a style of the workbook pads numbers with zeros."""
    n_padded: Counter[tuple[int, int]] = field(default_factory=Counter)
    """Cells padded with zeros, by column and width."""

    @property
    def n_rows(self) -> int:
        return self.bottom - self.top + 1 if self.n_filled else 0

    @property
    def n_columns(self) -> int:
        return self.right - self.left + 1 if self.n_filled else 0

    def add(self, row: int, column: int) -> None:
        """Widen the rectangle by one cell."""
        if not self.n_filled:
            self.top = self.bottom = row
            self.left = self.right = column
        self.n_filled += 1
        if row > self.bottom:
            self.bottom = row
        elif row < self.top:
            self.top = row
        if column > self.right:
            self.right = column
        elif column < self.left:
            self.left = column

    def padded_width(self, column: int) -> int:
        """Return the number of digits that a column's numbers are shown with; 0 where most are shown as they are."""
        widths = {width: n for (place, width), n in self.n_padded.items() if place == column}
        width = max(widths, key=lambda width: widths[width], default=0)
        return width if width and 2 * widths[width] > self.n_numbers[column] else 0


def measure(chunks: Iterable[bytes], padded: Mapping[str, int], lengths: Sequence[int] = ()) -> Extent:
    """Return the extent of a worksheet; `padded` maps cell styles to digits, `lengths` tells those of the shared texts.

    Raises FileRefused.
    """
    surveyor = Surveyor(padded, lengths)
    surveyor.parser.StartElementHandler = surveyor.on_start
    feed(surveyor.parser, chunks)
    surveyor.leave()
    return surveyor.extent


class Surveyor:
    """A walk over one worksheet."""

    def __init__(self, padded: Mapping[str, int], lengths: Sequence[int]) -> None:
        self.parser = new_parser()
        self.extent = Extent()
        self.padded, self.lengths = padded, lengths
        self.text = ""
        self.row = self.column = 0
        self.digits = ""
        """The row as the places of its cells end with it."""
        self.type: str | None = None
        self.style: str | None = None
        self.is_filled = self.is_formula = self.is_over = False
        handlers = {
            "row": self.on_row,
            "c": self.on_cell,
            "v": self.on_value,
            "is": self.on_value,
            "f": self.on_formula,
            "mergeCell": self.on_merge,
            "extLst": self.on_extensions,
        }
        self.on_element = find_handlers(handlers)

    def on_start(self, tag: str, attributes: Attributes) -> None:
        """Take an element; the two of which there are millions by the shortest way."""
        if tag == "c":
            self.on_cell(attributes)
        elif tag == "v":
            self.on_value(attributes)
        else:
            self.on_element(tag, attributes)

    def on_row(self, attributes: Attributes) -> None:
        self.leave()
        number = attributes.get("r")
        self.row = self.row + 1 if number is None else _whole(number)
        self.column, self.digits = 0, str(self.row)
        if attributes.get("hidden") in ("1", "true"):
            self.extent.n_hidden_rows += 1

    def on_cell(self, attributes: Attributes) -> None:
        if self.is_formula or self.text:
            self.leave()
        place = attributes.get("r")
        if place is None:
            self.column += 1
        elif place.endswith(self.digits) and (column := COLUMNS.get(place[: -len(self.digits)])):
            self.column = column
        else:
            self.row, self.column = _place(place)
            self.digits = str(self.row)
        self.is_filled = False
        self.type = attributes.get("t")
        self.style = attributes.get("s")
        if self.type == "e":
            self.extent.n_errors += 1

    def on_value(self, _: Attributes) -> None:
        if not self.is_filled:
            self.is_filled = True
            self.extent.add(self.row, self.column)
            if self.padded and self.type in (None, "n"):
                self._count_number()
        if self.is_formula or (self.lengths and self.type == "s"):
            self.parser.CharacterDataHandler = self.on_text

    def _count_number(self) -> None:
        self.extent.n_numbers[self.column] += 1
        width = self.padded.get(self.style or "0")
        if width is not None:
            self.extent.n_padded[self.column, width] += 1

    def on_formula(self, _: Attributes) -> None:
        self.is_formula = not self.is_over

    def on_extensions(self, _: Attributes) -> None:
        """Take note that what follows are rules about cells, whose formulas have no value."""
        self.leave()
        self.is_over = True

    def on_text(self, text: str) -> None:
        if len(self.text) < LONGEST_KEPT:
            self.text += text.strip()

    def leave(self) -> None:
        """Settle what the text of the cell that ends here says: that its formula has a value, or which shared text it is."""
        if self.is_formula:
            is_empty_text = self.type == "str" and self.is_filled
            self.extent.n_without_value += not (self.text or is_empty_text)
        elif self.text.isdecimal() and int(self.text) < len(self.lengths):
            self.extent.n_chars += self.lengths[int(self.text)]
        self.parser.CharacterDataHandler = None
        self.is_formula, self.text = False, ""

    def on_merge(self, attributes: Attributes) -> None:
        first, _, last = attributes.get("ref", "").partition(":")
        if last and len(self.extent.merges) >= MAX_MERGES:
            raise corrupt(f"a sheet has more than {MAX_MERGES:,} merged cells")
        if last:
            (top, left), (bottom, right) = _place(first), _place(last)
            self.extent.merges.append((top, left, bottom, right))


def _place(reference: str) -> tuple[int, int]:
    letters = reference.rstrip(DIGITS)
    return _whole(reference[len(letters) :]), column_number(letters)


def _whole(digits: str) -> int:
    number = int(digits) if digits.isascii() and digits.isdigit() and len(digits) < 9 else 0
    if not 0 < number <= LAST_ROW:
        raise corrupt("a cell of it has a place that no sheet has")
    return number


def column_number(letters: str) -> int:
    """Return 1 for A, 27 for AA. Raises FileRefused for what is no column."""
    number = 0
    for letter in letters.upper() if letters.isascii() and letters.isalpha() and len(letters) < 4 else "":
        number = number * 26 + ord(letter) - 64
    if not 0 < number <= LAST_COLUMN:
        raise corrupt("a cell of it has a place that no sheet has")
    COLUMNS[letters] = number
    return number


COLUMNS: dict[str, int] = {}
"""Columns by their letters, as far as they were met; there are no more than a sheet has, in any case."""
