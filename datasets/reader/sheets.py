"""Which sheets of a workbook may be the table, and whether one is too large to lay out.

Sheets as measured flow in, the ones to look at flow out, or a sentence about why there is none. Light, because small workbooks
are checked as they are uploaded; which of several sheets it is in the end is told by their cells (`excel`).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from datasets.reader.layout import check_width, empty_file
from datasets.reader.limits import MIB, ReadLimits
from datasets.reader.workbook import Sheet
from segmentiq.ml.errors import FileRefused

STACK = "*"
"""The choice of all sheets that share one header. No sheet can be called so."""
SPARSE_CELLS = 1_000_000
"""A rectangle larger than this must be filled to a twentieth, or it is not laid out."""


def check_sheets(sheets: Sequence[Sheet], wanted: object, limits: ReadLimits) -> None:
    """Raise FileRefused when no sheet, or not the one that is wanted, can be a table."""
    if wanted is None or wanted == STACK:
        check_extent(find_filled(sheets)[0], limits)
    else:
        check_extent(find_named(sheets, str(wanted)), limits)


def find_filled(sheets: Sequence[Sheet]) -> list[Sheet]:
    """Return the visible sheets with data, the fullest first. Raises FileRefused when there is none."""
    filled = [sheet for sheet in sheets if sheet.is_visible and sheet.extent.n_filled]
    if not filled:
        raise empty_file("The workbook has no visible sheet with data.")
    return sorted(filled, key=lambda sheet: -sheet.extent.n_filled)


def find_named(sheets: Sequence[Sheet], wanted: str) -> Sheet:
    """Return the sheet of that name. Raises FileRefused."""
    for sheet in sheets:
        if sheet.name == wanted:
            return sheet
    hint = f"Sheets: {say(sheets)}."
    raise FileRefused("The workbook has no sheet of that name.", code="unknown_sheet", field="sheet", hint=hint)


def say(sheets: Iterable[Sheet]) -> str:
    """Return a list of sheets with their sizes, cut where it is long."""
    said = ", ".join(sheet.said for sheet in sheets)
    return said if len(said) <= 600 else f"{said[:600]}..."


def check_extent(sheet: Sheet, limits: ReadLimits) -> None:
    """Raise FileRefused before a rectangle is laid out that is too large or nearly empty."""
    extent = sheet.extent
    if extent.n_filled == 0:
        raise empty_file("The sheet has no data.")
    n_cells = extent.n_rows * extent.n_columns
    if n_cells > limits.max_cells or (n_cells > SPARSE_CELLS and extent.n_filled * 20 < n_cells):
        raise FileRefused(
            f"The sheet's cells are spread over {extent.n_rows:,} rows and {extent.n_columns:,} columns.",
            code="too_many_cells",
            field="file",
            hint="Delete the cells far outside of the table, or save the sheet as CSV.",
        )
    if extent.n_chars > limits.max_unpacked_bytes:
        raise FileRefused(
            f"The sheet's texts take more than {limits.max_unpacked_bytes // MIB:,} MiB.",
            code="too_many_cells",
            field="file",
            hint="Delete columns with long texts that are repeated and upload again.",
        )
    check_width(extent.n_columns, limits)
