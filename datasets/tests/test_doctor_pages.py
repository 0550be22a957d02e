"""Clicks in, decisions out: what a button does, what the page then says, how it is undone, and what reading again keeps."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import unescape
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from datasets import acting, services, storage
from datasets.tests.test_dataset_pages import words_of
from segmentiq.ml.errors import Refusal

pytestmark = [pytest.mark.django_db, pytest.mark.once]

Make = Callable[..., Any]
TABLE = "customer_id,colour,height,depth,spending,mail\n" + "".join(
    f"{number:04d},{('red', 'blue', 'unknown')[number % 3]},{number % 17}.5,{2 * (number % 17) + 1},{1.3**number:.2f},"
    f"p{number}@example.org\n"
    for number in range(40)
)


@pytest.fixture
def visit(client: Client, owner: Any) -> Client:
    client.force_login(owner)
    return client


@pytest.fixture
def dataset(make_dataset: Make) -> Any:
    return make_dataset(TABLE)


def page_of(visit: Client, dataset: Any, **query: Any) -> str:
    return str(visit.get(reverse("dataset", args=[dataset.pk]), query).content.decode())


def buttons(page: str) -> dict[str, dict[str, Any]]:
    """Return what the forms of the page send, by what their button says."""
    found: dict[str, dict[str, Any]] = {}
    for form in re.findall(r'<form method="post" action="[^"]*/act">.*?</form>', page, re.DOTALL):
        fields = {name: unescape(value) for name, value in re.findall(r'name="(action|column|value)" value="([^"]*)"', form)}
        label = unescape(re.search(r"<button[^>]*>([^<]*)</button>", form)[1])  # type: ignore[index]
        found.setdefault(label, fields)
    return found


def click(visit: Client, dataset: Any, label: str) -> str:
    """Press the first button that says this, and return the page that follows."""
    fields = buttons(page_of(visit, dataset))[label]
    answer = visit.post(reverse("dataset_act", args=[dataset.pk]), fields)
    assert answer["Location"].endswith("#done"), words_of(visit.get(answer["Location"]))
    return page_of(visit, dataset)


def column_of(dataset: Any, name: str) -> Any:
    return dataset.columns.get(name=name)


def test_open_questions_stand_first_under_their_topic(visit: Client, dataset: Any) -> None:
    words = words_of(visit.get(reverse("dataset", args=[dataset.pk])))
    assert "3 things to decide" in words
    order = [words.index(text) for text in ("Missing and not known", "A few large values", "Counted twice", "Good to know")]
    assert order == sorted(order)
    assert "mail seems to hold e-mail addresses" in words


def test_one_click_leaves_a_column_out_and_one_takes_it_back(visit: Client, dataset: Any) -> None:
    before = column_of(dataset, "depth")
    page = click(visit, dataset, "Leave out depth")
    assert "depth holds numbers and is described, not clustered on." in unescape(page)
    assert column_of(dataset, "depth").role == "descriptor"
    assert "move together" not in page
    page = click(visit, dataset, "Undo")
    after = column_of(dataset, "depth")
    assert (after.kind, after.role, after.reason) == (before.kind, before.role, before.reason)
    assert "move together" in page
    assert "What you decided" not in words_of(visit.get(reverse("dataset", args=[dataset.pk])))


def test_what_was_done_is_said_once(visit: Client, dataset: Any) -> None:
    assert 'id="done"' in click(visit, dataset, "Leave out depth")
    assert 'id="done"' not in page_of(visit, dataset)


def test_undo_leads_to_the_choice_before_not_to_the_first(visit: Client, dataset: Any) -> None:
    act = reverse("dataset_act", args=[dataset.pk])
    visit.post(act, {"action": "set", "column": "depth", "value": '{"role": "descriptor"}'})
    visit.post(act, {"action": "set", "column": "depth", "value": '{"role": "ignored"}'})
    undo = buttons(page_of(visit, dataset))["Undo"]
    visit.post(act, undo)
    assert column_of(dataset, "depth").role == "descriptor"


def test_keeping_settles_a_warning_and_changes_nothing_else(visit: Client, dataset: Any) -> None:
    page = click(visit, dataset, "Keep both")
    assert "2 things to decide" in page
    assert "Keep both: height and depth move together" in words_of(visit.get(reverse("dataset", args=[dataset.pk])))
    assert column_of(dataset, "depth").role == "feature"
    assert "3 things to decide" in click(visit, dataset, "Undo")


def test_the_logarithm_is_proposed_in_the_next_run(visit: Client, dataset: Any) -> None:
    new_run = reverse("run_new", args=[dataset.pk])
    assert '<option value="none" selected>' in visit.get(new_run).content.decode()
    click(visit, dataset, "Use the logarithm")
    assert '<option value="auto" selected>' in visit.get(new_run).content.decode()
    click(visit, dataset, "Undo")
    assert '<option value="none" selected>' in visit.get(new_run).content.decode()


def test_words_that_mean_not_known_become_missing_when_the_file_is_read_again(
    visit: Client, dataset: Any, drain: Callable[[], int]
) -> None:
    fields = buttons(page_of(visit, dataset))["Treat it as missing"]
    visit.post(reverse("dataset_act", args=[dataset.pk]), fields)
    dataset.refresh_from_db()
    assert dataset.state == "reading"
    drain()
    assert (column_of(dataset, "colour").n_missing, column_of(dataset, "colour").n_distinct) == (13, 2)
    page = page_of(visit, dataset)
    assert "count as missing in colour" in page
    visit.post(reverse("dataset_act", args=[dataset.pk]), buttons(page)["Undo"])
    drain()
    assert (column_of(dataset, "colour").n_missing, column_of(dataset, "colour").n_distinct) == (0, 3)
    dataset.refresh_from_db()
    assert dataset.overrides == {}


def test_every_decision_survives_another_reading(visit: Client, dataset: Any, drain: Callable[[], int]) -> None:
    for label in ("Leave out depth", "Use the logarithm"):
        click(visit, dataset, label)
    act = reverse("dataset_act", args=[dataset.pk])
    visit.post(act, {"action": "set", "column": "height", "value": '{"kind": "category"}'})
    visit.post(act, {"action": "missing", "column": "colour", "value": '["unknown"]'})
    drain()
    visit.post(reverse("dataset_read", args=[dataset.pk]), {"delimiter": "comma"})
    drain()
    dataset.refresh_from_db()
    assert dataset.overrides == {"missing": {"colour": ["unknown"]}, "advice": {"log": "auto"}, "delimiter": "comma"}
    assert column_of(dataset, "depth").role == "descriptor"
    assert column_of(dataset, "height").kind == "category"
    assert column_of(dataset, "colour").n_missing == 13
    visit.post(act, {"action": "as_read", "column": "height", "value": "null"})
    assert (column_of(dataset, "height").kind, column_of(dataset, "height").is_overridden) == ("number", False)


def test_personal_data_is_left_out_unless_a_person_says_otherwise(
    visit: Client, make_dataset: Make, drain: Callable[[], int]
) -> None:
    rows = "".join(f"{number:04d},{('Anna', 'Bernd', 'Carla')[number % 3]},{number}.5\n" for number in range(30))
    dataset = make_dataset("customer_id,first_name,height\n" + rows)
    assert column_of(dataset, "first_name").role == "ignored"
    click(visit, dataset, "Use it after all")
    assert column_of(dataset, "first_name").role == "feature"
    visit.post(reverse("dataset_read", args=[dataset.pk]), {})
    drain()
    assert column_of(dataset, "first_name").role == "feature"


def test_the_cells_stay_in_the_export_as_they_were_written(dataset: Any, drain: Callable[[], int]) -> None:
    acting.act(dataset, "missing", "colour", ["unknown"])
    drain()
    dataset.refresh_from_db()
    assert {row[1] for row in storage.iter_rows(dataset)} == {"colour", "red", "blue", ""}
    assert {row[1] for row in storage.iter_written(dataset)} == {"colour", "red", "blue", "unknown"}


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"action": "explode"},
        {"action": "set", "column": "nobody", "value": '{"role": "ignored"}'},
        {"action": "set", "column": "depth", "value": "{"},
        {"action": "set", "column": "depth", "value": "[" * 9_999},
        {"action": "set", "column": "depth", "value": '{"role": "ignored", "role": "feature"}'},
        {"action": "missing", "column": "colour", "value": '["\\u0000"]'},
        {"action": "set", "column": "depth", "value": '{"name": "x"}'},
        {"action": "set", "column": "depth", "value": '{"role": ["feature"]}'},
        {"action": "set", "column": "mail", "value": '{"role": "feature"}'},
        {"action": "as_read", "column": "depth"},
        {"action": "missing", "column": "colour", "value": '"unknown"'},
        {"action": "read", "value": '{"wings": true}'},
        {"action": "log", "value": '"twice"'},
        {"action": "keep", "value": '{"a": 1}'},
    ],
)
def test_a_click_nobody_offered_changes_nothing(visit: Client, dataset: Any, fields: dict[str, str]) -> None:
    before = list(dataset.columns.order_by("position").values("kind", "role", "reason"))
    answer = visit.post(reverse("dataset_act", args=[dataset.pk]), fields, follow=True)
    assert 'class="message error"' in answer.content.decode()
    dataset.refresh_from_db()
    assert (dataset.state, dataset.overrides) == ("ready", {})
    assert list(dataset.columns.order_by("position").values("kind", "role", "reason")) == before


def test_a_stranger_cannot_click(client: Client, stranger: Any, dataset: Any) -> None:
    client.force_login(stranger)
    fields = {"action": "set", "column": "depth", "value": '{"role": "ignored"}'}
    assert client.post(reverse("dataset_act", args=[dataset.pk]), fields).status_code == 404
    assert column_of(dataset, "depth").role == "feature"


def test_one_column_at_a_time_shows_its_form(visit: Client, dataset: Any) -> None:
    page = page_of(visit, dataset)
    assert '<select name="kind">' not in page
    depth = column_of(dataset, "depth").position
    assert page_of(visit, dataset, change=depth).count('<select name="kind">') == 1
    assert '<select name="kind">' not in page_of(visit, dataset, change="x" * 9)


def test_hundreds_of_columns_are_a_light_page_that_can_be_filtered(visit: Client, make_dataset: Make) -> None:
    names = [f"score {number}" for number in range(300)]
    rows = [",".join(str((row * (number + 3)) % 11 + 0.5) for number in range(300)) for row in range(25)]
    dataset = make_dataset("\n".join([",".join(names), *rows]) + "\n")
    page = page_of(visit, dataset)
    assert 'class="columns is-many"' in page
    assert 'type="radio" name="show" value="feature"' in page
    assert len(page) < 600_000


def test_a_column_that_is_read_again_at_this_moment_takes_no_word(dataset: Any) -> None:
    depth = column_of(dataset, "depth")
    dataset.columns.all().delete()
    with pytest.raises(Refusal, match="read again at this moment"):
        services.override_column(depth, role="ignored")
