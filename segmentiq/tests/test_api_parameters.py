"""Query parameters that an address does not know: refused by name on lists, single objects and changes alike."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from rest_framework.test import APIClient

from segmentiq.api import router
from segmentiq.parameters import KnownParameters
from segmentiq.tests.test_api_errors import error

pytestmark = pytest.mark.django_db

Make = Callable[..., Any]


@pytest.fixture
def api(owner: Any) -> APIClient:
    client = APIClient()
    client.force_authenticate(owner)
    return client


@pytest.mark.parametrize("path", ["", "/rows", "/file", "/customers"])
def test_a_parameter_that_does_not_exist_is_named_on_a_dataset(api: APIClient, make_dataset: Make, path: str) -> None:
    address = f"/api/v1/datasets/{make_dataset().pk}{path}"
    told = error(api.get(f"{address}?wiat=20"), 400)
    assert (told["code"], told["field"]) == ("unknown_field", "wiat")
    assert "format" in told["hint"]


@pytest.mark.parametrize("path", ["", "/tree", "/dendrogram", "/assignments", "/segments"])
def test_a_parameter_that_does_not_exist_is_named_on_a_run(api: APIClient, make_run: Make, path: str) -> None:
    address = f"/api/v1/clustering/runs/{make_run().pk}{path}"
    assert error(api.get(f"{address}?K=3"), 400)["field"] == "K"


def test_what_the_description_names_is_taken(api: APIClient, make_run: Make) -> None:
    run = make_run()
    for address in (
        f"/api/v1/datasets/{run.dataset_id}?wait=0&format=json",
        f"/api/v1/datasets/{run.dataset_id}/rows?page=1&page_size=5",
        f"/api/v1/clustering/runs/{run.pk}?wait=0",
        f"/api/v1/clustering/runs/{run.pk}/assignments?k=3&segment=1&format=json",
        f"/api/v1/clustering/runs/{run.pk}/dendrogram?format=svg&k=3",
        "/api/v1/datasets?status=ready&search=x&ordering=name&page=1&page_size=3",
        "/api/v1/tokens?page=1",
    ):
        assert api.get(address).status_code == 200, address


def test_changes_take_no_unknown_parameters_either(api: APIClient, make_dataset: Make) -> None:
    path = f"/api/v1/datasets/{make_dataset().pk}"
    assert error(api.delete(f"{path}?force=1"), 400)["field"] == "force"
    assert error(api.patch(f"{path}?name=x", {}, format="json"), 400)["field"] == "name"
    assert error(api.get("/api/v1/tokens?all=1"), 400)["field"] == "all"
    assert api.get(path).status_code == 200


def test_a_parameter_is_told_only_to_those_who_may_ask(client: Client) -> None:
    assert error(client.get("/api/v1/datasets?wiat=20"), 401)["code"] == "not_authenticated"


def test_a_method_that_is_not_taken_stays_what_it_is(api: APIClient) -> None:
    assert error(api.put("/api/v1/datasets?wiat=20"), 405)["code"] == "method_not_allowed"


@pytest.mark.parametrize("viewset", [viewset for _, viewset, _ in router.registry])
def test_every_address_of_the_api_refuses_what_it_does_not_know(viewset: type) -> None:
    assert issubclass(viewset, KnownParameters)
