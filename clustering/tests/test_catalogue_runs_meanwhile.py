"""State, row by row: what becomes of runs when people delete, cancel, ask again or lose their account meanwhile.

Requests come in an unlucky order, or at the same moment; every one has a documented answer, a run ends once, and no
row or file outlives what it belongs to. `PROVED` says which rows are held elsewhere.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest
from django.db import connection, connections
from django.test import Client
from django_tasks_db.models import DBTaskResult
from rest_framework.test import APIClient

from clustering import services
from clustering.models import Artifact, Run
from datasets.models import Dataset
from datasets.services import erase
from segmentiq.jobs.inline import perform
from segmentiq.jobs.recovery import cancel_unwanted
from segmentiq.jobs.task import JOBS
from segmentiq.ml.spec import SegmentationSpec
from segmentiq.testing import factories
from segmentiq.testing.tables import THREE_GROUPS
from segmentiq.tests.sources import lacking_tests
from segmentiq.tests.test_api_errors import error
from segmentiq.tokens import issue_token

PROVED = {
    "a running child of a deleted job is killed at once": "test_worker.test_deleting_a_job_kills_the_child",
    "a running child of a cancelled job is killed at once": "test_worker.test_cancelling_kills_the_child_at_once",
    "a worker that was taken over publishes nothing": "test_execution.test_a_worker_that_was_taken_over_publishes_nothing",
    "deleting waits for who publishes": "test_concurrency.test_deleting_waits_for_a_worker_that_publishes",
    "a double cancel": "test_api_runs.test_cancelling_twice_is_a_conflict",
    "a deactivated person's session": "test_api_errors.test_a_deactivated_person_is_nobody",
    "page=NUL and page=10^21": "test_api_datasets.test_what_a_list_does_not_know_is_refused_by_name",
    "a damaged run is computed again": "test_services.test_a_run_with_a_damaged_file_is_replaced",
}
DATASETS = "/api/v1/datasets"
TRAINING = "clustering.tasks.train_run"
TRAIN = "/api/v1/clustering/train"
RUNS = "/api/v1/clustering/runs"
Make = Callable[..., Any]
TURNS = 10
"""Once proves little."""


def client_of(person: Any) -> APIClient:
    client = APIClient(raise_request_exception=False)
    client.credentials(HTTP_AUTHORIZATION=f"Token {issue_token(person)[1]}")
    return client


@pytest.fixture
def api(owner: Any) -> APIClient:
    return client_of(owner)


def queued(dataset: Any, **spec: Any) -> Run:
    asked = SegmentationSpec.from_mapping({"stability": False, **spec})
    return services.train(dataset=dataset, spec=asked, requested_by=dataset.owner)


def files(media: Path) -> list[str]:
    return sorted(path.name for path in media.rglob("*") if path.is_file())


def work_on(run: Run) -> None:
    """Do what a worker's child does with a run it has claimed."""
    perform(JOBS["clustering.tasks.train_run"], run)


def test_every_row_held_elsewhere_is_held() -> None:
    assert lacking_tests(PROVED.values()) == []


def test_a_dataset_deleted_while_its_run_waits_takes_the_run_along(
    api: APIClient, make_dataset: Make, drain: Callable[[], int], media: Path, django_capture_on_commit_callbacks: Make
) -> None:
    run = queued(make_dataset())
    with django_capture_on_commit_callbacks(execute=True):
        assert api.delete(f"{DATASETS}/{run.dataset_id}").status_code == 204
    assert drain() == 0
    assert error(api.get(f"{RUNS}/{run.pk}"), 404)["code"] == "not_found"
    assert error(api.post(f"{RUNS}/{run.pk}/cancel"), 404)["code"] == "not_found"
    assert (files(media), DBTaskResult.objects.ready().count()) == ([], 0)


@pytest.mark.parametrize("address", [DATASETS, RUNS])
def test_a_late_worker_publishes_nothing_for_what_was_deleted(
    api: APIClient, make_dataset: Make, media: Path, django_capture_on_commit_callbacks: Make, address: str
) -> None:
    run = queued(make_dataset())
    assert run.claim()
    pk = run.dataset_id if address == DATASETS else run.pk
    with django_capture_on_commit_callbacks(execute=True):
        assert api.delete(f"{address}/{pk}").status_code == 204
    work_on(run)
    assert (Run.objects.count(), Artifact.objects.count()) == (0, 0)
    assert files(media / "runs") == []


def test_a_download_begun_before_the_deletion_ends_whole(
    api: Any, make_run: Make, django_capture_on_commit_callbacks: Make
) -> None:
    run = make_run()
    original = api.get(f"{DATASETS}/{run.dataset_id}/file")
    picture = api.get(f"{RUNS}/{run.pk}/dendrogram")
    rows = api.get(f"{RUNS}/{run.pk}/assignments?format=csv")
    with django_capture_on_commit_callbacks(execute=True):
        assert api.delete(f"{DATASETS}/{run.dataset_id}").status_code == 204
    assert b"".join(original.streaming_content) == THREE_GROUPS.encode()
    assert b"".join(picture.streaming_content).endswith(b"IEND\xaeB`\x82")
    assert len(b"".join(rows.streaming_content).splitlines()) == 49
    for path in (f"{DATASETS}/{run.dataset_id}/file", f"{RUNS}/{run.pk}/dendrogram", f"{RUNS}/{run.pk}/assignments"):
        assert error(api.get(path), 404)["code"] == "not_found"


def test_the_same_question_on_a_finished_run_computes_nothing_anew(
    api: APIClient, make_run: Make, drain: Callable[[], int], owner: Any
) -> None:
    """A finished run is never run again: who asks the same gets its answer, and only cancelling it is a conflict."""
    run = make_run()
    again = api.post(TRAIN, {"dataset_id": str(run.dataset_id), "stability": False}, format="json").json()
    assert (again["id"], again["status"]) == (str(run.pk), "done")
    page = Client()
    page.force_login(owner)
    assert page.post(f"/runs/{run.pk}/again")["Location"] == f"/runs/{run.pk}"
    assert drain() == 0
    assert error(api.post(f"{RUNS}/{run.pk}/cancel"), 409)["code"] == "not_active"


@pytest.mark.parametrize("begun", [False, True], ids=["queued", "running"])
def test_who_is_deactivated_has_runs_cancelled_and_is_nobody(
    api: APIClient, make_dataset: Make, owner: Any, staff: Any, drain: Callable[[], int], media: Path, begun: bool
) -> None:
    ours, another = make_dataset(), factories.dataset(owner=factories.user("rosa"))
    run, theirs = queued(ours), queued(another)
    if begun:
        assert run.claim()
    owner.is_active = False
    owner.save()
    cancel_unwanted(JOBS[TRAINING])
    assert error(api.get(f"{RUNS}/{run.pk}"), 401)["code"] == "authentication_failed"
    told = client_of(staff).get(f"{RUNS}/{run.pk}").json()
    assert (told["status"], told["error"]["code"]) == ("cancelled", "cancelled")
    assert "account was deactivated" in told["error"]["message"]
    if begun:
        work_on(run)
    assert drain() == 1
    theirs.refresh_from_db()
    assert theirs.status == "done"
    assert {path.parent.parent.name for path in (media / "runs").rglob("*.json")} <= {str(theirs.pk)}


def test_who_is_erased_in_the_middle_leaves_nothing(
    make_dataset: Make, owner: Any, media: Path, django_capture_on_commit_callbacks: Make
) -> None:
    run = queued(make_dataset())
    assert run.claim()
    with django_capture_on_commit_callbacks(execute=True):
        erase(owner)
    work_on(run)
    assert (Dataset.objects.count(), Run.objects.count(), files(media)) == (0, 0, [])


def at_the_same_moment(test: Callable[..., None]) -> Callable[..., None]:
    """Mark a test in which requests meet: each has a connection of its own, which the tests' SQLite in memory cannot give."""
    one_writer = pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has one writer at a time")
    marked: Callable[..., None] = pytest.mark.django_db(transaction=True)(one_writer(test))
    return marked


def at_once(*requests: Callable[[], Any]) -> list[int]:
    """Send the requests at the same moment, each with a connection of its own; return their statuses in order."""
    gate = Barrier(len(requests))

    def send(request: Callable[[], Any]) -> int:
        try:
            gate.wait(timeout=30)
            response = request()
            if response.streaming:
                b"".join(response.streaming_content)
            return int(response.status_code)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(requests)) as pool:
        return list(pool.map(send, requests))


@at_the_same_moment
def test_of_two_deletions_one_finds_nothing(make_dataset: Make, owner: Any, media: Path) -> None:
    one, other = client_of(owner), client_of(owner)
    for _ in range(TURNS):
        path = f"{DATASETS}/{make_dataset().pk}"
        assert sorted(at_once(lambda: one.delete(path), lambda: other.delete(path))) == [204, 404]  # noqa: B023
        assert files(media) == []


@at_the_same_moment
def test_a_download_that_meets_a_deletion_is_whole_or_missing(make_dataset: Make, owner: Any) -> None:
    one, other = client_of(owner), client_of(owner)
    for _ in range(TURNS):
        path = f"{DATASETS}/{make_dataset().pk}"
        deleted, downloaded = at_once(lambda: one.delete(path), lambda: other.get(f"{path}/file"))  # noqa: B023
        assert (deleted, downloaded) in ((204, 200), (204, 404))


@at_the_same_moment
def test_a_run_that_meets_a_deletion_is_refused_or_goes_with_it(
    make_dataset: Make, owner: Any, media: Path, drain: Callable[[], int]
) -> None:
    one, other = client_of(owner), client_of(owner)
    for _ in range(TURNS):
        pk = make_dataset().pk
        body = {"dataset_id": str(pk), "stability": False}
        deleted, asked = at_once(
            lambda: one.delete(f"{DATASETS}/{pk}"),  # noqa: B023
            lambda: other.post(TRAIN, body, format="json"),  # noqa: B023
        )
        assert (deleted, asked) in ((204, 202), (204, 404), (204, 409))
        drain()
        assert (Run.objects.count(), files(media)) == (0, [])
