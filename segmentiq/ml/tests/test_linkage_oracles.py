"""Every kernel, linkage and metric against SciPy, fastcluster, the definitions, and what must not matter."""

from __future__ import annotations

from typing import Any

import fastcluster
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.cluster.hierarchy import cophenet, fcluster, is_monotonic, is_valid_linkage
from scipy.cluster.hierarchy import linkage as scipy_linkage
from scipy.spatial.distance import pdist, squareform
from sklearn.metrics import adjusted_rand_score

from segmentiq.ml.linkage import linkage_matrix
from segmentiq.ml.linkage.kernel import DISTANCES
from segmentiq.ml.tests.oracles import HOSTILE, PAIRS, QUESTIONS, Matrix, cloud, hostile, replay

Question = tuple[str, Any, Any]
EUCLIDEAN = [question for question in QUESTIONS if question[2] == "euclidean"]
WARD = [name for name, method, _ in QUESTIONS if method == "ward"]
SEEDS = st.integers(0, 10_000)
every_question = pytest.mark.parametrize("question", QUESTIONS, ids="-".join)


def link(values: Matrix, question: Question, weights: Any = None) -> Matrix:
    kernel, method, metric = question
    return linkage_matrix(values, method, metric, weights, kernel=kernel)


def assert_canonical(merges: Matrix, n: int) -> None:
    assert merges.shape == (n - 1, 4)
    if n > 1:
        assert is_valid_linkage(merges)
        assert is_monotonic(merges)
        assert merges[-1, 3] == n
        assert (merges[:, 0] < merges[:, 1]).all()


# Against others, where there are no ties.


@every_question
@pytest.mark.parametrize("d", [1, 2, 3, 5, 10, 30])
def test_heights_and_cuts_are_those_of_scipy(question: Question, d: int) -> None:
    _, method, metric = question
    if metric == "cosine" and d == 1:
        pytest.skip("in one dimension every cosine is -1 or 1: all ties")
    values = cloud(300, d, seed=d)
    expected = scipy_linkage(pdist(values, DISTANCES[metric]), method)
    merges = link(values, question)
    np.testing.assert_allclose(merges[:, 2], expected[:, 2], rtol=1e-9, atol=1e-12 if metric == "cosine" else 0)
    for k in (2, 3, 7, 20, 100):
        assert adjusted_rand_score(fcluster(merges, k, "maxclust"), fcluster(expected, k, "maxclust")) == 1.0


@pytest.mark.parametrize("question", EUCLIDEAN, ids="-".join)
@pytest.mark.parametrize("d", [2, 10, 30])
def test_heights_of_many_are_those_of_fastcluster(question: Question, d: int) -> None:
    values = cloud(3_000, d, seed=d)
    expected = fastcluster.linkage(values, question[1])
    merges = link(values, question)
    np.testing.assert_allclose(merges[:, 2], expected[:, 2], rtol=1e-9)
    np.testing.assert_array_equal(merges[:, 3], expected[:, 3])


@pytest.mark.parametrize("question", [(name, "ward", "euclidean") for name in WARD], ids="-".join)
def test_a_skewed_table_has_scipys_ward_tree(question: Question) -> None:
    random = np.random.default_rng(3)
    values = np.column_stack([random.normal(size=2_000), random.lognormal(sigma=2, size=(2_000, 2)), random.pareto(1.5, 2_000)])
    np.testing.assert_allclose(link(values, question)[:, 2], scipy_linkage(values, "ward")[:, 2], rtol=1e-9)


# Against the definitions, with ties and weights.


@every_question
@pytest.mark.parametrize("shape", [shape for shape in HOSTILE if shape != "denormal"])
def test_every_merge_is_the_nearest_pair_there_is(question: Question, shape: str) -> None:
    values = hostile(shape)
    weights = np.random.default_rng(2).integers(1, 6, size=len(values)).astype(float)
    unit = 2.0 ** -np.frexp(np.abs(values).max())[1]
    for given_weights in (None, weights):
        merges = link(values, question, given_weights)
        assert_canonical(merges, len(values))
        scaled = merges * [1, 1, 1 if question[2] == "cosine" else unit, 1]
        replay(values * unit, np.ones(len(values)) if given_weights is None else weights, scaled, *question[1:])


@settings(max_examples=30, deadline=None)
@given(seed=SEEDS, question=st.sampled_from(QUESTIONS), n=st.integers(2, 160), levels=st.integers(1, 6), d=st.integers(1, 5))
def test_every_merge_on_a_coarse_grid_is_the_nearest_pair(seed: int, question: Question, n: int, levels: int, d: int) -> None:
    random = np.random.default_rng(seed)
    values, weights = random.integers(1, 1 + levels, size=(n, d)).astype(float), random.uniform(0.1, 9, size=n)
    merges = link(values, question, weights)
    assert_canonical(merges, n)
    replay(values, weights, merges, *question[1:])


@every_question
def test_the_smallest_numbers_there_are_give_the_tree_of_whole_numbers(question: Question) -> None:
    small, whole = hostile("denormal"), hostile("denormal") / 5e-324
    merges = link(small, question)
    assert_canonical(merges, len(small))
    np.testing.assert_array_equal(merges[:, [0, 1, 3]], link(whole, question)[:, [0, 1, 3]])


@every_question
def test_one_two_and_three_customers_have_a_tree(question: Question) -> None:
    values = np.array([[1.0, 0.0], [1.0, 1.0], [0.0, 5.0]])
    for n in (1, 2, 3):
        assert_canonical(link(values[:n], question), n)


@pytest.mark.parametrize("name", WARD)
@pytest.mark.parametrize("shape", ["cloud", *HOSTILE])
def test_ward_heights_add_up_to_the_total_sum_of_squares(name: str, shape: str) -> None:
    values = cloud(1_000, 6) if shape == "cloud" else hostile(shape)
    values = values * 2.0 ** -max(-1000, np.frexp(np.abs(values).max())[1])
    weights = np.random.default_rng(5).integers(1, 9, size=len(values)).astype(float)
    for of in (np.ones(len(values)), weights):
        merges = linkage_matrix(values, weights=of, kernel=name)
        total = (of[:, None] * (values - np.average(values, axis=0, weights=of)) ** 2).sum()
        assert (merges[:, 2] ** 2).sum() / 2 == pytest.approx(total, rel=1e-10)


# What must not matter.


@settings(max_examples=40, deadline=None)
@given(seed=SEEDS, question=st.sampled_from(QUESTIONS), is_weighted=st.booleans())
def test_the_order_of_rows_does_not_matter_even_with_ties(seed: int, question: Question, is_weighted: bool) -> None:
    random = np.random.default_rng(seed)
    values, order = random.integers(1, 5, size=(60, 2)).astype(float), random.permutation(60)
    weights = random.uniform(0.1, 3, size=60) if is_weighted else None
    first = link(values, question, weights)
    second = link(values[order], question, None if weights is None else weights[order])
    np.testing.assert_array_equal(first[:, 2:], second[:, 2:])
    joined = squareform(cophenet(first))
    np.testing.assert_array_equal(joined[np.ix_(order, order)], squareform(cophenet(second)))


@settings(max_examples=40, deadline=None)
@given(seed=SEEDS, question=st.sampled_from(QUESTIONS))
def test_a_weight_is_that_many_equal_rows(seed: int, question: Question) -> None:
    random = np.random.default_rng(seed)
    values, weights = random.normal(size=(40, 3)), random.integers(1, 5, size=40)
    weighted, repeated = link(values, question, weights), link(np.repeat(values, weights, axis=0), question)
    assert not repeated[: weights.sum() - 40, 2].any()
    np.testing.assert_array_equal(weighted[:, 2], repeated[-39:, 2])
    expected = scipy_linkage(pdist(np.repeat(values, weights, axis=0), DISTANCES[question[2]]), question[1])
    np.testing.assert_allclose(repeated[:, 2], expected[:, 2], rtol=1e-9, atol=1e-7)


@settings(max_examples=30, deadline=None)
@given(seed=SEEDS, shift=st.floats(-1e6, 1e6), question=st.sampled_from([q for q in QUESTIONS if q[2] != "cosine"]))
def test_moving_all_customers_does_not_matter(seed: int, shift: float, question: Question) -> None:
    values = cloud(60, 3, seed)
    np.testing.assert_allclose(link(values + shift, question)[:, 2], link(values, question)[:, 2], rtol=1e-6)


@settings(max_examples=30, deadline=None)
@given(seed=SEEDS, exponent=st.integers(-12, 12), question=st.sampled_from(QUESTIONS))
def test_heights_follow_the_unit(seed: int, exponent: int, question: Question) -> None:
    values, unit = cloud(60, 3, seed), 10.0**exponent
    expected = link(values, question)[:, 2] * (1.0 if question[2] == "cosine" else unit)
    np.testing.assert_allclose(link(values * unit, question)[:, 2], expected, rtol=1e-9)


@settings(max_examples=30, deadline=None)
@given(seed=SEEDS, question=st.sampled_from([q for q in QUESTIONS if q[2] in ("euclidean", "cosine")]))
def test_turning_the_space_does_not_matter(seed: int, question: Question) -> None:
    values = cloud(60, 3, seed)
    turned = values @ np.linalg.qr(cloud(3, 3, seed + 1))[0]
    np.testing.assert_allclose(link(turned, question)[:, 2], link(values, question)[:, 2], rtol=1e-9)


@settings(max_examples=30, deadline=None)
@given(seed=SEEDS, question=st.sampled_from(QUESTIONS))
def test_the_order_of_columns_does_not_matter(seed: int, question: Question) -> None:
    values = cloud(60, 4, seed)
    np.testing.assert_allclose(link(values[:, ::-1], question)[:, 2], link(values, question)[:, 2], rtol=1e-9)


@every_question
@pytest.mark.parametrize("decimals", [1, 15])
def test_the_number_of_threads_does_not_matter(question: Question, decimals: int, monkeypatch: pytest.MonkeyPatch) -> None:
    values, trees = cloud(1_500, 5).round(decimals), []
    for threads in ("1", "2", "3"):
        monkeypatch.setenv("ENGINE_THREADS", threads)
        trees.append(link(values, question).tobytes())
    assert trees[0] == trees[1] == trees[2]


@pytest.mark.parametrize(("method", "metric"), PAIRS)
def test_every_pair_that_is_allowed_has_a_kernel(method: str, metric: str) -> None:
    assert (method, metric) in {question[1:] for question in QUESTIONS}
