"""Silhouettes made of what a run keeps, against those that were measured and those of scikit-learn."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import silhouette_samples

from segmentiq.ml import silhouette
from segmentiq.ml.cohesion import Distances, cohesion_of
from segmentiq.ml.cut import cut_k
from segmentiq.ml.errors import SpecRefused
from segmentiq.ml.silhouette import measure, score_cuts
from segmentiq.ml.tests.oracles import SCIPY_METRICS, Matrix, grower, planted
from segmentiq.ml.values import TopTree


def _kept(values: Matrix, metric: str = "euclidean") -> tuple[TopTree, np.ndarray, Distances]:
    top, order = grower("average", metric)(values)
    distances = measure(values, order, top, metric).distances
    assert distances is not None
    return top, order, distances


def _pick(top: TopTree, random: np.random.Generator) -> list[int]:
    """Pick a cut that no number of segments gives: branches are opened at random, not from the top."""
    picked = [0]
    for _ in range(int(random.integers(1, max(top.max_k, 2)))):
        open_ones = [at for at in picked if top.branches[at].left is not None]
        if not open_ones:
            break
        at = int(random.choice(open_ones))
        branch = top.branches[at]
        assert branch.left is not None
        assert branch.right is not None
        picked.remove(at)
        picked += [branch.left, branch.right]
    return picked


def test_every_k_is_what_the_run_itself_measured() -> None:
    values = planted(4, 300, 4, seed=1)
    top, order = grower()(values)
    measured = measure(values, order, top, "euclidean")
    assert measured.distances is not None
    of_segments = measured.of_segments(top)
    for score in score_cuts(values, order, top, measured):
        found = cohesion_of(measured.distances, top, [branch.id for branch in cut_k(top, score.k)])
        assert found.silhouette == pytest.approx(score.silhouette, abs=1e-6)
        assert found.interval is None
        assert found.segments == pytest.approx(of_segments[score.k], abs=1e-6)
        np.testing.assert_array_equal(found.positions, measured.strata.positions)
        np.testing.assert_allclose(found.values, measured.found[measured.ks.index(score.k)], atol=1e-6)


def test_a_sample_gives_the_interval_that_the_run_itself_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(silhouette, "EXACT_LIMIT", 400)
    monkeypatch.setattr(silhouette, "PAIRS", 1)
    monkeypatch.setattr(silhouette, "MIN_QUERIES", 300)
    values = planted(3, 1_200, 3, seed=2)
    top, order = grower()(values)
    measured = measure(values, order, top, "euclidean")
    assert measured.distances is not None
    assert len(measured.distances.positions) < 1_200
    for score in score_cuts(values, order, top, measured):
        found = cohesion_of(measured.distances, top, [branch.id for branch in cut_k(top, score.k)])
        assert found.silhouette == pytest.approx(score.silhouette, abs=1e-6)
        assert found.interval == pytest.approx(score.interval, abs=1e-6)
        assert found.segments == pytest.approx(measured.of_segments(top)[score.k], abs=1e-6)


@settings(max_examples=25, deadline=None)
@given(
    n=st.integers(3, 60),
    metric=st.sampled_from(["euclidean", "manhattan", "gower", "cosine"]),
    seed=st.integers(0, 2**16),
)
def test_any_cut_is_scikit_learns(n: int, metric: str, seed: int) -> None:
    random = np.random.default_rng(seed)
    values = random.normal(loc=0.5, size=(n, 3))
    top, order, kept = _kept(values, metric)
    ids = _pick(top, random)
    found = cohesion_of(kept, top, ids)
    branches = sorted((top.branches[at] for at in ids), key=lambda branch: (-branch.size, branch.start))
    labels = np.empty(n, dtype=int)
    for number, branch in enumerate(branches):
        labels[order[branch.start : branch.stop]] = number
    if len(ids) in (1, n):
        assert not found.values.any()
        return
    samples = silhouette_samples(values, labels, metric=SCIPY_METRICS[metric])
    np.testing.assert_allclose(found.values, samples[order], atol=2e-6)
    assert found.silhouette == pytest.approx(samples.mean(), abs=2e-6)
    assert found.segments == pytest.approx([samples[labels == number].mean() for number in range(len(ids))], abs=2e-6)


def test_segments_weigh_up_to_the_whole() -> None:
    values = planted(3, 200, 2, seed=3)
    top, _, kept = _kept(values)
    ids = _pick(top, np.random.default_rng(0))
    found = cohesion_of(kept, top, ids)
    sizes = sorted((top.branches[at].size for at in ids), reverse=True)
    assert np.dot(sizes, found.segments) / 200 == pytest.approx(found.silhouette)


def test_one_segment_has_nothing_to_lie_apart_from() -> None:
    top, _, kept = _kept(planted(3, 60, 2, seed=4))
    found = cohesion_of(kept, top, [0])
    assert (found.silhouette, found.segments) == (0.0, (0.0,))


def test_branches_that_are_no_cut_are_refused() -> None:
    top, _, kept = _kept(planted(3, 60, 2, seed=5))
    for ids in ([1], [1, 1, 2], [0, 1], [len(top.branches)], []):
        with pytest.raises(SpecRefused):
            cohesion_of(kept, top, ids)


def test_nothing_but_numpy_is_needed() -> None:
    code = (
        "import sys, segmentiq.ml.cohesion; print([name for name in "
        "('sklearn', 'scipy', 'numba', 'pandas', 'matplotlib', 'pyarrow') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.strip() == "[]"
