"""The overview says what the rows and the disk say, sends to the rows it counted, and costs the same however full the site is."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from clustering import services
from clustering.models import Run
from datasets.deriving import complete_recipe
from datasets.models import Dataset
from datasets.services import derive_customers, upload
from segmentiq.jobs import beats
from segmentiq.ml.errors import RunRefused
from segmentiq.ml.spec import SegmentationSpec
from segmentiq.models import WorkerBeat
from segmentiq.overview import MOST_SHOWN, look_around
from segmentiq.testing import factories
from segmentiq.testing.tables import ORDERS
from segmentiq.words import filesize

pytestmark = pytest.mark.django_db

Make = Callable[..., Any]


@pytest.fixture
def desk(client: Client, staff: Any) -> Client:
    client.force_login(staff)
    return client


def waiting_run(dataset: Any, **spec: Any) -> Run:
    return services.train(dataset=dataset, spec=SegmentationSpec.from_mapping(spec), requested_by=dataset.owner)


def taken(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def test_the_storage_is_what_the_files_take(make_run: Make, make_dataset: Make, media: Path) -> None:
    make_run()
    orders = make_dataset(ORDERS)
    factories.settled(derive_customers(orders, complete_recipe(orders, {})))
    facts = dict(look_around().storage.facts)
    originals = sum(path.stat().st_size for path in media.rglob("original"))
    assert facts["Uploaded files"] == filesize(originals)
    assert facts["Tables read from them"] == filesize(taken(media / "datasets") - originals)
    assert facts["Results of runs"] == filesize(taken(media / "runs"))
    assert facts["Together"] == filesize(taken(media))


def test_an_empty_site_has_no_persons_and_takes_nothing() -> None:
    storage = look_around().storage
    assert storage.persons == ()
    assert {words for _, words in storage.facts} == {"0 bytes"}


def test_the_largest_persons_stand_first_with_their_part_of_the_quota(owner: Any, settings: Any, make_run: Make) -> None:
    people = [factories.user(f"person{n}") for n in range(MOST_SHOWN + 1)]
    for person in people:
        factories.dataset(owner=person)
    make_run()
    quota = settings.MAX_BYTES_PER_USER = Dataset.objects.filter(owner=owner).get().size * 2
    storage = look_around().storage
    first = storage.persons[0]
    assert first.name == owner.get_username()
    assert first.quota == f"50 % of {filesize(quota)}"
    assert first.width == "50.0%"
    assert not first.is_nearly_full
    assert len(storage.persons) == MOST_SHOWN
    assert storage.others == "and 2 others"
    settings.MAX_BYTES_PER_USER = quota // 2
    assert all(person.is_nearly_full for person in look_around().storage.persons)


def test_a_disk_with_too_little_room_is_said_with_the_remedy(settings: Any) -> None:
    settings.MIN_FREE_DISK_BYTES = 2**60
    assert any("new files are refused" in trouble.words and "MIN_FREE" in trouble.remedy for trouble in look_around().troubles)
    settings.MIN_FREE_DISK_BYTES = 0
    assert not any("refused" in trouble.words for trouble in look_around().troubles)


def test_what_waits_runs_and_failed_is_counted_and_leads_to_those_rows(desk: Client, make_dataset: Make, owner: Any) -> None:
    dataset = make_dataset()
    runs = [waiting_run(dataset, n_clusters=k) for k in range(2, 8)]
    runs[0].claim()
    for run, hours in ((runs[1], 1), (runs[2], 30)):
        run.claim()
        run.fail(RunRefused("No row is left.", code="no_rows_left"))
        Run.objects.filter(pk=run.pk).update(finished_at=timezone.now() - timedelta(hours=hours))
    upload(owner=owner, uploaded=factories.file_of("a,b\n1,2\n"), name="Waits")
    found = look_around()
    said = {line.name: [tally.words for tally in (line.waiting, line.running, line.failed)] for line in found.queue}
    assert said == {"Datasets": ["1", "0", "0"], "Runs": ["3", "1", "1"]}
    assert [line.failed.is_bad for line in found.queue] == [False, True]
    for line in found.queue:
        for tally in (line.waiting, line.running, line.failed):
            assert str(desk.get(tally.address).context["cl"].result_count) == tally.words


def test_what_is_worked_on_is_named_with_its_stage_and_the_oldest_that_waits(make_dataset: Make) -> None:
    dataset = make_dataset(name="Spring")
    running, waiting = waiting_run(dataset, n_clusters=2), waiting_run(dataset, n_clusters=3)
    running.claim()
    running.advance("tree", 0.42)
    Run.objects.filter(pk=running.pk).update(started_at=timezone.now() - timedelta(minutes=5))
    Run.objects.filter(pk=waiting.pk).update(created_at=timezone.now() - timedelta(hours=2))
    found = look_around()
    assert [line.name for line in found.work] == ["Spring"]
    assert found.work[0].words == "run of olga, building the tree, 42 %, begun 5 minutes ago"
    assert found.oldest is not None
    assert found.oldest.address == reverse("admin:clustering_run_change", args=[waiting.pk])
    assert found.oldest.words.startswith("run of olga, waiting longest, asked for ")


def test_a_job_whose_worker_is_gone_is_said_to_be_silent(make_dataset: Make) -> None:
    run = waiting_run(make_dataset())
    run.claim()
    Run.objects.filter(pk=run.pk).update(beat_at=timezone.now() - timedelta(minutes=3))
    line = look_around().work[0]
    assert line.is_silent
    assert "its worker is gone" in line.words


def test_workers_are_ready_preparing_or_silent(db: None) -> None:
    beats.beat("able")
    beats.beat("new", is_ready=False)
    WorkerBeat.objects.create(worker="lost", beat_at=timezone.now() - timedelta(minutes=7))
    WorkerBeat.objects.create(worker="odd", beat_at=timezone.now() + timedelta(hours=1))
    found = look_around()
    said = {worker.name: (worker.words, worker.heard) for worker in found.workers}
    assert said == {
        "able": ("Ready", "last heard of just now"),
        "new": ("Preparing", "last heard of just now"),
        "lost": ("Silent", "last heard of 7 minutes ago"),
        "odd": ("Silent", "its clock runs ahead of this one"),
    }
    assert found.troubles == ()


@pytest.mark.parametrize("minutes", [None, 5])
def test_without_a_living_worker_the_page_says_how_to_start_one(minutes: int | None) -> None:
    if minutes:
        WorkerBeat.objects.create(worker="lost", beat_at=timezone.now() - timedelta(minutes=minutes))
    troubles = look_around().troubles
    assert ["No worker is alive" in trouble.words for trouble in troubles] == [True]
    assert "run_worker" in troubles[0].remedy


def test_the_page_asks_the_database_as_often_for_many_rows_as_for_few(
    desk: Client, make_dataset: Make, django_assert_num_queries: Any
) -> None:
    def grow(n: int) -> None:
        person = factories.user(f"person{n}")
        dataset = factories.dataset(owner=person)
        factories.run(dataset, n_clusters=2)
        for k in (3, 4):
            waiting_run(dataset, n_clusters=k)
        Run.objects.filter(dataset=dataset, status="queued").first().claim()  # type: ignore[union-attr]
        upload(owner=person, uploaded=factories.file_of("a,b\n1,2\n"))
        beats.beat(f"worker{n}")

    grow(0)
    desk.get("/admin/")
    with django_assert_num_queries(20, exact=False) as few:
        desk.get("/admin/")
    for n in range(1, 4):
        grow(n)
    with django_assert_num_queries(len(few.captured_queries)):
        desk.get("/admin/")
    with django_assert_num_queries(10):
        look_around()


@pytest.mark.parametrize(
    ("permissions", "sees"),
    [((), False), (("view_dataset",), False), (("view_dataset", "view_run"), True), (("change_dataset", "change_run"), True)],
)
def test_only_who_may_see_everybodys_rows_sees_the_overview(client: Client, permissions: tuple[str, ...], sees: bool) -> None:
    curator = factories.user("carla", is_staff=True)
    curator.user_permissions.set(Permission.objects.filter(codename__in=permissions))
    client.force_login(curator)
    page = client.get("/admin/")
    assert page.status_code == 200
    assert ("overview-queue" in page.content.decode()) == sees


def test_the_pages_of_the_applications_repeat_no_overview(desk: Client) -> None:
    for path in ("/admin/datasets/", "/admin/clustering/"):
        assert "overview-queue" not in desk.get(path).content.decode()


def test_who_is_not_of_the_staff_is_sent_away(client: Client, owner: Any) -> None:
    assert client.get("/admin/").status_code == 302
    client.force_login(owner)
    assert client.get("/admin/").status_code == 302


def test_the_page_shows_the_overview_without_inline_style(desk: Client, make_run: Make) -> None:
    make_run()
    html = desk.get("/admin/").content.decode()
    assert "No worker is alive" in html
    assert "Who uses most" in html
    assert not re.search(r"<style|\sstyle=|\son\w+=", html)
