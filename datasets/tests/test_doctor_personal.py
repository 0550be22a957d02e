"""Columns in; those that seem to name or reach a person found, told without a cell, set aside, and nothing else."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from datasets.doctor import examine, set_personal_aside
from datasets.tests.examined import read_columns, told

pytestmark = pytest.mark.once

N = 40
FIRST = ["Anna", "Bernd", "Chloé", "Dimitri", "Eva", "Farid", "Greta", "Hans", "Ines", "Jörg"]
LAST = ["Meier", "O'Neill", "de Vries", "Schmidt", "Nowak"]
HEIGHTS = [f"{150 + number * 0.7:.1f}" for number in range(N)]
NAMES = [f"{FIRST[number % 10]} {LAST[number // 10]}{'son' * (number % 2)}".replace("de V", "V") for number in range(N)]


def luhn(stem: str) -> str:
    """Return the digits with the check digit of a card."""
    doubled = [sum(divmod(int(digit) * (2 - index % 2), 10)) for index, digit in enumerate(reversed(stem))]
    return stem + str(-sum(doubled) % 10)


def iban(number: int) -> str:
    """Return a German account number with the right check digits."""
    account = f"37040044{number:010d}"
    return f"DE{98 - int(account + '131400') % 97:02d}{account}"


@pytest.mark.parametrize(
    ("name", "cells", "what"),
    [
        ("contact", [f"person{number}@example.org" for number in range(N)], "e-mail addresses"),
        ("Mail", [f"a.b+{number % 7}@mail.example.co.uk" for number in range(N)], "e-mail addresses"),
        ("phone", [f"555 01{number:02d} {number:02d}" for number in range(N)], "telephone numbers"),
        ("reach me", [f"+49 (0)170 55500{number:02d}" for number in range(N)], "telephone numbers"),
        ("mobile", [4917055500000 + number * 37 for number in range(N)], "telephone numbers"),
        ("account", [iban(1000 + number) for number in range(N)], "bank account numbers (IBAN)"),
        ("paid with", [luhn(f"411111111111{number:03d}") for number in range(N)], "payment card numbers"),
        ("last seen at", [f"192.168.{number}.{number * 3}" for number in range(N)], "internet addresses"),
        ("first_name", [FIRST[number % 10] for number in range(N)], "names of people"),
        ("CustomerName", NAMES, "names of people"),
        ("who", NAMES, "names of people"),
        ("street address", [f"High Street {number}" for number in range(N)], "postal addresses"),
    ],
)
def test_personal_data_is_found_and_set_aside(name: str, cells: Sequence[object], what: str) -> None:
    result = read_columns({name: cells, "height": HEIGHTS})
    found = [finding for finding in examine(result.table, result.statistics) if finding["code"] == "personal_data"]
    assert [finding["column"] for finding in found] == [name]
    assert what in found[0]["message"]
    column = set_personal_aside(result.table.columns, found)[0]
    assert column.role in ("id", "ignored")
    assert result.table.frame[name].notna().all()  # the table keeps it for the export


@pytest.mark.parametrize(
    ("name", "cells"),
    [
        ("PhoneService", ["Yes", "No"] * (N // 2)),
        ("customer_id", [f"{number:05d}" for number in range(N)]),
        ("account", [f"{number:012d}" for number in range(N)]),
        ("contract", [f"0001-{number:04d}" for number in range(N)]),
        ("balance change", [f"+{number}.50" for number in range(N)]),
        ("order", [f"2024-{number:04d}" for number in range(N)]),
        ("ean", [f"{4006381333900 + number}" for number in range(N)]),
        ("income", [str(30_000 + 977 * number) for number in range(N)]),
        ("date_of_birth", [f"19{50 + number}-03-{1 + number % 28:02d}" for number in range(N)]),
        ("product name", [f"Blue Mug{'s' * number}" for number in range(N)]),
        ("note", [f"called twice, wants offer no {number}" for number in range(N)]),
        ("version", [f"1.{number}.3" for number in range(N)]),
        ("payment", ["Electronic check", "Mailed check", "Bank transfer", "Credit card"] * (N // 4)),
        ("city", ["New York", "Los Angeles", "San Jose", "Le Mans"] * (N // 4)),
    ],
)
def test_other_columns_are_not_taken_for_people(name: str, cells: Sequence[object]) -> None:
    assert told({name: cells, "height": HEIGHTS}, "personal_data") == []


def test_a_category_of_people_can_be_used_after_all() -> None:
    (finding,) = told({"first_name": [FIRST[number % 5] for number in range(N)], "height": HEIGHTS}, "personal_data")
    assert [(action["column"], action["value"]) for action in finding["actions"]] == [("first_name", {"role": "feature"})]
