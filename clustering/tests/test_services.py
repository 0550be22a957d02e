"""Runs by their services: one question is computed once, wrong ones are refused before anything is queued."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django_tasks_db.models import DBTaskResult

from clustering import artifacts, services
from clustering.cutting import cut_of
from clustering.models import Run
from clustering.tests.trees import balanced_tree
from datasets.services import override_column, upload
from segmentiq.files import remove_folder, run_folder
from segmentiq.ml.errors import Refusal
from segmentiq.ml.spec import SegmentationSpec
from segmentiq.testing.factories import file_of
from segmentiq.testing.tables import THREE_GROUPS, TWO_ROWS

Make = Callable[..., Any]


def ask(dataset: Any, **spec: Any) -> Run:
    return services.train(dataset=dataset, spec=SegmentationSpec.from_mapping(spec), requested_by=dataset.owner)


def refusal_of(dataset: Any, **spec: Any) -> Refusal:
    with pytest.raises(Refusal) as refused:
        ask(dataset, **spec)
    return refused.value


def test_training_makes_a_row_and_queues_it(make_dataset: Make) -> None:
    run = ask(make_dataset())
    assert (run.status, run.spec["linkage"], run.requested_by) == ("queued", "ward", run.dataset.owner)
    assert DBTaskResult.objects.ready().get().args_kwargs["args"] == [str(run.pk)]


def test_the_same_question_on_the_same_file_is_the_same_run(make_dataset: Make) -> None:
    dataset = make_dataset()
    first = ask(dataset, n_clusters=3, weights={"age": 2, "spending": 1})
    assert ask(dataset, weights={"spending": 1, "age": 2}, n_clusters=3).pk == first.pk
    assert ask(dataset, n_clusters=4).pk != first.pk
    assert Run.objects.count() == 2


def test_a_corrected_column_makes_it_another_question(make_dataset: Make) -> None:
    dataset = make_dataset()
    first = ask(dataset)
    override_column(dataset.columns.get(name="region"), role="descriptor")
    assert ask(dataset).pk != first.pk


def test_a_cancelled_run_is_no_answer(make_dataset: Make) -> None:
    dataset = make_dataset()
    first = ask(dataset)
    services.cancel(first)
    assert ask(dataset).pk != first.pk


def test_losing_the_race_for_the_same_question_gives_the_winners_run(make_dataset: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    dataset = make_dataset()
    winner = ask(dataset)
    answers = iter([None, winner])
    monkeypatch.setattr(services, "_answering", lambda run: next(answers))
    assert ask(dataset).pk == winner.pk
    assert Run.objects.count() == 1
    assert DBTaskResult.objects.ready().count() == 1


@pytest.mark.parametrize(
    ("spec", "code"),
    [
        ({"columns": ["agge"]}, "unknown_column"),
        ({"log": ["nothing"]}, "unknown_column"),
        ({"weights": {"nothing": 2}}, "unknown_column"),
        ({"columns": ["customer_id"]}, "no_features"),
        ({"n_clusters": 48}, "out_of_range"),
        ({"columns": ["age", "spending"], "pca": 3}, "invalid_pca"),
        ({"linkage": "average", "metric": "gower", "pca": 2}, "invalid_pca"),
    ],
)
def test_what_the_dataset_cannot_answer_is_refused_at_once(make_dataset: Make, spec: dict[str, Any], code: str) -> None:
    assert refusal_of(make_dataset(), **spec).code == code
    assert not Run.objects.exists()


@pytest.mark.parametrize("source", [TWO_ROWS, "age,spending\n31,10.5\n"], ids=["two", "one"])
def test_fewer_than_three_rows_are_too_few_before_their_columns_are_judged(make_dataset: Make, source: str) -> None:
    assert refusal_of(make_dataset(source)).code == "too_few_rows"


def test_a_dataset_that_is_not_read_yet_is_not_ready(owner: Any) -> None:
    dataset = upload(owner=owner, uploaded=file_of(THREE_GROUPS))
    assert refusal_of(dataset).code == "not_ready"


def test_what_does_not_fit_the_memory_is_refused_before_it_is_queued(make_dataset: Make, settings: Any) -> None:
    dataset = make_dataset()
    dataset.n_rows = 1_000_000
    settings.WORKER_MEMORY_MB = 500
    refused = refusal_of(dataset, linkage="average")
    assert refused.code == "too_large"
    assert "GiB" in refused.message


def test_too_many_waiting_runs_are_refused(make_dataset: Make, settings: Any) -> None:
    settings.MAX_QUEUED_PER_USER = 2
    dataset = make_dataset()
    ask(dataset, n_clusters=2)
    ask(dataset, n_clusters=3)
    assert refusal_of(dataset, n_clusters=4).code == "too_many_queued"
    assert ask(dataset, n_clusters=3).status == "queued"


def test_cancelling_twice_is_refused(make_dataset: Make) -> None:
    run = ask(make_dataset())
    services.cancel(run)
    with pytest.raises(Refusal) as refused:
        services.cancel(run)
    assert refused.value.code == "not_active"


def test_a_name_stays_on_its_branch(make_run: Make) -> None:
    run = make_run(n_clusters=3)
    services.name_segment(run, 1, "  Big \n spenders ", "call them")
    services.name_segment(run, 1, "Spenders")
    services.name_segment(run, 1, note="", hue=8)
    assert [(entry.branch, entry.name, entry.note, entry.hue) for entry in run.names.all()] == [(1, "Spenders", "", 8)]
    with pytest.raises(Refusal) as refused:
        services.name_segment(run, 999, "x")
    assert refused.value.code == "unknown_branch"
    with pytest.raises(Refusal) as refused:
        services.name_segment(run, 1, hue=9)
    assert (refused.value.code, refused.value.field) == ("invalid_value", "hue")


def test_only_a_finished_run_can_be_cut_or_named(make_dataset: Make) -> None:
    run = ask(make_dataset())
    cut = cut_of(balanced_tree(), k=2)
    attempts: list[Any] = [
        lambda: services.keep_cut(run, cut, run.dataset.owner),
        lambda: services.undo_cut(run),
        lambda: services.name_segment(run, 0, "x"),
    ]
    for attempt in attempts:
        with pytest.raises(Refusal) as refused:
            attempt()
        assert refused.value.code == "not_ready"


def test_a_finished_run_with_all_its_files_answers_itself(make_run: Make) -> None:
    run = make_run()
    assert services.rerun(run).pk == run.pk


def test_a_run_with_a_damaged_file_is_replaced(make_run: Make, drain: Make, django_capture_on_commit_callbacks: Any) -> None:
    run = make_run()
    with artifacts.open_file(run, "top.json") as stream:
        Path(stream.name).write_bytes(b"{}")
    with django_capture_on_commit_callbacks(execute=True):
        again = services.rerun(run)
    drain()
    again.refresh_from_db()
    assert again.pk != run.pk
    assert again.status == "done"
    assert not Run.objects.filter(pk=run.pk).exists()


def test_deleting_a_run_takes_its_files(make_run: Make, media: Path, django_capture_on_commit_callbacks: Any) -> None:
    run = make_run()
    folder = media / "runs" / str(run.pk)
    assert folder.is_dir()
    with django_capture_on_commit_callbacks(execute=True):
        services.delete_run(run)
    assert not folder.exists()


def test_of_two_who_delete_a_run_at_once_one_is_told_that_it_is_gone(make_run: Make) -> None:
    run = make_run()
    same = Run.objects.get(pk=run.pk)
    services.delete_run(run)
    assert delete_again(same) == "not_found"
    remove_folder(run_folder(same.pk))
    with pytest.raises(Refusal) as refused:
        artifacts.open_file(same, "top.json")
    assert refused.value.code in ("not_found", "no_artifact")


def delete_again(run: Run) -> str:
    with pytest.raises(Refusal) as refused:
        services.delete_run(run)
    return refused.value.code
