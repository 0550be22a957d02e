"""Runs on their way in, their page out: what they wait for, how long that takes, and what went wrong meanwhile."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from clustering.models import Run
from clustering.services import train
from segmentiq.jobs import beats
from segmentiq.ml.spec import SegmentationSpec

pytestmark = [pytest.mark.django_db, pytest.mark.once]

Make = Callable[..., Any]


@pytest.fixture
def visit(client: Client, owner: Any) -> Client:
    client.force_login(owner)
    return client


def ask(dataset: Any, **spec: Any) -> Run:
    return train(dataset=dataset, spec=SegmentationSpec.from_mapping(spec), requested_by=dataset.owner)


def started(run: Run, *, seconds_ago: float, forecast_s: float | None) -> Run:
    run.claim()
    report = {} if forecast_s is None else {"forecast": {"seconds": forecast_s}}
    Run.objects.filter(pk=run.pk).update(started_at=timezone.now() - timedelta(seconds=seconds_ago), report=report)
    return run


def words_of(visit: Client, run: Run) -> str:
    page = visit.get(reverse("run", args=[run.pk])).content.decode()
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))


@pytest.mark.parametrize(
    ("passed", "forecast", "words"),
    [
        (5, 65, "About 1 min 0 s left."),
        (70, 65, "About 1 s left."),
        (200, 65, "It takes longer than the 1 min 5 s that were forecast; the work goes on."),
        (2, 0.5, "About 1 s left."),
        (5, None, "Starting"),
    ],
)
def test_a_running_run_says_how_long_it_still_takes(
    visit: Client, make_dataset: Make, passed: float, forecast: float | None, words: str
) -> None:
    run = started(ask(make_dataset()), seconds_ago=passed, forecast_s=forecast)
    assert words in words_of(visit, run)


def test_a_run_of_before_the_forecasts_promises_nothing(visit: Client, make_dataset: Make) -> None:
    words = words_of(visit, started(ask(make_dataset()), seconds_ago=5, forecast_s=None))
    assert " left" not in words
    assert "forecast" not in words


def test_a_waiting_run_says_what_it_waits_behind_and_what_it_takes(visit: Client, make_dataset: Make) -> None:
    dataset = make_dataset()
    beats.beat("one")
    first, second, third = ask(dataset), ask(dataset, n_clusters=2), ask(dataset, n_clusters=3)
    assert "Waiting for its turn Once started" in words_of(visit, first)
    assert "Waiting for its turn behind 1 other job Once started it takes about" in words_of(visit, second)
    first.claim()
    assert "behind 2 other jobs" in words_of(visit, third)
    first.finish()
    assert "behind 1 other job " in words_of(visit, third)


def test_a_run_that_was_begun_again_says_so(visit: Client, make_dataset: Make) -> None:
    run = ask(make_dataset())
    beats.beat("one")
    assert "You can leave this page and come back" in words_of(visit, run)
    Run.objects.filter(pk=run.pk).update(attempts=1)
    run.refresh_from_db()
    run.claim()
    assert "The work was interrupted and begun again: attempt 2 of 3." in words_of(visit, run)


def test_the_title_tells_how_far_it_is_to_whoever_looks_elsewhere(visit: Client, make_dataset: Make) -> None:
    run = ask(make_dataset(name="Spring"))
    assert "<title>Segmenting Spring" in visit.get(reverse("run", args=[run.pk])).content.decode()
    run.claim()
    run.advance("tree", 0.42)
    assert "<title>42 % · Segmenting Spring" in visit.get(reverse("run", args=[run.pk])).content.decode()


def test_a_run_that_ended_badly_offers_its_choices_again(visit: Client, make_dataset: Make) -> None:
    run = ask(make_dataset(), linkage="single")
    visit.post(reverse("run_cancel", args=[run.pk]))
    page = visit.get(reverse("run", args=[run.pk])).content.decode()
    assert f'href="{reverse("run_new", args=[run.dataset_id])}?like={run.pk}"' in page
