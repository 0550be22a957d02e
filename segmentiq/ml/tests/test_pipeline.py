"""The whole walk, from a table to a segmentation."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import adjusted_rand_score

from segmentiq.ml.cut import cut_k
from segmentiq.ml.errors import RunRefused
from segmentiq.ml.pipeline import SHARES, segment
from segmentiq.ml.spec import METRICS, SegmentationSpec
from segmentiq.ml.tests.tables import make_table, numbers_of
from segmentiq.ml.values import Segmentation, Table

CENTRES = np.array([[0.0, 0.0], [10.0, 0.0], [0.0, 10.0], [10.0, 10.0]])


def blobs(per_blob: int = 30, seed: int = 0) -> tuple[Table, list[int]]:
    random = np.random.default_rng(seed)
    points = np.concatenate([random.normal(centre, 1.0, size=(per_blob, 2)) for centre in CENTRES])
    return numbers_of(pd.DataFrame(points, columns=["x", "y"])), np.repeat(np.arange(4), per_blob).tolist()


def run(table: Table, **choices: Any) -> Segmentation:
    return segment(table, SegmentationSpec.from_mapping(choices))


def labels_of(result: Segmentation, k: int) -> list[int]:
    labels = np.zeros(len(result.order), dtype=int)
    for number, branch in enumerate(cut_k(result.top, k), 1):
        labels[result.order[branch.start : branch.stop]] = number
    return labels.tolist()


def test_planted_segments_are_advised_and_found() -> None:
    table, planted = blobs()
    result = run(table)
    assert result.k == result.advice.k == 4
    assert adjusted_rand_score(labels_of(result, 4), planted) > 0.99


@pytest.mark.parametrize(("linkage", "metric"), [(linkage, metric) for linkage in METRICS for metric in METRICS[linkage]])
def test_every_linkage_and_metric_walks_through(linkage: str, metric: str) -> None:
    table = make_table(
        a=np.random.default_rng(0).gamma(2, size=40),
        b=np.random.default_rng(1).normal(size=40),
        c=("category", list("xyzx") * 10),
    )
    result = run(table, linkage=linkage, metric=metric, stability=False)
    assert sorted(result.order.tolist()) == list(range(40))
    assert len(result.scores) == 38
    assert len(result.profiles) == len(result.top.branches)


def test_progress_names_every_stage_and_never_falls() -> None:
    told: list[tuple[str, float]] = []
    segment(blobs()[0], SegmentationSpec(), on_progress=lambda stage, share: told.append((stage, share)))
    shares = [share for _, share in told]
    assert list(dict.fromkeys(stage for stage, _ in told)) == list(SHARES)
    assert shares == sorted(shares)
    assert shares[-1] == pytest.approx(1)


def test_seconds_are_kept_per_stage() -> None:
    assert list(run(blobs()[0]).seconds) == list(SHARES)


def test_what_progress_raises_ends_the_run() -> None:
    class Stopped(Exception):
        pass

    def stop(stage: str, share: float) -> None:
        if stage == "scores":
            raise Stopped

    with pytest.raises(Stopped):
        segment(blobs()[0], SegmentationSpec(), on_progress=stop)


def test_the_number_asked_for_is_the_answer_and_the_advice_stands_beside_it() -> None:
    result = run(blobs()[0], n_clusters=7)
    assert (result.k, result.advice.k) == (7, 4)


def test_a_height_cuts_the_tree() -> None:
    table, _ = blobs()
    full = run(table, stability=False)
    height = (full.tree.merges[-3, 2] + full.tree.merges[-4, 2]) / 2
    assert run(table, distance_threshold=height, stability=False).k == 4


def test_a_height_below_the_top_tree_is_capped_with_a_warning() -> None:
    result = run(blobs()[0], distance_threshold=1e-6, stability=False)
    assert result.k == 50
    assert "50 are shown" in result.warnings[0]


def test_a_height_above_the_tree_shows_two_segments_with_a_warning() -> None:
    result = run(blobs()[0], distance_threshold=1e6, stability=False)
    assert result.k == 2
    assert "above the whole tree" in result.warnings[0]


def test_more_segments_than_customers_can_fill_are_refused() -> None:
    table = make_table(a=[1.0, 2.0, 3.0, None, None])
    assert run(table, n_clusters=2, missing="drop", stability=False).k == 2
    with pytest.raises(RunRefused, match="only 3 customers") as caught:
        run(table, n_clusters=3, missing="drop")
    assert caught.value.code == "too_few_rows_after_cleaning"


def test_three_customers_are_enough() -> None:
    assert run(make_table(a=[1.0, 2.0, 9.0])).k == 2


def test_fewer_different_customers_than_segments_are_told() -> None:
    result = run(make_table(a=[1.0, 2.0, 3.0] * 10), n_clusters=6, stability=False)
    assert "only 3 different customers" in result.warnings[0]


def test_rows_set_aside_are_counted_and_the_rest_is_mapped_home() -> None:
    result = run(make_table(a=[1.0, None, 3.0, 8.0, 9.0, 9.5]), missing="drop", stability=False)
    assert result.features.rows.tolist() == [0, 2, 3, 4, 5]
    assert result.features.n_table_rows == 6


def test_a_tree_that_does_not_fit_the_budget_is_refused() -> None:
    with pytest.raises(RunRefused) as caught:
        segment(blobs()[0], SegmentationSpec(linkage="average"), memory_bytes=10_000)
    assert caught.value.code == "too_large"


def test_without_stability_no_score_carries_any() -> None:
    assert {score.stability for score in run(blobs()[0], stability=False).scores} == {None}
    assert run(blobs()[0]).scores[2].stability is not None


def test_the_same_question_has_the_same_answer() -> None:
    first, second = run(blobs()[0]), run(blobs()[0])
    assert first.tree.merges.tobytes() == second.tree.merges.tobytes()
    assert (first.top, first.scores, first.advice, first.profiles) == (second.top, second.scores, second.advice, second.profiles)


def test_the_order_of_the_file_does_not_matter() -> None:
    table, _ = blobs()
    order = np.random.default_rng(5).permutation(len(table.frame))
    shuffled = Table(frame=table.frame.iloc[order].reset_index(drop=True), columns=table.columns)
    first, second = run(table, stability=False), run(shuffled, stability=False)
    home = np.empty(len(order), dtype=int)
    home[order] = labels_of(second, 4)
    assert home.tolist() == labels_of(first, 4)
