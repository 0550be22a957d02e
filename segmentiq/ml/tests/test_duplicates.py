"""Equal rows become one and come back: against NumPy's unique rows."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.cluster.hierarchy import is_valid_linkage

from segmentiq.ml.linkage.duplicates import collapse, restore
from segmentiq.ml.tests.oracles import Matrix, cloud

CELLS = st.sampled_from([-2.5, -0.0, 0.0, 1.0, 3.0, 5e-324, 1e300]) | st.floats(-10, 10)


def assert_like_numpy(values: Matrix) -> None:
    rows, inverse, counts = np.unique(values + 0.0, axis=0, return_inverse=True, return_counts=True)
    found = collapse(values)
    np.testing.assert_array_equal(found.rows, rows)
    np.testing.assert_array_equal(found.weights, counts)
    np.testing.assert_array_equal(found.order, np.argsort(inverse.ravel(), kind="stable"))
    np.testing.assert_array_equal(np.diff(found.starts), counts)


@settings(max_examples=200, deadline=None)
@given(arrays(np.float64, st.tuples(st.integers(1, 70), st.integers(1, 4)), elements=CELLS))
def test_unique_rows_are_numpys(values: Matrix) -> None:
    assert_like_numpy(values)


@pytest.mark.parametrize("n_levels", [1, 2, 3, 40, 10_000])
@pytest.mark.parametrize("d", [1, 2, 12])
def test_unique_rows_of_long_runs_are_numpys(n_levels: int, d: int) -> None:
    random = np.random.default_rng(n_levels + d)
    values = random.integers(0, n_levels, size=(3_000, d)).astype(float)
    values[:, 0] = random.integers(0, 3, size=3_000)
    assert_like_numpy(values)


@pytest.mark.parametrize("n", [100, 5_000])
def test_runs_that_are_sorted_already_or_backwards_are_sorted(n: int) -> None:
    for last in (np.arange(n), np.arange(n)[::-1], np.arange(n) % 50):
        assert_like_numpy(np.column_stack([np.zeros(n), last]).astype(float))


def test_minus_zero_is_zero() -> None:
    found = collapse(np.array([[-0.0, 1.0], [0.0, 1.0], [0.0, -0.0]]))
    assert found.rows.tolist() == [[0.0, 0.0], [0.0, 1.0]]
    assert not np.signbit(found.rows).any()


def test_weights_add_up_the_same_in_any_order() -> None:
    random = np.random.default_rng(0)
    values, weights = random.integers(0, 3, size=(500, 2)).astype(float), random.lognormal(sigma=5, size=500)
    expected = collapse(values, weights).weights
    assert expected.sum() == pytest.approx(weights.sum())
    for seed in range(5):
        order = np.random.default_rng(seed).permutation(500)
        assert collapse(values[order], weights[order]).weights.tobytes() == expected.tobytes()


def test_the_unit_multiplies_every_value() -> None:
    assert collapse(np.array([[3.0], [1.0]]), unit=0.5).rows.tolist() == [[0.5], [1.5]]


def test_equal_rows_come_back_first_at_height_zero() -> None:
    found = collapse(np.array([[5.0], [1.0], [5.0], [2.0], [5.0], [2.0]]))
    merges = restore(np.array([[0.0, 1.0, 1.0, 2.0], [2.0, 3.0, 4.0, 3.0]]), found)
    assert merges.tolist() == [[3, 5, 0, 2], [0, 2, 0, 2], [4, 7, 0, 3], [1, 6, 1, 3], [8, 9, 4, 6]]


def test_nothing_changes_where_no_rows_are_equal() -> None:
    values, merges = np.arange(4.0)[:, None], np.array([[0.0, 1.0, 1.0, 2.0], [2.0, 3.0, 1.0, 2.0], [4.0, 5.0, 2.0, 4.0]])
    np.testing.assert_array_equal(restore(merges, collapse(values)), merges)


@settings(max_examples=50, deadline=None)
@given(seed=st.integers(0, 10_000), n=st.integers(1, 60))
def test_restored_trees_are_valid(seed: int, n: int) -> None:
    found = collapse(np.random.default_rng(seed).integers(0, 4, size=(n, 2)).astype(float))
    m = len(found.rows)
    steps = np.arange(m - 1)
    chain = np.column_stack([np.where(steps == 0, 0, m + steps - 1), steps + 1, steps + 1.0, steps + 2]).astype(float)
    merges = restore(chain, found)
    assert merges.shape == (n - 1, 4)
    assert n == 1 or is_valid_linkage(merges)
    assert n == 1 or merges[-1, 3] == n
    assert (merges[: n - m, 2] == 0).all()


def test_a_matrix_in_any_layout_is_read() -> None:
    values = cloud(50, 3).round(0)
    for laid in (np.asfortranarray(values), np.repeat(values, 2, axis=1)[:, ::2]):
        np.testing.assert_array_equal(collapse(laid).rows, collapse(values).rows)
