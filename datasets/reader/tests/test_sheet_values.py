"""What people type into sheets: days and numbers as text among typed ones, lengths of time, captions, empty columns."""

from __future__ import annotations

import datetime as dt
from typing import Any

from datasets.reader.tests.reading import decided, kinds, read, values, warned
from datasets.reader.tests.test_sheets import NAMES, ROWS, fill_with
from datasets.reader.tests.workbooks import SHEET, rewritten, sheet_of, workbook, write


def columns_of(*columns: list[Any]) -> Any:
    """Read a sheet with these columns, each below its name."""
    return read(fill_with(A=[list(row) for row in zip(*columns, strict=True)]), "a.xlsx")


def days_and_texts(texts: list[str]) -> bytes:
    """Return a sheet of days, every fifth of them written as text."""

    def fill(book: Any) -> None:
        sheet = write(book, "A", [["customer", "since", "n"], *([f"c{i}", "", i * i] for i in range(30))])
        day = book.add_format({"num_format": "dd.mm.yyyy"})
        for i in range(30):
            if i % 5:
                sheet.write_datetime(i + 1, 1, dt.datetime(2024, 1, 1) + dt.timedelta(days=i), day)
            else:
                sheet.write_string(i + 1, 1, texts[i // 5])

    return workbook(fill)


def test_days_written_as_text_among_days_are_days() -> None:
    result = read(days_and_texts([f"{day}.02.2024" for day in (13, 14, 15, 16, 17, 18)]), "a.xlsx")
    assert kinds(result)["since"] == "date"
    assert values(result, "since")[:2] == [dt.datetime(2024, 2, 13), dt.datetime(2024, 1, 2)]
    assert decided(result, "text in since") == "days"
    guessed = read(days_and_texts([f"0{day}.02.2024" for day in (1, 2, 3, 4, 5, 6)]), "a.xlsx")
    assert "date_order_guessed" in warned(guessed)


def test_words_among_days_leave_them_text() -> None:
    result = read(days_and_texts(["unknown", "13.02.2024", "soon", "later", "x", "y"]), "a.xlsx")
    assert kinds(result)["since"] != "date"
    assert values(result, "since")[0] == "unknown"


def test_numbers_written_as_text_with_decimal_commas_among_numbers_are_numbers() -> None:
    result = columns_of(
        ["customer", *(f"c{i}" for i in range(30))], ["spend", *(i * 2.5 if i % 5 else f"1.{i:03d},50" for i in range(30))]
    )
    assert values(result, "spend")[:2] == [1000.5, 2.5]
    assert decided(result, "text in spend") == "numbers"


def test_numbers_with_zeros_in_front_among_numbers_stay_text() -> None:
    result = columns_of(
        ["plz", *(10115 + i * 3 if i % 5 else f"0{1067 + i}" for i in range(30))], ["n", *(i * i for i in range(30))]
    )
    assert values(result, "plz")[:2] == ["01067", "10118"]


def test_lengths_of_time_are_seconds() -> None:
    def fill(book: Any) -> None:
        sheet = write(book, "A", [["customer", "talked"], *([f"c{i}"] for i in range(30))])
        for i in range(30):
            sheet.write_number(i + 1, 1, i / 10, book.add_format({"num_format": "[h]:mm"}))

    result = read(workbook(fill), "a.xlsx")
    assert values(result, "talked")[:3] == [0, 8640, 17280]
    assert decided(result, "unit of talked") == "seconds"


def test_empty_columns_without_a_name_are_no_columns() -> None:
    spaced = [[row[0], None, row[1], None, *row[2:]] for row in ROWS]
    result = read(fill_with(A=spaced), "a.xlsx")
    assert list(kinds(result)) == NAMES
    assert "blank_header" not in warned(result)


def test_the_caption_of_a_pivot_table_stands_above_its_header() -> None:
    groups = [[group if i == 0 else "", f"{group} {i}", i * 10 + 5, i * 11 + 3] for group in ("North", "South") for i in range(6)]
    rows: list[list[Any]] = [["Sum of spend", "", "Year", ""], ["Region", "Shop", 2023, 2024], *groups]
    result = read(fill_with(Pivot=rows), "a.xlsx")
    assert list(kinds(result)) == ["Region", "Shop", "2023", "2024"]
    assert len(result.table.frame) == 12


def test_a_formula_that_gives_no_text_has_a_result() -> None:
    rows = "".join(
        f'<row r="{i}"><c r="A{i}"><v>{i * i}</v></c><c r="B{i}" t="str"><f>A1</f><v></v></c></row>' for i in range(1, 9)
    )
    content = rewritten(fill_with(A=ROWS), {SHEET: sheet_of(rows)})
    assert "formula_without_value" not in warned(read(content, "a.xlsx"))


def test_another_table_below_of_the_same_width_is_told_by_its_words_below_numbers() -> None:
    products: list[list[Any]] = [["sku", "price", "stock", "sold"], ["P1", 1.5, 3, 4], ["P2", 2.5, 4, 5]]
    result = read(fill_with(A=[*ROWS, [], *products]), "a.xlsx")
    assert len(result.table.frame) == len(ROWS) - 1
    assert {entry["what"]: entry["rows"] for entry in result.ledger} == {"other_tables": 3, "kept": 12}
    assert len(read(fill_with(A=[*ROWS, [], *ROWS[1:]]), "a.xlsx").table.frame) == 24


def test_percent_as_text_among_percent_is_percent() -> None:
    quotes = [i / 100 if i % 2 else f"{i} %" for i in range(30)]
    result = columns_of(["customer", *(f"c{i}" for i in range(30))], ["quote", *quotes])
    assert values(result, "quote")[:3] == [0.0, 0.01, 0.02]
