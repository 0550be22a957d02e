"""One specification, refused with the same sentence at every door."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from segmentiq.ml.errors import SpecRefused
from segmentiq.ml.spec import METRICS, SegmentationSpec


def test_the_defaults_are_the_documented_ones() -> None:
    spec = SegmentationSpec.from_mapping({})
    assert (spec.columns, spec.scaling, spec.log, spec.missing, spec.pca) == (None, "standard", "none", "impute", None)
    assert (spec.linkage, spec.metric, spec.n_clusters, spec.stability) == ("ward", "euclidean", "auto", True)


@pytest.mark.parametrize("value", [0, -1, 1e9, None, True, "abc", 3.5, float("nan"), [], {}])
def test_a_number_of_segments_that_is_none_is_refused_with_the_range(value: Any) -> None:
    with pytest.raises(SpecRefused) as caught:
        SegmentationSpec.from_mapping({"n_clusters": value})
    assert caught.value.code == "invalid_n_clusters"
    assert caught.value.field == "n_clusters"
    assert "2 to 50" in caught.value.message


@pytest.mark.parametrize("value", [1, 51, 1000])
def test_a_number_of_segments_outside_the_range_is_refused(value: int) -> None:
    with pytest.raises(SpecRefused) as caught:
        SegmentationSpec.from_mapping({"n_clusters": value})
    assert caught.value.code == "out_of_range"


@pytest.mark.parametrize("value", [0, -1, float("nan"), 1.0, 1.5, "2", True, [2]])
def test_a_pca_that_keeps_nothing_sensible_is_refused(value: Any) -> None:
    with pytest.raises(SpecRefused) as caught:
        SegmentationSpec.from_mapping({"pca": value})
    assert caught.value.code == "invalid_pca"


@pytest.mark.parametrize(
    ("data", "code"),
    [
        ({"colour": "red"}, "unknown_parameter"),
        ({"columns": []}, "no_features"),
        ({"columns": ["a", "a"]}, "invalid_columns"),
        ({"columns": "a"}, "invalid_columns"),
        ({"scaling": "z"}, "invalid_scaling"),
        ({"linkage": "centroid"}, "invalid_linkage"),
        ({"linkage": "ward", "metric": "cosine"}, "incompatible_metric"),
        ({"metric": "manhattan"}, "incompatible_metric"),
        ({"linkage": "average", "metric": "gower", "pca": 2}, "invalid_pca"),
        ({"distance_threshold": -2}, "invalid_distance_threshold"),
        ({"distance_threshold": 3, "n_clusters": 4}, "invalid_distance_threshold"),
        ({"weights": {"a": 0}}, "invalid_weights"),
        ({"weights": 7}, "invalid_weights"),
        ({"stability": 1}, "invalid_stability"),
        ({"seed": -1}, "invalid_seed"),
    ],
)
def test_each_wrong_parameter_has_its_own_code(data: dict[str, Any], code: str) -> None:
    with pytest.raises(SpecRefused) as caught:
        SegmentationSpec.from_mapping(data)
    assert caught.value.code == code
    assert caught.value.message.endswith(".")


def test_weights_in_any_shape_never_crash() -> None:
    for value in (["a"], [1, 2], [["a"]], "ab", {"a": "x"}):
        with pytest.raises(SpecRefused):
            SegmentationSpec.from_mapping({"weights": value})


specs = st.fixed_dictionaries(
    {},
    optional={
        "columns": st.lists(st.text(min_size=1, max_size=8), min_size=1, max_size=4, unique=True),
        "scaling": st.sampled_from(["standard", "robust", "minmax", "none"]),
        "log": st.one_of(st.sampled_from(["none", "auto"]), st.lists(st.text(max_size=5), unique=True, max_size=3)),
        "pca": st.one_of(st.none(), st.integers(1, 9), st.floats(0.01, 0.99)),
        "linkage": st.sampled_from(sorted(METRICS)),
        "n_clusters": st.one_of(st.just("auto"), st.integers(2, 50)),
        "weights": st.dictionaries(st.text(max_size=5), st.floats(0.01, 100), max_size=3),
        "seed": st.integers(0, 2**32 - 1),
    },
)


@given(specs)
def test_json_and_back_is_the_same_specification(data: dict[str, Any]) -> None:
    spec = SegmentationSpec.from_mapping(data)
    again = SegmentationSpec.from_mapping(json.loads(json.dumps(spec.to_json())))
    assert again == spec
    assert hash(again) == hash(spec)
    assert again.digest() == spec.digest()


def test_the_digest_tells_two_specifications_apart() -> None:
    assert SegmentationSpec(n_clusters=3).digest() != SegmentationSpec(n_clusters=4).digest()
    one = SegmentationSpec.from_mapping({"weights": {"a": 1, "b": 2}})
    other = SegmentationSpec.from_mapping({"weights": {"b": 2, "a": 1}})
    assert one.digest() == other.digest()
