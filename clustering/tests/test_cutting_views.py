"""What people do to a finished tree on its page, with a script and without one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

import pytest
from django.contrib.messages import get_messages
from django.test import Client
from django.urls import reverse

from clustering import artifacts, services
from clustering.models import Run
from clustering.segments import proposed
from clustering.tests.trees import picked_cut
from segmentiq.ml.spec import SegmentationSpec

JSON = {"Accept": "application/json"}


@pytest.fixture
def run(make_run: Callable[..., Any]) -> Run:
    made: Run = make_run(n_clusters=3)
    return made


@pytest.fixture
def visit(client: Client, owner: Any) -> Client:
    client.force_login(owner)
    return client


def post(visit: Client, name: str, run: Run, headers: Any = None, /, **body: Any) -> Any:
    return visit.post(reverse(name, args=[run.pk]), body, headers=headers or {})


def told(answer: Any) -> str:
    return " ".join(str(message) for message in get_messages(answer.wsgi_request))


def test_a_cut_is_kept_and_taken_back(visit: Client, run: Run, owner: Any) -> None:
    cut = picked_cut(artifacts.load_top(run))
    answer = post(visit, "run_cut", run, branches=cut.query.partition("=")[2])
    assert (answer.status_code, answer["Location"]) == (302, reverse("run", args=[run.pk]))
    assert told(answer) == f"{cut.k} segments are kept as this run's answer."
    run.refresh_from_db()
    assert (run.branches, run.kept_cuts.newest()[0].kept_by) == (list(cut.ids), owner)
    assert told(post(visit, "run_cut_undo", run)).endswith("3 segments are this run's answer again.")
    run.refresh_from_db()
    assert run.k == 3
    assert "no earlier answer" in told(post(visit, "run_cut_undo", run))
    post(visit, "run_cut", run, k="2")
    run.refresh_from_db()
    assert run.k == 2


@pytest.mark.parametrize("body", [{"k": "49"}, {"k": "1"}, {"k": "x"}, {"branches": "1"}, {"k": "2", "branches": "1,2"}])
def test_a_cut_that_cannot_be_is_told_and_not_kept(visit: Client, run: Run, body: dict[str, str]) -> None:
    assert told(post(visit, "run_cut", run, **body))
    assert run.kept_cuts.count() == 1


def test_who_names_a_segment_comes_back_to_the_cut_that_was_shown(visit: Client, run: Run) -> None:
    page = reverse("run", args=[run.pk])
    picked = picked_cut(artifacts.load_top(run)).query
    for shown, query in (("k=4", "?k=4"), (picked, f"?{picked}"), ("k=3", ""), ("k=99", ""), ("x=1", "")):
        field, _, value = shown.partition("=")
        answer = post(visit, "run_segment", run, branch=1, name="Loyal", **{field: value})
        assert answer["Location"] == f"{page}{query}#segments"


def test_a_script_is_told_how_the_branch_is_called_now(visit: Client, run: Run) -> None:
    branch = run.branches[0]
    name, hue = proposed(run, branch)
    other = hue % 8 + 1
    answer = post(visit, "run_segment", run, JSON, branch=branch, name=" Loyal ", note="Call.", hue=other)
    assert answer.json() == {"branch": branch, "name": "Loyal", "named": True, "note": "Call.", "hue": other}
    answer = post(visit, "run_segment", run, JSON, branch=branch, name="", note="Call.")
    assert answer.json() == {"branch": branch, "name": name, "named": False, "note": "Call.", "hue": other}
    answer = post(visit, "run_segment", run, JSON, branch=branch, hue=0)
    assert (answer.json()["hue"], answer.json()["note"]) == (hue, "Call.")


def test_sending_back_what_was_proposed_says_nothing(visit: Client, run: Run) -> None:
    branch = run.branches[0]
    name, hue = proposed(run, branch)
    answer = post(visit, "run_segment", run, JSON, branch=branch, name=name, note="Only this.", hue=hue)
    assert answer.json() == {"branch": branch, "name": name, "named": False, "note": "Only this.", "hue": hue}
    said = run.names.get()
    assert (said.name, said.note, said.hue) == ("", "Only this.", 0)


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"branch": "998", "name": "x"}, "invalid_value"),
        ({"branch": "98", "name": "x"}, "unknown_branch"),
        ({"branch": "x"}, "invalid_value"),
        ({"branch": "1", "name": "x" * 81}, "invalid_value"),
        ({"branch": "1", "name": "a\x00b"}, "invalid_value"),
        ({"branch": "1", "hue": "9"}, "invalid_value"),
        ({}, "invalid_value"),
    ],
)
def test_what_cannot_be_said_is_refused_with_and_without_a_script(
    visit: Client, run: Run, body: dict[str, str], code: str
) -> None:
    answer = post(visit, "run_segment", run, JSON, **body)
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, code)
    answer = post(visit, "run_segment", run, **body)
    assert answer.status_code == 302
    assert told(answer)
    assert not run.names.exists()


def test_nothing_is_cut_before_there_is_a_tree(visit: Client, make_dataset: Callable[..., Any], owner: Any) -> None:
    run = services.train(dataset=make_dataset(), spec=SegmentationSpec(), requested_by=owner)
    for name in ("run_cut", "run_cut_undo", "run_segment"):
        assert "no result yet" in told(post(visit, name, run, k=2, branch=1, name="x"))


def test_downloads_are_of_the_cut_that_was_shown_or_missing(visit: Client, run: Run) -> None:
    picked = picked_cut(artifacts.load_top(run))
    for name in ("run_assignments", "run_dendrogram", "run_report"):
        address = reverse(name, args=[run.pk])
        assert visit.get(f"{address}?{picked.query}").status_code == 200
        for wrong in ("k=99", "k=x", "branches=1", "height=-1", "k=2&height=1"):
            assert visit.get(f"{address}?{wrong}").status_code == 404, wrong
    document: Any = visit.get(f"{reverse('run_report', args=[run.pk])}?height=0")
    assert b'"k": 48' in b"".join(document.streaming_content)


def test_one_segment_can_be_downloaded_alone(visit: Client, run: Run) -> None:
    for name in ("run_assignments", "run_workbook"):
        address = reverse(name, args=[run.pk])
        answer: Any = visit.get(f"{address}?k=3&segment=2")
        assert "segment 2 of 3." in answer["Content-Disposition"]
        for wrong in ("4", "x", "-1", "01", ""):
            assert visit.get(f"{address}?k=3&segment={wrong}").status_code == 404
    rows = [
        b"".join(cast("Any", visit.get(f"{reverse('run_assignments', args=[run.pk])}?segment={n}&bom=1")).streaming_content)
        for n in (0, 1, 2, 3)
    ]
    assert [content.count(b"\r\n") - 1 for content in rows] == [0, *run.sizes]
    assert {content[:3] for content in rows} == {b"\xef\xbb\xbf"}
