"""Excel workbooks and Parquet files: the right sheet, the right types, and the ways to attack a zip."""

from __future__ import annotations

import datetime as dt
import io
import zipfile
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet
import pytest

from datasets.reader import ReadLimits, read_table
from datasets.reader.tests.reading import decided, kinds, read, values, warned
from datasets.reader.tests.workbooks import rewritten, workbook, write
from segmentiq.ml.errors import FileRefused

ROWS: list[list[Any]] = [["customer", "spend"], *([f"c{i}", i * 1.5] for i in range(30))]


def code_of(content: bytes, **options: Any) -> str:
    with pytest.raises(FileRefused) as caught:
        read(content, "customers.xlsx", **options)
    return caught.value.code


def test_cells_keep_their_types() -> None:
    def fill(book: Any) -> None:
        sheet = write(book, "A", [["day", "agreed", "n", "level", "mixed"]])
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        for i in range(1, 5):
            sheet.write_datetime(i, 0, dt.datetime(2024, 1, i), day)
            sheet.write_boolean(i, 1, i % 2 == 0)
            sheet.write_row(i, 2, [i * 2, "xy"[i % 2], i if i < 4 else "x"])

    result = read(workbook(fill), "customers.xlsx")
    assert kinds(result) == {"day": "date", "agreed": "boolean", "n": "number", "level": "category", "mixed": "category"}
    assert values(result, "n") == [2, 4, 6, 8]
    assert values(result, "mixed") == ["1", "2", "3", "x"]
    assert values(result, "day")[0] == pd.Timestamp(2024, 1, 1)


def test_the_sheet_with_the_data_is_read_and_the_others_are_named() -> None:
    def fill(book: Any) -> None:
        write(book, "Dictionary", [["name", "meaning"], ["customer", "who"], ["spend", "how much"]])
        write(book, "Data", ROWS)
        write(book, "Old", ROWS * 3).hide()

    result = read(workbook(fill), "customers.xlsx")
    assert decided(result, "sheet") == "Data"
    assert len(result.table.frame) == 30
    assert {"several_sheets", "hidden_sheets"} <= set(warned(result))


def test_an_escaped_zero_byte_reaches_no_database() -> None:
    rows: list[list[Any]] = [["na\x00me", "b"], *([f"c\x00{i % 3}", i] for i in range(9))]
    result = read(workbook(lambda book: write(book, "Data", rows)), "a.xlsx")
    assert list(result.table.frame) == ["na me", "b"]
    assert set(values(result, "na me")) == {"c\ufffd0", "c\ufffd1", "c\ufffd2"}
    assert "zero_bytes" in warned(result)


def test_a_person_chooses_the_sheet() -> None:
    content = workbook(lambda book: [write(book, "A", ROWS), write(book, "B", ROWS[:3])])
    assert len(read(content, "customers.xlsx", overrides={"sheet": "B"}).table.frame) == 2
    assert code_of(content, overrides={"sheet": "C"}) == "unknown_sheet"


def test_a_title_above_the_table_is_left_out() -> None:
    def fill(book: Any) -> None:
        sheet = write(book, "A", ROWS, top=3)
        sheet.write(0, 0, "Customers of 2024")

    result = read(workbook(fill), "customers.xlsx")
    assert list(kinds(result)) == ["customer", "spend"]
    assert len(result.table.frame) == 30


def test_formatting_down_to_the_last_row_costs_nothing() -> None:
    def fill(book: Any) -> None:
        sheet = write(book, "A", ROWS[:7])
        sheet.write_blank(1_048_575, 0, None, book.add_format({"bold": True}))

    assert len(read(workbook(fill), "customers.xlsx").table.frame) == 6


def test_a_cell_far_away_is_refused_before_it_is_laid_out() -> None:
    def fill(book: Any) -> None:
        write(book, "A", ROWS).write(199_999, 99, 1)

    assert code_of(workbook(fill)) == "too_many_cells"


def test_formulas_without_a_result_and_errors_are_missing_and_told() -> None:
    def fill(book: Any) -> None:
        sheet = write(book, "A", ROWS)
        sheet.write_formula(1, 1, "=1+1", None, "")
        sheet.write_formula(2, 1, "=1/0", None, "#DIV/0!")

    result = read(workbook(fill), "customers.xlsx")
    assert {"formula_without_value", "error_cells"} <= set(warned(result))
    assert result.statistics["spend"]["n_missing"] == 2


def test_many_merged_cells_are_read() -> None:
    def fill(book: Any) -> None:
        sheet = write(book, "A", ROWS)
        for i in range(2_000):
            sheet.merge_range(40 + 2 * i, 0, 41 + 2 * i, 0, "")

    assert len(read(workbook(fill), "customers.xlsx").table.frame) == 30


def test_empty_workbooks_are_empty() -> None:
    assert code_of(workbook(lambda book: book.add_worksheet("A"))) == "empty_file"
    assert code_of(workbook(lambda book: write(book, "A", ROWS[:1]))) == "empty_file"


BOOK = workbook(lambda book: write(book, "A", ROWS))
BOMB = b"<worksheet>" + b" " * 50_000_000 + b"</worksheet>"
LAUGHS = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "ha">]><worksheet>&a;</worksheet>'
ATTACKS = {
    "a name outside": ({"/etc/passwd": b"x"}, "corrupt_xlsx"),
    "a name above": ({"../x": b"x"}, "corrupt_xlsx"),
    "a bomb": ({"xl/worksheets/sheet9.xml": BOMB}, "corrupt_xlsx"),
    "entities": ({"xl/worksheets/sheet1.xml": LAUGHS}, "unsafe_xml"),
    "entities elsewhere": ({"xl/styles.xml": LAUGHS}, "unsafe_xml"),
    "an external link": ({"xl/externalLinks/externalLink1.xml": b"<externalLink/>"}, "unsafe_xml"),
    "cells that are no XML": ({"xl/workbook.xml": b"<workbook"}, "corrupt_xlsx"),
}


@pytest.mark.parametrize(("changes", "code"), ATTACKS.values(), ids=ATTACKS.keys())
def test_hostile_workbooks_are_refused(changes: dict[str, bytes], code: str) -> None:
    assert code_of(rewritten(BOOK, changes)) == code


def test_more_parts_than_the_limit_are_refused() -> None:
    assert code_of(rewritten(BOOK, {f"xl/x{i}": b"x" for i in range(50)}), limits=ReadLimits(max_entries=40)) == "corrupt_xlsx"


def test_a_part_that_lies_about_its_size_is_refused() -> None:
    content = bytearray(BOOK)
    with zipfile.ZipFile(io.BytesIO(BOOK)) as archive:
        sheet = archive.getinfo("xl/worksheets/sheet1.xml")
    place = content.rfind(b"xl/worksheets/sheet1.xml") - 46
    assert int.from_bytes(content[place + 24 : place + 28], "little") == sheet.file_size
    content[place + 24 : place + 28] = (100).to_bytes(4, "little")
    assert code_of(bytes(content)) == "corrupt_xlsx"


def test_parquet_keeps_its_types(tmp_path: Path) -> None:
    frame = pd.DataFrame(
        {
            "customer_id": ["001", "002", "003"],
            "spend": [1.5, None, float("inf")],
            "visits": [1, 2, 3],
            "agreed": [True, None, False],
            "since": pd.to_datetime(pd.Series(["2024-01-01", None, "2024-01-03"])),
            "plan": pd.Categorical(["a", "b", "a"]),
        }
    )
    frame.to_parquet(tmp_path / "original")
    result = read_table(tmp_path / "original", "customers.parquet")
    expected = {
        "customer_id": "id",
        "spend": "constant",
        "visits": "number",
        "agreed": "boolean",
        "since": "date",
        "plan": "category",
    }
    assert kinds(result) == expected
    assert values(result, "customer_id") == ["001", "002", "003"]
    assert "non_finite" in warned(result)


def test_parquet_that_is_nested_or_damaged_is_refused(tmp_path: Path) -> None:
    pa.parquet.write_table(pa.table({"a": [[1], [2]], "b": [1, 2]}), tmp_path / "nested")
    content = (tmp_path / "nested").read_bytes()
    for broken in (content, b"PAR1" + bytes(100) + content[104:], content[:50] + content[-12:]):
        with pytest.raises(FileRefused) as caught:
            read(broken, "customers.parquet")
        assert caught.value.code == "corrupt_parquet"
