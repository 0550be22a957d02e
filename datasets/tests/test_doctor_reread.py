"""Clicks that read the file again: repeated rows set aside, words among numbers taken for missing; and the way back from each."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from rest_framework.test import APIClient

from datasets.tests.test_dataset_pages import words_of
from datasets.tests.test_doctor_pages import buttons, column_of, page_of

pytestmark = pytest.mark.django_db

Make = Callable[..., Any]
Drain = Callable[[], int]
N, N_AGAIN = 40, 5
WORDS = ("On request", "none yet", "On Request")
ROWS = [f"C{number:03d},{['red', 'blue', 'green'][number % 3]},{number * 1.5}" for number in range(N)]
REPEATED = "\n".join(["customer_id,colour,height", *ROWS, *ROWS[:N_AGAIN]]) + "\n"
PRICES = "".join(f"C{number:03d},{WORDS[number % 3] if number < 6 else number * 1.5},{number % 7}.5\n" for number in range(60))
MIXED = f"customer_id,fee,height\n{PRICES}"


@pytest.fixture
def visit(client: Client, owner: Any) -> Client:
    client.force_login(owner)
    return client


@pytest.fixture
def api(owner: Any) -> APIClient:
    client = APIClient()
    client.force_authenticate(owner)
    return client


def press(visit: Client, dataset: Any, label: str, drain: Drain) -> str:
    """Press a button that reads the file again; return the words of the page that follows the reading."""
    visit.post(reverse("dataset_act", args=[dataset.pk]), buttons(page_of(visit, dataset))[label])
    dataset.refresh_from_db()
    assert dataset.state == "reading"
    drain()
    dataset.refresh_from_db()
    return words_of(visit.get(reverse("dataset", args=[dataset.pk])))


def ledger(dataset: Any) -> dict[str, int]:
    return {entry["what"]: entry["rows"] for entry in dataset.ledger}


def test_one_click_sets_repeated_rows_aside_and_one_takes_them_back(visit: Client, make_dataset: Make, drain: Drain) -> None:
    dataset = make_dataset(REPEATED)
    assert "5 rows repeat another row in every column" in words_of(visit.get(reverse("dataset", args=[dataset.pk])))
    page = press(visit, dataset, "Set them aside", drain)
    assert (dataset.n_rows, ledger(dataset)) == (N, {"duplicates": N_AGAIN, "kept": N})
    assert "Rows that repeat another one are set aside." in page
    assert "5 rows that repeat another one are set aside." in page
    assert "45 rows came in: 40 kept, 5 set aside." in page
    assert "They repeat another row in every column." in page
    page = press(visit, dataset, "Undo", drain)
    assert (dataset.n_rows, ledger(dataset), dataset.overrides) == (N + N_AGAIN, {"kept": N + N_AGAIN}, {})
    assert "5 rows repeat another row in every column" in page


def test_repeated_rows_can_be_counted_each(visit: Client, make_dataset: Make) -> None:
    dataset = make_dataset(REPEATED)
    visit.post(reverse("dataset_act", args=[dataset.pk]), buttons(page_of(visit, dataset))["Count each of them"])
    words = words_of(visit.get(reverse("dataset", args=[dataset.pk])))
    assert "Count each of them: 5 rows repeat another row" in words
    assert "to decide" not in words


def test_rows_stay_aside_when_the_file_is_read_in_another_way(visit: Client, make_dataset: Make, drain: Drain) -> None:
    dataset = make_dataset(REPEATED)
    press(visit, dataset, "Set them aside", drain)
    visit.post(reverse("dataset_read", args=[dataset.pk]), {"delimiter": "comma"})
    drain()
    dataset.refresh_from_db()
    assert dataset.overrides == {"duplicates": "drop", "delimiter": "comma"}
    assert ledger(dataset) == {"duplicates": N_AGAIN, "kept": N}


def test_a_program_sets_repeated_rows_aside_and_takes_them_back(api: APIClient, make_dataset: Make, drain: Drain) -> None:
    path = f"/api/v1/datasets/{make_dataset(REPEATED).pk}"
    (told,) = [warning for warning in api.get(path).json()["warnings"] if warning["code"] == "duplicate_rows"]
    assert [action["action"] for action in told["actions"]] == ["read", "keep"]
    done = api.post(f"{path}/actions", told["actions"][0], format="json").json()
    assert done["dataset"]["overrides"] == {"duplicates": "drop"}
    drain()
    read = api.get(path).json()
    assert (read["n_rows"], sum(entry["rows"] for entry in read["ledger"])) == (N, N + N_AGAIN)
    assert api.post(f"{path}/actions", done["undo"], format="json").json()["dataset"]["overrides"] == {}


def test_words_among_numbers_become_missing_so_that_the_column_is_numbers(
    visit: Client, make_dataset: Make, drain: Drain
) -> None:
    dataset = make_dataset(MIXED)
    assert (column_of(dataset, "fee").kind, column_of(dataset, "fee").role) == ("text", "ignored")
    press(visit, dataset, "Treat them as missing", drain)
    fee = column_of(dataset, "fee")
    assert (fee.kind, fee.role, fee.n_missing) == ("number", "feature", 6)
    assert dataset.overrides == {"missing": {"fee": ["none yet", "on request"]}}
    page = press(visit, dataset, "Undo", drain)
    assert column_of(dataset, "fee").kind == "text"
    assert "among numbers are not numbers" in page


def test_more_words_count_as_missing_beside_those_before(visit: Client, make_dataset: Make, drain: Drain) -> None:
    dataset = make_dataset(MIXED.replace("C007,10.5", "C007,99999"))
    press(visit, dataset, "Treat them as missing", drain)
    press(visit, dataset, "Treat them as missing", drain)
    fee = column_of(dataset, "fee")
    assert (fee.kind, fee.n_missing) == ("number", 7)
    assert dataset.overrides["missing"]["fee"][:2] == ["none yet", "on request"]


@pytest.mark.parametrize(
    "cells",
    [
        [f"{number * 1.5}" if number % 5 else f"word {number}" for number in range(400)],  # too many words
        [f"{number * 1.5}" if number > 6 else ("0012", "x")[number % 2] for number in range(60)],  # the rest is no numbers
    ],
)
def test_no_click_is_offered_where_it_would_not_help(make_dataset: Make, cells: list[str]) -> None:
    dataset = make_dataset("fee,height\n" + "".join(f"{cell},{number}.5\n" for number, cell in enumerate(cells)))
    (told,) = [warning for warning in dataset.warnings if warning["code"] == "mixed_numbers"]
    assert "actions" not in told
