"""Two groups are more than one cloud; one group, whatever its shape and size, is not."""

from __future__ import annotations

import numpy as np
import pytest

from segmentiq.ml.division import LARGEST_SAMPLE, division_of
from segmentiq.ml.tests.oracles import Grown, Matrix, grower
from segmentiq.ml.thresholds import CLEAR, REAL


def _evidence(rows: Matrix, metric: str = "euclidean") -> float:
    return division_of(rows, halve=grower(), metric=metric)


@pytest.mark.parametrize("d", [1, 2, 5, 12])
@pytest.mark.parametrize("share", [0.5, 0.15])
def test_two_groups_are_told_from_one(d: int, share: float) -> None:
    rows = np.random.default_rng(d).normal(size=(300, d))
    rows[: int(300 * share), 0] += 6
    assert _evidence(rows) > CLEAR


@pytest.mark.parametrize("d", [1, 2, 5, 12])
def test_one_cloud_is_not_divided(d: int) -> None:
    generator = np.random.default_rng(d)
    found = [_evidence(generator.normal(size=(200, d)) @ generator.normal(size=(d, d))) for _ in range(8)]
    assert max(found) < CLEAR
    assert abs(np.mean(found)) < 1.5


def test_scale_place_and_turn_do_not_matter() -> None:
    generator = np.random.default_rng(3)
    rows = generator.normal(size=(120, 3)) + 2.0 * (np.arange(120) % 2)[:, None]
    turned = rows @ np.linalg.qr(generator.normal(size=(3, 3)))[0] * 1e4 + 1e5
    assert _evidence(turned) == pytest.approx(_evidence(rows), rel=1e-4)


def test_directions_are_looked_at_for_the_cosine() -> None:
    generator = np.random.default_rng(0)
    lengths = generator.choice([0.01, 100.0], size=200)[:, None]
    one_way = (np.array([1.0, 1.0, 1.0]) + generator.normal(size=(200, 3)) * 0.1) * lengths
    assert _evidence(one_way) > CLEAR > _evidence(one_way, "cosine")


@pytest.mark.parametrize("rows", [np.ones((50, 2)), np.arange(7.0)[:, None]])
def test_there_is_nothing_to_divide(rows: Matrix) -> None:
    assert _evidence(rows) == 0


def test_exact_duplicates_in_two_places_are_two_groups() -> None:
    places = np.array([[0.0, 0.0], [0.1, 0.1], [9.0, 9.0], [9.1, 9.1]])
    assert CLEAR < _evidence(np.repeat(places, 10, axis=0)) < np.inf


def test_a_yes_or_no_alone_makes_no_two_groups() -> None:
    """Any cut along a category takes much away; one cloud with the same two levels loses as much."""
    generator = np.random.default_rng(8)
    flag = (generator.random(400) < 0.3) * 3.0
    rows = np.column_stack([generator.normal(size=(400, 2)), flag, 3.0 - flag])
    assert _evidence(rows) < REAL
    apart = rows + 6.0 * (flag > 0)[:, None] * np.array([1.0, 1.0, 0.0, 0.0])
    assert _evidence(apart) > REAL


def test_the_same_seed_says_the_same_and_large_segments_are_sampled() -> None:
    rows = np.random.default_rng(1).normal(size=(2_500, 2))
    sizes = set()

    def watch(sample: Matrix) -> Grown:
        sizes.add(len(sample))
        return grower()(sample)

    assert division_of(rows, halve=watch, n_references=3) == division_of(rows, halve=watch, n_references=3)
    assert sizes == {LARGEST_SAMPLE}
