"""Order lines as arrays: a table and a recipe flow in, `Lines` flow out, with what every rule needs to know about each line.

Names become codes and dates microseconds once, here, so that half a million lines are counted and summed without another look at
their text.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray

from datasets.orders.recipe import DAY, Recipe
from datasets.reader.cells import STRING
from datasets.reader.numbers import Writing, read_numbers
from segmentiq.ml.errors import RunRefused
from segmentiq.ml.values import Table

MICROSECONDS_A_DAY = 86_400_000_000
CANCELLED = re.compile(r"(?:[-−]|c[\s_-]?)(?=\S)", re.IGNORECASE)
DIGITS = re.compile(r"\d+")


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Codes:
    """A column of names: `codes` (n,) point into the distinct `values`; -1 is missing."""

    codes: NDArray[np.int64]
    values: NDArray[np.object_]


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Lines:
    """Order lines, one entry per row of the table; what the recipe names no column for is None.

    `paid` and `quantity` may be NaN. `is_cancelled` and `is_returned` say what a line is, whatever the rules do about it.
    """

    frame: pd.DataFrame
    customer: Codes
    at: NDArray[np.datetime64]
    """Microseconds."""
    paid: NDArray[np.float64]
    price: NDArray[np.float64] | None
    quantity: NDArray[np.float64] | None
    invoice: Codes | None
    product: Codes | None
    snapshot: np.datetime64 | None
    """The moment somebody chose, None when nobody did."""
    is_amount: bool
    """Whether `paid` is a column of the table rather than a price, or a quantity times a price."""
    is_cancelled: NDArray[np.bool_]
    is_returned: NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.at)


def read_lines(table: Table, recipe: Recipe) -> Lines:
    """Return the columns that the recipe names. Raises RunRefused where one that stands for a number holds something else."""
    cells = {part: table.frame[name] for part, name in recipe.columns.items()}
    quantity, price, amount = (_read_numbers(cells.get(part)) for part in ("quantity", "price", "amount"))
    invoice, product = (_read_codes(cells[part]) if part in cells else None for part in ("invoice", "product"))
    returned = np.zeros(len(table.frame), dtype=np.bool_)
    if quantity is not None:
        returned |= quantity <= 0
    if amount is not None:
        returned |= amount < 0
    return Lines(
        frame=table.frame,
        customer=_read_codes(cells["customer"]),
        at=cells["date"].to_numpy("datetime64[us]"),
        paid=_find_paid(quantity, price, amount),
        price=price,
        quantity=quantity,
        invoice=invoice,
        product=product,
        snapshot=None if recipe.snapshot is None else read_snapshot(recipe.snapshot),
        is_amount=amount is not None,
        is_cancelled=np.zeros(len(table.frame), dtype=np.bool_) if invoice is None else find_cancelled(invoice),
        is_returned=returned,
    )


def read_snapshot(written: str) -> np.datetime64:
    """Return the moment; a day means its end, so that days are counted as on a calendar."""
    moment = np.datetime64(written, "us")
    return moment + np.timedelta64(MICROSECONDS_A_DAY - 1, "us") if DAY.fullmatch(written) else moment


def _find_paid(
    quantity: NDArray[np.float64] | None, price: NDArray[np.float64] | None, amount: NDArray[np.float64] | None
) -> NDArray[np.float64]:
    if amount is not None:
        return amount
    if price is None:
        raise ValueError("a recipe names an amount or a price")
    with np.errstate(over="ignore", invalid="ignore"):
        return price if quantity is None else quantity * price


def _read_numbers(cells: pd.Series[Any] | None) -> NDArray[np.float64] | None:
    if cells is None or cells.dtype.kind in "iuf":
        return None if cells is None else cells.to_numpy(dtype=np.float64, na_value=np.nan)
    codes, texts = pd.factorize(cells)
    found = read_numbers(pa.array(texts.tolist(), STRING), Writing())
    if found is None:
        raise RunRefused(
            f"Column {str(cells.name)[:40]!r} stands for a number, but holds something else.",
            code="invalid_kind",
            field="columns",
            hint="Name another column, or correct its kind on the page of the orders.",
        )
    return np.append(found.values.astype(np.float64), np.nan)[codes]


def _read_codes(cells: pd.Series[Any]) -> Codes:
    codes, values = pd.factorize(cells)
    texts = np.array([_write(value) for value in values.tolist()], dtype=object)
    return Codes(codes=codes.astype(np.int64, copy=False), values=texts)


def _write(value: Any) -> str:
    """Return a name as text; 17850.0 is the number 17850."""
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


def find_cancelled(invoice: Codes) -> NDArray[np.bool_]:
    """Tell which lines belong to a cancelled order."""
    of_numbers = np.array([*_find_cancelled_numbers(invoice.values.tolist()), False], dtype=np.bool_)
    return np.asarray(of_numbers[invoice.codes])


def _find_cancelled_numbers(numbers: Sequence[str]) -> list[bool]:
    """Tell which numbers are one of the others' shape behind a C or a minus sign.

    The shape decides, because a C may also be how all the numbers begin: C1001 and C1002 are orders, C1001 among 1002 and 1003 is
    none.
    """
    shapes = [DIGITS.sub("9", number.strip()) for number in numbers]
    usual = Counter(shapes)
    marks = [CANCELLED.match(shape) for shape in shapes]
    return [
        mark is not None and "9" in shape and usual[shape[mark.end() :]] >= usual[shape]
        for shape, mark in zip(shapes, marks, strict=True)
    ]
