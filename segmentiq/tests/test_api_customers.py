"""Orders become customers over REST: what is proposed, what is made, what is refused, and nobody touches another's orders."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from typing import Any

import pytest
from rest_framework.test import APIClient

from datasets.models import Dataset
from segmentiq.testing.tables import ORDERS

Make = Callable[..., Any]


@pytest.fixture
def api(owner: Any) -> APIClient:
    client = APIClient()
    client.force_authenticate(owner)
    return client


@pytest.fixture
def orders(make_dataset: Make) -> Any:
    return make_dataset(ORDERS, name="Shop")


def address(dataset: Any, last: str = "") -> str:
    return f"/api/v1/datasets/{dataset if isinstance(dataset, str) else dataset.pk}{last}"


def derived(api: APIClient, orders: Any, drain: Callable[[], int], **said: Any) -> dict[str, Any]:
    response = api.post(address(orders, "/customers"), said, format="json")
    assert response.status_code == 201, response.json()
    drain()
    return api.get(response["Location"]).json()  # type: ignore[no-any-return]


def error(response: Any) -> tuple[int, str, str | None]:
    told = response.json()["error"]
    assert told["message"]
    return response.status_code, told["code"], told["field"]


def test_a_recipe_is_proposed_with_its_reasons(api: APIClient, orders: Any) -> None:
    told = api.get(address(orders, "/customers")).json()
    assert (told["n_lines"], told["n_customers"]) == (64, 12)
    assert told["recipe"]["columns"]["customer"] == "customer_id"
    assert told["recipe"]["rules"]["cancelled"] is True
    assert len(told["recipe"]["groups"]) > 5
    assert set(told["reasons"]) == set(told["recipe"]["columns"])


def test_an_empty_body_makes_what_was_proposed(api: APIClient, orders: Any, drain: Callable[[], int]) -> None:
    proposed = api.get(address(orders, "/customers")).json()["recipe"]
    told = derived(api, orders, drain)
    assert (told["status"], told["n_rows"], told["parent"], told["recipe"]) == ("ready", 12, str(orders.pk), proposed)
    assert sum(entry["rows"] for entry in told["ledger"]) == 64
    assert all(set(entry) == {"what", "rows", "reason", "is_kept"} for entry in told["ledger"])
    assert told["name"] == "Shop: customers"


def test_parts_that_are_said_are_taken(api: APIClient, orders: Any, drain: Callable[[], int]) -> None:
    groups = [{"name": "Everybody", "recency": [1, 5], "frequency": [1, 5], "monetary": [1, 5]}]
    told = derived(api, orders, drain, name="All", rules={"returns": False}, groups=groups, snapshot="2024-12-31")
    assert (told["name"], told["recipe"]["groups"], told["recipe"]["snapshot"]) == ("All", groups, "2024-12-31")
    assert told["recipe"]["rules"]["returns"] is False
    group = next(column for column in told["columns"] if column["name"] == "rfm_group")
    assert group["n_distinct"] == 1


def test_an_upload_has_no_parent_and_no_recipe(api: APIClient, orders: Any) -> None:
    told = api.get(address(orders)).json()
    assert (told["parent"], told["recipe"]) == (None, None)


def test_the_file_of_customers_is_their_rows(api: APIClient, orders: Any, drain: Callable[[], int]) -> None:
    response = api.post(address(orders, "/customers"), {}, format="json")
    assert error(api.get(address(response.json()["id"], "/file"))) == (409, "not_ready", None)
    drain()
    file: Any = api.get(address(response.json()["id"], "/file"))
    rows = list(csv.reader(io.StringIO(b"".join(file.streaming_content).decode())))
    assert (len(rows), rows[0][0], rows[1][0]) == (13, "customer_id", "K001")
    assert "customers-customers.csv" in file["Content-Disposition"]


@pytest.mark.parametrize(
    ("said", "code", "field"),
    [
        ({"columns": {"customer": "nobody"}}, "unknown_column", "columns.customer"),
        ({"columns": {"customer": "customer_id"}}, "invalid_recipe", "columns.date"),
        ({"columns": []}, "invalid_recipe", "columns"),
        ({"snapshot": "yesterday"}, "invalid_recipe", "snapshot"),
        ({"rules": {"missing_customer": False}}, "invalid_recipe", "rules.missing_customer"),
        ({"rules": {"weather": True}}, "invalid_recipe", "rules.weather"),
        ({"groups": [{"name": "X", "recency": [5, 1]}]}, "invalid_recipe", "groups.0.recency"),
        ({"colums": {}}, "unknown_field", "colums"),
        ({"name": "x" * 201}, "invalid_value", "name"),
    ],
)
def test_a_part_that_does_not_fit_is_refused_at_its_place(
    api: APIClient, orders: Any, said: dict[str, Any], code: str, field: str
) -> None:
    assert error(api.post(address(orders, "/customers"), said, format="json")) == (400, code, field)
    assert Dataset.objects.count() == 1


def test_customers_are_no_orders(api: APIClient, make_dataset: Make) -> None:
    customers = make_dataset()
    for response in (api.get(address(customers, "/customers")), api.post(address(customers, "/customers"), {}, format="json")):
        assert error(response) == (409, "not_orders", None)


def test_orders_that_are_not_ready_are_refused(api: APIClient, orders: Any) -> None:
    Dataset.objects.filter(pk=orders.pk).update(status="running")
    for response in (api.get(address(orders, "/customers")), api.post(address(orders, "/customers"), {}, format="json")):
        assert error(response) == (409, "not_ready", None)


def test_customers_are_turned_again_with_another_recipe(api: APIClient, orders: Any, drain: Callable[[], int]) -> None:
    customers = derived(api, orders, drain)
    response = api.patch(address(customers["id"]), {"recipe": {"rules": {"zero_prices": False}}}, format="json")
    assert (response.status_code, response.json()["status"]) == (200, "reading")
    drain()
    told = api.get(address(customers["id"])).json()
    assert {entry["what"]: entry["rows"] for entry in told["ledger"]}["kept"] == 61
    assert error(api.patch(address(customers["id"]), {"recipe": []}, format="json")) == (400, "invalid_value", "recipe")
    assert error(api.patch(address(customers["id"]), {"overrides": {"delimiter": ";"}}, format="json"))[:2] == (
        400,
        "invalid_override",
    )
    assert error(api.patch(address(orders), {"recipe": {}}, format="json")) == (409, "not_orders", "recipe")


def test_customers_whose_orders_are_gone_stay(api: APIClient, orders: Any, drain: Callable[[], int]) -> None:
    customers = derived(api, orders, drain)
    assert api.delete(address(orders)).status_code == 204
    told = api.get(address(customers["id"])).json()
    assert (told["status"], told["parent"], told["recipe"]) == ("ready", None, customers["recipe"])
    assert error(api.patch(address(customers["id"]), {"recipe": {}}, format="json")) == (409, "orders_gone", None)


def test_another_persons_orders_do_not_exist(stranger: Any, orders: Any) -> None:
    client = APIClient()
    client.force_authenticate(stranger)
    for response in (client.get(address(orders, "/customers")), client.post(address(orders, "/customers"), {}, format="json")):
        assert error(response) == (404, "not_found", None)
    assert Dataset.objects.count() == 1
