"""A run is computed under its lease, publishes everything at once, and nothing after losing it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from clustering import services
from clustering.execution import execute
from clustering.models import Artifact, Run
from datasets.services import override_column
from segmentiq.jobs.lifecycle import LeaseLost
from segmentiq.ml.pipeline import segment
from segmentiq.ml.spec import SegmentationSpec
from segmentiq.ml.tests.tables import numbers_of

pytestmark = pytest.mark.once

Make = Callable[..., Any]


def queued(dataset: Any, **spec: Any) -> Run:
    asked = SegmentationSpec.from_mapping({"stability": False, **spec})
    return services.train(dataset=dataset, spec=asked, requested_by=dataset.owner)


def files(media: Path) -> list[str]:
    return sorted(path.name for path in (media / "runs").rglob("*") if path.is_file())


def test_the_answer_stands_in_the_row(make_run: Make) -> None:
    run = make_run(n_clusters=3)
    assert (run.status, run.k, run.n_rows, run.n_clustered, run.n_set_aside) == ("done", 3, 48, 48, 0)
    assert run.sizes == [20, 16, 12]
    assert 0.5 < run.silhouette <= 1
    assert run.advice["k"] == 3


def test_the_report_says_how_it_was_made(make_run: Make) -> None:
    report = make_run().report
    assert report["engine"]["exact"] is True
    assert {"features", "tree", "scores"} <= set(report["seconds"])
    assert report["versions"]["numpy"]
    assert len(report["heights"]) == 10
    assert report["peak_memory_bytes"] > 10**7
    assert sum(report["inertia"].values()) == pytest.approx(1.0)


def test_the_report_holds_the_forecast_and_what_it_really_took(make_run: Make, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level("INFO", "clustering.report"):
        report = make_run().report
    assert set(report["forecast"]) == {"kernel", "exact", "seconds", "tree"}
    for cost in (report["forecast"], report["took"]):
        assert cost["seconds"] >= cost["tree"]["seconds"] >= 0
    assert report["forecast"]["kernel"] == report["engine"]["kernel"]
    assert report["took"]["seconds"] >= sum(report["seconds"].values())
    assert "Forecast" in caplog.text


def test_a_waiting_run_holds_its_forecast_already(make_dataset: Make) -> None:
    assert queued(make_dataset()).report["forecast"]["seconds"] > 0


def test_cancelling_inside_the_linkage_ends_it_there(make_dataset: Make, media: Path) -> None:
    random = np.random.default_rng(0)
    lines = ["a,b,c", *(",".join(f"{cell:.6f}" for cell in row) for row in random.normal(size=(3_000, 3)))]
    run, shares = queued(make_dataset("\n".join(lines) + "\n")), []
    assert run.claim()

    def cancel_within(stage: str, share: float) -> None:
        if stage == "tree":
            shares.append(share)
            if len(shares) == 3:
                Run.objects.get(pk=run.pk).cancel()
        run.advance(stage, share)

    with pytest.raises(LeaseLost):
        execute(run, cancel_within)
    run.refresh_from_db()
    assert (run.status, run.stage, len(shares), files(media)) == ("cancelled", "tree", 3, [])
    assert shares == sorted(shares)


@pytest.mark.parametrize("linkage", ["ward", "average", "single"])
def test_the_number_of_threads_changes_no_byte(make_dataset: Make, monkeypatch: pytest.MonkeyPatch, linkage: str) -> None:
    random = np.random.default_rng(1)
    values = random.normal(size=(3_000, 4)).round(2)
    table = numbers_of(pd.DataFrame(values, columns=list("abcd")))
    spec = SegmentationSpec.from_mapping({"linkage": linkage, "stability": False})
    found = []
    for threads in ("1", "2"):
        monkeypatch.setenv("ENGINE_THREADS", threads)
        found.append(segment(table, spec))
    first, second = found
    assert first.tree.merges.tobytes() == second.tree.merges.tobytes()
    assert first.order.tobytes() == second.order.tobytes()
    assert (first.scores, first.advice, first.profiles) == (second.scores, second.advice, second.profiles)


def test_rows_with_missing_cells_are_counted_when_set_aside(make_dataset: Make, make_run: Make) -> None:
    lines = ["id,a,b"] + [f"c{i},{i % 3 * 10 + i / 100},{'' if i == 5 else i % 3 * 5}" for i in range(30)]
    run = make_run(make_dataset("\n".join(lines) + "\n"), missing="drop", columns=["a", "b"])
    assert (run.n_rows, run.n_clustered, run.n_set_aside) == (30, 29, 1)


def test_progress_never_goes_back(make_dataset: Make) -> None:
    run, told = queued(make_dataset()), []
    assert run.claim()
    execute(run, lambda stage, share: told.append((stage, share)))
    shares = [share for _, share in told]
    assert shares == sorted(shares)
    assert [told[0][0], told[-1][0]] == ["features", "drawing"]


def test_a_run_cancelled_before_it_publishes_leaves_nothing(make_dataset: Make, media: Path) -> None:
    run = queued(make_dataset())
    assert run.claim()

    def cancel_late(stage: str, share: float) -> None:
        if stage == "drawing":
            Run.objects.get(pk=run.pk).cancel()

    with pytest.raises(LeaseLost):
        execute(run, cancel_late)
    run.refresh_from_db()
    assert (run.status, run.k, Artifact.objects.count(), files(media)) == ("cancelled", None, 0, [])


def test_a_worker_that_was_taken_over_publishes_nothing(make_dataset: Make, media: Path) -> None:
    run = queued(make_dataset())
    assert run.claim()
    late = Run.objects.get(pk=run.pk)
    assert run.requeue()
    assert run.claim()
    execute(run, lambda stage, share: None)
    published = files(media)
    with pytest.raises(LeaseLost):
        execute(late, lambda stage, share: None)
    assert files(media) == published
    assert Artifact.objects.filter(run=run).count() == len(published)


def test_columns_corrected_while_the_run_waited_end_it_with_a_sentence(make_dataset: Make, drain: Make) -> None:
    dataset = make_dataset()
    run = queued(dataset)
    override_column(dataset.columns.get(name="region"), role="ignored")
    drain()
    run.refresh_from_db()
    assert (run.status, run.error_code) == ("failed", "conflict")


def test_a_damaged_table_ends_the_run_with_a_sentence(make_dataset: Make, drain: Make, media: Path) -> None:
    run = queued(make_dataset())
    next((media / "datasets").rglob("*.arrow")).write_bytes(b"ARROW1")
    drain()
    run.refresh_from_db()
    assert (run.status, run.error_code) == ("failed", "table_unreadable")
