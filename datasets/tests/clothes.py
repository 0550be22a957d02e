"""One table in many clothes: typed columns flow in, the bytes of a file as some program somewhere would write it flow out.

What is written is known cell by cell, so whatever a reader gives back can be compared with it. Nothing of the reader is used.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import pyarrow as pa
import pyarrow.parquet
import xlsxwriter

Kind = Literal["whole", "money", "level", "note", "code", "day", "truth"]
DATES = ("%Y-%m-%d", "%d.%m.%Y", "%m/%d/%Y", "%d/%m/%Y", "%Y/%m/%d", "%d-%b-%Y")
LEVELS = (
    *("Nord", "Süd", "O'Hare", "A;B", "x, y", '5" pipe', "NA", "yes", "Île-de-France", "a|b", "n#1", "Total"),
    *("größer\tals", "a^b~c"),
)
NAMES: dict[Kind, str] = {
    "whole": "visits",
    "money": "spend",
    "level": "region",
    "note": "remark",
    "code": "customer_id",
    "day": "joined",
    "truth": "active",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Dressed:
    """A table before it is written: names, kinds and cells, None where nothing is known."""

    kinds: tuple[Kind, ...]
    columns: tuple[tuple[Any, ...], ...]

    @property
    def names(self) -> list[str]:
        return [NAMES[kind] for kind in self.kinds]


@dataclass(frozen=True, kw_only=True, slots=True)
class Clothes:
    """How a table is written."""

    container: Literal["csv", "xlsx", "parquet"] = "csv"
    delimiter: str = ","
    decimal: str = "."
    thousands: str = ""
    encoding: str = "utf-8"
    line_end: str = "\n"
    quoting: Literal["needed", "all", "backslash", "single"] = "needed"
    date: str = "%Y-%m-%d"
    truths: tuple[str, str] = ("true", "false")
    missing: str = ""
    has_hint: bool = False
    ends_open: bool = False
    """Whether the last line has no end."""


def draw_table(kinds: Sequence[Kind], n_rows: int, remarks: Sequence[str], seed: int) -> Dressed:
    """Return a table in which every column shows beyond doubt what it is."""
    draw = random.Random(seed)
    whole, *others = (_draw(kind, n_rows, remarks, draw) for kind in kinds)
    columns = [whole, *(_with_gaps(cells, draw) for cells in others)]  # no row is blank
    return Dressed(kinds=tuple(kinds), columns=tuple(map(tuple, columns)))


def _draw(kind: Kind, n: int, remarks: Sequence[str], draw: random.Random) -> list[Any]:
    if kind == "whole":
        return [1_234_567, *(draw.randrange(-50, 90_000) for _ in range(n - 1))]
    if kind == "money":
        return [1_234_567.25, *(round(draw.uniform(-900, 20_000), 2) for _ in range(n - 1))]
    if kind == "level":
        levels = draw.sample(LEVELS, draw.randrange(2, 5))
        return [levels[i % len(levels)] for i in range(n)]
    if kind == "note":
        return [f"about {i}: {draw.choice(remarks)}!" for i in range(n)]
    if kind == "code":
        return [f"{i:06d}" for i in draw.sample(range(1, 99_999), n)]
    if kind == "truth":
        return [i % 3 == 0 for i in range(n)]
    days = [dt.date(2019, 1, 31) + dt.timedelta(days=draw.randrange(2_000)) for _ in range(n - 1)]
    return [dt.date(2024, 12, 31), *days]


def _with_gaps(cells: list[Any], draw: random.Random) -> list[Any]:
    """Return the cells with some missing; the first stays, because it shows how the column is written."""
    share = draw.choice((0.0, 0.0, 0.1))
    return [cells[0], *(None if draw.random() < share else cell for cell in cells[1:])]


def dress(table: Dressed, clothes: Clothes) -> tuple[bytes, str]:
    """Return the bytes of a file and its name."""
    if clothes.container == "parquet":
        return _parquet(table), "table.parquet"
    if clothes.container == "xlsx":
        return _workbook(table), "table.xlsx"
    return _text(table, clothes), "table.csv"


def _text(table: Dressed, clothes: Clothes) -> bytes:
    columns = [[_say(cell, kind, clothes) for cell in cells] for kind, cells in zip(table.kinds, table.columns, strict=True)]
    text = io.StringIO(newline="")
    if clothes.has_hint:
        text.write(f"sep={clothes.delimiter}{clothes.line_end}")
    styles: dict[str, dict[str, Any]] = {
        "needed": {"quoting": csv.QUOTE_MINIMAL},
        "all": {"quoting": csv.QUOTE_ALL},
        "backslash": {"quoting": csv.QUOTE_ALL, "doublequote": False, "escapechar": "\\"},
        "single": {"quoting": csv.QUOTE_ALL, "quotechar": "'"},
    }
    writer = csv.writer(text, delimiter=clothes.delimiter, lineterminator=clothes.line_end, **styles[clothes.quoting])
    writer.writerows([table.names, *zip(*columns, strict=True)])
    written = text.getvalue()
    if clothes.ends_open:
        written = written.removesuffix(clothes.line_end)
    return written.encode(clothes.encoding)


def _say(cell: Any, kind: Kind, clothes: Clothes) -> str:
    """Return a cell as the clothes have it."""
    if cell is None:
        return clothes.missing
    if kind in ("whole", "money"):
        plain = f"{cell:,.2f}" if kind == "money" else f"{cell:,}"
        return plain.replace(",", "\0").replace(".", clothes.decimal).replace("\0", clothes.thousands)
    if kind == "day":
        return str(cell.strftime(clothes.date))
    if kind == "truth":
        return clothes.truths[0] if cell else clothes.truths[1]
    return str(cell)


def _workbook(table: Dressed) -> bytes:
    content = io.BytesIO()
    book = xlsxwriter.Workbook(content, {"in_memory": True})
    sheet = book.add_worksheet("customers")
    day = book.add_format({"num_format": "yyyy-mm-dd"})
    for column, (name, cells) in enumerate(zip(table.names, table.columns, strict=True)):
        sheet.write_string(0, column, name)
        for row, cell in enumerate(cells, start=1):
            if isinstance(cell, dt.date):
                sheet.write_datetime(row, column, dt.datetime.combine(cell, dt.time()), day)
            elif isinstance(cell, str):
                sheet.write_string(row, column, cell)
            elif isinstance(cell, bool):
                sheet.write_boolean(row, column, cell)
            elif cell is not None:
                sheet.write_number(row, column, cell)
    book.close()
    return content.getvalue()


def _parquet(table: Dressed) -> bytes:
    content = io.BytesIO()
    arrays = [pa.array(cells) for cells in table.columns]
    pa.parquet.write_table(pa.table(dict(zip(table.names, arrays, strict=True))), content)
    return content.getvalue()
