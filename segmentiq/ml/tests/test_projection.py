"""Principal components against scikit-learn's, and the map of customers."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.decomposition import PCA

from segmentiq.ml import projection
from segmentiq.ml.cut import finest_of
from segmentiq.ml.errors import RunRefused
from segmentiq.ml.features import build_features, encode
from segmentiq.ml.projection import MAP_LEAST, apply_pca, customer_map
from segmentiq.ml.spec import SegmentationSpec
from segmentiq.ml.tests.oracles import Matrix, grower
from segmentiq.ml.tests.tables import numbers_of
from segmentiq.ml.values import CustomerMap, FeatureMatrix

RANDOM = np.random.default_rng(3)
CLOUD = RANDOM.normal(size=(60, 5)) @ np.diag([9.0, 4.0, 2.0, 1.0, 0.5]) + 100.0


def spec(**choices: Any) -> SegmentationSpec:
    return SegmentationSpec.from_mapping({"scaling": "none", **choices})


def features(**choices: Any) -> FeatureMatrix:
    return apply_pca(build_features(numbers_of(pd.DataFrame(CLOUD, columns=list("abcde"))), spec(**choices)), spec(**choices))


def test_without_pca_nothing_changes() -> None:
    assert features().names == ("a", "b", "c", "d", "e")


@pytest.mark.parametrize("components", [1, 2, 5])
def test_components_are_those_of_scikit_learn_up_to_sign(components: int) -> None:
    expected = PCA(components, svd_solver="full").fit_transform(CLOUD)
    np.testing.assert_allclose(np.abs(features(pca=components).values), np.abs(expected), rtol=1e-8, atol=1e-10)


@pytest.mark.parametrize("share", [0.5, 0.9, 0.99, 0.999999])
def test_a_share_keeps_as_few_components_as_suffice(share: float) -> None:
    expected = PCA(share, svd_solver="full").fit(CLOUD).n_components_
    assert len(features(pca=share).names) == expected


def test_the_note_tells_the_share_and_the_space() -> None:
    assert "2 principal components" in features(pca=2).notes[-1]


def test_more_components_than_features_are_refused() -> None:
    with pytest.raises(RunRefused, match="only 5 features") as caught:
        features(pca=6)
    assert caught.value.code == "invalid_pca"


def test_the_space_projects_the_training_rows_to_where_they_are() -> None:
    projected = features(pca=3)
    frame = pd.DataFrame(CLOUD, columns=list("abcde"))
    np.testing.assert_allclose(encode(projected.space, frame), projected.values, atol=1e-10)


def test_more_features_than_customers_is_fine() -> None:
    wide = pd.DataFrame(RANDOM.normal(size=(6, 40)), columns=[f"c{i}" for i in range(40)])
    projected = apply_pca(build_features(numbers_of(wide), spec()), spec(pca=0.9))
    assert projected.values.shape[0] == 6
    assert 1 <= projected.values.shape[1] <= 5


def test_signs_do_not_depend_on_the_order_of_rows() -> None:
    order = RANDOM.permutation(60)
    frame = pd.DataFrame(CLOUD[order], columns=list("abcde"))
    shuffled = apply_pca(build_features(numbers_of(frame), spec()), spec(pca=2))
    np.testing.assert_allclose(shuffled.values, features(pca=2).values[order], atol=1e-9)


def place(values: Matrix, seed: int = 0) -> CustomerMap:
    top, order = grower()(values)
    return customer_map(values, order, top, seed)


def test_the_map_places_every_customer_of_a_small_table() -> None:
    order = grower()(CLOUD)[1]
    sketch = place(CLOUD)
    assert sketch.positions.tolist() == list(range(60))
    assert sketch.proportional
    np.testing.assert_allclose(sketch.points, features(pca=2).values[order], atol=1e-9)
    assert sum(sketch.shares) == pytest.approx(PCA(2).fit(CLOUD).explained_variance_ratio_.sum())


def test_the_map_samples_a_large_table_the_same_way_for_the_same_seed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(projection, "MAP_CUSTOMERS", 900)
    values = RANDOM.normal(size=(1_000, 2))
    first, again, other = (place(values, seed) for seed in (1, 1, 2))
    assert 890 <= len(first.positions) <= 900
    assert (np.diff(first.positions) > 0).all()
    np.testing.assert_array_equal(first.positions, again.positions)
    assert not np.array_equal(first.positions, other.positions)


def test_every_finest_branch_is_on_the_map_and_it_is_told_when_that_is_out_of_proportion(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(projection, "MAP_CUSTOMERS", 1_100)
    far = np.array([[1e3, 0.0], [0.0, 1e3], [1e3, 1e3]])
    values = np.concatenate([RANDOM.normal(size=(2_000, 2)), far])
    top, order = grower()(values)
    sketch = customer_map(values, order, top, 0)
    shown = [np.count_nonzero((sketch.positions >= b.start) & (sketch.positions < b.stop)) for b in finest_of(top)]
    assert all(count >= min(b.size, MAP_LEAST) for b, count in zip(finest_of(top), shown, strict=True))
    assert sum(shown) == len(sketch.positions) <= 1_100
    assert not sketch.proportional


@pytest.mark.parametrize("values", [np.arange(5.0)[:, None], np.zeros((4, 3)), np.array([[1.0, 2.0], [1.0, 2.0]])])
def test_the_map_of_a_flat_table_is_flat(values: np.ndarray) -> None:
    sketch = place(values)
    assert sketch.points.shape == (len(values), 2)
    assert (sketch.points[:, 1] == 0).all()
    assert np.isfinite(sketch.shares).all()
