"""What the tree is asked and what it answers: refusals, progress, cancellation, whose matrix it is."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import numpy as np
import pytest
from scipy.cluster.hierarchy import cophenet, linkage
from scipy.spatial.distance import pdist

from segmentiq.ml.errors import Refusal, RunRefused, SpecRefused
from segmentiq.ml.linkage import build_tree, linkage_matrix
from segmentiq.ml.linkage.condensed import measure_cophenetic, measure_distances
from segmentiq.ml.linkage.kernel import DISTANCES
from segmentiq.ml.tests.oracles import PAIRS, QUESTIONS, Matrix, cloud, replay


class Enough(Exception):
    """What a run that is cancelled raises."""


def test_a_drop_in_for_scipy() -> None:
    values = cloud(50, 3)
    np.testing.assert_allclose(linkage_matrix(values), linkage(values, "ward"), rtol=1e-9)
    np.testing.assert_allclose(linkage_matrix(values.tolist(), "average"), linkage(values, "average"), rtol=1e-9)


def test_importing_the_package_is_light() -> None:
    script = "import sys, segmentiq.ml.linkage; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout.split()
    assert not {"numpy", "scipy", "numba", "pandas", "sklearn"} & set(loaded)


@pytest.mark.parametrize("ask", [linkage_matrix, build_tree])
@pytest.mark.parametrize(("bad", "name"), [(np.nan, "NaN"), (np.inf, "infinity"), (-np.inf, "infinity")])
def test_what_is_no_number_is_refused_by_name(ask: Any, bad: float, name: str) -> None:
    values = cloud(10, 3)
    values[4, 1] = bad
    with pytest.raises(RunRefused, match=f"1 of 10 customers hold {name}") as caught:
        ask(values, "ward", "euclidean")
    assert caught.value.code == "numeric_overflow"


@pytest.mark.parametrize("ask", [linkage_matrix, build_tree])
def test_the_cosine_of_zero_is_refused_with_the_count(ask: Any) -> None:
    values = cloud(10, 3)
    values[[2, 5]] = 0
    with pytest.raises(RunRefused, match="2 of 10 customers") as caught:
        ask(values, "average", "cosine")
    assert caught.value.code == "zero_vector_rows"


@pytest.mark.parametrize("method", ["ward", "complete", "single"])
def test_heights_beyond_the_largest_number_are_refused(method: str) -> None:
    values = np.array([[1.7e308, 1.7e308], [-1.7e308, -1.7e308], [0.0, 1.0]])
    with pytest.raises(RunRefused) as caught:
        linkage_matrix(values, method)
    assert caught.value.code == "numeric_overflow"


@pytest.mark.parametrize(
    ("asked", "code", "words"),
    [
        ({"method": "centroid"}, "invalid_linkage", "ward, average, complete, single, weighted"),
        ({"metric": "cityblock"}, "invalid_metric", "euclidean, manhattan, cosine, gower"),
        ({"metric": "manhattan"}, "incompatible_metric", 'keep manhattan with linkage "average"'),
        ({"weights": [1.0, 2.0]}, "invalid_weights", "10 finite numbers above 0"),
        ({"weights": [0.0] * 10}, "invalid_weights", "10 finite numbers above 0"),
        ({"weights": [-1.0] * 10}, "invalid_weights", "10 finite numbers above 0"),
        ({"weights": [np.nan] * 10}, "invalid_weights", "10 finite numbers above 0"),
        ({"weights": [np.inf] * 10}, "invalid_weights", "10 finite numbers above 0"),
    ],
)
def test_a_question_without_an_answer_is_refused_with_the_alternative(asked: dict[str, Any], code: str, words: str) -> None:
    with pytest.raises(SpecRefused) as caught:
        linkage_matrix(cloud(10, 3), **asked)
    assert caught.value.code == code
    assert words in caught.value.sentence


@pytest.mark.parametrize("values", [np.empty((0, 3)), np.empty((3, 0)), np.arange(3.0), np.zeros((2, 2, 2)), 1.0])
def test_what_is_no_table_is_refused(values: Any) -> None:
    with pytest.raises(Refusal, match="at least one row and one column") as caught:
        linkage_matrix(values)
    assert caught.value.code == "too_few_rows"


def test_a_kernel_is_only_asked_what_it_answers() -> None:
    with pytest.raises(ValueError, match="no kernel spanning-tree that links ward"):
        linkage_matrix(cloud(10, 3), kernel="spanning-tree")


def test_the_same_matrix_gives_the_same_bytes() -> None:
    values = cloud(300, 4).round(1)
    assert build_tree(values, "ward", "euclidean").merges.tobytes() == build_tree(values, "ward", "euclidean").merges.tobytes()


@pytest.mark.parametrize("question", QUESTIONS, ids="-".join)
def test_progress_is_told_while_merges_are_made(question: tuple[str, str, str]) -> None:
    told: list[float] = []
    linkage_matrix(cloud(3_000, 3), *question[1:], kernel=question[0], on_progress=told.append)
    assert (told[0], told[-1]) == (0.0, 1.0)
    assert told == sorted(told)
    assert len([share for share in told if 0 < share < 1]) >= 3


@pytest.mark.parametrize("question", QUESTIONS, ids="-".join)
def test_what_progress_raises_ends_the_linkage(question: tuple[str, str, str]) -> None:
    def stop(share: float) -> None:
        if share > 0:
            raise Enough

    with pytest.raises(Enough):
        linkage_matrix(cloud(500, 3), *question[1:], kernel=question[0], on_progress=stop)


def test_the_tree_tells_its_stage() -> None:
    told: list[tuple[str, float]] = []
    build_tree(cloud(20, 2), "ward", "euclidean", on_progress=lambda stage, share: told.append((stage, share)))
    assert (told[0], told[-1]) == (("tree", 0.0), ("tree", 1.0))


@pytest.mark.parametrize("question", QUESTIONS, ids="-".join)
def test_the_caller_keeps_its_matrix_and_weights(question: tuple[str, str, str]) -> None:
    values, weights = np.abs(cloud(50, 2)), np.arange(1.0, 51)
    for array in (values, weights):
        array.setflags(write=False)
    linkage_matrix(values, *question[1:], weights, kernel=question[0])


@pytest.mark.parametrize("lay", [np.asfortranarray, lambda values: values[::-1][::-1], lambda values: values.astype(np.float32)])
def test_how_the_matrix_lies_in_memory_does_not_matter(lay: Any) -> None:
    values = cloud(60, 4).astype(np.float32).astype(np.float64)
    for method, metric in PAIRS:
        np.testing.assert_array_equal(linkage_matrix(lay(values), method, metric), linkage_matrix(values, method, metric))


def test_the_weighted_tree_is_built_too() -> None:
    values, weights = cloud(30, 2), np.arange(1.0, 31)
    merges = build_tree(values, "ward", "euclidean", weights=weights).merges
    np.testing.assert_array_equal(merges, linkage_matrix(values, weights=weights))


def test_the_replay_tells_a_wrong_tree() -> None:
    values = cloud(40, 3)
    for method, other in (("average", "complete"), ("complete", "average"), ("single", "average"), ("ward", "complete")):
        with pytest.raises(AssertionError):
            replay(values, np.ones(40), linkage_matrix(values, other), method, "euclidean")


@pytest.mark.parametrize(("method", "metric"), PAIRS)
def test_the_cophenetic_correlation_is_scipys(method: Any, metric: str) -> None:
    values = cloud(80, 3)
    distances = pdist(values, DISTANCES[metric])
    expected = float(cophenet(linkage(distances, method), distances)[0])
    assert measure_cophenetic(build_tree(values, method, metric), values, metric) == pytest.approx(expected, rel=1e-9)


def test_there_is_no_cophenetic_correlation_without_differences_or_of_too_many() -> None:
    for values in (np.ones((10, 2)), cloud(2, 2), cloud(5_001, 1)):
        tree = build_tree(values, "ward", "euclidean")
        assert measure_cophenetic(tree, values, "euclidean") is None


def test_directions_that_nearly_agree_keep_their_distance() -> None:
    values: Matrix = np.array([[1.0, 0.0], [1.0, 1e-9]])
    assert measure_distances(values, "cosine")[0] == pytest.approx(0.5e-18, rel=1e-9)
