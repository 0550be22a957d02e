"""Guesses about a file out, clicks in: what the reader was unsure of is read the other way, and the export stays as written."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from itertools import islice
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from datasets import services, storage
from datasets.reader.tests.workbooks import workbook, write
from datasets.tests.test_dataset_pages import words_of
from datasets.tests.test_doctor_pages import buttons, column_of, page_of
from segmentiq.testing.factories import settled

pytestmark = [pytest.mark.django_db, pytest.mark.once]

Make = Callable[..., Any]


@pytest.fixture
def visit(client: Client, owner: Any) -> Client:
    client.force_login(owner)
    return client


def test_a_guess_about_the_reading_can_be_confirmed_or_corrected(
    visit: Client, make_dataset: Make, drain: Callable[[], int]
) -> None:
    dataset = make_dataset("name;weight\n" + "".join(f"n{row};{row + 1},{100 + row}\n" for row in range(30)))
    found = [told for told in dataset.warnings if told["code"] in ("thousands_guessed", "decimal_guessed")]
    assert found, dataset.warnings
    before = column_of(dataset, "weight").statistics["max"]
    (action,) = [action for action in found[0]["actions"] if action["action"] == "read"]
    visit.post(reverse("dataset_act", args=[dataset.pk]), {"action": "read", "value": json.dumps(action["value"])})
    drain()
    after = column_of(dataset, "weight").statistics["max"]
    assert {before, after} == {30.129, 30129.0}
    visit.post(reverse("dataset_act", args=[dataset.pk]), buttons(page_of(visit, dataset))["Undo"])
    drain()
    assert column_of(dataset, "weight").statistics["max"] == before


def test_the_order_of_dates_can_be_turned_round(visit: Client, make_dataset: Make, drain: Callable[[], int]) -> None:
    rows = "".join(f"n{row},0{row % 9 + 1}/0{row % 7 + 1}/2024\n" for row in range(30))
    dataset = make_dataset("name,joined\n" + rows)
    before = column_of(dataset, "joined").statistics["max"]
    page = page_of(visit, dataset)
    fields = next(found for label, found in buttons(page).items() if label in ("The month comes first", "The day comes first"))
    visit.post(reverse("dataset_act", args=[dataset.pk]), fields)
    drain()
    assert {before, column_of(dataset, "joined").statistics["max"]} == {"2024-07-07T00:00:00", "2024-09-06T00:00:00"}
    assert "Order of dates" in page_of(visit, dataset)


def test_every_reading_choice_of_the_form_reaches_the_reader(visit: Client, make_dataset: Make) -> None:
    dataset = make_dataset("name;weight\n" + "".join(f"n{row};{row}.5\n" for row in range(30)))
    asked = {"delimiter": "semicolon", "decimal": ".", "header": "true", "skip_rows": "0", "keep_rows": "true", "quote": "double"}
    visit.post(reverse("dataset_read", args=[dataset.pk]), {**asked, "date_order": "year-month-day", "encoding": "utf-8"})
    dataset.refresh_from_db()
    chosen = {"header": True, "keep_rows": True, "skip_rows": 0, "date_order": "year-month-day", "encoding": "utf-8"}
    assert dataset.overrides == {**asked, **chosen}


def sentinel_rows() -> list[tuple[str, float]]:
    return [(f"n{row}", -999 if row % 10 == 0 else 20 + row % 17) for row in range(60)]


def csv_of_sentinels() -> bytes:
    return ("name,age\n" + "".join(f"{name},{age}\n" for name, age in sentinel_rows())).encode()


def workbook_of_sentinels() -> bytes:
    stream = io.BytesIO()
    pd.DataFrame(sentinel_rows(), columns=["name", "age"]).to_excel(stream, index=False)
    return stream.getvalue()


@pytest.mark.parametrize(("file_name", "write"), [("ages.csv", csv_of_sentinels), ("ages.xlsx", workbook_of_sentinels)])
def test_nines_that_mean_not_known_become_missing_and_stay_in_the_export(
    visit: Client, make_dataset: Make, drain: Callable[[], int], tmp_path: Path, file_name: str, write: Callable[[], bytes]
) -> None:
    (tmp_path / file_name).write_bytes(write())
    dataset = make_dataset(tmp_path / file_name)
    visit.post(reverse("dataset_act", args=[dataset.pk]), buttons(page_of(visit, dataset))["Treat them as missing"])
    drain()
    age = column_of(dataset, "age")
    assert (age.n_missing, age.statistics["min"]) == (6, 20.0)
    dataset.refresh_from_db()
    assert next(islice(storage.iter_rows(dataset), 1, None)) == ["n0", ""]
    assert next(islice(storage.iter_written(dataset), 1, None)) == ["n0", "-999"]
    assert "sentinel_values" not in {told["code"] for told in dataset.warnings}


def test_the_rows_that_came_in_are_balanced_on_the_page(visit: Client, make_dataset: Make) -> None:
    rows = "".join(f"n{row};{row}.5\n" for row in range(30))
    dataset = make_dataset("Customers of 2024;;\nname;weight\n" + rows)
    words = words_of(visit.get(reverse("dataset", args=[dataset.pk])))
    assert "31 rows came in: 30 kept, 1 set aside." in words
    assert "What became of the rows 30" in words
    assert sum(entry["rows"] for entry in dataset.ledger) == 31
    whole = make_dataset("name;weight\n" + rows)
    assert "All 30 rows that came in are kept." in words_of(visit.get(reverse("dataset", args=[whole.pk])))


def test_columns_of_a_table_beside_the_first_one_are_read_with_one_click(
    visit: Client, owner: Any, drain: Callable[[], int]
) -> None:
    rows = [[f"c{i}", i * i, None, *(["N", "North"] if i < 3 else [])] for i in range(20)]
    content = workbook(lambda book: write(book, "Data", [["customer", "spend", None, "code", "means"], *rows]))
    dataset = settled(services.upload(owner=owner, uploaded=SimpleUploadedFile("a.xlsx", content)))
    assert [column.name for column in dataset.columns.all()] == ["customer", "spend"]
    visit.post(reverse("dataset_act", args=[dataset.pk]), buttons(page_of(visit, dataset))["Read its columns too"])
    drain()
    dataset.refresh_from_db()
    assert [column.name for column in dataset.columns.all()] == ["customer", "spend", "code", "means"]
