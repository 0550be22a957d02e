"""A customer is found by what the file calls it, and told with its segment, its values and those most like it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from django.test import Client
from django.urls import reverse

from clustering import artifacts
from clustering.cutting import cut_of
from clustering.exports import segment_numbers
from clustering.lookup import position_of, rows_at
from clustering.lookup_card import Asked, LookupPage, lookup_page
from clustering.lookup_near import nearest
from clustering.models import Run
from clustering.writers import SPACE
from datasets.storage import iter_rows
from segmentiq.testing.tables import THREE_GROUPS

pytestmark = pytest.mark.once

Make = Callable[..., Any]


@pytest.fixture
def run(make_run: Make) -> Run:
    return make_run()  # type: ignore[no-any-return]


def look_up(run: Run, k: int = 3, **asked: Any) -> LookupPage:
    return lookup_page(run, cut_of(artifacts.load_top(run), k=k), Asked(**asked))


def the_third(run: Run) -> list[str]:
    return list(iter_rows(run.dataset))[3]


@pytest.mark.parametrize("k", [2, 3, 5])
def test_a_customer_is_in_the_segment_that_the_export_says(run: Run, k: int) -> None:
    numbers = segment_numbers(run, cut_of(artifacts.load_top(run), k=k))
    for row, cells in enumerate(list(iter_rows(run.dataset))[1:]):
        card = look_up(run, k, name=cells[0]).card
        assert card is not None
        assert card.customer.segment is not None
        assert (card.customer.name, card.customer.row, card.customer.segment.number) == (cells[0], row + 1, numbers[row])


def test_the_name_must_be_the_same_to_the_byte(run: Run) -> None:
    name = the_third(run)[0]
    for other in (name[:-1], f"0{name}", name.swapcase() if name.swapcase() != name else f"{name}x"):
        found = look_up(run, name=other)
        assert found.card is None
        assert "Capitals and leading zeros count" in found.sentence
        assert other not in found.sentence
    assert look_up(run, name=f"  {name} ").card is not None


def test_nothing_asked_is_nothing_found_and_nothing_missed(run: Run) -> None:
    page = look_up(run)
    assert (page.card, page.sentence, page.label) == (None, "", "customer_id")


def test_values_stand_beside_the_averages(run: Run) -> None:
    header, third = next(iter_rows(run.dataset)), the_third(run)
    card = look_up(run, name=third[0]).card
    assert card is not None
    values = {value.column: value for value in card.values}
    assert list(values) == [name for name in header if name in values]
    assert values["age"].own == third[header.index("age")]
    assert values["age"].segment != values["age"].everyone
    assert values["region"].segment.endswith(" %")


def test_the_most_alike_are_the_nearest_of_all(run: Run) -> None:
    card = look_up(run, name=the_third(run)[0]).card
    assert card is not None
    space, labels = artifacts.load_space(run), artifacts.load_labels(run)
    assert space is not None
    position = position_of(labels, 2)
    assert position is not None
    assert position == card.position
    distances = np.linalg.norm(space - space[position], axis=1)
    others = np.sort(np.delete(distances, position))
    assert [round(float(distances[place]), 6) for place in card.near_positions] == [round(float(d), 6) for d in others[:5]]
    assert [other.row - 1 for other in card.near] == rows_at(labels, card.near_positions)


def test_how_well_it_lies_is_told_in_words_and_as_a_figure(run: Run) -> None:
    card = look_up(run, name=the_third(run)[0]).card
    assert card is not None
    assert card.lies.startswith("It lies well inside its segment (silhouette 0.")


def test_without_identifiers_the_row_number_finds(make_run: Make, make_dataset: Make) -> None:
    lines = "\n".join(line.split(",", 1)[1] for line in THREE_GROUPS.splitlines())
    run = make_run(make_dataset(lines + "\n"))
    found = look_up(run, name="3")
    assert found.label == "Row number"
    assert found.card is not None
    assert (found.card.customer.name, found.card.customer.row) == ("Row 3", 3)
    for wrong in ("0", "49", "x", "-1", "3.0"):
        assert look_up(run, name=wrong).card is None


def test_a_name_of_several_rows_leads_to_each(make_run: Make, make_dataset: Make) -> None:
    header, *lines = THREE_GROUPS.splitlines()
    twice = [*lines, lines[0].split(",")[0] + "," + lines[-1].split(",", 1)[1]]
    dataset = make_dataset("\n".join([header, *twice]) + "\n")
    dataset.columns.filter(name="customer_id").update(kind="id", role="id")
    run = make_run(dataset, columns=["age", "spending"])
    page = look_up(run, name=lines[0].split(",")[0])
    assert page.card is not None
    assert page.card.customer.row == 1
    assert [other.row for other in page.others] == [49]
    assert page.sentence == "2 rows of the table have this customer_id; the first is shown."


def test_a_customer_that_was_set_aside_is_in_no_segment(make_run: Make, make_dataset: Make) -> None:
    lines = THREE_GROUPS.splitlines()
    cells = lines[1].split(",")
    run = make_run(make_dataset("\n".join([lines[0], f"{cells[0]},{cells[1]},,", *lines[2:]]) + "\n"), missing="drop")
    card = look_up(run, name=cells[0]).card
    assert card is not None
    assert (card.customer.segment, card.position, card.near, card.near_note) == (None, None, (), "")
    assert "set aside" in card.lies


def test_neighbours_that_were_not_kept_are_said_to_be_unknown(run: Run) -> None:
    run.artifacts.filter(name=SPACE).delete()
    card = look_up(Run.objects.get(pk=run.pk), name=the_third(run)[0]).card
    assert card is not None
    assert card.near == ()
    assert "not kept" in card.near_note


@pytest.mark.parametrize("metric", ["euclidean", "manhattan", "gower", "cosine"])
def test_neighbours_are_found_piece_by_piece(metric: str, monkeypatch: pytest.MonkeyPatch) -> None:
    space = np.random.default_rng(2).normal(size=(300, 4)).astype(np.float32)
    whole = nearest(space, 17, metric, 5)
    monkeypatch.setattr("clustering.lookup_near.CHUNK", 7)
    assert nearest(space, 17, metric, 5) == whole
    own = space[17].astype(float)
    measures = {
        "euclidean": np.linalg.norm(space - own, axis=1),
        "manhattan": np.abs(space - own).sum(axis=1),
        "gower": np.abs(space - own).sum(axis=1),
        "cosine": 1 - space @ own / np.linalg.norm(space, axis=1) / np.linalg.norm(own),
    }
    assert whole == [place for place in np.argsort(measures[metric]).tolist() if place != 17][:5]


def test_equals_come_in_leaf_order_and_oneself_never() -> None:
    assert nearest(np.zeros((4, 2), dtype=np.float32), 1, "euclidean", 5) == [0, 2, 3]
    assert nearest(np.zeros((1, 2), dtype=np.float32), 0, "cosine", 5) == []


def test_the_page_finds_without_a_script(run: Run, client: Client, owner: Any) -> None:
    client.force_login(owner)
    third = the_third(run)
    page = client.get(reverse("run_customer", args=[run.pk]), {"id": third[0], "k": "5"})
    assert page.status_code == 200
    body = page.content.decode()
    assert f"<h3>{third[0]}</h3>" in body
    assert 'name="k" value="5"' in body
    assert "Most alike" in body
    missed = client.get(reverse("run_customer", args=[run.pk]), {"id": "<b>nobody</b>"}).content.decode()
    assert "<b>nobody" not in missed
    assert "None of the 48 rows" in missed


def test_a_place_on_the_map_is_a_customer_too(run: Run, client: Client, owner: Any) -> None:
    client.force_login(owner)
    row = rows_at(artifacts.load_labels(run), [7])[0]
    for name, place in (("at", "7"), ("row", str(row + 1))):
        body = client.get(reverse("run_customer", args=[run.pk]), {name: place}).content.decode()
        assert f'data-customer-row="{row + 1}" data-position="7"' in body
    for name, wrong in (("at", "48"), ("row", "49"), ("at", "²"), ("row", "0")):
        assert b"data-customer-row" not in client.get(reverse("run_customer", args=[run.pk]), {name: wrong}).content


def test_a_picked_cut_is_asked_for_again_by_the_form(run: Run, client: Client, owner: Any) -> None:
    client.force_login(owner)
    top = artifacts.load_top(run)
    smaller = min(cut_of(top, k=2).branches, key=lambda branch: branch.split or 99)
    last = max((branch for branch in top.branches if branch.split), key=lambda branch: branch.split or 0)
    assert smaller.split is not None
    picked = cut_of(top, branches=[b.id for b in cut_of(top, k=(last.split or 0) + 1).branches])
    body = client.get(reverse("run_customer", args=[run.pk]), {"branches": ",".join(map(str, picked.ids))}).content.decode()
    assert f'name="k" value="{picked.k}"' in body
