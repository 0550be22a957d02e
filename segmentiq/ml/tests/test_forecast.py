"""What a tree will cost is told before anything is allocated."""

from __future__ import annotations

import subprocess
import sys
import tracemalloc

import numpy as np
import pytest

from segmentiq.ml.errors import RunRefused
from segmentiq.ml.linkage import KERNELS, build_tree
from segmentiq.ml.linkage.forecast import choose_kernel, forecast
from segmentiq.ml.machine import find_budget

GIB = 1024**3


def test_forecasts_need_no_scientific_stack() -> None:
    script = "import sys, segmentiq.ml.linkage.forecast as f; f.forecast(10, 2, 'ward', 'euclidean'); print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout.split()
    assert not {"numpy", "scipy", "pandas", "fastcluster"} & set(loaded)


def test_the_distance_matrix_is_what_costs() -> None:
    assert forecast(20_000, 10, "average", "euclidean", memory_bytes=4 * GIB).bytes == pytest.approx(1.6e9, rel=0.01)


def test_ward_and_single_take_no_matrix() -> None:
    for linkage in ("ward", "single"):
        assert forecast(1_000_000, 10, linkage, "euclidean", memory_bytes=GIB).bytes < GIB


@pytest.mark.parametrize("linkage", ["average", "complete", "weighted"])
def test_what_cannot_fit_is_refused_with_the_nearest_way_that_does(linkage: str) -> None:
    with pytest.raises(RunRefused) as caught:
        forecast(100_000, 10, linkage, "manhattan", memory_bytes=4 * GIB)
    refusal = caught.value
    assert refusal.code == "too_large"
    assert "100,000 customers needs 37.3 GiB" in refusal.message
    assert "the budget is 4.0 GiB" in refusal.message
    assert 'Linkage "ward"' in refusal.hint


def test_where_nothing_fits_a_sample_is_offered() -> None:
    with pytest.raises(RunRefused) as caught:
        forecast(1_000_000, 10, "ward", "euclidean", memory_bytes=10_000_000)
    assert "cluster a sample" in caught.value.hint


def test_the_tree_is_refused_before_anything_is_allocated() -> None:
    values = np.arange(100_000.0).reshape(50_000, 2)
    build_tree(values[:2], "complete", "euclidean")
    tracemalloc.start()
    with pytest.raises(RunRefused, match="memory"):
        build_tree(values, "complete", "euclidean", memory_bytes=GIB)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 5_000_000


@pytest.mark.parametrize(
    ("n", "d", "budget", "kernel"),
    [
        (500, 5, GIB, "ward-matrix"),
        (600, 5, GIB, "ward-tree"),
        (8_000, 5, GIB, "ward-tree"),
        (100_000, 60, 64 * GIB, "ward-tree"),
    ],
)
def test_the_quickest_kernel_that_fits_is_taken(n: int, d: int, budget: int, kernel: str) -> None:
    assert choose_kernel(n, d, "ward", "euclidean", memory_bytes=budget) == kernel


def test_the_budget_is_half_of_a_machine() -> None:
    assert GIB // 8 < find_budget() < 1024 * GIB


@pytest.mark.parametrize("name", list(KERNELS))
def test_forecasts_grow_with_customers_and_features(name: str) -> None:
    kernel = KERNELS[name]
    small, more, wide = kernel.forecast(100, 5), kernel.forecast(1_000, 5), kernel.forecast(1_000, 50)
    assert small.bytes < more.bytes < wide.bytes
    assert small.seconds < more.seconds < wide.seconds


def test_the_measured_peak_stays_near_the_forecast() -> None:
    values = np.random.default_rng(0).normal(size=(3_000, 5))
    build_tree(values[:10], "average", "euclidean")
    tracemalloc.start()
    build_tree(values, "average", "euclidean")
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak <= 1.1 * forecast(3_000, 5, "average", "euclidean").bytes
