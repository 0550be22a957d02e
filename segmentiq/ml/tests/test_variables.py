"""One column becomes one variable: logarithms proposed, cells filled and counted, levels collected, dates as days."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy.stats import gamma

from segmentiq.ml.errors import RunRefused
from segmentiq.ml.features import build_features
from segmentiq.ml.spec import SegmentationSpec
from segmentiq.ml.tests.tables import make_table


def spec(**choices: Any) -> SegmentationSpec:
    return SegmentationSpec.from_mapping(choices)


def test_log_by_name_and_automatic_for_skewed_columns_that_are_not_negative() -> None:
    money = [1.0, 2, 3, 4, 5, 6, 7, 8, 9, 1000]
    table = make_table(money=money, even=range(10), debt=[-x for x in money])
    automatic = build_features(table, spec(log="auto", scaling="none"))
    assert automatic.names == ("log(1 + money)", "even", "debt")
    np.testing.assert_allclose(automatic.values[:, 0], np.log1p(money))
    assert build_features(table, spec(log=["even"])).names == ("money", "log(1 + even)", "debt")
    with pytest.raises(RunRefused, match="goes below 0"):
        build_features(table, spec(log=["debt"]))


MONEY = [1.0, 2, 3, 4, 5, 6, 7, 8, 9, 1000]


def test_a_logarithm_is_proposed_for_skewed_amounts_and_not_taken_unasked() -> None:
    table = make_table(money=MONEY, even=range(10), debt=[-x for x in MONEY], flag=[0.0] * 9 + [1.0])
    features = build_features(table, spec())
    assert features.names == ("money", "even", "debt", "flag")
    assert (
        features.notes[0] == 'money leans far to the right: a few large values weigh most. Log "auto" would take its logarithm.'
    )
    for taken in ("auto", ["money"], ["even"]):
        assert not any("would take" in note for note in build_features(table, spec(log=taken)).notes)


def test_many_skewed_columns_are_proposed_in_one_sentence() -> None:
    generator = np.random.default_rng(0)
    table = make_table(**{f"c{i}": generator.lognormal(size=200) for i in range(7)})
    (note,) = build_features(table, spec()).notes
    assert note.startswith("c0, c1, c2, c3, c4 and 2 more lean far to the right")


def test_a_flag_has_no_logarithm_worth_taking() -> None:
    table = make_table(flag=[0.0] * 9 + [1.0], money=MONEY)
    assert build_features(table, spec(log="auto")).names == ("flag", "log(1 + money)")


@pytest.mark.parametrize(("skew", "proposed"), [(0.95, False), (1.1, True)])
def test_a_skewness_of_one_is_the_border(skew: float, proposed: bool) -> None:
    numbers = gamma.ppf((np.arange(5_000) + 0.5) / 5_000, (2 / skew) ** 2)
    features = build_features(make_table(a=numbers), spec(log="auto"))
    assert (features.names == ("log(1 + a)",)) == proposed


def test_missing_numbers_take_the_median_and_missing_levels_become_one() -> None:
    table = make_table(a=[1.0, None, 3.0, 8.0], b=("category", ["x", "y", None, "x"]))
    features = build_features(table, spec(scaling="none"))
    assert features.values[1, 0] == 3.0
    assert features.names == ("a", "b = x", "b = Missing", "b = y")
    assert features.notes == ("a: 1 missing cell filled with the median.", "b: 1 missing cell counts as the level 'Missing'.")


def test_missing_cells_are_counted() -> None:
    dates = ["2024-01-01", None, "2024-01-05", None]
    table = make_table(a=[1.0, None, None, 8.0], b=("category", [None, "y", None, "x"]), c=("date", dates))
    assert build_features(table, spec()).notes[:3] == (
        "a: 2 missing cells filled with the median.",
        "b: 2 missing cells count as the level 'Missing'.",
        "c: 2 missing cells filled with the median.",
    )


def test_rows_with_missing_cells_are_set_aside_when_asked() -> None:
    table = make_table(a=[1.0, None, 3.0, 8.0, 9.0], b=("category", ["x", "y", None, "x", "y"]))
    features = build_features(table, spec(missing="drop"))
    assert features.rows.tolist() == [0, 3, 4]
    assert features.n_table_rows == 5
    assert "2 rows" in features.notes[0]


def test_a_nearly_constant_category_is_not_blown_up() -> None:
    features = build_features(make_table(b=("category", ["a"] * 98 + ["b"] * 2)), spec())
    assert features.values.max() == pytest.approx(1 / np.sqrt(0.2))


def test_a_boolean_is_a_category_of_two_levels() -> None:
    features = build_features(make_table(b=("boolean", [True, False, False, True])), spec())
    assert features.names == ("b = no", "b = yes")
    np.testing.assert_allclose(features.values, np.array([[0, 1], [1, 0], [1, 0], [0, 1]]) * np.sqrt(2))


def test_levels_under_one_percent_are_collected() -> None:
    levels = ["a"] * 500 + ["b"] * 497 + ["c", "d", "e"]
    features = build_features(make_table(x=("category", levels)), spec())
    assert features.names == ("x = a", "x = b", "x = Other")
    assert (features.values[-3:, 2] > 0).all()
    assert "3 less frequent levels" in features.notes[0]


def test_one_rare_level_alone_keeps_its_name() -> None:
    features = build_features(make_table(x=("category", ["a"] * 500 + ["b"] * 499 + ["c"])), spec())
    assert features.names == ("x = a", "x = b", "x = c")


def test_many_levels_are_cut_to_the_most_frequent_and_very_many_are_left_out_unless_named() -> None:
    thirty = [f"l{i:02d}" for i in range(30) for _ in range(40 - i)]
    assert len(build_features(make_table(x=("category", thirty)), spec()).names) == 21
    sixty = [f"l{i:02d}" for i in range(60) for _ in range(10)]
    table = make_table(x=("category", sixty), y=range(600))
    features = build_features(table, spec())
    assert features.names == ("y",)
    assert "60 levels" in features.notes[0]
    assert len(build_features(table, spec(columns=["x"])).names) == 21


@pytest.mark.parametrize(("n_levels", "n_features"), [(20, 20), (21, 21), (22, 21), (50, 21), (51, 0)])
def test_the_bounds_of_twenty_and_fifty_levels(n_levels: int, n_features: int) -> None:
    levels = [f"l{i:02d}" for i in range(n_levels) for _ in range(100 - i)]
    features = build_features(make_table(x=("category", levels), y=range(len(levels))), spec())
    assert len(features.names) == n_features + 1
    collected = f"x: {n_levels - 20} less frequent levels are collected as 'Other'."
    left_out = f"x: {n_levels} levels are more than 50, left out; choose it by name to force it."
    assert features.notes == ((left_out,) if n_levels > 50 else (collected,) if n_levels > 21 else ())


def test_a_level_of_one_percent_is_not_rare() -> None:
    levels = ["a"] * 500 + ["b"] * 481 + ["c"] * 10 + ["d"] * 5 + ["e"] * 4
    assert build_features(make_table(x=("category", levels)), spec()).names == ("x = a", "x = b", "x = c", "x = Other")


def test_unique_words_say_nothing_even_when_forced() -> None:
    table = make_table(x=("category", [f"mail{i}" for i in range(500)]), y=range(500))
    assert build_features(table, spec(columns=["x", "y"])).names == ("y",)


def test_dates_become_days_before_the_latest() -> None:
    table = make_table(seen=("date", ["2024-01-01", "2024-01-31", "2024-01-30T12:00"]))
    features = build_features(table, spec(scaling="none"))
    assert features.values.ravel().tolist() == [30.0, 0.0, 0.5]
    assert features.space.variables[0].origin == "2024-01-31T00:00:00"


def test_missing_dates_take_the_median_day() -> None:
    table = make_table(seen=("date", ["2024-01-01", None, "2024-01-31", "2024-01-11"]))
    assert build_features(table, spec(scaling="none")).values[1, 0] == 20.0
