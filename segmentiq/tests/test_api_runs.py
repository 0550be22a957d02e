"""Runs over REST, as a script uses them: train, wait, look, cut, name, export, cancel, delete."""

from __future__ import annotations

import csv
import io
import itertools
import json
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from rest_framework.test import APIClient

from clustering import services
from clustering.models import Run
from segmentiq.ml.spec import SegmentationSpec
from segmentiq.testing.tables import THREE_GROUPS, TWO_ROWS
from segmentiq.tests.test_api_errors import error, without_id
from segmentiq.tokens import issue_token

TRAIN = "/api/v1/clustering/train"
RUNS = "/api/v1/clustering/runs"
MISSING = uuid.UUID(int=7)
Make = Callable[..., Any]


@pytest.fixture
def api(owner: Any) -> APIClient:
    client = APIClient(raise_request_exception=False)
    client.credentials(HTTP_AUTHORIZATION=f"Token {issue_token(owner)[1]}")
    return client


def train(client: APIClient, dataset: Any, *, headers: Any = None, **spec: Any) -> Any:
    return client.post(TRAIN, {"dataset_id": str(dataset.pk), "stability": False, **spec}, format="json", headers=headers or {})


def test_training_is_queued_and_then_done(api: APIClient, make_dataset: Make, drain: Callable[[], int]) -> None:
    dataset = make_dataset()
    response = train(api, dataset)
    told = response.json()
    assert (response.status_code, told["status"], told["scores"]) == (202, "queued", [])
    assert response["Location"] == f"http://testserver{RUNS}/{told['id']}"
    drain()
    told = api.get(response["Location"]).json()
    assert (told["status"], told["progress"], told["k"], told["sizes"]) == ("done", 1.0, 3, [20, 16, 12])
    assert (told["n_rows"], told["n_clustered"], told["n_set_aside"], told["dataset_id"]) == (48, 48, 0, str(dataset.pk))
    assert [score["k"] for score in told["scores"]][:3] == [2, 3, 4]
    assert told["advice"]["k"] == 3
    assert told["advice"]["sentence"]
    assert told["heights"] == sorted(told["heights"], reverse=True)
    assert told["spec"]["linkage"] == "ward"
    assert told["report"]


def test_the_same_question_on_the_same_file_has_the_same_run(
    api: APIClient, make_dataset: Make, drain: Callable[[], int]
) -> None:
    dataset = make_dataset()
    first = train(api, dataset).json()["id"]
    assert train(api, dataset).json()["id"] == first
    drain()
    again = train(api, dataset, headers={"Prefer": "wait=30"})
    assert (again.status_code, again.json()["id"], again["Preference-Applied"]) == (200, first, "wait=30")
    assert again.json()["scores"]
    assert train(api, dataset, n_clusters=4).json()["id"] != first


def test_a_wait_that_ends_too_early_answers_as_far_as_it_got(api: APIClient, make_dataset: Make) -> None:
    response = train(api, make_dataset(), headers={"Prefer": "respond-async, wait=1"})
    assert (response.status_code, response.json()["status"]) == (202, "queued")
    assert api.get(f"{RUNS}/{response.json()['id']}?wait=1").json()["status"] == "queued"


REFUSED = {
    "zero": ({"n_clusters": 0}, "invalid_n_clusters"),
    "negative": ({"n_clusters": -1}, "invalid_n_clusters"),
    "a billion": ({"n_clusters": 10**9}, "invalid_n_clusters"),
    "a billion as a float": ({"n_clusters": 1e9}, "invalid_n_clusters"),
    "null": ({"n_clusters": None}, "invalid_n_clusters"),
    "true": ({"n_clusters": True}, "invalid_n_clusters"),
    "a word": ({"n_clusters": "abc"}, "invalid_n_clusters"),
    "a fraction": ({"n_clusters": 3.5}, "invalid_n_clusters"),
    "one": ({"n_clusters": 1}, "out_of_range"),
    "all": ({"n_clusters": 48}, "out_of_range"),
    "more than all": ({"n_clusters": 49}, "out_of_range"),
    "ward and cosine": ({"metric": "cosine"}, "incompatible_metric"),
    "pca 0": ({"pca": 0}, "invalid_pca"),
    "pca -1": ({"pca": -1}, "invalid_pca"),
    "pca 1.0": ({"pca": 1.0}, "invalid_pca"),
    "pca 1.5": ({"pca": 1.5}, "invalid_pca"),
    "pca word": ({"pca": "2"}, "invalid_pca"),
    "pca true": ({"pca": True}, "invalid_pca"),
    "unknown column": ({"columns": ["age", "nothing"]}, "unknown_column"),
    "no column": ({"columns": []}, "no_features"),
    "identifiers only": ({"columns": ["customer_id"]}, "no_features"),
    "a column twice": ({"columns": ["age", "age"]}, "invalid_columns"),
    "10,000 columns": ({"columns": [f"c{i}" for i in range(10_000)]}, "unknown_column"),
    "columns as a word": ({"columns": "age"}, "invalid_columns"),
    "columns of numbers": ({"columns": [1]}, "invalid_columns"),
    "unknown key": ({"clusters": 3}, "unknown_parameter"),
    "unknown linkage": ({"linkage": "centroid"}, "invalid_linkage"),
    "unknown log column": ({"log": ["nothing"]}, "unknown_column"),
    "unknown weight": ({"weights": {"nothing": 2}}, "unknown_column"),
    "weights as a word": ({"weights": "age"}, "invalid_weights"),
    "weights of lists": ({"weights": [[1, 2, 3]]}, "invalid_weights"),
    "seed": ({"seed": -1}, "invalid_seed"),
    "threshold": ({"distance_threshold": -1}, "invalid_distance_threshold"),
    "both": ({"distance_threshold": 1.5, "n_clusters": 3}, "invalid_distance_threshold"),
    "stability": ({"stability": "yes"}, "invalid_stability"),
}


@pytest.mark.parametrize(("spec", "code"), REFUSED.values(), ids=REFUSED)
def test_a_wrong_specification_is_refused_before_anything_is_queued(
    api: APIClient, make_dataset: Make, spec: dict[str, Any], code: str
) -> None:
    assert error(train(api, make_dataset(), **spec), 400)["code"] == code
    assert not Run.objects.exists()


def test_the_dataset_must_be_named_known_and_ready(api: APIClient, make_dataset: Make, owner: Any) -> None:
    from datasets.services import upload
    from segmentiq.testing.factories import file_of

    assert error(api.post(TRAIN, {}, format="json"), 400)["code"] == "missing_field"
    for wrong in ["x", 7, True, ["a"], {"a": 1}]:
        assert error(api.post(TRAIN, {"dataset_id": wrong}, format="json"), 400)["field"] == "dataset_id"
    assert error(api.post(TRAIN, {"dataset_id": str(MISSING)}, format="json"), 404)["code"] == "not_found"
    reading = upload(owner=owner, uploaded=file_of(THREE_GROUPS))
    assert error(train(api, reading), 409)["code"] == "not_ready"
    assert error(train(api, make_dataset(TWO_ROWS)), 400)["code"] == "too_few_rows"


def test_columns_of_another_dataset_are_unknown(api: APIClient, make_dataset: Make, stranger: Any) -> None:
    make_dataset("secret,b\n1,2\n3,4\n5,6\n7,9\n", owner=stranger)
    assert error(train(api, make_dataset(), columns=["secret"]), 400)["code"] == "unknown_column"


def test_runs_are_listed_filtered_and_ordered(api: APIClient, make_dataset: Make, make_run: Make) -> None:
    one, two = make_dataset(name="one"), make_dataset(THREE_GROUPS.replace("north", "nord"), name="two")
    first, second, third = make_run(one), make_run(two), make_run(one, n_clusters=4)
    assert ids(api, "") == [third.pk, second.pk, first.pk]
    assert ids(api, f"?dataset={one.pk}") == [third.pk, first.pk]
    assert ids(api, f"?dataset={MISSING}") == []
    assert ids(api, "?status=queued") == []
    assert ids(api, "?status=done&ordering=created_at") == [first.pk, second.pk, third.pk]
    assert ids(api, "?search=two") == [second.pk]
    assert error(api.get(f"{RUNS}?status=ready"), 400)["field"] == "status"
    assert error(api.get(f"{RUNS}?dataset=x"), 400)["field"] == "dataset"
    assert error(api.get(f"{RUNS}?ordering=dataset__owner"), 400)["code"] == "unknown_field"


def ids(api: APIClient, query: str) -> list[uuid.UUID]:
    return [uuid.UUID(entry["id"]) for entry in api.get(RUNS + query).json()["results"]]


@pytest.mark.parametrize("n", [1, 12])
def test_a_list_of_runs_takes_the_same_queries_however_long_it_is(
    owner: Any, make_dataset: Make, n: int, django_assert_num_queries: Callable[..., Any]
) -> None:
    dataset = make_dataset()
    Run.objects.bulk_create(Run(dataset=dataset, spec={}, stamp=str(i)) for i in range(n))
    client = Client()
    client.force_login(owner)
    with django_assert_num_queries(5):  # session, person, count, rows, workers
        assert len(client.get(RUNS).json()["results"]) == n


def test_looking_at_a_run_takes_five_queries(
    owner: Any, make_run: Make, django_assert_max_num_queries: Callable[..., Any]
) -> None:
    run = make_run()
    client = Client()
    client.force_login(owner)
    with django_assert_max_num_queries(5):  # session, person, run with dataset, artifacts, kept cuts with who kept them
        assert client.get(f"{RUNS}/{run.pk}").json()["scores"]


def test_the_tree_holds_every_cut(api: APIClient, make_run: Make) -> None:
    run = make_run()
    told = api.get(f"{RUNS}/{run.pk}/tree").json()
    assert (told["n"], told["linkage"], told["metric"]) == (48, "ward", "euclidean")
    assert (told["branches"][0]["start"], told["branches"][0]["stop"], told["branches"][0]["parent"]) == (0, 48, None)


def test_the_dendrogram_is_a_png_or_an_svg_cut_anywhere(api: Any, make_run: Make) -> None:
    path = f"{RUNS}/{make_run().pk}/dendrogram"
    png = api.get(path)
    assert (png["Content-Type"], b"".join(png.streaming_content)[:8]) == ("image/png", b"\x89PNG\r\n\x1a\n")
    for request in ({"path": f"{path}?format=svg&k=4"}, {"path": f"{path}?k=4", "headers": {"Accept": "image/svg+xml"}}):
        svg = api.get(**request)
        assert svg["Content-Type"] == "image/svg+xml"
        assert b"<svg" in b"".join(svg.streaming_content)
        assert "sandbox" in svg["Content-Security-Policy"]
    assert error(api.get(f"{path}?k=4"), 400)["field"] == "k"
    assert error(api.get(f"{path}?format=svg&k=1"), 400)["code"] == "out_of_range"
    assert error(api.get(f"{path}?format=svg&k=999"), 400)["code"] == "out_of_range"
    assert error(api.get(f"{path}?format=svg&k=x"), 400)["code"] == "invalid_value"
    assert error(api.get(f"{path}?format=gif"), 400)["field"] == "format"


def test_assignments_keep_the_rows_and_add_the_segment(api: APIClient, make_run: Make) -> None:
    path = f"{RUNS}/{make_run().pk}/assignments"
    told = whole(api.get(path))
    assert (told["k"], told["n"], len(told["assignments"])) == (3, 48, 48)
    assert told["assignments"][0]["customer_id"] == "00001"
    assert isinstance(told["assignments"][0]["age"], float)
    assert sorted({row["segment"] for row in told["assignments"]}) == [1, 2, 3]
    assert {row["segment"] for row in told["assignments"] if row["region"] == "west"} == {1}
    largest = whole(api.get(f"{path}?segment=1"))["assignments"]
    assert len(largest) == 20
    assert whole(api.get(f"{path}?segment=0"))["assignments"] == []
    assert whole(api.get(f"{path}?k=2"))["k"] == 2
    assert error(api.get(f"{path}?segment=4"), 400)["code"] == "out_of_range"
    assert error(api.get(f"{path}?k=99"), 400)["code"] == "out_of_range"
    assert error(api.get(f"{path}?k=1.5"), 400)["code"] == "invalid_value"


def whole(response: Any) -> dict[str, Any]:
    assert response.status_code == 200, response.content
    return json.loads(b"".join(response.streaming_content))  # type: ignore[no-any-return]


def test_assignments_as_csv_are_an_attachment_with_the_original_columns(api: Any, make_run: Make) -> None:
    path = f"{RUNS}/{make_run().pk}/assignments"
    for request in ({"path": f"{path}?format=csv"}, {"path": path, "headers": {"Accept": "text/csv"}}):
        response = api.get(**request)
        assert response["Content-Type"] == "text/csv; charset=utf-8"
        assert response["Content-Disposition"].startswith("attachment")
        rows = list(csv.DictReader(io.StringIO(b"".join(response.streaming_content).decode("utf-8"))))
        assert list(rows[0])[:5] == ["customer_id", "region", "age", "spending", "segment"]
        assert [row["customer_id"] for row in rows] == [line.split(",")[0] for line in THREE_GROUPS.splitlines()[1:]]


def test_segments_tell_what_sets_them_apart_and_can_be_named(api: APIClient, make_run: Make) -> None:
    path = f"{RUNS}/{make_run().pk}/segments"
    told = api.get(path).json()
    assert [(entry["segment"], entry["size"]) for entry in told["segments"]] == [(1, 20), (2, 16), (3, 12)]
    first = told["segments"][0]
    assert first["facts"]
    assert first["share"] == pytest.approx(20 / 48)
    assert (first["named"], first["note"]) == (False, "")
    branch = f"{path}/{first['branch']}"
    assert api.patch(branch, {"name": "Big spenders"}, format="json").json()["name"] == "Big spenders"
    assert api.patch(branch, {"note": "Call them."}, format="json").json()["note"] == "Call them."
    first = api.get(path).json()["segments"][0]
    assert (first["name"], first["named"], first["note"]) == ("Big spenders", True, "Call them.")
    assert len(api.get(f"{path}?k=2").json()["segments"]) == 2
    assert error(api.patch(branch, {"name": "x" * 81}, format="json"), 400)["field"] == "name"
    assert error(api.patch(branch, {"colour": "red"}, format="json"), 400)["code"] == "unknown_field"
    assert error(api.patch(f"{path}/999", {"name": "x"}, format="json"), 400)["code"] == "unknown_branch"


def test_a_run_that_is_not_done_has_no_results_yet(api: APIClient, make_dataset: Make, owner: Any) -> None:
    run = services.train(dataset=make_dataset(), spec=SegmentationSpec(), requested_by=owner)
    for ending in ("tree", "dendrogram", "assignments", "segments"):
        assert error(api.get(f"{RUNS}/{run.pk}/{ending}"), 409)["code"] == "not_ready"
    for ending in ("cut", "cut/undo"):
        assert error(api.post(f"{RUNS}/{run.pk}/{ending}", {"k": 3}, format="json"), 409)["code"] == "not_ready"


def test_cancelling_twice_is_a_conflict(api: APIClient, make_dataset: Make, owner: Any, drain: Callable[[], int]) -> None:
    run = services.train(dataset=make_dataset(), spec=SegmentationSpec(), requested_by=owner)
    told = api.post(f"{RUNS}/{run.pk}/cancel").json()
    assert (told["status"], told["error"]["code"]) == ("cancelled", "cancelled")
    assert error(api.post(f"{RUNS}/{run.pk}/cancel"), 409)["code"] == "not_active"
    drain()
    assert api.get(f"{RUNS}/{run.pk}").json()["status"] == "cancelled"


def test_a_deleted_run_is_gone(api: APIClient, make_run: Make) -> None:
    path = f"{RUNS}/{make_run().pk}"
    assert api.delete(path).status_code == 204
    assert {error(ask(path), 404)["code"] for ask in (api.get, api.delete)} == {"not_found"}


def test_another_ones_run_is_byte_for_byte_a_missing_one(make_run: Make, stranger: Any) -> None:
    client = APIClient()
    client.force_authenticate(stranger)
    run = make_run()
    endings = ("", "?wait=1", "/tree", "/dendrogram", "/assignments", "/segments", "/segments/0", "/cancel", "/cut", "/cut/undo")
    for ending, method in itertools.product(endings, ("GET", "POST", "PATCH", "DELETE", "OPTIONS")):
        theirs, missing = (client.generic(method, f"{RUNS}/{pk}{ending}") for pk in (run.pk, MISSING))
        assert without_id(theirs) == without_id(missing), (method, ending)
    assert Run.objects.filter(pk=run.pk).exists()
