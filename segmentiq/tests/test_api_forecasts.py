"""What a run will take, over REST: asked beforehand, carried by the run, and what a waiting run waits for."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from rest_framework.test import APIClient

from clustering.models import Run
from datasets.models import Dataset
from segmentiq.jobs import beats
from segmentiq.tests.test_api_errors import error
from segmentiq.tests.test_api_runs import RUNS, TRAIN, api, train

__all__ = ["api"]
Make = Callable[..., Any]


def forecast(client: APIClient, dataset: Any, **spec: Any) -> Any:
    return client.post(f"{TRAIN}/forecast", {"dataset_id": str(dataset.pk), **spec}, format="json")


def test_a_forecast_is_told_without_queuing_anything(api: APIClient, make_dataset: Make) -> None:
    dataset = make_dataset()
    response = forecast(api, dataset, linkage="average")
    told = response.json()
    assert (response.status_code, told["kernel"], told["exact"]) == (200, "condensed", True)
    assert told["seconds"] > told["tree"]["seconds"] >= 0
    assert told["tree"]["bytes"] > 0
    assert not Run.objects.exists()
    assert train(api, dataset, linkage="average").json()["report"]["forecast"]["tree"] == told["tree"]


@pytest.mark.parametrize(
    ("limit", "code"), [({"WORKER_MEMORY_MB": 500}, "too_large"), ({"RUN_TIME_LIMIT_S": 5}, "too_slow")], ids=["memory", "time"]
)
def test_what_does_not_fit_is_refused_with_another_way(
    api: APIClient, make_dataset: Make, settings: Any, limit: dict[str, int], code: str
) -> None:
    dataset = make_dataset()
    Dataset.objects.filter(pk=dataset.pk).update(n_rows=40_000)
    for name, value in limit.items():
        setattr(settings, name, value)
    told = error(forecast(api, dataset, linkage="average"), 400)
    trained = error(train(api, dataset, linkage="average", stability=True), 400)
    assert trained | {"request_id": ""} == told | {"request_id": ""}
    assert told["code"] == code
    assert told["hint"]


def test_a_waiting_run_is_at_the_stage_preparing_while_the_engine_is_made_ready(api: APIClient, make_dataset: Make) -> None:
    run = train(api, make_dataset()).json()
    assert run["stage"] == ""
    beats.beat("new", is_ready=False)
    assert api.get(f"{RUNS}/{run['id']}").json()["stage"] == "preparing"
    assert api.get(RUNS).json()["results"][0]["stage"] == "preparing"
    beats.beat("new")
    assert api.get(f"{RUNS}/{run['id']}").json()["stage"] == ""
