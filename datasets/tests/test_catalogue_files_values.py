"""The catalogue of bad files, values: what the cells of a column are taken for, and what is said about it."""

from __future__ import annotations

from typing import Any

import pytest

from datasets.tests.catalogue import SECRET, Case, Walker, columns_of, walker, warnings_of

__all__ = ["walker"]

TRAIN = "/api/v1/clustering/train"


def table(name: str, cells: list[str]) -> bytes:
    """Return a table of that column, quoted, beside a marker and a plain number."""
    rows = [f'{SECRET if i == 0 else f"p{i}"},"{cell}",{i * 7 % 11}' for i, cell in enumerate(cells)]
    return "\n".join([f"person,{name},n", *rows, ""]).encode()


NUMBERS = {
    "a semicolon and decimal commas": (b"x;y\n1,5;a\n2,5;b\n4,25;b\n", "x", [1.5, 2.5, 4.25], None),
    "thousands": (table("x", ["1,234.5", "2,000.0", "3.5"]), "x", [1234.5, 2000.0, 3.5], "thousands_guessed"),
    "one currency": (table("x", ["$1.50", "$2.00", "$1,000.25"]), "x", [1.5, 2.0, 1000.25], None),
    "percent": (table("x", ["12 %", "7 %", "5.5 %"]), "x", [0.12, 0.07, 0.055], "percent"),
    "infinity": (table("x", ["inf", "-Infinity", "NaN", "1.5", "2.5", "9"]), "x", [None, None, None, 1.5, 2.5, 9], "non_finite"),
    "1e400": (table("x", ["1e400", "1.5", "2.5", "9"]), "x", [None, 1.5, 2.5, 9], "non_finite"),
}


@pytest.mark.parametrize(("content", "name", "values", "code"), NUMBERS.values(), ids=NUMBERS.keys())
def test_numbers_as_people_write_them(walker: Walker, content: bytes, name: str, values: list[Any], code: str | None) -> None:
    dataset = walker.walk(Case(content=content, warns=(code,) if code else ()))
    assert columns_of(dataset)[name]["kind"] == "number"
    assert [row[columns_of(dataset)[name]["position"]] for row in walker.rows(dataset)] == values


def test_two_currencies_stay_text_and_are_told(walker: Walker) -> None:
    cells = ["$1.50", "EUR 2", "$3.00", "EUR 4.5"] * 6
    dataset = walker.walk(Case(content=table("price", cells), warns=("mixed_currencies",)))
    assert columns_of(dataset)["price"]["kind"] in ("category", "text")
    assert [row[1] for row in walker.rows(dataset)][:2] == ["$1.50", "EUR 2"]


@pytest.mark.parametrize(
    ("cells", "kinds"),
    [
        (["yes", "no", "yes", "no"], {"boolean", "category"}),
        (["TRUE", "FALSE", "TRUE", "TRUE"], {"boolean", "category"}),
        (["0", "1", "1", "0"], {"boolean", "category"}),
        (["yes", "0", "TRUE", "no"], {"boolean", "category"}),
    ],
)
def test_truths_are_categories_or_booleans_and_shown(walker: Walker, cells: list[str], kinds: set[str]) -> None:
    dataset = walker.walk(Case(content=table("member", cells * 3)))
    assert columns_of(dataset)["member"]["kind"] in kinds
    assert all(row[1] is not None for row in walker.rows(dataset))


def test_identifiers_keep_their_zeros(walker: Walker) -> None:
    dataset = walker.walk(Case(content=table("customer_id", [f"{i:05d}" for i in range(100, 130)])))
    assert (columns_of(dataset)["customer_id"]["kind"], columns_of(dataset)["customer_id"]["role"]) == ("id", "id")
    assert walker.rows(dataset)[0][1] == "00100"


def test_a_number_of_5000_digits_stays_the_text_it_is(walker: Walker) -> None:
    digits = "7" * 5000
    dataset = walker.walk(Case(content=table("x", [digits, "1", "2", "5"])))
    assert columns_of(dataset)["x"]["kind"] != "number"
    assert walker.rows(dataset)[0][1] == digits


def test_huge_values_are_scaled_first_or_said_to_be_too_large(walker: Walker) -> None:
    rows = "".join(f"{i % 5}e200,{i % 7}.5,{i * 3 % 11}.25\n" for i in range(1, 40))
    dataset = walker.walk(Case(content=f"a,b,c\n{rows}".encode()))
    response: Any = walker.client.post(TRAIN, {"dataset_id": dataset["id"], "stability": False}, format="json")
    assert response.status_code == 202, response.content
    walker.drain()
    run = walker.client.get(response["Location"]).json()
    assert run["status"] == "done" or run["error"]["code"] == "numeric_overflow"


@pytest.mark.parametrize("name", ["contact", "email", "note"])
def test_thousands_of_different_addresses_are_no_feature(walker: Walker, name: str) -> None:
    dataset = walker.walk(Case(content=table(name, [f"p{i}@example.org" for i in range(8_000)])))
    column = columns_of(dataset)[name]
    assert column["role"] in ("id", "ignored", "descriptor")
    assert column["kind"] in ("id", "text")
    assert column["kind"] == "id" or "high_cardinality" in warnings_of(dataset)


def test_levels_of_many_people_are_too_many_and_told(walker: Walker) -> None:
    dataset = walker.walk(Case(content=table("city", [f"city {i % 4000}" for i in range(8_000)]), warns=("high_cardinality",)))
    assert columns_of(dataset)["city"]["role"] != "feature"


def test_one_day_written_in_two_ways_is_read(walker: Walker) -> None:
    dataset = walker.walk(Case(content=table("since", ["01.02.2024", "1.02.2024", "01.02.2024"])))
    assert columns_of(dataset)["since"]["kind"] in ("date", "constant")
