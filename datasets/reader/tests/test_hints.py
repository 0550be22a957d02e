"""What a column looks like but is not, what it holds that is damaged, and what its name and numbers say in other languages."""

from __future__ import annotations

import datetime as dt

import pytest

from datasets.reader import ReadResult
from datasets.reader.tests.reading import decided, kinds, read, values, warned


def column(name: str, cells: list[str], n: int = 40) -> ReadResult:
    """Read a column whose cells repeat, beside another one."""
    rows = "".join(f'"{cells[i % len(cells)]}"\t{i * i % 17}.5\n' for i in range(n))
    return read(f"{name}\tother\n{rows}", overrides={"header": True})


HINTS = {
    "amounts in two currencies": (["$5", "€7", "€9"], "mixed_currencies"),
    "percent and none": (["5 %", "7", "8"], "mixed_percent"),
    "numbers with a unit": (["12 kg", "13 kg", "14,5 kg"], "numbers_with_units"),
    "hours": (["3 Std", "4 Std"], "numbers_with_units"),
    "days in two orders": (["31/12/2024", "12/31/2024"], "mixed_dates"),
    "a control character": (["a\x01b", "c"], "control_characters"),
    "letters lost before": (["M\ufffdller", "Abel"], "lost_characters"),
    "letters encoded twice": (["MÃ¼ller", "Abel"], "encoded_twice"),
}


@pytest.mark.parametrize(("cells", "code"), HINTS.values(), ids=HINTS.keys())
def test_text_that_looks_like_something_else_is_kept_and_told(cells: list[str], code: str) -> None:
    result = column("x", cells)
    assert set(result.table.frame["x"]) == set(cells)
    assert code in warned(result)
    assert not any(cell in warning["message"] for warning in result.warnings for cell in cells if len(cell) > 3)


def test_versions_are_no_dates() -> None:
    assert "mixed_dates" not in warned(column("version", ["1.0.0", "2.1.3", "2.10.7"]))


@pytest.mark.parametrize("cells", [["-999", "5", "7"], ["9999", "5", "7"], ["999", "25", "37"], ["-99.0", "1.5", "2.5"]])
def test_a_number_of_nines_far_out_is_told_and_kept(cells: list[str]) -> None:
    result = column("amount", cells)
    assert "sentinel_values" in warned(result)
    assert float(cells[0]) in result.table.frame["amount"].tolist()


@pytest.mark.parametrize("cells", [["99", "5", "7"], ["999", "900", "850"], ["-1", "5", "7"]])
def test_other_numbers_are_no_sentinels(cells: list[str]) -> None:
    assert "sentinel_values" not in warned(column("amount", cells))


@pytest.mark.parametrize("word", ["None", "k.A.", "--", ".", "n.a.", "NaT", "(null)", "–"])
def test_words_for_nothing_among_numbers_are_told(word: str) -> None:
    result = column("amount", [word, "5,5", "7,25"])
    assert result.statistics["amount"]["n_missing"] == 14
    assert decided(result, "missing in amount") == word.lower()


KINDS = {
    "Kundennummer": ([f"{10_000 + i * 7}" for i in range(40)], "id"),
    "kdnr": ([f"{10_000 + i * 7}" for i in range(40)], "id"),
    "Telefon": ([f"{491_510_000 + i * 7}" for i in range(40)], "id"),
    "PLZ": (["80331", "10115", "20095"], "category"),
    "Kanal": (["1", "2", "3"], "category"),
    "Jahr": (["2020", "2021", "2022"], "number"),
    "aktiv": (["WAHR", "FALSCH"], "boolean"),
    "newsletter": (["J", "N"], "category"),
    "sku": (["SKU 1001", "SKU 1002"], "category"),
    "会員番号": ([f"{10_000 + i * 7}" for i in range(40)], "id"),
    "Код клиента": ([f"{10_000 + i * 7}" for i in range(40)], "id"),
    "N° client": ([f"{10_000 + i % 30 * 7}" for i in range(40)], "id"),
    "Postal Code": ([f"C{i % 10}B {i:03d}" for i in range(40)], "text"),
    "郵便番号": ([f"{1_000_000 + i * 7}" for i in range(40)], "category"),
    "time": ([f"{i // 4:02d}:{i:02d}:07" for i in range(40)], "text"),
    "weight": ([f"{i}.5kg" for i in range(40)], "text"),
    "token": ([f"{i}.5{'abcdefgh'[i % 8]}g" for i in range(40)], "id"),
}


@pytest.mark.parametrize(("name", "cells", "kind"), [(name, *rest) for name, rest in KINDS.items()], ids=KINDS.keys())
def test_names_speak_other_languages_too(name: str, cells: list[str], kind: str) -> None:
    assert column(name, cells).table.columns[0].kind == kind


def test_no_digit_of_a_huge_number_is_lost() -> None:
    gaps = column("ticket", ["9007199254740993", "", "9007199254740995", "5"])
    assert gaps.table.frame["ticket"].tolist()[0] == "9007199254740993"
    written = [f"{90_071_992_547_409_931 + i}.0" for i in range(40)]
    assert column("customer_id", written).table.frame["customer_id"].tolist() == [cell[:-2] for cell in written]


def test_spaces_that_fill_cells_up_are_left_out_and_told() -> None:
    result = column("name", ["AB   ", "ABC  ", "A    "])
    assert set(result.table.frame["name"]) == {"AB", "ABC", "A"}
    assert "spaces_trimmed" in warned(result)


DAYS = {
    "German months": (["31. Dez. 2024", "1. März 2023"], "2024-12-31"),
    "French months": (["31 décembre 2024", "3 août 2023"], "2024-12-31"),
    "Spanish months": (["31 de diciembre de 2024", "3 de agosto de 2023"], "2024-12-31"),
    "Polish months": (["31 grudnia 2024", "3 sierpnia 2023"], "2024-12-31"),
    "Russian months": (["31 декабря 2024 г.", "3 мая 2023 г."], "2024-12-31"),
    "Greek months": (["31 Δεκεμβρίου 2024", "3 Μαΐου 2023"], "2024-12-31"),
    "a log's time": (["31/Dec/2024:00:00:00 +0000", "03/Jan/2024:10:00:00 +0000"], "2024-12-31"),
    "C's time": (["Tue Dec 31 00:00:00 UTC 2024", "Wed Jan  3 10:00:00 UTC 2024"], "2024-12-31"),
    "JavaScript's time": (["Tue Dec 31 2024 01:00:00 GMT+0100 (CET)", "Wed Jan 03 2024 10:00:00 GMT+0100 (CET)"], "2024-12-31"),
    "weekdays": (["Di, 31.12.2024", "Mo, 01.01.2024"], "2024-12-31"),
    "the year first, in two digits": (["85-01-31", "84-12-05"], "1985-01-31"),
    "Japanese": (["2024年12月31日", "2024年1月2日"], "2024-12-31"),
    "a time with a comma": (["2024-12-31T00:00:00,000", "2024-01-03T00:00:00"], "2024-12-31"),
}


@pytest.mark.parametrize(("cells", "first"), DAYS.values(), ids=DAYS.keys())
def test_dates_are_read_in_many_languages(cells: list[str], first: str) -> None:
    assert column("when", cells).table.frame["when"][0].date() == dt.date.fromisoformat(first)


NUMBERED = {
    "days of a spreadsheet": ("date", ["45292", "45300"], "2024-01-01"),
    "year, month and day": ("Rechnungsdatum", ["20240101", "20240305"], "2024-01-01"),
    "seconds": ("timestamp", ["1704067200", "1704153600"], "2024-01-01"),
    "milliseconds": ("created_at", ["1704067200000", "1704153600000"], "2024-01-01"),
}


@pytest.mark.parametrize(("name", "cells", "first"), NUMBERED.values(), ids=NUMBERED.keys())
def test_numbers_are_dates_where_the_name_says_so(name: str, cells: list[str], first: str) -> None:
    assert column(name, cells).table.frame[name][0].date() == dt.date.fromisoformat(first)
    assert column("visits", cells).table.columns[0].kind in ("number", "category")


def test_days_that_are_none_and_years_that_nobody_knows_are_told() -> None:
    days = [f"{day:02d}.03.2024" for day in range(1, 29)]
    impossible = column("when", ["31.02.2024", *days])
    assert "invalid_dates" in warned(impossible)
    assert impossible.statistics["when"]["n_missing"] == 2
    never = column("when", ["2024-12-31", "9999-12-31", "4746-01-01", "2023-01-05"])
    assert "far_dates" in warned(never)
    assert never.statistics["when"]["n_missing"] == 20


def test_a_person_chooses_the_order_of_day_and_month() -> None:
    content = "when,n\n01/02/2024,1\n03/04/2024,2\n05/06/2024,4\n"
    result = read(content, overrides={"date_order": "month-day-year"})
    assert [value.month for value in result.table.frame["when"]] == [1, 3, 5]
    assert "date_order_guessed" not in warned(result)
    guess = next(decision for decision in read(content).decisions if decision["what"] == "dates in when")
    assert guess["alternative"] == 'date_order = "month-day-year"'


def test_a_year_of_birth_in_two_digits_lies_behind_us() -> None:
    assert column("birthday", ["31.12.45", "01.02.50"]).table.frame["birthday"][0].year == 1945
    assert column("expires", ["31.12.45", "01.02.50"]).table.frame["expires"][0].year == 2045


def written_by_a_spreadsheet(number: int) -> str:
    return f"{number:.5E}".replace(".", ",")


@pytest.mark.parametrize(("name", "first"), [("EAN", 4006380000000), ("Telefon", 491700000000), ("Artikel", 4006380000000)])
def test_rounded_identifiers_are_neither_identifiers_nor_measures(name: str, first: int) -> None:
    cells = [written_by_a_spreadsheet(first + i * 10**8) for i in range(30)]
    result = read(f"{name};n\n" + "".join(f"{cell};{i * i % 17}\n" for i, cell in enumerate(cells)))
    column = result.table.columns[0]
    assert (column.kind, column.role) == ("text", "ignored")
    assert values(result, name) == cells
    (message,) = [warning["message"] for warning in result.warnings if warning["code"] == "rounded_numbers"]
    assert "30 long numbers" in message
    assert "E+" not in message


def test_few_rounded_telephone_numbers_spoil_all_of_them() -> None:
    cells = ["4,91702E+11" if i % 5 == 0 else f"49170{2000 + i * 7}" for i in range(30)]
    result = read("phone;n\n" + "".join(f"{cell};{i * i % 17}\n" for i, cell in enumerate(cells)))
    assert "rounded_numbers" in warned(result)
    assert (result.table.columns[0].kind, result.table.columns[0].role) == ("text", "ignored")


@pytest.mark.parametrize("cells", [["1.5E+11", "2.25E+13", "7"] * 9, ["1e+12", "2e+12", "3e+12"] * 9, ["1.5E+05", "2.5E+05"] * 9])
def test_measures_in_powers_of_ten_stay_numbers(cells: list[str]) -> None:
    result = read("revenue,n\n" + "".join(f"{cell},{i * i % 17}\n" for i, cell in enumerate(cells)))
    assert kinds(result)["revenue"] == "number"
    assert ("rounded_numbers" in warned(result)) == (cells[0] == "1.5E+11")


def test_digits_of_other_scripts_are_numbers_and_names_stay_byte_for_byte() -> None:
    names = ["ﾔﾏﾀﾞ ﾀﾛｳ", "山田　太郎", "Ａｎｎ", "علي", "۱۲ فروردین", "ｶﾌｪ"] * 5
    rows = "".join(f"{i:03d}-{name},１{'０１２３４５６７８９'[i % 10]},٢٠٢٤/٠١/{i % 9 + 10}\n" for i, name in enumerate(names))
    result = read(f"name,数量,date\n{rows}")
    assert values(result, "name") == [f"{i:03d}-{name}" for i, name in enumerate(names)]
    assert values(result, "数量")[:3] == [10, 11, 12]
    assert kinds(result)["date"] == "date"
    zeros = read("code,n\n" + "".join(f"００{i % 7},{i}\n" for i in range(30)))
    assert values(zeros, "code")[1] == "００1"
