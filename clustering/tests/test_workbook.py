"""Typed rows in, a workbook out that spreadsheets open and that holds what went in."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from datetime import datetime
from typing import Any

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clustering.artifacts import load_top
from clustering.cutting import cut_of
from clustering.exports import stream_assignments_csv, stream_assignments_xlsx
from clustering.tests.test_exports import AS_WRITTEN, NASTY, rows_of
from clustering.workbook import MOST_CELLS, MOST_ROWS, fits, stream_workbook
from datasets.services import upload
from datasets.storage import iter_rows
from segmentiq.ml.errors import Refusal
from segmentiq.testing.factories import file_of, settled

pytestmark = pytest.mark.once

Make = Callable[..., Any]


def book_of(chunks: Any) -> Any:
    return openpyxl.load_workbook(io.BytesIO(b"".join(chunks)))


def sheet_of(rows: list[list[str]], kinds: list[str]) -> list[list[Any]]:
    header = [f"c{n}" for n in range(len(kinds))]
    sheet = book_of(stream_workbook(header, rows, kinds))["Customers"]
    return [[cell.value for cell in row] for row in sheet.iter_rows(min_row=2, max_col=len(kinds))]


def test_every_cell_has_the_type_of_its_column() -> None:
    rows = [["", "", "", "", "", "", ""], ["007", "1.5", "12", "True", "2024-02-29", "2024-02-29 13:30:00", "plain"]]
    kinds = ["id", "number", "number", "boolean", "date", "date", "text"]
    missing, first = sheet_of(rows, kinds)
    assert first == ["007", 1.5, 12, True, datetime(2024, 2, 29), datetime(2024, 2, 29, 13, 30), "plain"]
    assert missing == [None] * 7


def test_what_a_spreadsheet_would_spoil_stays_text() -> None:
    cells = ["1234567890123456", "-1234567890123456789", "1e400", "0001-01-01", "=1+1"]
    assert sheet_of([cells], ["number", "number", "text", "date", "text"]) == [cells]
    assert sheet_of([["123456789012345"]], ["number"]) == [[123456789012345]]


def test_a_text_like_a_formula_is_a_quoted_text() -> None:
    book = book_of(stream_workbook(["=1+1", "b"], [["=HYPERLINK(1)", "@SUM(A1)"], ["-5", "x"]], ["text", "number"]))
    sheet = book["Customers"]
    assert {cell.data_type for row in sheet.iter_rows() for cell in row} == {"s"}
    assert [cell.quotePrefix for cell in sheet[2]] == [True, True]
    assert sheet["A1"].font.b
    assert sheet.freeze_panes == "A2"


@settings(deadline=None)
@given(st.lists(st.text(st.characters(codec="utf-8"), min_size=1, max_size=20), min_size=1, max_size=6))
def test_every_text_comes_back(texts: list[str]) -> None:
    from openpyxl.utils.escape import unescape

    found = [unescape(row[0] or "") for row in sheet_of([[text] for text in texts], ["text"])]
    assert found == texts


def test_the_workbook_is_a_sound_zip_that_came_in_pieces() -> None:
    rows = [[f"{n:06d}", str(n)] for n in range(9_000)]
    chunks = [chunk for chunk in stream_workbook(["id", "n"], rows, ["id", "number"]) if chunk]
    assert len(chunks) > 1
    archive = zipfile.ZipFile(io.BytesIO(b"".join(chunks)))
    assert archive.testzip() is None
    assert sheet_of(rows, ["id", "number"])[-1] == ["008999", 8999]


@pytest.mark.django_db
def test_the_exported_workbook_is_read_as_the_same_table(make_dataset: Make, make_run: Make) -> None:
    run = make_run(make_dataset(AS_WRITTEN), n_clusters=2)
    content = b"".join(stream_assignments_xlsx(run, cut_of(load_top(run), k=2)))

    again = settled(upload(owner=run.dataset.owner, uploaded=file_of(content, "again.xlsx")))
    before, after = list(iter_rows(run.dataset)), list(iter_rows(again))
    assert [row[: len(before[0])] for row in after] == before
    assert [row[-2] for row in after[1:]] == [
        row[-2] for row in rows_of(stream_assignments_csv(run, cut_of(load_top(run), k=2)))[1:]
    ]


@pytest.mark.django_db
def test_one_segment_fills_a_workbook_of_its_own(make_dataset: Make, make_run: Make) -> None:
    run = make_run(make_dataset(NASTY), n_clusters=2, columns=["amount", "visits"])
    cut = cut_of(load_top(run), k=2)
    sheet = book_of(stream_assignments_xlsx(run, cut, 2))["Customers"]
    rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
    assert rows[0] == ["customer_id", "label", "amount", "visits", "segment", "segment_name"]
    assert len(rows) - 1 == cut.branches[1].size
    assert {row[4] for row in rows[1:]} == {2}


@pytest.mark.django_db
def test_a_table_too_large_for_a_sheet_is_offered_as_csv(make_run: Make) -> None:
    run = make_run(n_clusters=2)
    run.n_rows = MOST_ROWS + 1
    with pytest.raises(Refusal, match="at most 1,048,575 rows and 3,000,000 cells") as refused:
        stream_assignments_xlsx(run, cut_of(load_top(run), k=2))
    assert (refused.value.code, refused.value.hint) == ("sheet_too_large", "Export it as CSV.")


def test_a_sheet_has_limits() -> None:
    assert fits(MOST_ROWS, 2)
    assert not fits(MOST_ROWS + 1, 1)
    assert fits(MOST_CELLS // 10, 10)
    assert not fits(MOST_CELLS // 10 + 1, 10)
