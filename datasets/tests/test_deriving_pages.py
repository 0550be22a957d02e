"""Requests in; the offer, the questions and the customers' page out: all of it without JavaScript."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from clustering.services import train
from datasets import services
from datasets.deriving_forms import PARTS, RULES
from datasets.models import Dataset
from datasets.orders import PARTS as ALL_PARTS
from datasets.orders import RULES as ALL_RULES
from segmentiq.ml.spec import SegmentationSpec
from segmentiq.testing.tables import ORDERS

pytestmark = [pytest.mark.django_db, pytest.mark.once]


@pytest.fixture
def visit(client: Client, owner: Any) -> Client:
    client.force_login(owner)
    return client


@pytest.fixture
def orders(make_dataset: Callable[..., Any]) -> Any:
    return make_dataset(ORDERS, name="Shop")


def words_of(answer: Any) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


def page_of(dataset: Any) -> str:
    return reverse("dataset", args=[dataset.pk])


def questions_of(dataset: Any) -> str:
    return reverse("dataset_customers", args=[dataset.pk])


def filled(page: Any) -> dict[str, str]:
    """Return what a browser would send if the person only pressed the button."""
    forms = [page.context["form"], page.context["groups"].management_form, *page.context["groups"]]
    said = {field.html_name: field.value() for form in forms for field in form if not field.field.disabled}
    return {name: "on" if value is True else str(value) for name, value in said.items() if value not in (None, False)}


@pytest.fixture
def customers(visit: Client, orders: Any, drain: Callable[[], int]) -> Any:
    visit.post(questions_of(orders), filled(visit.get(questions_of(orders))))
    drain()
    return Dataset.objects.get(parent=orders)


def test_every_part_and_every_rule_has_its_words() -> None:
    assert set(PARTS) == set(ALL_PARTS)
    assert list(RULES) == list(ALL_RULES)


def test_orders_offer_to_become_customers_before_they_are_segmented(visit: Client, orders: Any) -> None:
    page = visit.get(page_of(orders)).content.decode()
    assert "These look like orders: 12 customers in 64 lines." in page
    assert page.index(questions_of(orders)) < page.index('id="columns"')
    assert page.count("button primary") == 1


def test_customers_are_offered_nothing(visit: Client, make_dataset: Callable[..., Any]) -> None:
    page = words_of(visit.get(page_of(make_dataset())))
    assert "look like orders" not in page
    assert "Segment these customers" in page


def test_the_questions_come_with_proposals_and_reasons(visit: Client, orders: Any) -> None:
    page = visit.get(questions_of(orders))
    html = page.content.decode()
    kind = orders.columns.get(name="customer_id").kind
    assert f'<option value="customer_id" selected>customer_id ({kind})</option>' in html
    assert "12 different ones repeat over 64 rows." in html
    assert "Champions" in html
    assert filled(page)["cancelled"] == "on"
    assert "duplicates" not in filled(page)


def test_one_button_makes_the_customers_and_leads_to_them(visit: Client, orders: Any, drain: Callable[[], int]) -> None:
    answer = visit.post(questions_of(orders), filled(visit.get(questions_of(orders))))
    made = Dataset.objects.get(parent=orders)
    assert answer["Location"] == page_of(made)
    assert "Turning orders into customers." in words_of(visit.get(answer["Location"]))
    drain()
    page = words_of(visit.get(answer["Location"]))
    assert "Turned from the orders of Shop" in page
    assert re.search(r"Turned into customers 60 94 %", page)
    assert re.search(r"Lines that came in 64 100 %", page)
    assert "Read this file differently" not in page


def test_the_orders_lead_to_their_customers(visit: Client, orders: Any, customers: Any) -> None:
    assert page_of(customers) in visit.get(page_of(orders)).content.decode()


def test_what_is_changed_is_what_is_done(visit: Client, orders: Any, drain: Callable[[], int]) -> None:
    said = {**filled(visit.get(questions_of(orders))), "snapshot": "2024-12-31", "groups-0-name": "Best"}
    said.pop("zero_prices")
    visit.post(questions_of(orders), {**said, "groups-1-name": ""})
    drain()
    made = Dataset.objects.get(parent=orders)
    assert (made.state, made.recipe["snapshot"], made.recipe["rules"]["zero_prices"]) == ("ready", "2024-12-31", False)
    assert made.recipe["groups"][0]["name"] == "Best"
    assert "Loyal customers" not in [group["name"] for group in made.recipe["groups"]]
    assert "looked at from 2024-12-31" in words_of(visit.get(page_of(made)))


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"customer": ""}, "Choose the column."),
        ({"customer": "nobody"}, "Choose one of the columns."),
        ({"date": "product"}, "The date has to be of kind date"),
        ({"price": "quantity"}, "stands for the quantity and for the price"),
        ({"snapshot": "yesterday"}, "The snapshot is no date."),
        ({"groups-0-recency_low": "9"}, "Scores go from 1 to 5."),
        ({"groups-0-recency_low": ""}, "Give each score from 1 to 5"),
        ({"groups-0-recency_low": "5", "groups-0-recency_high": "1"}, "Group 1: recency is no range of scores"),
        ({"groups-TOTAL_FORMS": "many"}, "ManagementForm"),
    ],
)
def test_what_does_not_fit_is_told_on_the_page(visit: Client, orders: Any, change: dict[str, str], words: str) -> None:
    answer = visit.post(questions_of(orders), {**filled(visit.get(questions_of(orders))), **change})
    assert answer.status_code == 422
    assert words in words_of(answer)
    assert Dataset.objects.count() == 1


def test_a_refusal_stands_beside_its_field(visit: Client, orders: Any) -> None:
    answer = visit.post(questions_of(orders), {**filled(visit.get(questions_of(orders))), "snapshot": "yesterday"})
    assert list(answer.context["form"].errors) == ["snapshot"]
    assert 'id="id_snapshot_error"' in answer.content.decode()


def test_rows_that_do_not_look_like_orders_can_be_said_to_be(visit: Client, make_dataset: Callable[..., Any]) -> None:
    page = visit.get(questions_of(make_dataset()))
    assert page.status_code == 200
    assert "do not look like orders" in words_of(page)
    assert "Champions" in page.content.decode()


def test_customers_are_turned_again_with_other_rules(visit: Client, customers: Any, drain: Callable[[], int]) -> None:
    page = visit.get(questions_of(customers))
    assert "The fields show how these customers were made." in words_of(page)
    said = filled(page)
    said.pop("returns")
    answer = visit.post(questions_of(customers), said)
    drain()
    customers.refresh_from_db()
    assert (answer["Location"], customers.state, customers.recipe["rules"]["returns"]) == (page_of(customers), "ready", False)
    assert Dataset.objects.count() == 2


def test_runs_that_stand_on_customers_are_told_before_and_refused_after(visit: Client, customers: Any, owner: Any) -> None:
    train(dataset=customers, spec=SegmentationSpec(), requested_by=owner)
    page = visit.get(questions_of(customers))
    assert "1 run stands on these customers" in words_of(page)
    assert questions_of(customers.parent) in page.content.decode()
    assert "Runs stand on this dataset" in words_of(visit.post(questions_of(customers), filled(page)))


def test_customers_whose_orders_are_gone_say_so(visit: Client, orders: Any, customers: Any) -> None:
    services.delete(orders)
    page = words_of(visit.get(page_of(customers)))
    assert "deleted since" in page
    assert "Turn again" not in page
    assert "was deleted" in words_of(visit.get(questions_of(customers), follow=True))


def test_customers_that_failed_can_be_turned_in_another_way(visit: Client, customers: Any) -> None:
    Dataset.objects.filter(pk=customers.pk).update(status="failed", error_message="Nobody is left.")
    page = visit.get(page_of(customers))
    assert "Nobody is left." in words_of(page)
    assert questions_of(customers) in page.content.decode()
    assert visit.get(questions_of(customers)).status_code == 200


def test_orders_that_are_not_ready_lead_back_to_their_page(visit: Client, orders: Any) -> None:
    Dataset.objects.filter(pk=orders.pk).update(status="queued")
    assert visit.get(questions_of(orders))["Location"] == page_of(orders)


def test_markup_in_a_column_is_shown_as_it_is(visit: Client, make_dataset: Callable[..., Any]) -> None:
    odd = make_dataset(ORDERS.replace("customer_id", "customer <b>id</b>").replace("quantity", "qty <i>"))
    html = visit.get(questions_of(odd)).content.decode()
    assert "<b>id</b>" not in html
    assert "<i>" not in html


def test_the_admin_shows_where_customers_come_from_and_turns_them_again(client: Client, staff: Any, customers: Any) -> None:
    client.force_login(staff)
    page = client.get(reverse("admin:datasets_dataset_change", args=[customers.pk]))
    assert "Shop" in words_of(page)
    assert "missing_customer" in page.content.decode()
    again = {"action": "read_selected_again", "_selected_action": [str(customers.pk)], "post": "yes"}
    client.post(reverse("admin:datasets_dataset_changelist"), again)
    customers.refresh_from_db()
    assert customers.state == "reading"


def test_a_stranger_finds_no_questions(client: Client, stranger: Any, orders: Any) -> None:
    client.force_login(stranger)
    assert client.get(questions_of(orders)).status_code == 404
    assert client.post(questions_of(orders), {}).status_code == 404
    assert Dataset.objects.count() == 1


def test_what_was_computed_is_shown_without_its_endless_decimals(visit: Client, customers: Any) -> None:
    shown = re.findall(r'<td class="number">([^<]*)</td>', visit.get(page_of(customers)).content.decode())
    assert any(len(cell.partition(".")[2]) > 3 for row in customers.preview for cell in row if cell)
    assert all(len(cell.partition(".")[2]) <= 3 for cell in shown)


def test_computed_columns_are_read_in_words_and_keep_their_names_in_files(visit: Client, customers: Any) -> None:
    said = words_of(visit.get(page_of(customers)))
    assert "Days between orders mean_interval_days" in said
    form = visit.get(reverse("run_new", args=[customers.pk]))
    assert "Days between orders" in words_of(form)
    assert 'value="mean_interval_days"' in form.content.decode()
    assert "mean_interval_days" not in words_of(form)
    assert {"mean_interval_days", "monetary"} <= {column.name for column in customers.columns.all()}


def test_deleting_orders_says_that_their_customers_stay(visit: Client, customers: Any) -> None:
    words = words_of(visit.get(reverse("dataset_delete", args=[customers.parent.pk])))
    assert "The customers that were turned from it stay as they are" in words
    assert "stay as they are" not in words_of(visit.get(reverse("dataset_delete", args=[customers.pk])))


def test_that_these_look_like_orders_is_said_once(visit: Client, orders: Any) -> None:
    assert "repeated_customers" in {told["code"] for told in orders.warnings}
    assert words_of(visit.get(page_of(orders))).count("look like orders") == 1
