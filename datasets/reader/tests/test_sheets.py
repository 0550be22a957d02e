"""Sheets as people fill them: which one is the table, where it starts, and what their formats mean."""

from __future__ import annotations

import datetime as dt
import io
from typing import Any

import openpyxl
import pytest

from datasets.reader.tests.reading import decided, kinds, read, values, warned
from datasets.reader.tests.workbooks import SHEET, rewritten, sheet_of, workbook, write
from segmentiq.ml.errors import FileRefused

NAMES = ["customer", "age", "spend", "visits"]
ROWS: list[list[Any]] = [NAMES, *([f"c{i}", 20 + i * 7 % 50, i * 1.5, i % 9] for i in range(12))]
DICTIONARY = [["Variable", "Meaning", "Type", "Unit", "Source", "Note"], *([name, *["about it"] * 5] for name in NAMES * 3)]


def fill_with(**sheets: list[list[Any]]) -> bytes:
    return workbook(lambda book: [write(book, name, rows) for name, rows in sheets.items()])


def test_a_dictionary_larger_than_the_table_is_not_the_table() -> None:
    result = read(fill_with(About=DICTIONARY, Data=ROWS), "a.xlsx")
    assert decided(result, "sheet") == "Data"
    assert list(kinds(result)) == NAMES
    reason = next(decision["reason"] for decision in result.decisions if decision["what"] == "sheet")
    assert "About (13 rows, 6 columns) describes its columns" in reason


def test_a_summary_of_the_table_does_not_make_the_table_its_dictionary() -> None:
    rows: list[list[Any]] = [["region", "age"], *([("north", "south", "west")[i % 3], i] for i in range(300))]
    summary: list[list[Any]] = [["sum", "north", "south", "west"], ["age", 1, 2, 3]]
    assert decided(read(fill_with(Pivot=summary, Data=rows), "a.xlsx"), "sheet") == "Data"


def test_sheets_of_one_header_are_offered_as_one_table() -> None:
    content = fill_with(Y2023=ROWS, Y2024=[[row[0], row[2], row[1], row[3]] for row in ROWS], Notes=[["note"], ["x"]])
    result = read(content, "a.xlsx")
    assert len(result.table.frame) == 12
    assert "same_header_sheets" in warned(result)
    stacked = read(content, "a.xlsx", overrides={"sheet": "*"})
    assert list(kinds(stacked)) == [*NAMES, "sheet"]
    assert values(stacked, "sheet") == ["Y2023"] * 12 + ["Y2024"] * 12
    assert values(stacked, "age") == values(result, "age") * 2
    assert "Not read: Notes (2 rows, 1 column)" in next(d["reason"] for d in stacked.decisions if d["what"] == "sheet")


def choices(content: bytes, **overrides: str) -> list[str]:
    result = read(content, "a.xlsx", overrides=overrides)
    return next(decision["choices"] for decision in result.decisions if decision["what"] == "sheet")


def test_what_else_could_be_read_is_recorded_whichever_sheet_was_read() -> None:
    content = fill_with(Y2023=ROWS, Y2024=ROWS, Notes=[["note"], ["x"]], Blank=[])
    assert choices(content) == ["Y2023", "Y2024", "Notes", "*"]
    assert choices(content, sheet="*") == choices(content, sheet="Y2024") == choices(content, sheet="Notes") == choices(content)
    assert choices(fill_with(Data=ROWS, About=DICTIONARY)) == ["Data", "About"]
    assert choices(fill_with(Data=ROWS)) == ["Data"]


def test_a_column_of_ours_takes_no_name_of_theirs() -> None:
    rows: list[list[Any]] = [["sheet", "n"], *([f"x{i % 3}", i * i] for i in range(9))]
    stacked = read(fill_with(A=rows, B=rows), "a.xlsx", overrides={"sheet": "*"})
    assert list(kinds(stacked)) == ["sheet", "n", "sheet_2"]


def test_titles_above_the_table_are_left_out_however_wide_the_sheet() -> None:
    def fill(book: Any) -> None:
        sheet = write(book, "A", ROWS, top=4)
        sheet.write_row(0, 0, ["Customers", "2024"])
        sheet.write_string(1, 0, "generated on Monday")

    result = read(workbook(fill), "a.xlsx")
    assert list(kinds(result)) == NAMES
    assert len(result.table.frame) == 12
    assert "rows_above_header" in warned(result)


def test_a_header_of_two_rows_keeps_its_names_apart() -> None:
    def fill(book: Any) -> None:
        sheet = write(book, "A", [["", "", "", "", ""], ["", "food", "drinks", "food", "drinks"]])
        sheet.merge_range("A1:A2", "customer")
        sheet.merge_range("B1:C1", "2023")
        sheet.merge_range("D1:E1", "2024")
        for i in range(2, 12):
            sheet.write_row(i, 0, [f"c{i}", i, i * 2.5, i * 3 % 7, i * i])

    result = read(workbook(fill), "a.xlsx")
    assert list(kinds(result)) == ["customer", "2023 food", "2023 drinks", "2024 food", "2024 drinks"]
    assert len(result.table.frame) == 10


def test_a_value_merged_over_rows_is_the_value_of_each() -> None:
    def fill(book: Any) -> None:
        sheet = write(book, "A", [["region", "spend"], *(["", i * i] for i in range(6))])
        sheet.merge_range("A2:A4", "north")
        sheet.merge_range("A5:A7", "south")

    result = read(workbook(fill), "a.xlsx")
    assert values(result, "region") == ["north"] * 3 + ["south"] * 3
    assert "merged_cells" in warned(result)


def test_numbers_shown_with_zeros_keep_them() -> None:
    def fill(book: Any) -> None:
        zeros = book.add_format({"num_format": "00000"})
        sheet = write(book, "A", [["zip", "n"]])
        for i in range(1, 30):
            sheet.write_number(i, 0, 100 + i * 37, zeros)
            sheet.write_number(i, 1, i * i)

    result = read(workbook(fill), "a.xlsx")
    assert values(result, "zip")[0] == "00137"
    assert kinds(result)["zip"] != "number"
    assert kinds(result)["n"] == "number"


def test_numbers_stored_as_text_are_numbers() -> None:
    rows: list[list[Any]] = [["spend", "n"], *([f"{i * 1.5}" if i % 2 else i * 1.5, i] for i in range(12))]
    assert kinds(read(fill_with(A=rows), "a.xlsx"))["spend"] == "number"


def test_percent_and_money_formats_leave_the_value() -> None:
    def fill(book: Any) -> None:
        percent, money = book.add_format({"num_format": "0%"}), book.add_format({"num_format": '#,##0.00 "€"'})
        sheet = write(book, "A", [["rate", "price"]])
        for i in range(1, 9):
            sheet.write_number(i, 0, i / 100, percent)
            sheet.write_number(i, 1, i * 1000.25, money)

    result = read(workbook(fill), "a.xlsx")
    assert values(result, "rate")[:2] == [0.01, 0.02]
    assert values(result, "price")[:2] == [1000.25, 2000.5]


def test_a_zero_among_days_is_missing_and_said() -> None:
    def fill(book: Any) -> None:
        day = book.add_format({"num_format": "dd.mm.yyyy"})
        sheet = write(book, "A", [["since", "n"]])
        for i in range(1, 9):
            sheet.write_number(i, 0, 0 if i == 3 else 45000 + i, day)
            sheet.write_number(i, 1, i * i)

    result = read(workbook(fill), "a.xlsx")
    assert kinds(result)["since"] == "date"
    assert values(result, "since")[2] is None
    assert "invalid_dates" in warned(result)


def test_days_and_moments_are_dates() -> None:
    def fill(book: Any) -> None:
        moment = book.add_format({"num_format": "yyyy-mm-dd hh:mm"})
        sheet = write(book, "A", [["at", "n"]])
        for i in range(1, 9):
            sheet.write_datetime(i, 0, dt.datetime(2024, 1, i, 12 * (i % 2)), moment)
            sheet.write_number(i, 1, i * i)

    assert kinds(read(workbook(fill), "a.xlsx"))["at"] == "date"


def test_hidden_rows_are_read_and_told() -> None:
    def fill(book: Any) -> None:
        write(book, "A", ROWS).set_row(3, None, None, {"hidden": True})

    result = read(workbook(fill), "a.xlsx")
    assert len(result.table.frame) == 12
    assert "hidden_rows" in warned(result)


def test_rules_about_cells_are_no_formulas_without_a_value() -> None:
    part = sheet_of("".join(f'<row r="{i}"><c r="A{i}"><f>1+1</f><v>{i * i}</v></c></row>' for i in range(1, 9)))
    rules = b"<extLst><ext><x14:f xmlns:x14='y'>Sheet1!A1</x14:f><x14:f xmlns:x14='y'>A2</x14:f></ext></extLst></worksheet>"
    content = rewritten(fill_with(A=ROWS), {SHEET: part.replace(b"</worksheet>", rules)})
    assert "formula_without_value" not in warned(read(content, "a.xlsx"))


def test_cells_without_places_are_counted_from_the_left() -> None:
    part = sheet_of("".join(f"<row><c><v>{i * i}</v></c><c/><c><v>{i}</v></c></row>" for i in range(1, 9)))
    result = read(rewritten(fill_with(A=ROWS), {SHEET: part}), "a.xlsx")
    assert len(result.table.frame) == 8


def test_merged_ranges_that_overlap_are_refused() -> None:
    merges = "".join(f'<mergeCell ref="A1:A{1_000_000 + i}"/>' for i in range(5_000))
    rows = "".join(f'<row r="{i}"><c r="A{i}"><v>{i}</v></c></row>' for i in range(1, 2_000))
    part = sheet_of(rows).replace(b"</sheetData>", f"</sheetData><mergeCells>{merges}</mergeCells>".encode())
    with pytest.raises(FileRefused) as caught:
        read(rewritten(fill_with(A=ROWS), {SHEET: part}), "a.xlsx")
    assert caught.value.code == "corrupt_xlsx"


def test_a_totals_row_and_remarks_below_are_set_aside_and_counted() -> None:
    total: list[Any] = ["Total", *(sum(row[i] for row in ROWS[1:]) for i in (1, 2, 3))]
    remark: list[Any] = ["", "", "", ""]
    rows = [["Customers of 2024", "", "", ""], *ROWS, NAMES, *ROWS[1:], [2 * cell if i else cell for i, cell in enumerate(total)]]
    result = read(fill_with(A=[*rows, remark, ["Source: our shop", "", "", ""]]), "a.xlsx")
    assert len(result.table.frame) == 24
    ledger = {entry["what"]: entry["rows"] for entry in result.ledger}
    assert {what: ledger[what] for what in ("title_rows", "repeated_headers", "totals")} == {
        "title_rows": 1,
        "repeated_headers": 1,
        "totals": 1,
    }
    assert ledger["kept"] == 24
    kept = read(fill_with(A=rows), "a.xlsx", overrides={"keep_rows": True})
    assert len(kept.table.frame) == 26


def test_a_table_that_starts_in_the_middle_of_a_sheet_is_found() -> None:
    def fill(book: Any) -> None:
        zeros = book.add_format({"num_format": "0000"})
        sheet = book.add_worksheet("A")
        for i in range(20):
            sheet.write_row(i + 5, 3, ["no", "spend"] if i == 0 else [f"x{i % 4}", i * i])
            sheet.write(i + 5, 5, "zip" if i == 0 else i * 7, zeros)

    result = read(workbook(fill), "a.xlsx")
    assert list(kinds(result)) == ["no", "spend", "zip"]
    assert values(result, "zip")[0] == "0007"
    assert decided(result, "header") == "row 6"


def test_workbooks_of_openpyxl_are_read_alike() -> None:
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet("Data")
    for row in ROWS:
        sheet.append(row)
    content = io.BytesIO()
    book.save(content)
    ours, theirs = read(fill_with(Data=ROWS), "a.xlsx"), read(content.getvalue(), "a.xlsx")
    assert theirs.table.frame.equals(ours.table.frame)
    assert kinds(theirs) == kinds(ours)


@pytest.mark.parametrize(
    "beside",
    [
        DICTIONARY,
        [["Report"], ["of 2024"]],
        [["code", "means"], [1, "north"], [2, "south"]],
        [["Made by", "Ann"], ["on", "Monday"]],
    ],
    ids=["a dictionary", "a cover", "a short list", "facts"],
)
def test_a_sheet_that_is_no_table_is_told_and_not_asked_about(beside: list[list[Any]]) -> None:
    result = read(fill_with(About=beside, Data=ROWS), "a.xlsx")
    assert decided(result, "sheet") == "Data"
    assert "several_sheets" not in warned(result)
    assert "Not read: About" in next(decision["reason"] for decision in result.decisions if decision["what"] == "sheet")
    assert "several_sheets" in warned(read(fill_with(About=beside, Data=ROWS, Other=[row[:3] for row in ROWS]), "a.xlsx"))
