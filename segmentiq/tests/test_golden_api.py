"""Published figures of known tables, as a script gets them over REST: upload, train, look, assignments, delete.

`ml/tests/test_golden.py` proves the mathematics and `test_segment_command.py` the command line; here the reader's kinds and
roles, the rows in the database and the files on disk stand between the table and the figures.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from rest_framework.test import APIClient
from sklearn.datasets import load_iris, load_wine
from sklearn.metrics import adjusted_rand_score

from segmentiq.testing.factories import file_of
from segmentiq.tokens import issue_token

pytestmark = pytest.mark.once

MALL = ["Age", "Annual Income (k$)", "Spending Score (1-100)"]
SPENDING = ["Fresh", "Milk", "Grocery", "Frozen", "Detergents_Paper", "Delicassen"]
MARKETING = [
    "Income", "Recency", "MntWines", "MntFruits", "MntMeatProducts", "MntFishProducts", "MntSweetProducts", "MntGoldProds",
    "NumDealsPurchases", "NumWebPurchases", "NumCatalogPurchases", "NumStorePurchases", "NumWebVisitsMonth",
]  # fmt: skip
DIGITS = {"calinski_harabasz": 2}


class Script:
    """What a person's script does: it has a token and waits for its jobs."""

    def __init__(self, person: Any, drain: Callable[[], int]) -> None:
        self.client, self.drain = APIClient(), drain
        self.client.credentials(HTTP_AUTHORIZATION=f"Token {issue_token(person)[1]}")

    def upload(self, source: Path | str) -> dict[str, Any]:
        response = self.client.post("/api/v1/datasets/upload", {"file": file_of(source)}, format="multipart")
        return self.settled(response, 201, "ready")

    def train(self, dataset: dict[str, Any], **spec: Any) -> dict[str, Any]:
        body = {"dataset_id": dataset["id"], "stability": False, **spec}
        return self.settled(self.client.post("/api/v1/clustering/train", body, format="json"), 202, "done")

    def settled(self, response: Any, status: int, state: str) -> dict[str, Any]:
        assert response.status_code == status, response.content
        self.drain()
        told: dict[str, Any] = self.client.get(response["Location"]).json()
        assert (told["status"], told["error"]) == (state, None)
        return told

    def assignments(self, run: dict[str, Any]) -> list[dict[str, Any]]:
        response: Any = self.client.get(f"/api/v1/clustering/runs/{run['id']}/assignments")
        return json.loads(b"".join(response.streaming_content))["assignments"]  # type: ignore[no-any-return]

    def delete(self, dataset: dict[str, Any]) -> None:
        path = f"/api/v1/datasets/{dataset['id']}"
        assert (self.client.delete(path).status_code, self.client.get(path).status_code) == (204, 404)


@pytest.fixture
def script(owner: Any, drain: Callable[[], int]) -> Script:
    return Script(owner, drain)


def check(run: dict[str, Any], k: int, sizes: list[int] | None = None, **figures: float) -> None:
    """Compare a run's figures for k with the published ones: sizes exactly, scores as they are printed."""
    score = next(score for score in run["scores"] if score["k"] == k)
    assert {name: round(score[name], DIGITS.get(name, 4)) for name in figures} == figures
    if sizes is not None:
        assert (run["k"], run["sizes"]) == (k, sizes)


def sizes_of(rows: list[dict[str, Any]]) -> list[int]:
    """Return the sizes of segments 1, 2, ... as the rows of an export have them."""
    counts = Counter(row["segment"] for row in rows if row["segment"] is not None)
    return [counts[number] for number in sorted(counts)]


def test_mall(script: Script, shared_data: Path, media: Path, django_capture_on_commit_callbacks: Any) -> None:
    dataset = script.upload(shared_data / "mall_customers.csv")
    for linkage, silhouette in {"average": 0.4096, "complete": 0.4000, "single": 0.0030}.items():
        check(script.train(dataset, columns=MALL, linkage=linkage, n_clusters=5), 5, silhouette=silhouette)
    run = script.train(dataset, columns=MALL, n_clusters=5)
    check(run, 5, [66, 45, 39, 28, 22], silhouette=0.3900)
    raw = script.train(dataset, columns=MALL[1:], scaling="none", stability=True)
    check(raw, 5, [85, 39, 32, 23, 21], silhouette=0.5530, calinski_harabasz=243.07, davies_bouldin=0.5782)
    assert raw["advice"]["k"] == 5
    assert round(raw["cophenetic"], 4) == 0.7179
    assert [round(height, 2) for height in raw["heights"][:3]] == [405.66, 394.86, 262.56]
    rows = script.assignments(raw)
    assert [row["CustomerID"] for row in rows] == [str(number) for number in range(1, 201)]
    assert sizes_of(rows) == raw["sizes"]
    with django_capture_on_commit_callbacks(execute=True):
        script.delete(dataset)
    assert [path for path in media.rglob("*") if path.is_file()] == []


@pytest.mark.parametrize(
    ("spec", "k", "sizes", "figures", "cophenetic"),
    [
        ({"linkage": "single"}, 2, None, {"silhouette": 0.8638, "smallest": 1}, None),
        ({"linkage": "complete"}, 2, None, {"silhouette": 0.8638, "smallest": 1}, None),
        (
            {"scaling": "none", "pca": 2},
            3,
            [366, 61, 13],
            {"silhouette": 0.5253, "calinski_harabasz": 245.35, "davies_bouldin": 0.7324},
            None,
        ),
        ({}, 3, [281, 153, 6], {"silhouette": 0.2646}, 0.4146),
        ({"linkage": "average"}, 3, None, {}, 0.9338),
    ],
)
def test_wholesale(
    script: Script,
    shared_data: Path,
    spec: dict[str, Any],
    k: int,
    sizes: list[int] | None,
    figures: dict[str, float],
    cophenetic: float | None,
) -> None:
    asked = {**spec, "n_clusters": k} if sizes else spec
    run = script.train(script.upload(shared_data / "wholesale_customers.csv"), columns=SPENDING, **asked)
    check(run, k, sizes, **figures)
    if figures.get("smallest") == 1:
        assert run["advice"]["k"] != 2 or run["advice"]["verdict"] == "none"
    if cophenetic is not None:
        assert round(run["cophenetic"], 4) == cophenetic


def test_wholesale_on_a_logarithmic_scale_finds_the_channel(script: Script, shared_data: Path) -> None:
    run = script.train(script.upload(shared_data / "wholesale_customers.csv"), columns=SPENDING, log=SPENDING, n_clusters=2)
    check(run, 2, [262, 178])
    rows = script.assignments(run)
    agreement = adjusted_rand_score([row["Channel"] for row in rows], [row["segment"] for row in rows])
    assert round(agreement, 4) == 0.5392


def test_marketing_without_incomplete_rows(script: Script, shared_data: Path) -> None:
    dataset = script.upload(shared_data / "marketing_campaign_semicolon_bom.csv")
    run = script.train(dataset, columns=MARKETING, missing="drop", n_clusters=3)
    check(run, 3, [1022, 708, 486], silhouette=0.2619)
    assert (run["n_rows"], run["n_clustered"], run["n_set_aside"]) == (2240, 2216, 24)
    rows = script.assignments(run)
    assert (len(rows), sizes_of(rows)) == (2240, run["sizes"])
    assert {row["Income"] for row in rows if row["segment"] is None} == {None}


@pytest.mark.parametrize(
    ("load", "scaling", "sizes", "agreement", "silhouette", "cophenetic"),
    [
        (load_iris, "none", [64, 50, 36], 0.7312, 0.5543, 0.8728),
        (load_wine, "standard", [64, 58, 56], 0.7899, 0.2774, None),
    ],
    ids=["iris", "wine"],
)
def test_tables_of_scikit_learn(
    script: Script,
    load: Callable[..., Any],
    scaling: str,
    sizes: list[int],
    agreement: float,
    silhouette: float,
    cophenetic: float | None,
) -> None:
    data = load(as_frame=True)
    run = script.train(script.upload(data.data.to_csv(index=False)), scaling=scaling, n_clusters=3)
    check(run, 3, sizes, silhouette=silhouette)
    assert round(adjusted_rand_score(data.target, [row["segment"] for row in script.assignments(run)]), 4) == agreement
    if cophenetic is not None:
        assert round(run["cophenetic"], 4) == cophenetic
