"""Requests in, run pages out: every state has its words, nothing shows what is not the visitor's."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from clustering import services
from clustering.models import Run
from segmentiq.jobs import beats
from segmentiq.ml.errors import RunRefused
from segmentiq.ml.spec import SegmentationSpec

pytestmark = [pytest.mark.django_db, pytest.mark.once]


@pytest.fixture
def visit(client: Client, owner: Any) -> Client:
    client.force_login(owner)
    return client


def words_of(answer: Any) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


def queued_run(dataset: Any) -> Run:
    from clustering.services import train
    from segmentiq.ml.spec import SegmentationSpec

    return train(dataset=dataset, spec=SegmentationSpec(), requested_by=dataset.owner)


def test_the_result_says_its_sentence_first(visit: Client, make_run: Callable[..., Any]) -> None:
    run = make_run(n_clusters=3)
    answer = visit.get(reverse("run", args=[run.pk]))
    words = words_of(answer)
    assert answer.status_code == 200
    assert "fall into 3 segments." in words
    assert words.index("fall into 3 segments.") < words.index("The segments, largest first")


def test_another_cut_is_a_link_away(visit: Client, make_run: Callable[..., Any]) -> None:
    run = make_run(n_clusters=3)
    page = visit.get(reverse("run", args=[run.pk]), {"k": 4}).content.decode()
    assert page.count('data-card="') == 4 + 1  # and the template's blank one
    assert 'href="?k=3"' in page
    assert 'href="?k=5"' in page


@pytest.mark.parametrize("k", ["0", "1", "99", "abc", "-3", "1e9", "9" * 30, "\x00"])
def test_an_impossible_cut_shows_the_nearest(visit: Client, make_run: Callable[..., Any], k: str) -> None:
    assert visit.get(reverse("run", args=[make_run(n_clusters=3).pk]), {"k": k}).status_code == 200


def test_the_page_carries_every_cut(visit: Client, make_run: Callable[..., Any]) -> None:
    run = make_run(n_clusters=3)
    page = visit.get(reverse("run", args=[run.pk])).content.decode()
    found = re.search(r'<script id="run-data" type="application/json">(.*?)</script>', page, re.DOTALL)
    assert found
    data = json.loads(found.group(1))
    assert data["branches"][0]["n"] == run.n_clustered
    assert len(data["split_y"]) + 1 == (len(data["branches"]) + 1) // 2
    assert data["split_y"] == sorted(data["split_y"])


def test_no_page_holds_script_or_style_of_its_own(visit: Client, make_run: Callable[..., Any]) -> None:
    run = make_run(n_clusters=3)
    for address in (reverse("run", args=[run.pk]), reverse("run_new", args=[run.dataset_id]), reverse("home")):
        page = visit.get(address).content.decode()
        assert " style=" not in page
        assert "<style" not in page
        assert not re.search(r"\son\w+=", page)
        assert not [tag for tag in re.findall(r"<script[^>]*>", page) if "src=" not in tag and "application/json" not in tag]


def test_nasty_names_are_shown_as_text(visit: Client, make_dataset: Callable[..., Any], make_run: Callable[..., Any]) -> None:
    nasty = "</script><script>alert(1)</script>"
    csv = f'"{nasty}",__proto__,x\n' + "\n".join(
        f"{a},{b},{c}" for a, b, c in [(1, 2, 3), (2, 3, 3), (90, 95, 9), (91, 99, 8)] * 5
    )
    run = make_run(make_dataset(csv, name=nasty), n_clusters=2)
    for address in (
        reverse("run", args=[run.pk]),
        reverse("dataset", args=[run.dataset_id]),
        reverse("run_new", args=[run.dataset_id]),
    ):
        page = visit.get(address).content.decode()
        assert "<script>alert" not in page


def test_a_queued_run_waits_and_says_that_no_worker_is_there(visit: Client, make_dataset: Callable[..., Any]) -> None:
    run = queued_run(make_dataset())
    assert "No worker is running" in words_of(visit.get(reverse("run", args=[run.pk])))
    beats.beat("one")
    assert "No worker is running" not in words_of(visit.get(reverse("run", args=[run.pk])))


def test_a_running_run_shows_its_stage(visit: Client, make_dataset: Callable[..., Any]) -> None:
    run = queued_run(make_dataset())
    run.claim()
    run.advance("tree", 0.42)
    page = visit.get(reverse("run", args=[run.pk])).content.decode()
    assert "Building the tree" in page
    assert 'value="42"' in page


def test_a_run_can_be_cancelled_once(visit: Client, make_dataset: Callable[..., Any]) -> None:
    run = queued_run(make_dataset())
    words = words_of(visit.post(reverse("run_cancel", args=[run.pk]), follow=True))
    assert "This run was cancelled." in words
    assert "already ended" in words_of(visit.post(reverse("run_cancel", args=[run.pk]), follow=True))


def test_a_failed_run_says_why_and_what_to_do(visit: Client, make_dataset: Callable[..., Any]) -> None:
    run = queued_run(make_dataset())
    run.claim()
    run.fail(RunRefused("No row is left.", code="no_rows_left", hint="Impute instead."))
    words = words_of(visit.get(reverse("run", args=[run.pk])))
    assert "No row is left." in words
    assert "Impute instead." in words


def test_a_damaged_run_says_so(visit: Client, make_run: Callable[..., Any], settings: Any) -> None:
    run = make_run(n_clusters=2)
    (settings.OUTPUT_DIR / run.artifacts.get(name="top.json").path).write_text("{")
    assert "files are damaged" in words_of(visit.get(reverse("run", args=[run.pk])))
    refused = visit.get(reverse("run_dendrogram", args=[run.pk]))
    assert refused.status_code == 422
    assert "A stored result of this run is missing or damaged." in words_of(refused)


def test_a_waiting_run_says_that_the_engine_is_prepared(visit: Client, make_dataset: Callable[..., Any]) -> None:
    dataset = make_dataset()
    run = services.train(dataset=dataset, spec=SegmentationSpec(), requested_by=dataset.owner)
    beats.beat("new", is_ready=False)
    page = words_of(visit.get(reverse("run", args=[run.pk])))
    assert "Preparing the engine (first start only)" in page
    assert "No worker is running" not in page
    beats.beat("new")
    assert "Waiting for its turn" in words_of(visit.get(reverse("run", args=[run.pk])))


def test_a_worker_that_is_ready_outweighs_one_that_prepares(visit: Client, make_dataset: Callable[..., Any]) -> None:
    dataset = make_dataset()
    run = services.train(dataset=dataset, spec=SegmentationSpec(), requested_by=dataset.owner)
    beats.beat("old")
    beats.beat("new", is_ready=False)
    assert "Waiting for its turn" in words_of(visit.get(reverse("run", args=[run.pk])))


def test_the_report_of_a_result_tells_forecast_and_truth(visit: Client, make_run: Callable[..., Any]) -> None:
    page = words_of(visit.get(reverse("run", args=[make_run().pk])))
    assert "Forecast and truth" in page
    assert "were forecast; it took" in page


def test_a_segment_can_be_named_and_keeps_its_name(visit: Client, make_run: Callable[..., Any]) -> None:
    run = make_run(n_clusters=3)
    answer = visit.post(reverse("run_segment", args=[run.pk]), {"branch": 1, "name": "Loyal <b>", "note": "call them", "k": 2})
    assert answer["Location"] == f"{reverse('run', args=[run.pk])}?k=2#segments"
    page = visit.get(answer["Location"]).content.decode()
    assert "Loyal &lt;b&gt;" in page
    assert "call them" in page


def test_a_cut_can_be_kept(visit: Client, make_run: Callable[..., Any]) -> None:
    run = make_run(n_clusters=3)
    visit.post(reverse("run_cut", args=[run.pk]), {"k": 4})
    run.refresh_from_db()
    assert run.k == 4
    assert "out of" in words_of(visit.post(reverse("run_cut", args=[run.pk]), {"k": 49}, follow=True)) or run.k == 4


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("run_assignments", "text/csv"),
        ("run_dendrogram", "image/svg+xml"),
        ("run_picture", "image/png"),
        ("run_report", "application/json"),
    ],
)
def test_downloads_are_attachments_that_nothing_runs_in(
    visit: Client, make_run: Callable[..., Any], name: str, kind: str
) -> None:
    answer = visit.get(reverse(name, args=[make_run(n_clusters=3).pk]), {"k": 2})
    assert b"".join(answer.streaming_content)  # type: ignore[attr-defined]
    assert answer["Content-Type"].startswith(kind)
    assert answer["Content-Disposition"].startswith("attachment")
    assert "sandbox" in answer["Content-Security-Policy"]
    assert answer["Cache-Control"] == "private, no-store"


def test_deleting_a_run_asks_first(visit: Client, make_run: Callable[..., Any]) -> None:
    run = make_run(n_clusters=2)
    assert "Delete this run?" in words_of(visit.get(reverse("run_delete", args=[run.pk])))
    assert Run.objects.exists()
    visit.post(reverse("run_delete", args=[run.pk]))
    assert not Run.objects.exists()


def test_the_list_says_what_every_run_is(visit: Client, make_run: Callable[..., Any], make_dataset: Callable[..., Any]) -> None:
    assert "No run yet." in words_of(visit.get(reverse("runs")))
    run = make_run(n_clusters=2)
    queued = queued_run(run.dataset)
    Run.objects.filter(pk=queued.pk).update(created_at=timezone.now())
    words = words_of(visit.get(reverse("runs")))
    assert "in 2 segments" in words
    assert "Waiting" in words


def test_a_stranger_finds_nothing(client: Client, stranger: Any, make_run: Callable[..., Any]) -> None:
    run = make_run(n_clusters=2)
    client.force_login(stranger)
    for name in ("run", "run_delete", "run_assignments", "run_dendrogram", "run_picture", "run_report"):
        assert client.get(reverse(name, args=[run.pk])).status_code == 404
    for name in ("run_cancel", "run_delete", "run_again", "run_cut", "run_cut_undo", "run_segment"):
        assert client.post(reverse(name, args=[run.pk]), {"k": 2, "branch": 1}).status_code == 404
    assert client.get(reverse("run_new", args=[run.dataset_id])).status_code == 404
    assert "No run yet." in words_of(client.get(reverse("runs")))


def test_where_nothing_is_stable_and_money_is_skewed_the_logarithm_is_a_link_away(
    visit: Client, make_dataset: Callable[..., Any], make_run: Callable[..., Any]
) -> None:
    generator = np.random.default_rng(5)
    spent = np.exp(generator.normal(3, 1.6, size=(300, 2))).round(2)
    table = "spent,owed\n" + "\n".join(f"{a},{b}" for a, b in spent)
    run = make_run(make_dataset(table), stability=True)
    assert run.advice["verdict"] == "none"
    page = visit.get(f"/runs/{run.pk}").content.decode()
    assert "lean far to the right" in page
    address = f"/datasets/{run.dataset_id}/segment?like={run.pk}&amp;log=auto"
    assert address in page
    form = visit.get(address.replace("&amp;", "&")).content.decode()
    assert re.search(r'<option value="auto" selected>', form)
    again = make_run(run.dataset, stability=True, log="auto")
    assert "lean far to the right" not in visit.get(f"/runs/{again.pk}").content.decode()
