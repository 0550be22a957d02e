"""Trees against SciPy's, for every linkage and metric; order, ties and hostile numbers change nothing."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.cluster.hierarchy import cophenet, fcluster, is_monotonic, is_valid_linkage, linkage
from scipy.spatial.distance import pdist
from sklearn.metrics import adjusted_rand_score

from segmentiq.ml.errors import RunRefused
from segmentiq.ml.linkage import KERNELS, build_tree, linkage_matrix
from segmentiq.ml.linkage.condensed import measure_cophenetic
from segmentiq.ml.linkage.kernel import DISTANCES
from segmentiq.ml.spec import METRICS

Matrix = NDArray[np.float64]
PAIRS = [(method, metric) for method, metrics in METRICS.items() for metric in metrics]
QUESTIONS = [(name, *pair) for name, kernel in KERNELS.items() for pair in PAIRS if kernel.accepts(*pair)]


def cloud(n: int, d: int, seed: int = 0) -> Matrix:
    return np.random.default_rng(seed).normal(size=(n, d))


def heights(values: Matrix, method: str = "ward", metric: str = "euclidean") -> Matrix:
    return build_tree(values, method, metric).merges[:, 2]


@pytest.mark.parametrize("d", [1, 2, 3, 5, 10, 30])
@pytest.mark.parametrize(("method", "metric"), PAIRS)
def test_heights_and_cuts_are_those_of_scipy(method: Any, metric: str, d: int) -> None:
    values = cloud(150, d, seed=d)
    if metric == "cosine" and d == 1:
        pytest.skip("in one dimension every cosine is -1 or 1: all ties")
    expected = linkage(pdist(values, DISTANCES[metric]), method)
    merges = np.array(build_tree(values, method, metric).merges)
    np.testing.assert_allclose(merges[:, 2], expected[:, 2], rtol=1e-9, atol=1e-12)
    for k in (2, 3, 7, 20):
        found, wanted = fcluster(merges, k, "maxclust"), fcluster(expected, k, "maxclust")
        assert adjusted_rand_score(found, wanted) == 1.0


@pytest.mark.parametrize(("name", "method", "metric"), QUESTIONS)
def test_every_kernel_that_accepts_a_question_gives_the_same_tree(name: str, method: Any, metric: str) -> None:
    values = cloud(120, 4)
    expected = linkage(pdist(values, DISTANCES[metric]), method)
    merges = linkage_matrix(values, method, metric, kernel=name)
    np.testing.assert_allclose(merges[:, 2], expected[:, 2], rtol=1e-9)
    np.testing.assert_array_equal(merges[:, [0, 1, 3]], expected[:, [0, 1, 3]])


def test_many_customers_give_scipys_ward_too() -> None:
    values = cloud(2_300, 3)
    tree = build_tree(values, "ward", "euclidean")
    assert tree.kernel == "ward-vectors"
    np.testing.assert_allclose(tree.merges[:, 2], linkage(values, "ward")[:, 2], rtol=1e-9)


@pytest.mark.parametrize(("method", "metric"), PAIRS)
@pytest.mark.parametrize("shape", ["grid", "onehot", "duplicates", "equal", "geometric", "lognormal"])
def test_trees_are_valid_on_hostile_data(method: str, metric: str, shape: str) -> None:
    random = np.random.default_rng(1)
    values: Matrix = {
        "grid": random.integers(1, 4, size=(80, 3)).astype(float),
        "onehot": np.eye(5)[random.integers(0, 5, size=80)],
        "duplicates": np.repeat(random.normal(size=(8, 2)), 10, axis=0),
        "equal": np.full((20, 3), 7.0),
        "geometric": np.column_stack([2.0 ** np.arange(60), np.ones(60)]),
        "lognormal": random.lognormal(sigma=3, size=(80, 2)),
    }[shape]
    merges = np.array(build_tree(values, method, metric).merges)
    assert merges.shape == (len(values) - 1, 4)
    assert is_valid_linkage(merges)
    assert is_monotonic(merges)
    assert merges[-1, 3] == len(values)
    assert (merges[:, 0] < merges[:, 1]).all()


@pytest.mark.parametrize(("method", "metric"), PAIRS)
def test_one_two_and_three_customers_have_a_tree(method: str, metric: str) -> None:
    values = np.array([[1.0, 0.0], [1.0, 1.0], [0.0, 5.0]])
    for n in (1, 2, 3):
        assert build_tree(values[:n], method, metric).merges.shape == (n - 1, 4)


def test_ward_heights_add_up_to_the_total_sum_of_squares() -> None:
    values = cloud(400, 6)
    total = ((values - values.mean(axis=0)) ** 2).sum()
    assert (heights(values) ** 2).sum() / 2 == pytest.approx(total, rel=1e-10)


@pytest.mark.parametrize(("bad", "name"), [(np.nan, "NaN"), (np.inf, "infinity"), (-np.inf, "infinity")])
def test_what_is_no_number_is_refused_by_name(bad: float, name: str) -> None:
    values = cloud(10, 3)
    values[4, 1] = bad
    with pytest.raises(RunRefused, match=f"1 of 10 customers hold {name}") as caught:
        build_tree(values, "ward", "euclidean")
    assert caught.value.code == "numeric_overflow"


def test_the_cosine_of_zero_is_refused_with_the_count() -> None:
    values = cloud(10, 3)
    values[[2, 5]] = 0
    with pytest.raises(RunRefused, match="2 of 10 customers") as caught:
        build_tree(values, "average", "cosine")
    assert caught.value.code == "zero_vector_rows"


def test_the_same_matrix_gives_the_same_bytes() -> None:
    values = cloud(300, 4).round(1)
    assert build_tree(values, "ward", "euclidean").merges.tobytes() == build_tree(values, "ward", "euclidean").merges.tobytes()


def test_progress_is_told() -> None:
    told: list[tuple[str, float]] = []
    build_tree(cloud(20, 2), "ward", "euclidean", on_progress=lambda stage, share: told.append((stage, share)))
    assert (told[0], told[-1]) == (("tree", 0.0), ("tree", 1.0))
    assert told == sorted(told)


def test_the_caller_keeps_its_matrix() -> None:
    values = cloud(50, 2)
    before = values.copy()
    for method, metric in PAIRS:
        build_tree(values, method, metric)
    np.testing.assert_array_equal(values, before)


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


SEEDS = st.integers(0, 10_000)


@settings(max_examples=25, deadline=None)
@given(seed=SEEDS, pair=st.sampled_from(PAIRS))
def test_the_order_of_rows_does_not_matter_even_with_ties(seed: int, pair: tuple[str, str]) -> None:
    random = np.random.default_rng(seed)
    values = random.integers(1, 5, size=(40, 2)).astype(float)
    order = random.permutation(40)
    first, second = build_tree(values, *pair), build_tree(values[order], *pair)
    np.testing.assert_array_equal(first.merges[:, 2:], second.merges[:, 2:])


@settings(max_examples=25, deadline=None)
@given(seed=SEEDS, shift=st.floats(-1e6, 1e6), method=st.sampled_from(list(METRICS)))
def test_moving_all_customers_does_not_matter(seed: int, shift: float, method: str) -> None:
    values = cloud(40, 3, seed)
    np.testing.assert_allclose(heights(values + shift, method), heights(values, method), rtol=1e-6)


@settings(max_examples=25, deadline=None)
@given(seed=SEEDS, exponent=st.integers(-12, 12), pair=st.sampled_from(PAIRS))
def test_heights_follow_the_unit(seed: int, exponent: int, pair: tuple[str, str]) -> None:
    values, unit = cloud(40, 3, seed), 10.0**exponent
    expected = heights(values, *pair) * (1.0 if pair[1] == "cosine" else unit)
    np.testing.assert_allclose(heights(values * unit, *pair), expected, rtol=1e-9)


@settings(max_examples=15, deadline=None)
@given(seed=SEEDS, method=st.sampled_from(list(METRICS)))
def test_turning_the_space_does_not_matter(seed: int, method: str) -> None:
    values = cloud(40, 3, seed)
    turned = values @ np.linalg.qr(cloud(3, 3, seed + 1))[0]
    np.testing.assert_allclose(heights(turned, method), heights(values, method), rtol=1e-9)
