"""The customers of a segment, page by page, and what sets picked ones apart."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from itertools import count
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from clustering import artifacts
from clustering.cutting import cut_of
from clustering.exports import segment_numbers
from clustering.lookup import rows_at
from clustering.lookup_apart import apart, as_number, names_at
from clustering.lookup_list import PER_PAGE, customer_list
from clustering.models import Run
from datasets.storage import iter_rows
from segmentiq.ml.values import TopTree

pytestmark = pytest.mark.once

Make = Callable[..., Any]


@pytest.fixture
def run(make_run: Make) -> Run:
    return make_run()  # type: ignore[no-any-return]


@pytest.fixture
def olga(client: Client, owner: Any) -> Client:
    client.force_login(owner)
    return client


def top_of(run: Run) -> TopTree:
    return artifacts.load_top(run)


def listed(run: Run, k: int, segment: int | None) -> list[tuple[str, int]]:
    """Walk through all pages of a segment."""
    found: list[tuple[str, int]] = []
    for page in count(1):
        part = customer_list(run, cut_of(top_of(run), k=k), segment, str(page))
        found += [(row.customer.name, row.customer.row) for row in part.rows]
        if not part.page.has_next():
            return found
    return found


@pytest.mark.parametrize("k", [2, 3, 7])
def test_every_customer_is_listed_once_in_the_order_of_the_file(run: Run, k: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("clustering.lookup_list.PER_PAGE", 5)
    numbers = segment_numbers(run, cut_of(top_of(run), k=k)).tolist()
    cells = list(iter_rows(run.dataset))[1:]
    for segment in range(1, k + 1):
        assert listed(run, k, segment) == [(cells[r][0], r + 1) for r, number in enumerate(numbers) if number == segment]
    assert listed(run, k, None) == [(line[0], r + 1) for r, line in enumerate(cells)]


def test_a_page_shows_fifty_with_their_cells(make_run: Make, make_dataset: Make) -> None:
    lines = "".join(f"{row:03d},{row % 7},{row % 2 * 50}\n" for row in range(120))
    run = make_run(make_dataset(f"customer_id,visits,spending\n{lines}"), columns=["visits", "spending"])
    part = customer_list(run, cut_of(top_of(run), k=2), None, "3")
    assert PER_PAGE == 50
    assert (part.title, part.page.number, len(part.rows)) == ("120 customers in 2 segments", 3, 20)
    assert part.columns == ("visits", "spending")
    assert (part.rows[0].customer.name, part.rows[0].cells) == ("100", ("2", "0"))


def test_wide_tables_show_their_features_and_say_how_much_is_left_out(make_run: Make, make_dataset: Make) -> None:
    header = ",".join(["customer_id", *(f"note{i}" for i in range(14)), "visits", "spending"])
    lines = "".join(f"c{r:03d},{','.join(f'word {r} {i}' for i in range(14))},{r % 7},{r % 2 * 50}\n" for r in range(60))
    run = make_run(make_dataset(f"{header}\n{lines}"), columns=["visits", "spending"])
    part = customer_list(run, cut_of(top_of(run), k=2), 1, "1")
    assert len(part.columns) == 12
    assert part.columns[-2:] == ("visits", "spending")
    assert part.n_left_out == 4


def test_the_page_of_a_segment_leads_on(olga: Client, run: Run) -> None:
    address = reverse("run_customers", args=[run.pk])
    body = olga.get(address, {"segment": "2", "k": "3"}).content.decode()
    assert "16 customers in segment 2" in body
    assert body.count('<th scope="row">') == 16
    assert f"{reverse('run_customer', args=[run.pk])}?row=" in body
    assert olga.get(address, {"segment": "4", "k": "3"}).status_code == 404
    assert olga.get(address, {"segment": "x"}).status_code == 404
    assert olga.get(address, {"page": "999"}).status_code == 200


def test_addresses_and_places_of_many_are_plain_numbers(make_run: Make, make_dataset: Make, olga: Client) -> None:
    lines = "".join(f"{row:04d},{row % 7},{row % 2 * 50}\n" for row in range(1_300))
    run = make_run(make_dataset(f"customer_id,visits,spending\n{lines}"), columns=["visits", "spending"])
    last = olga.get(reverse("run_customers", args=[run.pk]), {"page": "26"}).content.decode()
    assert f"{reverse('run_customer', args=[run.pk])}?row=1300&amp;" in last
    found = olga.get(reverse("run_customer", args=[run.pk]), {"row": "1300"}).content.decode()
    assert 'data-customer-row="1300"' in found
    assert 'data-position="' in found
    assert "," not in found.split("data-position", 1)[1].split(">", 1)[0]
    result = olga.get(reverse("run", args=[run.pk]), {"k": "2"}).content.decode()
    labels = result.split('class="map-labels"', 1)[1].split("</g>", 1)[0]
    assert re.findall(r'[xy]="([^"]*)"', labels)
    assert all(place.lstrip("-").isdecimal() for place in re.findall(r' [xy]="([^"]*)"', labels))


def test_rows_set_aside_are_listed_apart(make_run: Make, make_dataset: Make, olga: Client) -> None:
    lines = "".join(f"{row:03d},{row % 7},{'' if row == 5 else row % 2 * 50}\n" for row in range(60))
    run = make_run(make_dataset(f"customer_id,visits,spending\n{lines}"), columns=["visits", "spending"], missing="drop")
    body = olga.get(reverse("run_customers", args=[run.pk]), {"segment": "0"}).content.decode()
    assert "1 customer set aside, in no segment" in body
    assert body.count('<th scope="row">') == 1


def test_what_sets_a_segment_apart_is_what_its_card_says(run: Run) -> None:
    profiles = {profile.branch: profile for profile in artifacts.load_profiles(run)}
    for branch in cut_of(top_of(run), k=3).branches:
        assert apart(run, range(branch.start, branch.stop)) == profiles[branch.id].facts


def test_everyone_is_close_to_the_average(run: Run) -> None:
    assert apart(run, range(48)) == ("Close to the average of all customers in every column.",)


def test_cells_are_averaged_as_profiles_do() -> None:
    assert as_number("1970-01-11", "date") == 10
    assert as_number("1970-01-02T12:00:00", "date") == 1.5
    assert as_number("true", "boolean") == 1
    assert [as_number("", kind) for kind in ("number", "date", "boolean")] == [None, None, None]
    assert as_number("-2.5", "number") == -2.5


def test_the_drawn_customers_have_names(olga: Client, run: Run) -> None:
    names = olga.get(reverse("run_drawn", args=[run.pk])).json()["names"]
    rows = rows_at(artifacts.load_labels(run), range(48))
    cells = list(iter_rows(run.dataset))[1:]
    assert names == [cells[row][0] for row in rows]
    assert names_at(run, [3]) == [names[3]]


def test_picked_customers_are_told_apart(olga: Client, run: Run) -> None:
    address = reverse("run_apart", args=[run.pk])
    told = olga.post(address, json.dumps({"at": [0, 1, 2, 2]}), content_type="application/json")
    assert told.json() == {"facts": list(apart(run, [0, 1, 2]))}
    for wrong in (
        b"",
        b"[]",
        b"{}",
        b'{"at": []}',
        b'{"at": [48]}',
        b'{"at": [-1]}',
        b'{"at": [true]}',
        b'{"at": "1"}',
        b'{"at": [1.0]}',
    ):
        assert olga.post(address, wrong, content_type="application/json").status_code == 400


def test_a_table_that_is_gone_is_said_so(olga: Client, run: Run) -> None:
    from datasets import storage

    storage.rows_path(run.dataset).unlink()
    assert olga.get(reverse("run_drawn", args=[run.pk])).status_code == 409
    told = olga.post(reverse("run_apart", args=[run.pk]), b'{"at": [1]}', content_type="application/json")
    assert "missing or damaged" in told.json()["error"]
    assert b"files are damaged" in olga.get(reverse("run_customers", args=[run.pk])).content
