"""The form that reads a file again: it asks only what the kind of file leaves open, and knows a workbook's sheets by name."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import unescape
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from datasets import services
from datasets.reader.tests.workbooks import workbook, write
from segmentiq.testing.factories import settled

pytestmark = [pytest.mark.django_db, pytest.mark.once]

ROWS: list[list[Any]] = [["customer", "age", "spend"], *([f"c{i}", 20 + i * 7 % 50, i * 1.5] for i in range(12))]
NOTES: list[list[Any]] = [["note"], ["x"], ["y"]]


@pytest.fixture
def visit(client: Client, owner: Any) -> Client:
    client.force_login(owner)
    return client


@pytest.fixture
def read(owner: Any) -> Callable[..., Any]:
    def upload(content: bytes, name: str, **overrides: Any) -> Any:
        return settled(services.upload(owner=owner, uploaded=SimpleUploadedFile(name, content), overrides=overrides))

    return upload


def book(**sheets: list[list[Any]]) -> bytes:
    return workbook(lambda made: [write(made, name, rows) for name, rows in sheets.items()])


def form_of(visit: Client, dataset: Any) -> str:
    page = visit.get(reverse("dataset", args=[dataset.pk])).content.decode()
    return str(re.search(r'<form[^>]*action="[^"]*/read">.*?</form>', page, re.DOTALL)[0])  # type: ignore[index]


def fields_of(form: str) -> set[str]:
    return set(re.findall(r'<(?:select|input)[^>]* name="(\w+)"', form)) - {"csrfmiddlewaretoken"}


def sheets_of(form: str) -> list[tuple[str, str]]:
    (select,) = re.findall(r'<select name="sheet".*?</select>', form, re.DOTALL)
    return [(unescape(value), unescape(words)) for value, words in re.findall(r'<option value="([^"]*)"[^>]*>([^<]*)<', select)]


def test_a_text_file_has_no_sheets_and_a_workbook_no_delimiter(visit: Client, read: Callable[..., Any]) -> None:
    text = fields_of(form_of(visit, read(b"customer,age\na,1\nb,2\nc,4\n", "a.csv")))
    sheets = fields_of(form_of(visit, read(book(Data=ROWS), "a.xlsx")))
    assert {"delimiter", "encoding", "quote"} == text - sheets
    assert {"sheet"} == sheets - text


def test_what_the_file_says_is_said_beside_the_choice(visit: Client, read: Callable[..., Any], drain: Callable[[], int]) -> None:
    dataset = read(b"customer;age\na;1\nb;2\nc;4\n", "a.csv")
    form = form_of(visit, dataset)
    assert "as the file says: ;</option>" in form
    assert "as the file says: utf-8</option>" in form
    visit.post(reverse("dataset_read", args=[dataset.pk]), {"delimiter": "comma"})
    drain()
    assert "as the file says: ;" not in form_of(visit, dataset)
    assert '<option value="comma" selected>' in form_of(visit, dataset)


def test_a_sheet_is_chosen_from_those_of_the_workbook(visit: Client, read: Callable[..., Any], drain: Callable[[], int]) -> None:
    dataset = read(book(Customers=ROWS, Notes=NOTES), "a.xlsx")
    names = [("Customers", "Customers"), ("Notes", "Notes")]
    assert sheets_of(form_of(visit, dataset)) == [("", "as the file says: Customers"), *names]
    visit.post(reverse("dataset_read", args=[dataset.pk]), {"sheet": "Notes"})
    drain()
    dataset.refresh_from_db()
    assert [column.name for column in dataset.columns.all()] == ["note"]
    form = form_of(visit, dataset)
    assert sheets_of(form) == [("", "as the file says"), *names]
    assert '<option value="Notes" selected>' in form


def test_sheets_of_one_header_can_be_chosen_together(visit: Client, read: Callable[..., Any], drain: Callable[[], int]) -> None:
    dataset = read(book(Y2023=ROWS, Y2024=ROWS, Notes=NOTES), "a.xlsx")
    assert sheets_of(form_of(visit, dataset))[-1] == ("*", "all sheets with the same header")
    visit.post(reverse("dataset_read", args=[dataset.pk]), {"sheet": "*"})
    drain()
    dataset.refresh_from_db()
    assert dataset.n_rows == 2 * (len(ROWS) - 1)
    assert '<option value="*" selected>' in form_of(visit, dataset)


def test_a_sheet_that_could_not_be_read_can_be_left_again(
    visit: Client, read: Callable[..., Any], drain: Callable[[], int]
) -> None:
    dataset = read(book(Customers=ROWS, Blank=[]), "a.xlsx")
    visit.post(reverse("dataset_read", args=[dataset.pk]), {"sheet": "Blank"})
    drain()
    dataset.refresh_from_db()
    assert dataset.state == "failed"
    assert sheets_of(form_of(visit, dataset)) == [("", "as the file says"), ("Customers", "Customers"), ("Blank", "Blank")]


def test_before_anything_is_read_a_sheet_is_written(visit: Client) -> None:
    page = visit.get(reverse("dataset_upload")).content.decode()
    assert '<input type="text" name="sheet"' in page
    assert '<select name="delimiter"' in page


def test_the_api_tells_what_could_be_chosen(visit: Client, read: Callable[..., Any]) -> None:
    dataset = read(book(Y2023=ROWS, Y2024=ROWS), "a.xlsx")
    decisions = visit.get(f"/api/v1/datasets/{dataset.pk}").json()["decisions"]
    assert [decision["choices"] for decision in decisions if decision["what"] == "sheet"] == [["Y2023", "Y2024", "*"]]
    assert all("choices" not in decision for decision in decisions if decision["what"] != "sheet")


@pytest.mark.parametrize(
    ("overrides", "chosen"),
    [({"delimiter": ";"}, "semicolon"), ({"delimiter": "\t"}, "tab"), ({"delimiter": "\\t"}, "tab"), ({"delimiter": "^"}, "^")],
)
def test_a_mark_that_was_chosen_over_the_api_is_shown_and_stays(
    visit: Client, read: Callable[..., Any], drain: Callable[[], int], overrides: dict[str, str], chosen: str
) -> None:
    mark = {"\\t": "\t"}.get(overrides["delimiter"], overrides["delimiter"])
    content = "customer;age\na;1\nb;2\nc;4\n".replace(";", mark)
    dataset = read(content.encode(), "a.csv", **overrides)
    assert f'<option value="{chosen}" selected>' in form_of(visit, dataset)
    visit.post(reverse("dataset_read", args=[dataset.pk]), {"delimiter": chosen, "header": "true"})
    drain()
    dataset.refresh_from_db()
    assert dataset.overrides == {"delimiter": chosen, "header": True}
    assert [column.name for column in dataset.columns.all()] == ["customer", "age"]


@pytest.mark.parametrize(("name", "chosen"), [("CP1252", "cp1252"), ("Shift-JIS", "shift_jis"), ("iso-8859-15", "iso-8859-15")])
def test_an_encoding_that_was_chosen_over_the_api_is_shown(
    visit: Client, read: Callable[..., Any], name: str, chosen: str
) -> None:
    dataset = read(b"customer,age\na,1\nb,2\nc,4\n", "a.csv", encoding=name)
    assert f'<option value="{chosen}" selected>' in form_of(visit, dataset)


def test_a_mark_that_cannot_be_one_is_refused_on_the_page(visit: Client, read: Callable[..., Any]) -> None:
    dataset = read(b"customer,age\na,1\nb,2\nc,4\n", "a.csv")
    page = visit.post(reverse("dataset_read", args=[dataset.pk]), {"delimiter": "and"}, follow=True).content.decode()
    assert "Choose from what is offered." in page
