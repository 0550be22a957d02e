"""Train parameters, row by row: what can be known before is refused with 400, what shows later ends the run with a sentence.

A table and a specification go in through the API; a status, a code and a sentence come out, and what is left behind. Sentences
carry counts and limits and never a cell: the tables here hold values that would be recognised. `PROVED` says which rows are held
elsewhere; what happens to runs while people change their minds stands in `test_catalogue_runs_meanwhile.py`.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from rest_framework.test import APIClient

from clustering.models import Artifact, Run
from segmentiq.tests.sources import lacking_tests
from segmentiq.tests.test_api_errors import error
from segmentiq.tokens import issue_token

PROVED = {
    "n_clusters that is none, 1, n, n+1; pca that is none; columns that are none; unknown keys": (
        "test_api_runs.test_a_wrong_specification_is_refused_before_anything_is_queued"
    ),
    "the range in the sentence": "test_spec.test_a_number_of_segments_that_is_none_is_refused_with_the_range",
    "a key twice": "test_api_errors.test_a_key_named_twice_is_refused_at_any_depth",
    "columns of another dataset": "test_api_runs.test_columns_of_another_dataset_are_unknown",
    "fewer than three rows": "test_api_runs.test_the_dataset_must_be_named_known_and_ready",
    "another's dataset": "test_api_errors.test_training_on_anothers_dataset_is_byte_for_byte_a_missing_one",
}
TRAIN = "/api/v1/clustering/train"
RUNS = "/api/v1/clustering/runs"
SECRETS = ("Zebedee", "777123")
"""Words and digits that stand in cells, and must stand nowhere else."""
Make = Callable[..., Any]


@pytest.fixture
def api(owner: Any) -> APIClient:
    client = APIClient(raise_request_exception=False)
    client.credentials(HTTP_AUTHORIZATION=f"Token {issue_token(owner)[1]}")
    return client


def table(*, gaps_in_a: int = 0, gaps_in_b: int = 0, zeros: int = 0, n: int = 40) -> str:
    """Return a table of `n` customers: the first rows lack a, the last lack b, zeros stand in between."""
    lines = ["customer,word,a,b"]
    for row in range(n):
        a = "" if row < gaps_in_a else f"777123.{row}1"
        b = "" if row >= n - gaps_in_b else f"{row % 7}.777123"
        if gaps_in_a <= row < gaps_in_a + zeros:
            a = b = "0"
        lines.append(f"C{row:03d},Zebedee{row % 3},{a},{b}")
    return "\n".join(lines) + "\n"


def ask(api: APIClient, dataset: Any, **spec: Any) -> Any:
    return api.post(TRAIN, {"dataset_id": str(dataset.pk), "stability": False, "columns": ["a", "b"], **spec}, format="json")


def failure(api: APIClient, response: Any, drain: Callable[[], int], media: Path) -> dict[str, Any]:
    """Compute what was queued and return the run's own error, after checking that it left nothing but its row."""
    assert response.status_code == 202, response.content
    drain()
    told: dict[str, Any] = api.get(response["Location"]).json()
    assert (told["status"], told["k"], told["sizes"]) == ("failed", None, [])
    assert not Artifact.objects.exists()
    assert [path for path in (media / "runs").rglob("*") if path.is_file()] == []
    assert error(api.get(f"{response['Location']}/tree"), 409)["code"] == "not_ready"
    return told["error"]  # type: ignore[no-any-return]


def test_every_row_held_elsewhere_is_held() -> None:
    assert lacking_tests(PROVED.values()) == []


@pytest.mark.parametrize("name", ["n_clusters", "pca", "distance_threshold", "seed"])
@pytest.mark.parametrize("value", ["NaN", "Infinity", "1e400", "-", "null,", "9" * 5000])
def test_a_number_that_json_does_not_know_is_a_parse_error(api: APIClient, make_dataset: Make, name: str, value: str) -> None:
    body = f'{{"dataset_id": "{make_dataset().pk}", "{name}": {value}}}'
    assert error(api.generic("POST", TRAIN, body, content_type="application/json"), 400)["code"] == "parse_error"
    assert not Run.objects.exists()


def test_out_of_range_says_the_range_of_this_dataset(api: APIClient, make_dataset: Make) -> None:
    dataset = make_dataset(table())
    for k in (40, 41, 50):
        told = error(ask(api, dataset, n_clusters=k), 400)
        assert (told["code"], told["field"]) == ("out_of_range", "n_clusters")
        assert "from 2 to 39" in told["message"]
    told = error(ask(api, dataset, n_clusters=51), 400)
    assert told["code"] == "out_of_range"
    assert "from 2 to 50" in told["message"]


def test_more_components_than_features_are_refused_with_the_most_there_are(api: APIClient, make_dataset: Make) -> None:
    for wanted in (3, 50, 10**6, 10**30):
        told = error(ask(api, make_dataset(table()), pca=wanted), 400)
        assert (told["code"], told["field"]) == ("invalid_pca", "pca")
        assert "at most 2" in told["message"]
    assert not Run.objects.exists()


def test_rows_that_fall_away_later_fail_the_run_with_what_is_left(
    api: APIClient, make_dataset: Make, drain: Callable[[], int], media: Path
) -> None:
    dataset = make_dataset(table(gaps_in_a=20, gaps_in_b=17))
    told = failure(api, ask(api, dataset, missing="drop", n_clusters=5), drain, media)
    assert told["code"] == "too_few_rows_after_cleaning"
    assert "3" in told["message"]
    assert told["hint"]
    told = failure(api, ask(api, make_dataset(table(gaps_in_a=20, gaps_in_b=19)), missing="drop"), drain, media)
    assert told["code"] == "too_few_rows_after_cleaning"


def test_rows_that_all_fall_away_fail_the_run_with_their_count(
    api: APIClient, make_dataset: Make, drain: Callable[[], int], media: Path
) -> None:
    told = failure(api, ask(api, make_dataset(table(gaps_in_a=20, gaps_in_b=20)), missing="drop"), drain, media)
    assert told["code"] == "no_rows_left"
    assert "40" in told["message"]
    assert told["hint"]


@pytest.mark.parametrize("linkage", ["average", "complete", "single", "weighted"])
def test_rows_of_zeros_have_no_direction_and_are_counted(
    api: APIClient, make_dataset: Make, drain: Callable[[], int], media: Path, linkage: str
) -> None:
    spec = {"linkage": linkage, "metric": "cosine", "scaling": "none"}
    told = failure(api, ask(api, make_dataset(table(zeros=4)), **spec), drain, media)
    assert told["code"] == "zero_vector_rows"
    assert "4" in told["message"]
    assert told["hint"]


def test_numbers_beyond_computing_fail_the_run(api: APIClient, make_dataset: Make, drain: Callable[[], int], media: Path) -> None:
    lines = ["a,b", *(f"{row + 1}.5e200,{row % 5}.25" for row in range(30))]
    told = failure(api, ask(api, make_dataset("\n".join(lines) + "\n"), scaling="none"), drain, media)
    assert told["code"] == "numeric_overflow"


def test_no_sentence_and_no_log_line_holds_a_cell(
    api: APIClient, make_dataset: Make, drain: Callable[[], int], media: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    dataset = make_dataset(table(gaps_in_a=20, gaps_in_b=20, zeros=0))
    told = [failure(api, ask(api, dataset, missing="drop"), drain, media)]
    told.append(
        failure(api, ask(api, make_dataset(table(zeros=2)), linkage="average", metric="cosine", scaling="none"), drain, media)
    )
    said = [str(entry) for entry in told] + [
        record.getMessage() for record in caplog.records if not record.name.startswith("django.db")
    ]
    assert [text for text in said if any(secret in text for secret in SECRETS)] == []
