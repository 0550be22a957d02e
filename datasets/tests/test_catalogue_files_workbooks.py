"""The catalogue of bad files, workbooks: zips that lie, sheets that are not what they seem, cells that hold no value."""

from __future__ import annotations

import datetime as dt
import socket
from functools import partial
from typing import Any

import pytest

from datasets.reader.tests import workbooks
from datasets.reader.tests.workbooks import SHEET, rewritten, sheet_of, workbook, write
from datasets.tests.catalogue import SECRET, Case, Walker, columns_of, walker

__all__ = ["walker"]

ROWS: list[list[Any]] = [["customer", "spend"], *([f"{SECRET}{i}", i * 1.5] for i in range(30))]
BOOK = workbook(lambda book: write(book, "Data", ROWS))
FAR = sheet_of('<row r="1"><c r="A1"><v>1</v></c></row><row r="200000"><c r="CV200000"><v>1</v></c></row>')
DOCTYPE = '<!DOCTYPE x [<!ENTITY a "ha">{more}]>'
LAUGHS = DOCTYPE.format(more="".join(f'<!ENTITY {b} "{f"&{a};" * 10}">' for a, b in zip("abcdefgh", "bcdefghi", strict=True)))
OUTSIDE = '<!DOCTYPE x [<!ENTITY a SYSTEM "http://192.0.2.1/x">]>'
ROW = '<row r="1"><c r="A1" t="inlineStr"><is><t>&{};</t></is></c></row>'


@pytest.fixture(autouse=True)
def no_sockets(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise AssertionError("something reached out")

    monkeypatch.setattr(socket.socket, "connect", refuse)


def book_of(part: bytes) -> bytes:
    return rewritten(BOOK, {SHEET: part})


def lying_bomb() -> bytes:
    """Return a sheet of 60 MB that says it has 100 bytes."""
    bomb = book_of(sheet_of(" " * 60_000_000))
    return workbooks.with_sizes(bomb, SHEET, 100)


hostile = partial(Case, name="customers.xlsx")


def repeated_text() -> bytes:
    """Return 100 KB that hold 600 MB of text: one long text, repeated by its number."""
    texts = f'<sst xmlns="{workbooks.MAIN}"><si><t>{SECRET * 3_000}</t></si></sst>'.encode()
    rows = "".join(f'<row r="{i}"><c r="A{i}" t="s"><v>0</v></c></row>' for i in range(1, 20_000))
    return rewritten(BOOK, {SHEET: sheet_of(rows), "xl/sharedStrings.xml": texts})


REFUSED = {
    "a text repeated 20,000 times": hostile(content=repeated_text, code="too_many_cells"),
    "a size that lies in the directory": hostile(content=workbooks.with_directory_size(BOOK, SHEET, 100), code="corrupt_xlsx"),
    "a size that lies everywhere": hostile(content=workbooks.with_sizes(BOOK, SHEET, 100), code="corrupt_xlsx"),
    "a bomb that says it is small": hostile(content=lying_bomb, code="corrupt_xlsx"),
    "a bomb": hostile(content=lambda: book_of(sheet_of(" " * 60_000_000)), code="corrupt_xlsx"),
    "parts that overlap": hostile(content=workbooks.with_same_place(BOOK, "xl/styles.xml", SHEET), code="corrupt_xlsx"),
    "100,000 parts": hostile(content=lambda: workbooks.with_entries(BOOK, 100_000), code="corrupt_xlsx"),
    "a part twice": hostile(content=lambda: rewritten(BOOK, {SHEET.upper(): b"<x/>"}), code="corrupt_xlsx"),
    "a name above the workbook": hostile(content=rewritten(BOOK, {"../../x": b"x"}), code="corrupt_xlsx"),
    "an absolute name": hostile(content=rewritten(BOOK, {"/etc/x": b"x"}), code="corrupt_xlsx"),
    "a name on another drive": hostile(content=rewritten(BOOK, {"C:\\x": b"x"}), code="corrupt_xlsx"),
    "a cell far away": hostile(content=book_of(FAR), code="too_many_cells"),
    "a cell far away, written in an unusual way": hostile(
        content=book_of(FAR.replace(b'<c r="CV200000">', b"<c t='n' cm='a/b'\n r='CV200000'>")), code="too_many_cells"
    ),
    "a cell nowhere": hostile(content=book_of(FAR.replace(b"CV200000", b"ZZZZ1")), code="corrupt_xlsx"),
    "an entity": hostile(content=book_of(sheet_of(ROW.format("a"), DOCTYPE.format(more=""))), code="unsafe_xml"),
    "a billion laughs": hostile(content=book_of(sheet_of(ROW.format("i"), LAUGHS)), code="unsafe_xml"),
    "an entity from elsewhere": hostile(content=book_of(sheet_of(ROW.format("a"), OUTSIDE)), code="unsafe_xml"),
    "an entity in the styles": hostile(
        content=rewritten(BOOK, {"xl/styles.xml": f"{LAUGHS}<a>&i;</a>".encode()}), code="unsafe_xml"
    ),
    "an entity in the texts": hostile(
        content=rewritten(BOOK, {"xl/sharedStrings.xml": f"{LAUGHS}<sst><si><t>&i;</t></si></sst>".encode()}), code="unsafe_xml"
    ),
    "an entity in UTF-16": hostile(content=book_of(sheet_of("", LAUGHS).decode().encode("utf-16")), code="unsafe_xml"),
    "an external link": hostile(content=rewritten(BOOK, {"xl/externalLinks/externalLink1.xml": b"<x/>"}), code="unsafe_xml"),
    "half of its XML": hostile(content=book_of(sheet_of(ROW)[:150]), code="corrupt_xlsx"),
    "an encoding that nobody knows": hostile(
        content=book_of(sheet_of("").replace(b'"1.0"', b'"1.0" encoding="UAF-8"')), code="corrupt_xlsx"
    ),
    "no list of sheets": hostile(content=rewritten(BOOK, {"xl/workbook.xml": b"<workbook"}), code="corrupt_xlsx"),
    "half of the file": hostile(content=BOOK[: len(BOOK) // 2], code="corrupt_xlsx"),
    "no cell": hostile(content=workbook(lambda book: book.add_worksheet("A")), code="empty_file"),
    "a header only": hostile(content=workbook(lambda book: write(book, "A", ROWS[:1])), code="empty_file", is_late=True),
    "501 columns": hostile(content=workbook(lambda book: write(book, "A", [[1] * 501] * 2)), code="too_many_columns"),
}


@pytest.mark.parametrize("case", REFUSED.values(), ids=REFUSED.keys())
def test_a_hostile_workbook_is_refused(walker: Walker, case: Case) -> None:
    walker.walk(case)


def read(walker: Walker, content: bytes, *warns: str, **fields: Any) -> dict[str, Any]:
    return walker.walk(Case(content=content, name="customers.xlsx", warns=warns), **fields)


def test_formatting_down_to_the_last_row_is_no_row(walker: Walker) -> None:
    def fill(book: Any) -> None:
        write(book, "A", ROWS[:7]).write_blank(1_048_575, 0, None, book.add_format({"bold": True}))

    assert read(walker, workbook(fill))["n_rows"] == 6


def test_42000_merged_ranges_are_read(walker: Walker) -> None:
    merges = "".join(f'<mergeCell ref="A{2 * i + 100}:A{2 * i + 101}"/>' for i in range(42_000))
    rows = "".join(f'<row r="{i}"><c r="A{i}"><v>{i * 7 % 13}</v></c><c r="B{i}"><v>{i}</v></c></row>' for i in range(1, 9))
    part = sheet_of(rows).replace(b"</sheetData>", f"</sheetData><mergeCells>{merges}</mergeCells>".encode())
    assert read(walker, book_of(part))["n_rows"] == 8


def test_formulas_without_a_value_are_missing_and_counted(walker: Walker) -> None:
    rows = "".join(f'<row r="{i}"><c r="A{i}"><v>{i * i}</v></c><c r="B{i}"><v>{i}</v></c></row>' for i in range(1, 9))
    part = sheet_of(rows.replace("<v>5</v>", "<f>A5+1</f>").replace("<v>7</v>", "<f>A7</f><v/>"))
    dataset = read(walker, book_of(part), "formula_without_value")
    assert columns_of(dataset)["column_2"]["n_missing"] == 2
    assert any(warning["message"].startswith("2 formulas") for warning in dataset["warnings"])


def test_the_first_of_the_visible_sheets_with_data_is_read_and_all_are_listed(walker: Walker) -> None:
    def fill(book: Any) -> None:
        write(book, "Cover", [["Report"], ["of 2024"]])
        write(book, "Data", ROWS)
        write(book, "Other", ROWS[:20])
        write(book, "Old", ROWS * 2).hide()
        write(book, "Secret", ROWS).very_hidden()

    dataset = read(walker, workbook(fill), "several_sheets", "hidden_sheets")
    decision = next(decision for decision in dataset["decisions"] if decision["what"] == "sheet")
    assert (decision["value"], dataset["n_rows"]) == ("Data", 30)
    for said in (
        "Cover (2 rows, 1 column)",
        "Other (20 rows, 2 columns)",
        "Old (62 rows, 2 columns, hidden)",
        "Secret (31 rows, 2 columns, hidden)",
    ):
        assert said in decision["reason"]
    chosen = read(walker, workbook(fill), overrides='{"sheet": "Old"}')
    assert chosen["n_rows"] == 60


def test_a_sheet_that_is_not_there_is_refused_with_those_that_are(walker: Walker) -> None:
    told = walker.walk(Case(content=BOOK, name="a.xlsx", code="unknown_sheet"), overrides='{"sheet": "Nope"}')
    assert "Data (31 rows, 2 columns)" in told["hint"]


@pytest.mark.parametrize("is_1904", [False, True])
def test_errors_are_missing_and_days_are_right(walker: Walker, is_1904: bool) -> None:
    def fill(book: Any) -> None:
        day = book.add_format({"num_format": "dd.mm.yyyy"})
        sheet = write(book, "A", [["when", "n"]])
        for i in range(1, 9):
            sheet.write_datetime(i, 0, dt.datetime(2024, 2, 20 + i), day)
            sheet.write_number(i, 1, i * i)
        sheet.write_formula(3, 1, "=B99", None, "#REF!")

    dataset = read(walker, workbook(fill, date_1904=is_1904), "error_cells")
    assert columns_of(dataset)["when"]["kind"] == "date"
    assert columns_of(dataset)["n"]["n_missing"] == 1
    assert [row[0] for row in walker.rows(dataset)][::7] == ["2024-02-21", "2024-02-28"]
