"""A run, a cut and a segment in, one page of its customers out, in the order of the file.

Who is on the page is known from one small array of segment numbers; only the rows of that page are read as cells.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.core.paginator import Page, Paginator

from clustering import artifacts
from clustering.cutting import Cut
from clustering.exports import segment_numbers
from clustering.lookup import Customer, SegmentMark, id_columns, marks_of, name_of
from clustering.models import Run
from datasets.finding import read_rows
from segmentiq.ml.facts import noun
from segmentiq.words import plural

PER_PAGE = 50
MOST_COLUMNS = 12
"""Columns shown beside the name; the download has all of them."""


@dataclass(frozen=True, kw_only=True, slots=True)
class CustomerRow:
    customer: Customer
    cells: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class CustomerList:
    """The customers of one segment, or of all of them when `segment` is None."""

    title: str
    query: str
    """What an address of a further page must ask for beside the page and the cut."""
    marks: tuple[SegmentMark, ...]
    segment: SegmentMark | None
    is_set_aside: bool
    """Whether these are the rows that were left out of the clustering."""
    name_column: str
    columns: tuple[str, ...]
    n_left_out: int
    """Columns that are not shown."""
    rows: tuple[CustomerRow, ...]
    page: Page[int]


def customer_list(run: Run, cut: Cut, segment: int | None, page: str) -> CustomerList:
    """List a page of the customers of a segment; 0 are those set aside, None is everyone. Raises Refusal."""
    import numpy as np

    top = artifacts.load_top(run)
    marks, numbers = marks_of(run, top, cut, artifacts.load_profiles(run)), segment_numbers(run, cut)
    wanted = np.arange(len(numbers)) if segment is None else np.flatnonzero(numbers == segment)
    found: Page[int] = Paginator(wanted, PER_PAGE).get_page(page)
    on_page = [int(row) for row in found.object_list]
    header, cells = read_rows(run.dataset, on_page)
    ids = id_columns(run)
    columns = _columns(run, [name for name in header if name not in ids[:1]])
    rows = tuple(
        CustomerRow(
            customer=Customer(
                name=name_of(header, cells[row], ids, row),
                row=row + 1,
                segment=marks[numbers[row] - 1] if numbers[row] else None,
            ),
            cells=tuple(cells[row][header.index(column)] for column in columns),
        )
        for row in on_page
        if row in cells
    )
    return CustomerList(
        title=_title(len(wanted), marks, segment),
        query="" if segment is None else f"&segment={segment}",
        marks=marks,
        segment=marks[segment - 1] if segment else None,
        is_set_aside=segment == 0,
        name_column=ids[0] if ids else "Row",
        columns=tuple(noun(column, run.dataset.labels) for column in columns),
        n_left_out=len(header) - len(ids[:1]) - len(columns),
        rows=rows,
        page=found,
    )


def _title(n: int, marks: Sequence[SegmentMark], segment: int | None) -> str:
    customers = plural(n, "customer")
    if segment is None:
        return f"{customers} in {plural(len(marks), 'segment')}"
    if segment == 0:
        return f"{customers} set aside, in no segment"
    name = f": {marks[segment - 1].name}" if marks[segment - 1].name else ""
    return f"{customers} in segment {segment}{name}"


def _columns(run: Run, names: Sequence[str]) -> tuple[str, ...]:
    """Choose the columns to show: features first where not all of them find room, in the order of the table."""
    features = set(run.dataset.columns.filter(role="feature").values_list("name", flat=True))
    first = sorted(names, key=lambda name: name not in features)[:MOST_COLUMNS]
    return tuple(name for name in names if name in first)
