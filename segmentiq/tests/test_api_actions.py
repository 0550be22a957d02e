"""Warnings out, actions in: what a program can settle, what it gets back, and that nobody else can."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from rest_framework.test import APIClient

from datasets.tests.test_doctor_pages import TABLE

pytestmark = pytest.mark.django_db

Make = Callable[..., Any]


@pytest.fixture
def api(owner: Any) -> APIClient:
    client = APIClient()
    client.force_authenticate(owner)
    return client


@pytest.fixture
def path(make_dataset: Make) -> str:
    return f"/api/v1/datasets/{make_dataset(TABLE).pk}"


def offered(api: APIClient, path: str, code: str) -> list[dict[str, Any]]:
    """Return the actions that the first warning of this code offers."""
    told = next(warning for warning in api.get(path).json()["warnings"] if warning["code"] == code)
    return list(told["actions"])


def test_an_action_is_sent_as_it_was_offered_and_answers_with_its_undoing(api: APIClient, path: str) -> None:
    leave_out = offered(api, path, "near_duplicates")[0]
    told = api.post(f"{path}/actions", leave_out, format="json").json()
    roles = {column["name"]: column["role"] for column in told["dataset"]["columns"]}
    assert (roles["depth"], roles["height"]) == ("descriptor", "feature")
    assert told["done"] == "depth holds numbers and is described, not clustered on."
    assert told["undo"] == {"action": "as_read", "column": "depth", "value": None}
    told = api.post(f"{path}/actions", told["undo"], format="json").json()
    assert {column["name"]: column["role"] for column in told["dataset"]["columns"]}["depth"] == "feature"


def test_an_action_that_reads_again_answers_with_a_dataset_being_read(
    api: APIClient, path: str, drain: Callable[[], int]
) -> None:
    told = api.post(f"{path}/actions", offered(api, path, "unknown_levels")[0], format="json").json()
    assert told["dataset"]["status"] == "reading"
    assert told["dataset"]["overrides"] == {"missing": {"colour": ["unknown"]}}
    assert api.post(f"{path}/actions", told["undo"], format="json").json()["error"]["code"] == "not_ready"
    drain()
    assert api.post(f"{path}/actions", told["undo"], format="json").json()["dataset"]["overrides"] == {}


@pytest.mark.parametrize(
    ("body", "status", "code", "field"),
    [
        ({}, 400, "missing_field", "action"),
        ({"action": "explode"}, 400, "invalid_value", "action"),
        ({"action": "set", "column": "depth", "value": {"role": "ignored"}, "force": True}, 400, "unknown_field", "force"),
        ({"action": "set", "column": "nobody", "value": {"role": "ignored"}}, 400, "unknown_column", "column"),
        ({"action": "set", "column": "depth", "value": {"kind": "colour"}}, 400, "invalid_kind", "kind"),
        ({"action": "set", "column": "depth"}, 400, "invalid_value", "value"),
        ({"action": "as_read", "column": "depth"}, 409, "conflict", "column"),
        ({"action": "read", "value": {"wings": 2}}, 400, "invalid_override", "wings"),
        ({"action": "set", "column": "depth", "value": {"role": []}}, 400, "invalid_value", "value"),
        ({"action": "missing", "column": "colour", "value": "unknown"}, 400, "invalid_value", "value"),
        ({"action": "log", "value": "twice"}, 400, "invalid_override", "advice"),
    ],
)
def test_an_action_that_cannot_be_done_says_why(
    api: APIClient, path: str, body: dict[str, Any], status: int, code: str, field: str
) -> None:
    answer = api.post(f"{path}/actions", body, format="json")
    error = answer.json()["error"]
    assert (answer.status_code, error["code"], error["field"]) == (status, code, field)


def test_a_stranger_finds_no_dataset_to_act_on(api: APIClient, path: str, stranger: Any) -> None:
    api.force_authenticate(stranger)
    body = {"action": "set", "column": "depth", "value": {"role": "ignored"}}
    assert api.post(f"{path}/actions", body, format="json").status_code == 404


def test_runs_that_stand_on_the_reading_keep_it(api: APIClient, make_run: Make, make_dataset: Make) -> None:
    dataset = make_dataset(TABLE)
    make_run(dataset)
    path = f"/api/v1/datasets/{dataset.pk}"
    answer = api.post(f"{path}/actions", offered(api, path, "unknown_levels")[0], format="json")
    assert (answer.status_code, answer.json()["error"]["code"]) == (409, "conflict")
    assert api.post(f"{path}/actions", offered(api, path, "near_duplicates")[-1], format="json").status_code == 200


def test_what_was_settled_makes_no_other_run(api: APIClient, make_run: Make, make_dataset: Make) -> None:
    dataset = make_dataset(TABLE)
    first = make_run(dataset)
    path = f"/api/v1/datasets/{dataset.pk}"
    api.post(f"{path}/actions", offered(api, path, "near_duplicates")[-1], format="json")
    dataset.refresh_from_db()
    assert make_run(dataset).pk == first.pk
