"""Addresses in, the lists of datasets and runs out: searched, filtered, ordered and paged, without JavaScript."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from clustering.models import Run
from datasets.models import Dataset

pytestmark = pytest.mark.django_db

Make = Callable[..., Any]


@pytest.fixture
def visit(client: Client, owner: Any) -> Client:
    client.force_login(owner)
    return client


def shelve(owner: Any, *names: str, **fields: Any) -> list[Dataset]:
    """Put rows of datasets on the shelf; a list reads nothing else."""
    rows = [Dataset(owner=owner, name=name, file_name="f.csv", sha256="0" * 64, size=1, **fields) for name in names]
    return list(Dataset.objects.bulk_create(rows))


def titles(answer: Any) -> list[str]:
    return re.findall(r'<a class="line-title"[^>]*>([^<]*)</a>', answer.content.decode())


def listed(visit: Client, **asked: str) -> list[str]:
    return titles(visit.get(reverse("datasets"), asked))


def test_a_name_is_searched_by_every_word_of_it(visit: Client, owner: Any) -> None:
    shelve(owner, "Spring orders", "Orders of winter", "Spring newsletter")
    assert set(listed(visit, search="ORDERS")) == {"Spring orders", "Orders of winter"}
    assert listed(visit, search="  orders  spring ") == ["Spring orders"]


def test_the_state_that_people_see_is_filtered(visit: Client, owner: Any) -> None:
    shelve(owner, "there", status="done")
    shelve(owner, "waiting", status="queued")
    shelve(owner, "broken", status="failed")
    assert listed(visit, status="ready") == ["there"]
    assert listed(visit, status="reading") == ["waiting"]
    assert listed(visit, status="failed") == ["broken"]


def test_names_are_ordered_as_people_order_them_and_the_unknown_stands_last(visit: Client, owner: Any) -> None:
    shelve(owner, "zebra", n_rows=5)
    shelve(owner, "Apple", n_rows=None)
    shelve(owner, "banana", n_rows=50)
    assert listed(visit, order="name") == ["Apple", "banana", "zebra"]
    assert listed(visit, order="largest") == ["banana", "zebra", "Apple"]


@pytest.mark.parametrize("asked", [{"status": "magic"}, {"order": "owner__password"}, {"search": "\x00"}, {"status": "\x00"}])
def test_what_a_list_does_not_know_is_left_out(visit: Client, owner: Any, asked: dict[str, str]) -> None:
    shelve(owner, "one", "two")
    assert len(listed(visit, **asked)) == 2


def test_nothing_that_matches_is_not_nothing_at_all(visit: Client, owner: Any) -> None:
    assert "No dataset yet." in visit.get(reverse("datasets"), {"search": "x"}).content.decode()
    shelve(owner, "one")
    page = visit.get(reverse("datasets"), {"search": "x"}).content.decode()
    assert "No dataset matches." in page
    assert "0 of 1 dataset" in page
    assert f'href="{reverse("datasets")}"' in page


def test_a_list_says_how_many_there_are_and_how_many_match(visit: Client, owner: Any) -> None:
    shelve(owner, *(f"week {number}" for number in range(1200)))
    assert "1,200 datasets" in visit.get(reverse("datasets")).content.decode()
    assert "120 of 1,200 datasets" in visit.get(reverse("datasets"), {"search": "week 11"}).content.decode()


def test_pages_keep_what_was_asked_and_neither_repeat_nor_skip(visit: Client, owner: Any) -> None:
    shelve(owner, *(f"a & b {number:02d}" for number in range(60)), status="done")
    shelve(owner, "else")
    address, seen = f"{reverse('datasets')}?search=a+%26+b&status=ready&order=name", []
    while address:
        answer = visit.get(address)
        seen += titles(answer)
        following = re.search(r'<a href="([^"]+)" rel="next"', answer.content.decode())
        address = f"{reverse('datasets')}{following.group(1).replace('&amp;', '&')}" if following else ""
    assert seen == [f"a &amp; b {number:02d}" for number in range(60)]
    assert 'value="a &amp; b"' in answer.content.decode()
    assert '<option value="name" selected>' in answer.content.decode()


@pytest.mark.parametrize("name", ["datasets", "runs"])
def test_a_list_asks_the_database_as_often_however_long_it_is(visit: Client, owner: Any, name: str) -> None:
    def questions() -> int:
        with CaptureQueriesContext(
            connection,
        ) as asked:
            assert visit.get(reverse(name), {"search": "e", "status": "failed"}).status_code == 200
        return len(asked)

    def grow(number: int) -> None:
        for dataset in shelve(owner, *["here"] * number, status="failed"):
            Run.objects.create(dataset=dataset, spec={"linkage": "ward", "metric": "euclidean"}, stamp="0", status="failed")

    grow(2)
    few = questions()
    grow(20)
    assert questions() == few


def test_runs_are_found_by_their_dataset_and_their_state(visit: Client, make_run: Make, make_dataset: Make) -> None:
    spring, autumn = make_run(make_dataset(name="Spring"), n_clusters=2), make_run(make_dataset(name="Autumn"), n_clusters=3)
    address = reverse("runs")
    assert titles(visit.get(address, {"search": "spr"})) == ["Spring"]
    assert titles(visit.get(address, {"order": "segments"})) == ["Autumn", "Spring"]
    assert titles(visit.get(address, {"status": "failed"})) == []
    assert "No run matches." in visit.get(address, {"status": "failed"}).content.decode()
    page = visit.get(address, {"dataset": str(autumn.dataset_id), "order": "name"})
    assert titles(page) == ["Autumn"]
    assert f'<input type="hidden" name="dataset" value="{autumn.dataset_id}">' in page.content.decode()
    assert len(titles(visit.get(address, {"dataset": "not-an-id"}))) == 2
    assert spring.pk != autumn.pk


def test_a_stranger_searches_in_vain(client: Client, stranger: Any, owner: Any) -> None:
    shelve(owner, "Secret")
    client.force_login(stranger)
    assert "No dataset yet." in client.get(reverse("datasets"), {"search": "Secret"}).content.decode()
