"""A whole run is forecast before it is accepted, and refused with the nearest way that ends in time."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import pytest

from segmentiq.ml.effort import STAGES, forecast_run, say_seconds, seconds_for_tree
from segmentiq.ml.errors import RunRefused
from segmentiq.ml.linkage.forecast import MICRO
from segmentiq.ml.pipeline import SHARES
from segmentiq.ml.spec import SegmentationSpec

GIB = 1024**3


def spec_of(**choices: Any) -> SegmentationSpec:
    return SegmentationSpec.from_mapping(choices)


def refusal_of(n: int, d: int, spec: SegmentationSpec, **limits: Any) -> RunRefused:
    with pytest.raises(RunRefused) as caught:
        forecast_run(n, d, spec, **limits)
    return caught.value


def test_every_stage_of_the_walk_is_forecast() -> None:
    assert {*STAGES, "tree"} == {*SHARES, "describe", "drawing"}


@pytest.mark.parametrize("linkage", ["ward", "average", "single"])
def test_forecasts_grow_with_customers_and_features(linkage: str) -> None:
    def seconds(n: int, d: int) -> float:
        return forecast_run(n, d, spec_of(linkage=linkage), memory_bytes=64 * GIB).seconds

    assert seconds(1_000, 5) < seconds(10_000, 5) < seconds(50_000, 5) < seconds(50_000, 50)


def test_stability_is_forecast_only_when_it_is_asked_for() -> None:
    with_it, without = (forecast_run(5_000, 8, spec_of(stability=asked)) for asked in (True, False))
    assert "stability" in with_it.stages
    assert "stability" not in without.stages
    assert without.seconds < with_it.seconds


def test_what_takes_too_long_is_refused_with_the_nearest_way_that_ends_in_time() -> None:
    refusal = refusal_of(60_000, 10, spec_of(linkage="average"), memory_bytes=64 * GIB, limit_s=60, speeds={"condensed": 5.0})
    assert refusal.code == "too_slow"
    assert "60,000 customers by average linkage" in refusal.message
    assert "the limit of one run is 60 s" in refusal.message
    assert 'Linkage "ward"' in refusal.hint or 'approximate "allow"' in refusal.hint or "customers end in time" in refusal.hint


def test_where_no_way_ends_in_time_a_sample_is_offered_that_does() -> None:
    spec = spec_of(stability=False)
    speeds = dict.fromkeys(["ward-tree", "ward-matrix", "ward-products", *STAGES], 40.0)
    hint = refusal_of(2_000_000, 60, spec, memory_bytes=64 * GIB, limit_s=300, speeds=speeds).hint
    assert "customers end in time" in hint
    fewer = int(hint.split()[1].replace(",", ""))
    assert forecast_run(fewer, 60, spec, memory_bytes=64 * GIB, limit_s=300, speeds=speeds).seconds <= 300


def test_an_approximate_tree_is_forecast_where_it_may_answer_and_the_exact_one_does_not_fit() -> None:
    limits: dict[str, Any] = {"memory_bytes": 4 * GIB, "limit_s": 3600.0}
    run = forecast_run(200_000, 10, spec_of(linkage="average", approximate="allow"), **limits)
    assert (run.kernel, run.is_exact) == (MICRO, False)
    assert run.bytes <= 4 * GIB
    assert 'approximate "allow"' in refusal_of(200_000, 10, spec_of(linkage="average"), **limits).hint


def test_what_fits_is_exact_even_where_it_need_not_be() -> None:
    assert forecast_run(5_000, 5, spec_of(approximate="allow"), memory_bytes=4 * GIB, limit_s=600).is_exact


def test_a_limit_leaves_for_the_tree_what_the_other_stages_do_not_need() -> None:
    spec = spec_of()
    run = forecast_run(10_000, 5, spec)
    left = seconds_for_tree(10_000, 5, spec, limit_s=1_000)
    assert left == pytest.approx(1_000 - run.seconds + run.stages["tree"])
    assert seconds_for_tree(10_000, 5, spec, limit_s=0.0) == 0.0
    assert seconds_for_tree(10_000, 5, spec, limit_s=None) is None


def test_a_forecast_needs_no_scientific_stack() -> None:
    script = (
        "import sys; from segmentiq.ml.effort import forecast_run; from segmentiq.ml.spec import SegmentationSpec;"
        "forecast_run(100, 2, SegmentationSpec(), limit_s=60); print(*sys.modules)"
    )
    loaded = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout.split()
    assert not {"numpy", "scipy", "pandas", "numba", "fastcluster"} & set(loaded)


@pytest.mark.parametrize(("seconds", "words"), [(0.2, "1 s"), (61.4, "61 s"), (600, "10 min"), (9_000, "2.5 h")])
def test_durations_are_said_roughly(seconds: float, words: str) -> None:
    assert say_seconds(seconds) == words


def test_finding_out_what_an_approximate_tree_cost_is_part_of_its_forecast() -> None:
    asked = {"linkage": "average", "approximate": "allow"}
    run = forecast_run(200_000, 10, spec_of(**asked), memory_bytes=GIB)
    less = forecast_run(200_000, 10, spec_of(**asked, stability=False), memory_bytes=GIB)
    samples = 4 * forecast_run(16_000, 10, spec_of(linkage="average"), memory_bytes=GIB).stages["tree"]
    assert less.stages["stability"] == pytest.approx(samples, rel=0.2)
    assert run.stages["stability"] > less.stages["stability"]
