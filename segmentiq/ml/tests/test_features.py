"""Tables become features: imputed, scaled, encoded and weighted as documented, or refused in a sentence."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.cluster.hierarchy import linkage as scipy_linkage

from segmentiq.ml.errors import Refusal, RunRefused, SpecRefused
from segmentiq.ml.features import build_features, encode
from segmentiq.ml.linkage import build_tree
from segmentiq.ml.spec import SegmentationSpec
from segmentiq.ml.tests.tables import make_table
from segmentiq.ml.values import Column, FeatureSpace, Table


def spec(**choices: Any) -> SegmentationSpec:
    return SegmentationSpec.from_mapping(choices)


def refusal_of(table: Table, **choices: Any) -> Refusal:
    with pytest.raises(Refusal) as caught:
        build_features(table, spec(**choices))
    return caught.value


NUMBERS = [1.0, 2.0, 4.0, 9.0, 30.0]


@pytest.mark.parametrize(
    ("scaling", "center", "scale"),
    [
        ("standard", np.mean(NUMBERS), np.std(NUMBERS)),
        ("robust", 4.0, 7.0),
        ("minmax", 1.0, 29.0),
        ("none", 0.0, 1.0),
    ],
)
def test_each_scaling_is_the_textbook_one(scaling: str, center: float, scale: float) -> None:
    values = build_features(make_table(a=NUMBERS), spec(scaling=scaling)).values
    np.testing.assert_allclose(values[:, 0], (np.array(NUMBERS) - center) / scale, rtol=1e-14)


def test_a_robust_scale_of_zero_falls_back_to_the_standard_deviation() -> None:
    features = build_features(make_table(a=[0.0] * 9 + [5.0]), spec(scaling="robust"))
    assert features.values.std() == pytest.approx(1)
    assert any("share one number" in note for note in features.notes)


def test_weights_multiply_a_column() -> None:
    table = make_table(a=NUMBERS, b=NUMBERS[::-1], c=("category", list("xyxyx")))
    plain, weighted = build_features(table, spec()), build_features(table, spec(weights={"b": 3, "c": 0.5}))
    np.testing.assert_allclose(weighted.values, plain.values * [1, 3, 0.5, 0.5])


def test_no_row_left_and_too_few_rows_left_are_different_refusals() -> None:
    table = make_table(a=[1.0, None, None, 2.0], b=[None, 1.0, 2.0, None])
    assert refusal_of(table, missing="drop").code == "no_rows_left"
    few = make_table(a=[1.0, None, None, 2.0])
    assert refusal_of(few, missing="drop").code == "too_few_rows_after_cleaning"
    assert refusal_of(make_table(a=[])).code == "no_rows_left"


def test_one_category_weighs_as_much_as_one_number() -> None:
    levels = ["a", "b", "c", "d"] * 25
    features = build_features(make_table(a=range(100), b=("category", levels)), spec())
    assert features.inertia == pytest.approx({"a": 0.5, "b": 0.5})
    assert features.values[:, 1:].max() == pytest.approx(1 / np.sqrt(0.75))


def test_what_says_nothing_is_left_out_with_a_note() -> None:
    table = make_table(
        same=[3.0] * 4,
        empty=[None] * 4,
        rounding=[0.1 + 0.2, 0.3, 0.3, 0.3],
        word=("category", ["x"] * 4),
        nothing=("category", [None] * 4),
        never=("date", [None] * 4),
        good=[1.0, 2.0, 3.0, 4.0],
    )
    features = build_features(table, spec())
    assert features.names == ("good",)
    assert [note.partition(":")[0] for note in features.notes] == ["same", "empty", "rounding", "word", "nothing", "never"]


def test_nothing_left_to_cluster_on_is_refused() -> None:
    assert refusal_of(make_table(a=[1.0] * 5)).code == "no_features"


@pytest.mark.parametrize("field", ["columns", "log", "weights"])
def test_an_unknown_column_is_refused_by_name(field: str) -> None:
    value = {"zzz": 2} if field == "weights" else ["zzz"]
    refusal = refusal_of(make_table(a=NUMBERS), **{field: value})
    assert (refusal.code, refusal.field) == ("unknown_column", field)
    assert isinstance(refusal, SpecRefused)
    assert "zzz" in refusal.message


def test_only_numbers_have_a_logarithm() -> None:
    refusal = refusal_of(make_table(a=NUMBERS, b=("category", list("xyxyx"))), log=["b"])
    assert (refusal.code, refusal.field) == ("invalid_log", "log")


@pytest.mark.parametrize("kind", ["id", "text", "constant"])
def test_columns_without_likeness_are_refused(kind: Any) -> None:
    refusal = refusal_of(make_table(a=NUMBERS, b=(kind, list("abcde"))), columns=["a", "b"])
    assert refusal.code == "no_features"


def test_only_features_are_taken_unless_columns_are_named() -> None:
    frame = pd.DataFrame({"a": NUMBERS, "b": NUMBERS})
    columns = (Column(name="a", kind="number", role="feature"), Column(name="b", kind="number", role="descriptor"))
    table = Table(frame=frame, columns=columns)
    assert build_features(table, spec()).names == ("a",)
    assert build_features(table, spec(columns=["b"])).names == ("b",)


def test_a_table_without_features_is_refused() -> None:
    table = Table(frame=pd.DataFrame({"a": NUMBERS}), columns=(Column(name="a", kind="number", role="ignored"),))
    assert refusal_of(table).code == "no_features"


def test_gower_is_the_distance_itself() -> None:
    table = make_table(a=[0.0, 5.0, 10.0], b=("category", ["x", "y", "x"]), c=("boolean", [True, True, False]), d=[1.0, 1.0, 3.0])
    values = build_features(table, spec(metric="gower", linkage="average")).values
    distance = np.abs(values[:, None] - values[None]).sum(axis=2)
    assert distance[0, 1] == pytest.approx((0.5 + 1 + 0 + 0) / 4)
    assert distance[0, 2] == pytest.approx((1 + 0 + 1 + 1) / 4)


@pytest.mark.parametrize("linkage", ["average", "complete"])
def test_the_tree_joins_at_gower_distances(linkage: Any) -> None:
    """Gower (1971) by hand: |a - b| / range for numbers, 0 or 1 for categories, the mean over the columns."""
    generator = np.random.default_rng(2)
    spend = generator.gamma(2.0, size=40)
    plan, city = generator.choice(list("xyz"), size=40), generator.choice(list("pq"), size=40)
    by_hand = [
        (abs(spend[i] - spend[j]) / np.ptp(spend) + (plan[i] != plan[j]) + (city[i] != city[j])) / 3
        for i in range(40)
        for j in range(i + 1, 40)
    ]
    table = make_table(spend=spend, plan=("category", list(plan)), city=("category", list(city)))
    values = build_features(table, spec(metric="gower", linkage=linkage)).values
    heights = build_tree(values, linkage, "gower").merges[:, 2]
    np.testing.assert_allclose(heights, scipy_linkage(by_hand, linkage)[:, 2], atol=1e-12)


def test_weighted_gower_is_a_weighted_mean() -> None:
    table = make_table(a=[0.0, 5.0, 10.0], b=("category", ["x", "y", "x"]))
    values = build_features(table, spec(metric="gower", linkage="average", weights={"b": 3})).values
    assert np.abs(values[0] - values[1]).sum() == pytest.approx((0.5 * 1 + 1 * 3) / 4)


@pytest.mark.parametrize("factor", [1e-300, 1e-12, 1e12, 1e200, 1e306])
@pytest.mark.parametrize("scaling", ["standard", "robust", "minmax"])
def test_scaling_survives_any_unit(factor: float, scaling: str) -> None:
    table, far = make_table(a=NUMBERS), make_table(a=np.array(NUMBERS) * factor)
    np.testing.assert_allclose(
        build_features(far, spec(scaling=scaling)).values, build_features(table, spec(scaling=scaling)).values, rtol=1e-9
    )


def test_the_widest_numbers_of_all_are_scaled_too() -> None:
    values = build_features(make_table(a=[-1.7e308, 0.0, 1.7e308]), spec()).values
    np.testing.assert_allclose(values.ravel(), [-1.2247448714, 0, 1.2247448714])


def test_numbers_too_large_for_distances_are_refused() -> None:
    assert refusal_of(make_table(a=[1e200, 2e200, 3e200]), scaling="none").code == "numeric_overflow"
    assert refusal_of(make_table(a=[1.0, 2.0, np.inf])).code == "numeric_overflow"


def test_numbers_too_small_for_distances_are_refused() -> None:
    assert refusal_of(make_table(a=[1e-200, 2e-200, 3e-200]), scaling="none").code == "numeric_overflow"


def test_too_many_features_are_refused() -> None:
    table = make_table(**{f"c{i}": range(5) for i in range(12)})
    with pytest.raises(RunRefused, match="12 features; the limit is 10") as caught:
        build_features(table, spec(), max_features=10)
    assert caught.value.code == "too_many_features"


def test_columns_that_move_together_are_told() -> None:
    numbers = np.random.default_rng(0).normal(size=100)
    features = build_features(make_table(a=numbers, b=-2 * numbers, c=np.arange(100.0)), spec())
    assert len(features.notes) == 1
    assert features.notes[0].startswith("a and b move together (|r| = 1.00)")


@pytest.mark.parametrize(("r", "told"), [(0.94, False), (0.96, True), (-0.96, True)])
def test_a_correlation_of_95_hundredths_is_the_border(r: float, told: bool) -> None:
    a, noise = np.linalg.qr(np.random.default_rng(0).normal(size=(200, 2)))[0].T
    a, noise = (part - part.mean() for part in (a, noise))
    noise -= a * (a @ noise) / (a @ a)
    b = r * a / np.linalg.norm(a) + np.sqrt(1 - r * r) * noise / np.linalg.norm(noise)
    assert any("move together" in note for note in build_features(make_table(a=a, b=b), spec()).notes) == told


def test_the_inertia_is_each_columns_share_of_the_spread() -> None:
    table = make_table(a=NUMBERS, b=NUMBERS[::-1], c=("category", list("xyxyx")))
    features = build_features(table, spec(weights={"b": 2}))
    assert features.inertia == pytest.approx({"a": 1 / 6, "b": 4 / 6, "c": 1 / 6})


def test_the_space_survives_json_and_encodes_the_training_rows_to_the_same_numbers() -> None:
    table = make_table(
        a=[1.0, None, 3.0, 100.0, 5.0] * 3,
        b=("category", ["x", "y", None, "x", "z"] * 3),
        c=("boolean", [True, False, None, True, True] * 3),
        d=("date", ["2024-01-01", None, "2024-02-01", "2024-03-01", "2024-01-01"] * 3),
    )
    features = build_features(table, spec(log="auto"))
    space = FeatureSpace.from_json(features.space.to_json())
    np.testing.assert_array_equal(encode(space, table.frame), features.values)


def test_an_unseen_level_is_other_or_none_of_the_levels() -> None:
    table = make_table(x=("category", ["a"] * 500 + ["b"] * 498 + ["c", "d"]), y=("category", ["p", "q"] * 500))
    space = build_features(table, spec()).space
    new = make_table(x=("category", ["new"]), y=("category", ["new"]))
    assert (encode(space, new.frame) > 0).tolist() == [[False, False, True, False, False]]


def test_kinds_corrected_by_a_person_are_read_as_that_kind() -> None:
    frame = pd.DataFrame({"code": [1, 2, 2, 1], "share": [1.0, 2.0, np.nan, 2.0], "typed": pd.array(["1", "x", "3", "4"])})
    columns = (
        Column(name="code", kind="category", role="feature"),
        Column(name="share", kind="category", role="feature"),
        Column(name="typed", kind="number", role="feature"),
    )
    names = build_features(Table(frame=frame, columns=columns), spec()).names
    assert names == ("code = 1", "code = 2", "share = 2", "share = 1", "share = Missing", "typed")


@given(st.lists(st.floats(allow_nan=False, allow_infinity=False, width=32), min_size=3, max_size=30))
def test_standard_scores_have_mean_zero_and_deviation_one(numbers: list[float]) -> None:
    if max(numbers) - min(numbers) <= 1e-12 * max(map(abs, numbers)):
        return
    values = build_features(make_table(a=numbers), spec()).values
    assert values.mean() == pytest.approx(0, abs=1e-6)
    assert values.std() == pytest.approx(1, abs=1e-6)
