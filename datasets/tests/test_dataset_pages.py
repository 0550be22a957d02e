"""Requests in, dataset pages out: every state has its words, refusals stand on the form, strangers find nothing."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from datasets.models import Dataset

pytestmark = [pytest.mark.django_db, pytest.mark.once]


@pytest.fixture
def visit(client: Client, owner: Any) -> Client:
    client.force_login(owner)
    return client


def words_of(answer: Any) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


def send(visit: Client, content: bytes, name: str = "customers.csv") -> Any:
    return visit.post(reverse("dataset_upload"), {"file": SimpleUploadedFile(name, content), "name": "Mine"})


def test_an_upload_leads_to_its_page_which_waits(visit: Client) -> None:
    answer = send(visit, b"id,age\n1,30\n2,40\n3,50\n")
    dataset = Dataset.objects.get()
    assert answer["Location"] == reverse("dataset", args=[dataset.pk])
    page = visit.get(answer["Location"])
    assert "Reading Mine." in words_of(page)
    assert 'data-live="reading"' in page.content.decode()


@pytest.mark.parametrize("content", [b"", b"\n\n", b"\x89PNG\r\n\x1a\n" + bytes(64)])
def test_a_file_that_is_no_table_is_told_on_the_form(visit: Client, content: bytes) -> None:
    answer = send(visit, content)
    assert answer.status_code == 422
    assert 'class="wrong"' in answer.content.decode()
    assert not Dataset.objects.exists()


def test_no_file_is_asked_for(visit: Client) -> None:
    assert "Choose a file first" in words_of(visit.post(reverse("dataset_upload"), {}))


def test_the_limits_are_said_before_they_are_met(visit: Client) -> None:
    assert "Up to 200 MiB, 2,000,000 rows and 500 columns." in words_of(visit.get(reverse("dataset_upload")))


def test_a_ready_dataset_shows_every_column_with_its_reason(visit: Client, make_dataset: Callable[..., Any]) -> None:
    dataset = make_dataset()
    words = words_of(visit.get(reverse("dataset", args=[dataset.pk])))
    for column in dataset.columns.all():
        assert column.name in words
        assert column.reason in words
    assert "Segment these customers" in words


def test_a_column_can_be_corrected(visit: Client, make_dataset: Callable[..., Any]) -> None:
    dataset = make_dataset()
    column = dataset.columns.get(name="age")
    address = reverse("dataset_column", args=[dataset.pk, column.position])
    visit.post(address, {"kind": "number", "role": "descriptor"})
    column.refresh_from_db()
    assert column.role == "descriptor"
    assert "cannot be clustered on" in words_of(visit.post(address, {"kind": "text", "role": "feature"}, follow=True))
    assert visit.post(reverse("dataset_column", args=[dataset.pk, 999]), {}).status_code == 404


def test_a_dataset_can_be_renamed(visit: Client, make_dataset: Callable[..., Any]) -> None:
    dataset = make_dataset()
    address = reverse("dataset_rename", args=[dataset.pk])
    assert "Loyal ones" in words_of(visit.post(address, {"name": "Loyal ones"}, follow=True))
    assert "needs a name" in words_of(visit.post(address, {"name": " "}, follow=True))


def test_a_dataset_that_failed_says_why(visit: Client, make_dataset: Callable[..., Any]) -> None:
    dataset = make_dataset()
    Dataset.objects.filter(pk=dataset.pk).update(status="failed", error_message="Row 7 is torn.", error_hint="Mend it.")
    words = words_of(visit.get(reverse("dataset", args=[dataset.pk])))
    assert "Row 7 is torn." in words
    assert "Mend it." in words


def test_a_file_can_be_read_differently(visit: Client, make_dataset: Callable[..., Any], drain: Callable[[], int]) -> None:
    dataset = make_dataset("a;b,c\n1;2,5\n3;4,5\n5;6,5\n", overrides={"delimiter": "comma"})
    assert [column.name for column in dataset.columns.order_by("position")] == ["a;b", "c"]
    visit.post(reverse("dataset_read", args=[dataset.pk]), {"delimiter": "semicolon", "decimal": ","})
    drain()
    assert [column.name for column in dataset.columns.order_by("position")] == ["a", "b,c"]
    page = visit.get(reverse("dataset", args=[dataset.pk])).content.decode()
    assert '<option value="semicolon" selected>' in page


def test_how_to_read_a_file_is_said_with_the_upload(visit: Client, drain: Callable[[], int]) -> None:
    file = SimpleUploadedFile("plain.csv", b"1;2\n3;4\n5;7\n")
    visit.post(reverse("dataset_upload"), {"file": file, "delimiter": "semicolon", "header": "false"})
    drain()
    dataset = Dataset.objects.get()
    assert (dataset.overrides, dataset.n_rows) == ({"delimiter": "semicolon", "header": False}, 3)


def test_a_reading_choice_nobody_offers_changes_nothing(visit: Client, make_dataset: Callable[..., Any]) -> None:
    dataset = make_dataset()
    page = visit.post(reverse("dataset_read", args=[dataset.pk]), {"delimiter": "magic"}, follow=True)
    assert "Choose from what is offered." in page.content.decode()
    dataset.refresh_from_db()
    assert (dataset.state, dataset.overrides) == ("ready", {})


def test_deleting_asks_first(visit: Client, make_dataset: Callable[..., Any]) -> None:
    dataset = make_dataset()
    assert "Delete this dataset?" in words_of(visit.get(reverse("dataset_delete", args=[dataset.pk])))
    visit.post(reverse("dataset_delete", args=[dataset.pk]))
    assert not Dataset.objects.exists()


def test_empty_lists_teach(visit: Client) -> None:
    assert "No dataset yet." in words_of(visit.get(reverse("datasets")))
    assert "Find the groups among your customers." in words_of(visit.get(reverse("home")))


@pytest.mark.parametrize("page", ["0", "abc", "\x00", "9" * 21])
def test_a_page_that_is_not_there_shows_the_nearest(visit: Client, page: str) -> None:
    assert visit.get(reverse("datasets"), {"page": page}).status_code == 200


def test_a_stranger_finds_nothing(client: Client, stranger: Any, make_dataset: Callable[..., Any]) -> None:
    dataset = make_dataset(name="Secret")
    client.force_login(stranger)
    assert client.get(reverse("dataset", args=[dataset.pk])).status_code == 404
    assert client.post(reverse("dataset_delete", args=[dataset.pk])).status_code == 404
    assert "Secret" not in words_of(client.get(reverse("datasets")))
