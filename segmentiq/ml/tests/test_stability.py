"""What subsamples say about planted and about empty structure."""

from __future__ import annotations

import numpy as np
import pytest

from segmentiq.ml.stability import stability_of, subsample_size
from segmentiq.ml.tests.oracles import Grown, Matrix, grower, planted


def _stability(values: Matrix, **options: object) -> dict[int, float]:
    grow = grower()
    top, order = grow(values)
    return stability_of(values, top, order, grow=grow, **options)  # type: ignore[arg-type]


def test_planted_segments_are_found_again() -> None:
    found = _stability(planted(4, 300, 4, seed=0))
    assert list(found) == list(range(2, 16))
    assert found[4] > 0.95
    assert all(0 <= share <= 1 for share in found.values())
    assert max(found[k] for k in range(5, 16)) < 0.75


def test_an_evenly_filled_space_is_not_found_again() -> None:
    found = _stability(np.random.default_rng(1).uniform(size=(600, 3)), n_subsamples=20)
    assert max(found.values()) < 0.6


def test_a_large_table_is_judged_by_samples_of_2000() -> None:
    assert subsample_size(1_000) == 800
    assert subsample_size(1_000_000) == 2_000
    sizes = []
    values = planted(3, 6_000, 3, seed=2)
    grow = grower()
    top, order = grow(values)

    def watch(sample: Matrix) -> Grown:
        sizes.append(len(sample))
        return grow(sample)

    found = stability_of(values, top, order, grow=watch, ks=[3], n_subsamples=3)
    assert sizes == [2_000] * 3
    assert found[3] > 0.95


def test_the_same_seed_says_the_same() -> None:
    values = np.random.default_rng(3).normal(size=(80, 2))
    assert _stability(values, seed=5, n_subsamples=5) == _stability(values, seed=5, n_subsamples=5)
    assert _stability(values, seed=5, n_subsamples=5) != _stability(values, seed=6, n_subsamples=5)


@pytest.mark.parametrize("n", [2, 9])
def test_few_customers_cannot_be_left_out(n: int) -> None:
    assert _stability(np.arange(n, dtype=float)[:, None]) == {}


def test_twelve_customers_are_judged_as_far_as_their_subsamples_reach() -> None:
    assert max(_stability(np.random.default_rng(0).normal(size=(12, 2)), n_subsamples=3)) == 9


def test_progress_is_told_up_to_one() -> None:
    told: list[float] = []
    _stability(planted(2, 60, 2, seed=1), n_subsamples=4, on_share=told.append)
    assert told == [0.25, 0.5, 0.75, 1.0]


def test_a_segment_no_subsample_contains_does_not_divide_by_zero() -> None:
    values = np.concatenate([np.zeros((39, 1)), [[9.0]]])
    grow = grower()
    top, order = grow(values)
    found = stability_of(values, top, order, grow=grow, n_subsamples=1, ks=[2, 3])
    assert set(found) == {2, 3}
