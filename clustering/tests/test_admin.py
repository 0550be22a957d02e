"""The admin curates runs and datasets through the services; it shows facts, pictures by checked address, and no inline style."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.contrib import admin
from django.contrib.messages import get_messages
from django.test import Client
from django.urls import reverse

from clustering import services
from clustering.models import Run
from datasets.models import Dataset
from segmentiq.ml.spec import SegmentationSpec

Make = Callable[..., Any]


@pytest.fixture
def desk(client: Client, staff: Any) -> Client:
    """Return a browser in which a member of staff is signed in."""
    client.force_login(staff)
    return client


def act(desk: Client, model: str, action: str, *rows: Any) -> str:
    """Choose an action for rows in a list and return the last thing the page says then."""
    address = reverse(f"admin:{model}_changelist")
    answer = desk.post(address, {"action": action, "_selected_action": [str(row.pk) for row in rows], "post": "yes"})
    assert answer.status_code == 302
    return [str(message) for message in get_messages(answer.wsgi_request)][-1]


def files(media: Path) -> list[Path]:
    return [path for path in media.rglob("*") if path.is_file()]


def test_the_pages_stand_with_facts_and_a_picture(desk: Client, make_run: Make) -> None:
    run = make_run()
    picture = reverse("run_dendrogram", args=[run.pk])
    for name, row in (("clustering_run", run), ("datasets_dataset", run.dataset)):
        page = desk.get(reverse(f"admin:{name}_changelist"))
        assert page.status_code == 200
        page = desk.get(reverse(f"admin:{name}_change", args=[row.pk]))
        assert page.status_code == 200
        assert "style=" not in page.content.decode()
        assert ('name="_save"' in page.content.decode()) == (name == "datasets_dataset")
        assert (picture in page.content.decode()) == (name == "clustering_run")
    assert picture in desk.get(reverse("admin:clustering_run_changelist")).content.decode()
    assert desk.get(picture).headers["Content-Type"] == "image/svg+xml"


def test_nothing_is_added_by_hand(desk: Client) -> None:
    for name in ("clustering_run", "datasets_dataset"):
        assert desk.get(reverse(f"admin:{name}_add")).status_code == 403


def test_every_field_of_a_run_is_read_only() -> None:
    site = admin.site.get_model_admin(Run)
    shown = {field for _, options in site.fieldsets or () for field in options["fields"]}
    assert shown == set(site.readonly_fields)


@pytest.mark.parametrize("name", ["clustering_run", "datasets_dataset"])
def test_lists_ask_the_database_as_often_for_many_rows_as_for_one(
    desk: Client, make_dataset: Make, owner: Any, name: str, django_assert_num_queries: Any
) -> None:
    address = reverse(f"admin:{name}_changelist")

    def grow() -> None:
        dataset = make_dataset()
        services.train(dataset=dataset, spec=SegmentationSpec(), requested_by=owner)

    grow()
    desk.get(address)
    with django_assert_num_queries(10, exact=False) as few:
        desk.get(address)
    for _ in range(3):
        grow()
    with django_assert_num_queries(len(few.captured_queries)):
        desk.get(address)


@pytest.mark.parametrize(
    "query", ["q=customers", "q=olga", "status__exact=done", "q=%00", "k=3", "state=nonsense", "age=x", "engine=x"]
)
def test_filters_and_search_answer(desk: Client, make_run: Make, query: str) -> None:
    make_run()
    assert desk.get(reverse("admin:clustering_run_changelist") + "?" + query).status_code in (200, 302)


def test_runs_can_be_cancelled_and_run_again(desk: Client, make_dataset: Make, owner: Any) -> None:
    run = services.train(dataset=make_dataset(), spec=SegmentationSpec(), requested_by=owner)
    assert "cancelled" in act(desk, "clustering_run", "cancel_selected", run)
    run.refresh_from_db()
    assert run.status == "cancelled"
    assert "ended" in act(desk, "clustering_run", "cancel_selected", run)
    assert "queued again" in act(desk, "clustering_run", "run_selected_again", run)
    assert Run.objects.filter(status="queued", stamp=run.stamp).count() == 1


def test_a_dataset_can_be_renamed_and_read_again(desk: Client, make_dataset: Make, drain: Make) -> None:
    dataset = make_dataset()
    desk.post(
        reverse("admin:datasets_dataset_change", args=[dataset.pk]),
        {"name": "Spring", "columns-TOTAL_FORMS": 0, "columns-INITIAL_FORMS": 0},
    )
    dataset.refresh_from_db()
    assert dataset.name == "Spring"
    assert "being read again" in act(desk, "datasets_dataset", "read_selected_again", dataset)
    drain()
    dataset.refresh_from_db()
    assert dataset.state == "ready"


@pytest.mark.parametrize("name", ["clustering_run", "datasets_dataset"])
@pytest.mark.parametrize("bulk", [False, True])
def test_deleting_takes_the_files_single_and_in_bulk(
    desk: Client, make_run: Make, media: Path, name: str, bulk: bool, django_capture_on_commit_callbacks: Any
) -> None:
    run = make_run()
    row = run if name == "clustering_run" else run.dataset
    with django_capture_on_commit_callbacks(execute=True):
        if bulk:
            act(desk, name, "delete_selected", row)
        else:
            desk.post(reverse(f"admin:{name}_delete", args=[row.pk]), {"post": "yes"})
    assert not type(row).objects.filter(pk=row.pk).exists()
    left = {path.parts[-3] if "runs" in path.parts else "datasets" for path in files(media)}
    assert left == ({"datasets"} if name == "clustering_run" else set())
    assert Dataset.objects.exists() == (name == "clustering_run")
