"""Evidence for structure: there where it was planted, not in one cloud or one box."""

from __future__ import annotations

import numpy as np
import pytest

from segmentiq.ml.gap import gap_of
from segmentiq.ml.tests.oracles import Matrix, grower, planted


def test_planted_segments_beat_an_evenly_filled_box() -> None:
    evidence = gap_of(planted(3, 200, 3, seed=0), grow=grower(), metric="euclidean", n_references=20)
    assert list(evidence) == list(range(2, 16))
    assert evidence[3] > 10


@pytest.mark.parametrize("shape", ["box", "cloud", "long cloud"])
def test_one_group_does_not(shape: str) -> None:
    generator = np.random.default_rng(8)
    values = generator.uniform(size=(400, 3)) if shape == "box" else generator.normal(size=(400, 3))
    if shape == "long cloud":
        values = values @ np.diag([10.0, 1.0, 1.0]) @ np.linalg.qr(generator.normal(size=(3, 3)))[0]
    evidence = gap_of(values, grow=grower(), metric="euclidean", ks=range(2, 7))
    assert max(evidence.values()) < 2.5


def test_directions_are_compared_with_directions() -> None:
    generator = np.random.default_rng(0)
    axes = np.eye(3)[generator.integers(0, 3, size=150)]
    values = (axes * 5 + generator.normal(size=axes.shape) * 0.3) * generator.uniform(0.1, 9, size=(150, 1))
    assert gap_of(values, grow=grower("average", "cosine"), metric="cosine", n_references=20)[3] > 5


@pytest.mark.parametrize("values", [np.ones((30, 2)), np.array([[0.0], [1.0], [2.0]])])
def test_there_is_no_evidence_to_collect(values: Matrix) -> None:
    assert gap_of(values, grow=grower(), metric="euclidean") == {}


def test_exact_duplicates_give_finite_evidence() -> None:
    values = np.repeat(np.eye(3), 20, axis=0)
    evidence = gap_of(values, grow=grower(), metric="euclidean", n_references=20)
    assert all(np.isfinite(found) for found in evidence.values())
    assert evidence[3] > 10


def test_the_same_seed_says_the_same_and_large_tables_are_sampled() -> None:
    values = np.random.default_rng(1).normal(size=(2_500, 2))
    told: list[float] = []
    first = gap_of(values, grow=grower(), metric="euclidean", n_references=2, on_share=told.append)
    assert first == gap_of(values, grow=grower(), metric="euclidean", n_references=2)
    assert told == [0.5, 1.0]
