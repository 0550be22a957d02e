"""The operator's lists tell states, sizes and owners, are filtered by engine, state and age, and ask before they act."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from html import unescape
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission
from django.db import connection
from django.db.models import Sum
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from clustering import services
from clustering.cutting import asked_cut
from clustering.models import Run
from datasets.models import Dataset
from segmentiq import curating
from segmentiq.ml.linkage.forecast import MICRO
from segmentiq.ml.linkage.kernels import KERNELS
from segmentiq.ml.spec import SegmentationSpec
from segmentiq.testing import factories
from segmentiq.words import filesize

Make = Callable[..., Any]
LIST = "/admin/clustering/run/"
DATASETS = "/admin/datasets/dataset/"


@pytest.fixture
def desk(client: Client, staff: Any) -> Client:
    client.force_login(staff)
    return client


def rows(desk: Client, address: str) -> set[Any]:
    return {row.pk for row in desk.get(address).context["cl"].result_list}


def words(page: Any) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", page.content.decode())).split())


def choose(desk: Client, address: str, action: str, *chosen: Any, **more: str) -> Any:
    return desk.post(address, {"action": action, "_selected_action": [str(row.pk) for row in chosen], **more})


def waiting(dataset: Any, **spec: Any) -> Run:
    return services.train(dataset=dataset, spec=SegmentationSpec.from_mapping(spec), requested_by=dataset.owner)


def aged(row: Any, **ago: int) -> Any:
    type(row).objects.filter(pk=row.pk).update(created_at=timezone.now() - timedelta(**ago))
    return row


def test_every_state_has_a_word_and_a_colour(desk: Client, make_dataset: Make) -> None:
    dataset = make_dataset()
    made = {status: waiting(dataset, n_clusters=k) for k, status in enumerate(("queued", "running", "failed", "cancelled"), 2)}
    for status, run in made.items():
        Run.objects.filter(pk=run.pk).update(status=status)
    silent = waiting(dataset, n_clusters=9)
    Run.objects.filter(pk=silent.pk).update(status="running", beat_at=timezone.now() - timedelta(minutes=5))
    html = desk.get(LIST).content.decode()
    for state in ("queued", "running", "failed", "cancelled", "silent"):
        assert f'<span class="state {state}">{curating.STATES[state]}</span>' in html
    assert '<span class="state done">Ready</span>' in desk.get(DATASETS).content.decode()
    for status, run in made.items():
        assert rows(desk, f"{LIST}?state={status}") == {run.pk, *([silent.pk] if status == "running" else [])}


def test_sizes_are_those_of_all_files(desk: Client, make_run: Make) -> None:
    run = make_run()
    total = run.artifacts.aggregate(total=Sum("size"))["total"]
    assert desk.get(LIST).context["cl"].result_list[0].file_bytes == total
    assert filesize(total) in words(desk.get(LIST))
    dataset = Dataset.objects.get()
    table = (dataset.table_size or 0) + (dataset.rows_size or 0)
    whole = dataset.size + table
    assert desk.get(DATASETS).context["cl"].result_list[0].all_bytes == whole
    page = words(desk.get(reverse("admin:datasets_dataset_change", args=[dataset.pk])))
    for size in (dataset.size, table, whole):
        assert filesize(size) in page


def test_the_largest_can_be_put_first(desk: Client, make_dataset: Make) -> None:
    small = make_dataset("a,b\n" + "1,2\n2,3\n" * 5)
    large = make_dataset("a,b\n" + "1,2\n2,3\n" * 500)
    column = [name for name in desk.get(DATASETS).context["cl"].list_display if name != "action_checkbox"].index("all_files") + 1
    found = desk.get(f"{DATASETS}?o=-{column}").context["cl"].result_list
    assert [row.pk for row in found] == [large.pk, small.pk]


@pytest.mark.parametrize("address", [LIST, DATASETS])
def test_lists_are_sorted_by_every_column_and_count_every_filter(desk: Client, make_run: Make, address: str) -> None:
    run = make_run()
    waiting(run.dataset, n_clusters=5)
    n_columns = len(desk.get(address).context["cl"].list_display)
    for column in range(1, n_columns):
        assert desk.get(f"{address}?o={column}.-{column % 3 + 1}").context["cl"].result_count > 0
    counted = words(desk.get(f"{address}?_facets=True"))
    assert ("ward-matrix (1)" in counted) == (address == LIST)
    assert "Today (" in counted


def test_runs_are_filtered_by_the_engine_that_built_their_tree(desk: Client, make_dataset: Make) -> None:
    dataset = make_dataset()
    ward, single = factories.run(dataset), factories.run(dataset, linkage="single")
    queued = waiting(dataset, n_clusters=4)
    kernel = {run.pk: run.report["engine"]["kernel"] for run in (ward, single)}
    assert rows(desk, f"{LIST}?engine={kernel[ward.pk]}") == {ward.pk}
    assert rows(desk, f"{LIST}?engine={kernel[single.pk]}") == {single.pk}
    assert rows(desk, f"{LIST}?engine=none") == {queued.pk}
    assert rows(desk, f"{LIST}?engine={MICRO}") == set()
    page = desk.get(LIST).content.decode()
    assert [name for name in (*KERNELS, MICRO, "none") if f"?engine={name}" not in page] == []


@pytest.mark.parametrize(
    ("age", "found"), [("today", {"now"}), ("week", {"now", "days"}), ("month", {"now", "days", "weeks"}), ("old", {"old"})]
)
def test_lists_are_filtered_by_age(desk: Client, make_dataset: Make, age: str, found: set[str]) -> None:
    made = {
        "now": make_dataset(),
        "days": aged(make_dataset(), days=3),
        "weeks": aged(make_dataset(), days=20),
        "between": aged(make_dataset(), days=60),
        "old": aged(make_dataset(), days=91),
    }
    assert rows(desk, f"{DATASETS}?age={age}") == {made[name].pk for name in found}


def test_lists_are_filtered_by_owner(desk: Client, make_dataset: Make, stranger: Any) -> None:
    make_dataset()
    theirs = factories.dataset(owner=stranger)
    assert rows(desk, f"{DATASETS}?owner__id__exact={stranger.pk}") == {theirs.pk}


@pytest.mark.parametrize("action", ["run_selected_again", "cancel_selected"])
def test_nothing_happens_to_runs_before_it_is_confirmed(desk: Client, make_dataset: Make, action: str) -> None:
    dataset = make_dataset()
    queued, ended = waiting(dataset, n_clusters=2), waiting(dataset, n_clusters=3)
    services.cancel(ended)
    before = list(Run.objects.order_by("pk").values("pk", "status", "lease", "attempts"))
    asked = choose(desk, LIST, action, queued, ended)
    assert asked.status_code == 200
    assert "nothing has happened yet" in words(asked)
    assert list(Run.objects.order_by("pk").values("pk", "status", "lease", "attempts")) == before
    assert not LogEntry.objects.exists()


def test_the_question_foretells_what_cancelling_does_and_the_answer_does_it(desk: Client, make_dataset: Make) -> None:
    dataset = make_dataset(name="Spring")
    queued, running, ended = (waiting(dataset, n_clusters=k) for k in (2, 3, 4))
    running.claim()
    running.advance("tree", 0.4)
    services.cancel(ended)
    asked = choose(desk, f"{LIST}?age=today", "cancel_selected", queued, running, ended)
    said = words(asked)
    for promise in ("is taken out of the queue", "is stopped at 40 %", "has ended already", "Spring ("):
        assert promise in said
    assert 'value="Cancel 2 runs"' in asked.content.decode()
    keys = re.findall(r'name="_selected_action" value="([^"]+)"', asked.content.decode())
    assert set(keys) == {str(run.pk) for run in (queued, running, ended)}
    answer = desk.post(f"{LIST}?age=today", {"action": "cancel_selected", "_selected_action": keys, "post": "yes"})
    assert answer.status_code == 302
    assert set(Run.objects.values_list("status", flat=True)) == {"cancelled"}
    assert LogEntry.objects.filter(object_id__in=[queued.pk, running.pk]).count() == 2


def test_the_question_foretells_what_running_again_does(desk: Client, make_run: Make) -> None:
    done = make_run()
    queued, failed = waiting(done.dataset, n_clusters=4), waiting(done.dataset, n_clusters=5)
    Run.objects.filter(pk=failed.pk).update(status="failed")
    said = words(choose(desk, LIST, "run_selected_again", done, queued, failed))
    for promise in ("stands unless its files are damaged", "is under way already", "as a new run"):
        assert promise in said


def test_where_nothing_would_happen_there_is_nothing_to_confirm(desk: Client, make_run: Make) -> None:
    asked = choose(desk, LIST, "cancel_selected", make_run()).content.decode()
    assert "Nothing would happen" in asked
    assert 'type="submit" value=' not in asked


def test_reading_again_asks_first_and_foretells_what_happens(desk: Client, make_run: Make, make_dataset: Make) -> None:
    stands, free = make_run().dataset, make_dataset(name="Free")
    reading = make_dataset(name="Reading")
    reading.queue_again()
    asked = choose(desk, DATASETS, "read_selected_again", stands, free, reading)
    for promise in ("is read again with the same choices", "runs stand on it", "is being read already"):
        assert promise in words(asked)
    free.refresh_from_db()
    assert free.state == "ready"
    choose(desk, DATASETS, "read_selected_again", free, post="yes")
    free.refresh_from_db()
    assert free.state == "reading"


def test_too_many_at_once_are_refused_with_a_number(desk: Client, make_dataset: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(curating, "MOST_ASKED", 1)
    chosen = [make_dataset(), make_dataset()]
    answer = choose(desk, DATASETS, "read_selected_again", *chosen)
    assert answer.status_code == 302
    assert "2 datasets are too many at once; choose 1 at most." in words(desk.get(DATASETS))


def test_questions_ask_the_database_as_often_for_many_rows_as_for_one(
    desk: Client, make_dataset: Make, django_assert_num_queries: Any
) -> None:
    runs = [waiting(make_dataset()) for _ in range(4)]
    datasets = [run.dataset for run in runs]
    for address, action, chosen in ((LIST, "cancel_selected", runs), (DATASETS, "read_selected_again", datasets)):
        choose(desk, address, action, chosen[0])
        with django_assert_num_queries(10, exact=False) as one:
            choose(desk, address, action, chosen[0])
        with django_assert_num_queries(len(one.captured_queries)):
            choose(desk, address, action, *chosen)


@pytest.mark.parametrize("action", ["run_selected_again", "cancel_selected"])
def test_who_may_only_look_can_neither_ask_nor_act(client: Client, make_dataset: Make, action: str) -> None:
    curator = factories.user("carla", is_staff=True)
    curator.user_permissions.set(Permission.objects.filter(codename__startswith="view_"))
    client.force_login(curator)
    run = waiting(make_dataset())
    for more in ({}, {"post": "yes"}):
        assert "will happen" not in words(choose(client, LIST, action, run, **more))
    run.refresh_from_db()
    assert run.status == "queued"
    assert Run.objects.count() == 1


def test_a_run_shows_its_answers_and_the_colours_people_chose(
    client: Client, make_run: Make, owner: Any, django_assert_num_queries: Any
) -> None:
    curator = factories.user("carla", is_staff=True)
    curator.user_permissions.set(Permission.objects.filter(codename="view_run"))
    client.force_login(curator)
    run = make_run(n_clusters=3)
    address = reverse("admin:clustering_run_change", args=[run.pk])
    top = services.top_of(run)
    services.name_segment(run, 1, name="Big spenders", hue=4)
    page = client.get(address)
    for said in ("Big spenders", "the engine", run.artifacts.first().name, "Colour"):
        assert said in words(page)
    assert '<rect width="14" height="14" fill="#cc79a7"/>' in page.content.decode()
    with CaptureQueriesContext(connection) as few:
        client.get(address)
    services.keep_cut(run, asked_cut(run, top, {"k": "2"}), owner)
    services.name_segment(run, 2, name="Others")
    with django_assert_num_queries(len(few.captured_queries)):
        client.get(address)
    kept = [form.instance.k for form in page.context["inline_admin_formsets"][1].formset.forms]
    assert kept == [3]
    again = client.get(address).context["inline_admin_formsets"][1].formset.forms
    assert [form.instance.k for form in again] == [2, 3]
    assert owner.get_username() in words(client.get(address))
