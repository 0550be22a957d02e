"""The answers a run has had: kept, remembered with who kept them, and gone back to."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Any

import pytest
from django.apps import apps

from clustering import artifacts, services
from clustering.cutting import Cut, answer_of, cut_of
from clustering.models import KeptCut, Run
from clustering.tests.trees import picked_cut
from segmentiq.ml.errors import Refusal

Make = Callable[..., Any]


@pytest.fixture
def run(make_run: Make) -> Run:
    made: Run = make_run(n_clusters=3)
    return made


def by_k(run: Run, k: int) -> Cut:
    return cut_of(artifacts.load_top(run), k=k)


def picked(run: Run) -> Cut:
    return picked_cut(artifacts.load_top(run))


def answers(run: Run) -> list[tuple[int, list[int]]]:
    return [(cut.k, cut.branches) for cut in run.kept_cuts.newest()]


def code_of(attempt: Callable[[], Any]) -> str:
    with pytest.raises(Refusal) as refused:
        attempt()
    return refused.value.code


def test_the_engine_keeps_the_first_answer(run: Run) -> None:
    assert (run.k, run.sizes, run.branches) == (3, [20, 16, 12], list(by_k(run, 3).ids))
    kept = run.kept_cuts.get()
    assert (kept.k, kept.branches, kept.kept_by) == (3, run.branches, None)


def test_another_number_of_segments_becomes_the_answer(run: Run, owner: Any) -> None:
    services.keep_cut(run, by_k(run, 2), owner)
    stored = Run.objects.get(pk=run.pk)
    for seen in (run, stored):
        assert (seen.k, seen.sizes, seen.branches) == (2, [28, 20], list(by_k(run, 2).ids))
        assert seen.silhouette == next(score.silhouette for score in artifacts.load_scores(run) if score.k == 2)
    assert run.kept_cuts.newest()[0].kept_by == owner


def test_a_cut_picked_by_hand_becomes_the_answer(run: Run, owner: Any) -> None:
    cut = picked(run)
    services.keep_cut(run, cut, owner)
    stored = Run.objects.get(pk=run.pk)
    assert (stored.k, stored.branches) == (cut.k, list(cut.ids))
    assert stored.sizes == [branch.size for branch in cut.branches]
    assert answer_of(stored, artifacts.load_top(run)) == cut
    assert stored.silhouette is not None
    assert -1 < stored.silhouette < 1


def test_keeping_what_is_the_answer_changes_nothing(run: Run, owner: Any) -> None:
    services.keep_cut(run, by_k(run, 3), owner)
    assert run.kept_cuts.count() == 1
    services.keep_cut(run, cut_of(artifacts.load_top(run), branches=run.branches[::-1]), owner)
    assert run.kept_cuts.count() == 1


def test_undoing_goes_back_answer_by_answer(run: Run, owner: Any) -> None:
    first = (run.k, run.branches, run.sizes, run.silhouette)
    services.keep_cut(run, by_k(run, 2), owner)
    services.keep_cut(run, picked(run), owner)
    services.undo_cut(run)
    assert (run.k, run.branches) == (2, list(by_k(run, 2).ids))
    services.undo_cut(run)
    assert (run.k, run.branches, run.sizes, run.silhouette) == first
    assert code_of(lambda: services.undo_cut(run)) == "nothing_to_undo"
    assert answers(run) == [(3, first[1])]


def test_no_more_answers_are_remembered_than_the_limit(run: Run, owner: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(services, "MOST_KEPT", 3)
    for k in (2, 3, 4, 5, 6):
        services.keep_cut(run, by_k(run, k), owner)
    assert [k for k, _ in answers(run)] == [6, 5, 4]


def test_one_segment_is_no_cut(run: Run, owner: Any) -> None:
    assert code_of(lambda: services.keep_cut(run, by_k(run, 1), owner)) == "out_of_range"


def test_a_run_that_was_deleted_meanwhile_keeps_nothing(run: Run, owner: Any) -> None:
    top, same = artifacts.load_top(run), Run.objects.get(pk=run.pk)
    cut = cut_of(top, k=2)
    assert services.silhouette_of(same, cut) is not None
    Run.objects.filter(pk=run.pk).delete()
    assert code_of(lambda: services.keep_cut(same, cut, owner)) == "not_found"


def test_who_leaves_takes_no_answer_along(run: Run, stranger: Any) -> None:
    services.keep_cut(run, by_k(run, 2), stranger)
    stranger.delete()
    assert [(cut.k, cut.kept_by) for cut in run.kept_cuts.newest()] == [(2, None), (3, None)]


def test_a_run_of_before_there_was_a_history_starts_with_its_answer(run: Run, owner: Any) -> None:
    KeptCut.objects.all().delete()
    Run.objects.update(branches=[])
    import_module("clustering.migrations.0002_kept_cuts").remember_answers(apps, None)
    run.refresh_from_db()
    assert answers(run) == [(3, [])]
    services.keep_cut(run, by_k(run, 3), owner)
    assert run.kept_cuts.count() == 1
    services.keep_cut(run, by_k(run, 2), owner)
    services.undo_cut(run)
    assert (run.k, run.branches, run.sizes) == (3, list(by_k(run, 3).ids), [20, 16, 12])
