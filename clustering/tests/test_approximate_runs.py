"""A run that is refused as too large is answered approximately where that is allowed, and every door says so."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse
from rest_framework.test import APIClient

from segmentiq.testing.tables import three_groups
from segmentiq.tokens import issue_token

pytestmark = pytest.mark.once

CUSTOMERS = three_groups(per_group=500)
TRAIN = "/api/v1/clustering/train"
ASKED = {"linkage": "average", "n_clusters": 3, "stability": False}
FACTS = {"n", "n_groups", "lost", "bound", "n_sample", "k", "agreements", "sentences"}
Make = Callable[..., Any]


@pytest.fixture
def short_of_memory(settings: Any) -> None:
    """Give a job 1 MiB: 1,512 customers have no distance matrix in it, some hundred groups of them have one."""
    settings.WORKER_MEMORY_MB = 1


@pytest.fixture
def api(owner: Any) -> APIClient:
    client = APIClient(raise_request_exception=False)
    client.credentials(HTTP_AUTHORIZATION=f"Token {issue_token(owner)[1]}")
    return client


def ask(api: APIClient, dataset: Any, **spec: Any) -> Any:
    return api.post(TRAIN, {"dataset_id": str(dataset.pk), **ASKED, **spec}, format="json")


@pytest.mark.usefixtures("short_of_memory")
def test_the_api_refuses_and_answers_once_it_is_allowed(api: APIClient, make_dataset: Make, drain: Make) -> None:
    dataset = make_dataset(CUSTOMERS)
    refused = ask(api, dataset)
    assert (refused.status_code, refused.json()["error"]["code"]) == (400, "too_large")
    assert "approximate" in refused.json()["error"]["hint"]
    queued = ask(api, dataset, approximate="allow")
    assert queued.status_code == 202
    drain()
    told = api.get(queued["Location"]).json()
    assert (told["status"], told["k"], told["sizes"]) == ("done", 3, [508, 504, 500])
    assert told["report"]["engine"] == {"kernel": "average-micro", "exact": False}
    found = told["approximation"]
    assert set(found) == FACTS
    assert found["n"] == 1_512
    assert 50 < found["n_groups"] < 1_512
    assert 0 < found["lost"] < 0.2
    three = next(entry for entry in found["agreements"] if entry["k"] == 3)
    assert (three["rand"], three["floor"]) == (1.0, 1.0)
    assert set(found["sentences"]) <= set(told["report"]["warnings"])


def test_an_exact_run_says_nothing_of_it(api: APIClient, make_dataset: Make, drain: Make) -> None:
    queued = ask(api, make_dataset(CUSTOMERS), approximate="allow")
    drain()
    told = api.get(queued["Location"]).json()
    assert (told["status"], told["approximation"], told["report"]["engine"]["exact"]) == ("done", None, True)
    assert "Approximate" not in json.dumps(told["report"])


@pytest.mark.usefixtures("short_of_memory")
def test_the_page_says_it_above_the_tree_and_once(client: Client, owner: Any, make_dataset: Make, make_run: Make) -> None:
    client.force_login(owner)
    run = make_run(make_dataset(CUSTOMERS), **ASKED, approximate="allow")
    assert run.status == "done", run.error_message
    page = client.get(reverse("run", args=[run.pk])).content.decode()
    words = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))
    assert words.count("Approximate: 1,512 customers were first gathered into") == 1
    assert page.index("Approximate: ") < page.index("data-score")
    assert "average-micro, approximate" in words


@pytest.mark.usefixtures("short_of_memory")
def test_the_form_says_it_before_the_run_is_asked_for(client: Client, owner: Any, make_dataset: Make) -> None:
    client.force_login(owner)
    dataset = make_dataset(CUSTOMERS)
    choices = {"linkage": "average", "metric": "euclidean", "how_many": "auto", "columns": ["age", "spending"]}
    choices |= {"scaling": "standard", "log": "none", "missing": "impute"}
    address = reverse("run_forecast", args=[dataset.pk])
    assert "Allow an approximate tree" in str(client.post(address, choices).json()["remedies"])
    allowed = client.post(address, choices | {"approximate": "on"}).json()["sentence"]
    assert "an approximate one takes" in allowed


@pytest.mark.usefixtures("short_of_memory")
def test_the_command_line_refuses_and_answers_once_it_is_allowed(tmp_path: Path) -> None:
    file, out, printed = tmp_path / "customers.csv", tmp_path / "out", StringIO()
    file.write_text(CUSTOMERS, encoding="utf-8")
    options: dict[str, Any] = {
        "out": str(out),
        "stdout": printed,
        "verbosity": 0,
        "stability": "off",
        "linkage": "average",
        "k": "3",
    }
    with pytest.raises(CommandError, match="needs"):
        call_command("segment", str(file), **options)
    call_command("segment", str(file), **options, approximate="allow")
    assert "Approximate: 1,512 customers were first gathered into" in printed.getvalue()
    report = json.loads((out / "report.json").read_text(encoding="utf-8"))
    assert report["engine"]["exact"] is False
    assert set(report["approximation"]) == FACTS
