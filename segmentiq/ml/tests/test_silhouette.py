"""Every score of every k against scikit-learn, and the sampled silhouette against the exact one."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.cluster.hierarchy import linkage
from scipy.spatial.distance import pdist, squareform
from sklearn.metrics import calinski_harabasz_score, davies_bouldin_score, silhouette_samples

from segmentiq.ml import silhouette
from segmentiq.ml.silhouette import measure, score_all
from segmentiq.ml.tests.oracles import SCIPY_METRICS, Matrix, grower, labels_of, planted


def _check_against_sklearn(values: Matrix, linkage: str, metric: str) -> None:
    top, order = grower(linkage, metric)(values)
    scores = score_all(values, order, top, metric)
    measured = measure(values, order, top, metric)
    assert [score.k for score in scores] == list(range(2, min(top.max_k, len(values) - 1) + 1))
    for score in scores:
        labels = labels_of(top, order, score.k)
        samples = silhouette_samples(values, labels, metric=SCIPY_METRICS[metric])
        assert measured.strata.positions.tolist() == list(range(len(values)))
        assert measured.found[measured.ks.index(score.k)] == pytest.approx(samples[order], abs=1e-6)
        assert score.silhouette == pytest.approx(samples.mean(), abs=1e-6)
        assert score.calinski_harabasz == pytest.approx(calinski_harabasz_score(values, labels), rel=1e-6)
        assert score.davies_bouldin == pytest.approx(davies_bouldin_score(values, labels), rel=1e-6)
        assert score.smallest == np.bincount(labels).min()
        assert score.interval is None


@settings(max_examples=10, deadline=None)
@given(
    n=st.integers(3, 70),
    d=st.integers(1, 5),
    metric=st.sampled_from(["euclidean", "manhattan", "gower", "cosine"]),
    seed=st.integers(0, 2**16),
)
def test_every_score_is_scikit_learns(n: int, d: int, metric: str, seed: int) -> None:
    values = np.random.default_rng(seed).normal(loc=0.5, size=(n, d + 1))
    _check_against_sklearn(values, "average", metric)


@pytest.mark.parametrize("shift", [0.0, 1e6])
def test_more_customers_than_a_chunk_far_from_the_origin(shift: float) -> None:
    values = planted(4, 1_500, 5, seed=1) + shift
    top, order = grower()(values)
    distances = squareform(pdist(values))  # scikit-learn's own lose six digits far from the origin
    for score in score_all(values, order, top, "euclidean", ks=(2, 4, 17, 50)):
        samples = silhouette_samples(distances, labels_of(top, order, score.k), metric="precomputed")
        assert score.silhouette == pytest.approx(samples.mean(), abs=1e-6)


def test_ties_and_duplicates_score_as_in_scikit_learn() -> None:
    values = np.random.default_rng(0).integers(0, 4, size=(60, 2)).astype(float)
    top, order = grower()(values)
    for score in score_all(values, order, top, "euclidean"):
        samples = silhouette_samples(values, labels_of(top, order, score.k))
        assert score.silhouette == pytest.approx(samples.mean(), abs=1e-6)


def test_customers_who_are_all_alike_score_zero() -> None:
    values = np.ones((12, 3))
    top, order = grower()(values)
    for score in score_all(values, order, top, "euclidean"):
        assert (score.silhouette, score.calinski_harabasz, score.davies_bouldin, score.r_squared) == (0, 1, 0, 0)


@pytest.mark.parametrize("scale", [1e-12, 1e12])
def test_the_silhouette_does_not_feel_the_scale(scale: float) -> None:
    values = planted(3, 90, 3, seed=2)
    top, order = grower()(values)
    plain = score_all(values, order, top, "euclidean", ks=[3])[0].silhouette
    assert score_all(values * scale, order, top, "euclidean", ks=[3])[0].silhouette == pytest.approx(plain, abs=1e-9)


def test_two_customers_have_nothing_to_score() -> None:
    values = np.array([[0.0], [1.0]])
    top, order = grower()(values)
    assert score_all(values, order, top, "euclidean") == ()


def test_a_sample_of_customers_covers_the_exact_silhouette(monkeypatch: pytest.MonkeyPatch) -> None:
    values = planted(3, 3_000, 4, seed=3) * np.array([1.0, 2.0, 1.0, 0.5])
    top, order = grower()(values)
    exact = score_all(values, order, top, "euclidean", ks=[6])[0]
    monkeypatch.setattr(silhouette, "EXACT_LIMIT", 2_000)
    monkeypatch.setattr(silhouette, "PAIRS", 1)
    monkeypatch.setattr(silhouette, "MIN_QUERIES", 500)
    covered = []
    for seed in range(300):
        score = score_all(values, order, top, "euclidean", seed=seed, ks=[6])[0]
        assert score.interval is not None
        covered.append(score.interval[0] <= exact.silhouette <= score.interval[1])
        assert score.calinski_harabasz == exact.calinski_harabasz
    assert 0.93 <= np.mean(covered) <= 0.97


def test_weights_count_as_that_many_customers() -> None:
    generator = np.random.default_rng(5)
    rows, copies = generator.normal(size=(90, 3)), generator.integers(1, 5, size=90)
    top, order = grower()(rows)
    for score in score_all(rows, order, top, "euclidean", weights=copies.astype(float)):
        labels = np.repeat(labels_of(top, order, score.k), copies)
        assert score.silhouette == pytest.approx(silhouette_samples(np.repeat(rows, copies, axis=0), labels).mean(), abs=1e-6)


def test_any_number_of_threads_finds_the_same_digits(monkeypatch: pytest.MonkeyPatch) -> None:
    values = planted(4, 1_000, 5, seed=6)
    top, order = grower()(values)
    found = []
    for threads in ("1", "2", "5"):
        monkeypatch.setenv("ENGINE_THREADS", threads)
        found.append(score_all(values, order, top, "euclidean"))
    assert found[0] == found[1] == found[2]


def test_what_segments_explain_follows_from_the_heights_of_a_ward_tree() -> None:
    values = planted(4, 400, 5, seed=7)
    top, order = grower()(values)
    heights = linkage(values, "ward")[:, 2]
    for score in score_all(values, order, top, "euclidean"):
        inside, total = np.square(heights[: -(score.k - 1)]).sum() / 2, np.square(heights).sum() / 2
        assert score.r_squared == pytest.approx(1 - inside / total, rel=1e-9)
        between = (total - inside) / (score.k - 1)
        assert score.calinski_harabasz == pytest.approx(between / (inside / (len(values) - score.k)), rel=1e-9)


def test_the_same_seed_draws_the_same_sample(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(silhouette, "EXACT_LIMIT", 100)
    monkeypatch.setattr(silhouette, "PAIRS", 1)
    monkeypatch.setattr(silhouette, "MIN_QUERIES", 50)
    values = planted(3, 400, 3, seed=4)
    top, order = grower()(values)
    assert score_all(values, order, top, "euclidean", seed=7) == score_all(values, order, top, "euclidean", seed=7)
    assert score_all(values, order, top, "euclidean", seed=7) != score_all(values, order, top, "euclidean", seed=8)


def test_the_mall_figures_are_reproduced(shared_data: Path) -> None:
    values = pd.read_csv(shared_data / "mall_customers.csv").iloc[:, 3:5].to_numpy(dtype=np.float64)
    top, order = grower()(values)
    score = score_all(values, order, top, "euclidean", ks=[5])[0]
    found = (score.silhouette, score.calinski_harabasz, score.davies_bouldin)
    assert found == pytest.approx((0.5530, 243.07, 0.5782), abs=6e-3, rel=0)
    assert score.smallest == 21
