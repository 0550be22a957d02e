"""Subtotals of pivot tables are set aside where the sums prove them, in every format; customers called so stay."""

from __future__ import annotations

from typing import Any

import pytest

from datasets.reader import ReadResult
from datasets.reader.tests.reading import kinds, read, values, warned
from datasets.reader.tests.workbooks import workbook, write

SHOPS: list[list[Any]] = [[f"Shop {i:02d}", ["North", "South", "West"][i // 8], i % 7 + 1, i * 2.5 + 10] for i in range(24)]
HEADER = ["shop", "region", "visits", "spend"]


def sums(rows: list[list[Any]]) -> list[Any]:
    return [sum(row[2] for row in rows), sum(row[3] for row in rows)]


def report(say: str, last: str | None = "Grand Total", *, mean: bool = False) -> list[list[Any]]:
    """Return the shops with a total below every region; its words stand in the column that `say` begins with."""
    rows: list[list[Any]] = []
    for region in dict.fromkeys(row[1] for row in SHOPS):
        group = [row for row in SHOPS if row[1] == region]
        total = sums(group)
        place, words = say.split("|")
        label = words.format(region)
        rows += [*group, [label if place == "0" else "", label if place == "1" else "", 3.25 if mean else total[0], total[1]]]
    return [HEADER, *rows, *([[last, "", *sums(SHOPS)]] if last else [])]


def text(rows: list[list[Any]], delimiter: str = ",", decimal: str = ".") -> str:
    return "".join(delimiter.join(str(cell).replace(".", decimal) for cell in row) + "\n" for row in rows)


def hold_shops(result: ReadResult, n_subtotals: int, **aside: int) -> None:
    assert {entry["what"]: entry["rows"] for entry in result.ledger} == {"subtotals": n_subtotals, **aside, "kept": 24}
    assert values(result, "shop") == [row[0] for row in SHOPS]
    assert values(result, "spend") == [row[3] for row in SHOPS]
    assert kinds(result)["visits"] == "number"
    assert "possible_total" not in warned(result)


@pytest.mark.parametrize(
    "say", ["1|{} Total", "0|Summe {}", "0|{} Ergebnis", "0|Zwischensumme", "1|{} - Summe", "0|Total {}", "0|小計"]
)
def test_subtotals_and_the_sum_of_all_are_set_aside(say: str) -> None:
    hold_shops(read(text(report(say))), 4)
    hold_shops(read(text(report(say, "Gesamtergebnis"), ";", ",")), 4)
    hold_shops(read(workbook(lambda book: write(book, "Pivot", report(say))), "a.xlsx"), 4)


def test_subtotals_without_a_sum_of_all_and_beside_means() -> None:
    hold_shops(read(text(report("0|Total {}", None))), 3)
    hold_shops(read(text(report("0|Total {}", mean=True))), 4)


def test_a_sum_of_sums_is_one_too() -> None:
    first = report("0|{} Total", None)[1:]
    second = [[row[0], row[1], row[2] * 2, row[3]] for row in first]
    one, two, both = (sums([row for row in rows if "Total" not in row[0]]) for rows in (first, second, first + second))
    result = read(text([HEADER, *first, ["2023 Total", "", *one], *second, ["2024 Total", "", *two], ["Total", "", *both]]))
    assert {entry["what"]: entry["rows"] for entry in result.ledger} == {"subtotals": 9, "kept": 48}


def test_customers_that_are_called_total_stay() -> None:
    rows = [
        [f"{name} {i}", "North", i % 3 + 1, i * 7 % 31 + 0.5]
        for i, name in enumerate(["Total Wine", "Sum Ltd", "Ann", "Bob"] * 9)
    ]
    result = read(text([HEADER, *rows]))
    assert len(result.table.frame) == 36
    assert [entry["what"] for entry in result.ledger] == ["kept"]


def test_a_customer_called_total_whose_small_number_is_a_sum_by_chance_stays() -> None:
    rows = [["Ann", "N", 1], ["Bob", "N", 1], ["Total Energies", "N", 2], ["Cem", "S", 3], ["Dan", "S", 1]]
    assert len(read(text([["name", "region", "visits"], *rows])).table.frame) == 5


def test_a_person_keeps_subtotals() -> None:
    assert len(read(text(report("0|Total {}")), overrides={"keep_rows": True}).table.frame) == 28


def test_totals_above_their_rows_are_set_aside_too() -> None:
    header, *rows = report("0|{} Total")
    backwards = read(text([header, *rows[::-1]]))
    assert {entry["what"]: entry["rows"] for entry in backwards.ledger} == {"subtotals": 4, "kept": 24}
    one = read(text([HEADER, ["Gesamt", "", *sums(SHOPS)], *SHOPS]))
    assert {entry["what"]: entry["rows"] for entry in one.ledger} == {"subtotals": 1, "kept": 24}


def grouped(first: str = "Region: {}") -> str:
    """Return the shops below a heading for every region, without the column of regions."""
    rows = ["shop,visits,spend"]
    for region in dict.fromkeys(row[1] for row in SHOPS):
        rows += [f"{first.format(region)},,", *(f"{row[0]},{row[2]},{row[3]}" for row in SHOPS if row[1] == region)]
    return "\n".join(rows) + "\n"


def test_headings_of_groups_are_set_aside_and_told() -> None:
    result = read(grouped())
    assert {entry["what"]: entry["rows"] for entry in result.ledger} == {"group_headings": 3, "kept": 24}
    assert "group_headings" in warned(result)
    assert values(result, "shop") == [row[0] for row in SHOPS]


OTHERS = [grouped("{}"), grouped().replace("Region: North,,\n", ""), grouped().replace("Region: S", "City: S")]
OTHERS.append(grouped("Shop: {}").replace("\nShop ", "\nShop: "))


@pytest.mark.parametrize("content", OTHERS)
def test_names_alone_are_customers_unless_all_say_what_they_are(content: str) -> None:
    assert [entry["what"] for entry in read(content).ledger] == ["kept"]


def test_totals_that_hold_no_sums_stay_and_are_told() -> None:
    rows = [[*row[:2], row[2] + 5, row[3] * 1.1] if row[0].startswith("Total") else row for row in report("0|Total {}", None)]
    result = read(text(rows))
    assert len(result.table.frame) == 27
    assert "possible_subtotals" in warned(result)


def test_the_name_of_a_group_between_subtotals_stands_in_all_of_its_rows() -> None:
    header, *rows = report("1|{} Total")
    firsts = {0, 9, 18, len(rows) - 1}
    named = [
        ["" if i not in firsts and "Total" not in row[1] else row[1] or row[0], row[0], *row[2:]] for i, row in enumerate(rows)
    ]
    result = read(text([["region", "shop", *header[2:]], *named]))
    assert values(result, "region") == [row[1] for row in SHOPS]
    assert "filled_groups" in warned(result)
    gaps = [[row[0] if i % 2 else "", *row[1:]] for i, row in enumerate(named)]
    assert "filled_groups" not in warned(read(text([["region", "shop", *header[2:]], *gaps])))
