"""What a column is taken for, and what for: identifiers, codes, counts, truths, levels, text."""

from __future__ import annotations

import pytest

from datasets.reader.tests.reading import kinds, read, values, warned
from datasets.reader.words import split_name


def kind_of(name: str, cells: list[str]) -> tuple[str, str]:
    """Return kind and role of a column among others."""
    rows = "".join(f'"{cell}",{i * i % 17}.5\n' for i, cell in enumerate(cells))
    column = read(f"{name},other\n{rows}", overrides={"header": True}).table.columns[0]
    return column.kind, column.role


def cycle(*cells: object, n: int = 60) -> list[str]:
    return [str(cells[i % len(cells)]) for i in range(n)]


def scattered(n: int = 60) -> list[str]:
    return [str(i * 7919 % 10007) for i in range(1, n + 1)]


CASES = {
    "a customer's number": ("CustomerID", scattered(), ("id", "id")),
    "an e-mail address": ("email", [f"p{i}@example.org" for i in range(60)], ("id", "id")),
    "a phone number with its plus": ("phone", [f"+49 30 {i:07d}" for i in range(60)], ("id", "id")),
    "words that are all different": ("token", [f"k{i:x}z" for i in range(60)], ("id", "id")),
    "a running number": ("row", [str(i) for i in range(60)], ("id", "id")),
    "a year that runs": ("year", [str(1950 + i) for i in range(60)], ("number", "feature")),
    "a customer that repeats": ("customer_id", cycle(*range(100, 155), n=200), ("id", "id")),
    "an order's number": ("order_id", cycle(*range(100, 155), n=200), ("text", "descriptor")),
    "a postal code": ("zip", [f"{10000 + i * 7 % 59}" for i in range(200)], ("text", "descriptor")),
    "a flag": ("complained", cycle(0, 1, 0), ("category", "feature")),
    "a flag with gaps": ("complained", cycle(0, 1, ""), ("category", "feature")),
    "one or two": ("kind", cycle(1, 2), ("category", "feature")),
    "a channel": ("Channel", cycle(1, 2, 3), ("category", "feature")),
    "a tier": ("CityTier", cycle(1, 2, 3), ("category", "feature")),
    "children": ("Kidhome", cycle(0, 1, 2), ("number", "feature")),
    "devices": ("NumberOfDevices", cycle(1, 2, 3, 4), ("number", "feature")),
    "a score": ("SatisfactionScore", cycle(1, 2, 3, 4, 5), ("number", "feature")),
    "an age group": ("age_group", cycle(1, 2, 3, 4), ("category", "feature")),
    "money": ("spend", [f"${i * 3.7 % 41:.2f}" for i in range(60)], ("number", "feature")),
    "a balance": ("account_balance", [f"{i * 3.7:.2f}" for i in range(60)], ("number", "feature")),
    "truths": ("member_flag", cycle("TRUE", "false", "True"), ("boolean", "feature")),
    "yes and no": ("newsletter", cycle("yes", "no"), ("category", "feature")),
    "truths of all kinds": ("agreed", cycle("yes", "no", "TRUE", "0", "1"), ("category", "feature")),
    "levels": ("city", cycle("Rome", "Oslo", "Bern"), ("category", "feature")),
    "many levels": ("city", cycle(*[f"city {i}" for i in range(55)], n=220), ("text", "descriptor")),
    "notes": ("note", [f"called on day {i}" for i in range(60)], ("text", "ignored")),
    "digits that start with zero": ("branch", cycle("01", "02", "10"), ("category", "feature")),
    "one value": ("country", cycle("NL"), ("constant", "ignored")),
    "one value, written twice": ("country", cycle("5", "5.0"), ("constant", "ignored")),
    "nothing": ("empty", cycle("", "-"), ("constant", "ignored")),
    "a column of NA": ("region", cycle("NA", "EU", "AS"), ("category", "feature")),
}


@pytest.mark.parametrize(("name", "cells", "expected"), CASES.values(), ids=CASES.keys())
def test_a_column_is_taken_for_what_it_is(name: str, cells: list[str], expected: tuple[str, str]) -> None:
    assert kind_of(name, cells) == expected


def test_leading_zeros_stay() -> None:
    result = read("customer_id,age\n000042,30\n000007,31\n001000,35\n")
    assert values(result, "customer_id") == ["000042", "000007", "001000"]
    assert kinds(result)["customer_id"] == "id"


def test_identifiers_with_decimals_lose_them_and_say_so() -> None:
    result = read("customer_id,age\n17850.0,30\n13047.0,31\n,35\n")
    assert values(result, "customer_id") == ["17850", "13047", None]
    assert "id_decimals" in warned(result)


@pytest.mark.parametrize("word", ["", " ", "NULL", "null", "N/A", "NaN", "?", "-", "#N/A", "#REF!"])
def test_words_for_nothing_are_missing(word: str) -> None:
    rows = "".join(f"{word if i % 4 == 0 else i % 3},{word if i % 4 == 0 else 'xyz'[i % 3]},{i % 7 / 2}\n" for i in range(40))
    result = read(f"spend,city,n\n{rows}")
    assert result.statistics["spend"]["n_missing"] == result.statistics["city"]["n_missing"] == 10
    assert kinds(result) == {"spend": "number", "city": "category", "n": "number"}


def test_na_is_missing_among_numbers_and_a_level_among_words() -> None:
    result = read("spend,region\n1,NA\nNA,EU\n3,NA\n4,AS\n")
    assert values(result, "spend") == [1.0, None, 3.0, 4.0]
    assert values(result, "region") == ["NA", "EU", "NA", "AS"]


def test_a_question_mark_in_free_text_is_text() -> None:
    notes = [*(f"note {i}" for i in range(60)), "?"]
    result = read("note,n\n" + "".join(f"{note},{i % 7}\n" for i, note in enumerate(notes)))
    assert values(result, "note")[-1] == "?"


def test_text_is_kept_byte_for_byte_and_levels_are_trimmed() -> None:
    notes = "".join(f" note {i} ,{'a ' if i % 2 else 'a'}\n" for i in range(60))
    result = read(f"note,level\n{notes}x,b\n")
    assert values(result, "note")[0] == " note 0 "
    assert set(values(result, "level")) == {"a", "b"}


def test_the_reason_counts_the_cells_as_they_are_kept() -> None:
    cells = [f"{['red', 'green', 'blue', 'grey'][i % 4]} bag {i % 60}{' ' * (i // 60)}" for i in range(120)] + ["?"] * 80
    result = read("note\n" + "".join(f"{cell}\n" for cell in cells))
    column, n_distinct = result.table.columns[0], len(set(cells))
    assert column.kind == "text"
    assert n_distinct > len({cell.strip() for cell in cells})
    assert f"{n_distinct:,} different values" in column.reason
    assert result.statistics["note"]["n_distinct"] == n_distinct


def test_dtypes_are_those_a_table_promises() -> None:
    result = read("whole,gaps,truth,day,level\n1,1,true,2024-01-02,x\n2,,false,,\n3,3,,2024-01-04,y\n")
    dtypes = {name: str(dtype) for name, dtype in result.table.frame.dtypes.items()}
    assert dtypes == {"whole": "int64", "gaps": "float64", "truth": "boolean", "day": "datetime64[us]", "level": "str"}
    assert result.table.frame.isna().sum().tolist() == [0, 1, 1, 1, 1]


def test_huge_numbers_are_read_and_described() -> None:
    facts = read("a,b\n1e200,1\n-1e308,2\n1e308,4\n").statistics["a"]
    assert facts["max"] == 1e308
    assert facts["histogram"] == {"edges": [], "counts": []}


def test_a_number_of_5000_digits_stays_text() -> None:
    digits = "7" * 5000
    assert values(read(f"a,b\n{digits},1\n5,2\n6,4\n"), "a")[0] == digits


def test_numbers_are_described_in_figures() -> None:
    facts = read("a,b\n1,1\n2,2\n,3\n6,9\n").statistics["a"]
    assert (facts["n_missing"], facts["n_distinct"], facts["min"], facts["max"], facts["mean"], facts["median"]) == (
        1,
        3,
        1,
        6,
        3,
        2,
    )
    assert facts["sd"] == pytest.approx(2.160247)
    assert len(facts["histogram"]["edges"]) == 21


def test_levels_are_counted_the_most_frequent_first() -> None:
    assert read("city,n\nRome,1\nOslo,2\nRome,5\n").statistics["city"]["levels"] == [["Rome", 2], ["Oslo", 1]]


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("CustomerID", ("customer", "id")),
        ("customer_id", ("customer", "id")),
        ("Annual Income (k$)", ("annual", "income", "k")),
        ("AcceptedCmp3", ("accepted", "cmp", "3")),
        ("HTTPStatus", ("http", "status")),
        ("Größe", ("größe",)),
        ("($)", ()),
    ],
)
def test_names_are_split_into_words(name: str, words: tuple[str, ...]) -> None:
    assert split_name(name) == words
