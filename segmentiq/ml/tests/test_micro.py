"""An approximate tree is a whole tree of all customers, made of weighted micro-clusters, and only where it is allowed."""

from __future__ import annotations

import subprocess
import sys
import tracemalloc
from typing import Any

import numpy as np
import pytest
from scipy.cluster.hierarchy import fcluster, is_valid_linkage
from sklearn.metrics import adjusted_rand_score

from segmentiq.ml.errors import RunRefused
from segmentiq.ml.linkage import KERNELS, build_tree
from segmentiq.ml.linkage.forecast import MICRO, choose_way, forecast
from segmentiq.ml.linkage.matrix import link
from segmentiq.ml.linkage.micro import Gathered, forecast_micro, link_micro, plan_micro
from segmentiq.ml.linkage.partition import divide
from segmentiq.ml.spec import METRICS
from segmentiq.ml.tests.oracles import Matrix, planted
from segmentiq.ml.values import LinkageTree

PAIRS = [(linkage, metric) for linkage in METRICS for metric in METRICS[linkage] if linkage not in ("ward", "single")]
N = 2_000
TIGHT = 1_200_000
"""Bytes in which 2,000 customers have no distance matrix, and some 400 micro-clusters have one."""


def grow(values: Matrix, linkage: str = "average", metric: str = "euclidean", **options: Any) -> LinkageTree:
    return build_tree(values, linkage, metric, **{"memory_bytes": TIGHT, "approximate": True, **options})


def ward(values: Matrix) -> LinkageTree:
    """Return Ward's tree by micro-clusters, which the kernels of our time are quick enough not to need here."""
    linked = link(values, None, "ward", "euclidean", choose=lambda *asked, memory_bytes: MICRO, memory_bytes=2**30)
    return LinkageTree(merges=linked.merges, kernel=linked.way, groups=linked.groups)


def gather(rows: Matrix, linkage: str = "ward", weights: Matrix | None = None, memory_bytes: int = TIGHT) -> Gathered:
    heavy = np.ones(len(rows)) if weights is None else weights
    return link_micro(rows, heavy, linkage, "euclidean", memory_bytes=memory_bytes, tell=lambda share: None)


def sum_inside(rows: Matrix, groups: Any, weights: Matrix) -> float:
    total = 0.0
    for group in np.unique(groups):
        mine, heavy = rows[groups == group], weights[groups == group]
        total += float((heavy @ np.square(mine - np.average(mine, axis=0, weights=heavy))).sum())
    return total


def labels(tree: LinkageTree, k: int) -> Any:
    return fcluster(np.array(tree.merges), k, "maxclust")


@pytest.mark.parametrize(("linkage", "metric"), PAIRS)
def test_it_is_a_whole_tree_of_all_customers(linkage: str, metric: str) -> None:
    tree = grow(planted(4, N, 3, seed=1), linkage, metric)
    assert (tree.kernel, tree.exact) == (f"{linkage}-micro", False)
    assert tree.merges.shape == (N - 1, 4)
    assert is_valid_linkage(np.array(tree.merges), throw=True)
    assert (np.diff(tree.merges[:, 2]) >= 0).all()
    assert tree.groups is not None
    assert np.unique(tree.groups).tolist() == list(range(int(tree.groups.max()) + 1))


@pytest.mark.parametrize("linkage", ["average", "complete"])
def test_clear_groups_are_found(linkage: str) -> None:
    values = planted(4, N, 3, seed=2)
    assert adjusted_rand_score(labels(grow(values, linkage), 4), labels(build_tree(values, linkage, "euclidean"), 4)) > 0.97


def test_it_is_never_taken_where_it_was_not_allowed() -> None:
    with pytest.raises(RunRefused) as caught:
        grow(planted(4, N, 3, seed=1), approximate=False)
    assert caught.value.code == "too_large"
    assert "approximate" in caught.value.hint


def test_it_is_not_taken_where_the_exact_tree_fits() -> None:
    values = planted(4, N, 3, seed=1)
    tree = grow(values, memory_bytes=10**9)
    assert tree.exact
    assert tree.merges.tolist() == build_tree(values, "average", "euclidean").merges.tolist()


def test_where_not_even_that_fits_the_exact_tree_is_refused() -> None:
    with pytest.raises(RunRefused, match="needs"):
        grow(planted(4, N, 3, seed=1), memory_bytes=100_000)


def test_it_is_taken_where_the_exact_tree_takes_too_long() -> None:
    asked = (500_000, 10, "average", "euclidean")
    assert choose_way(*asked, memory_bytes=2**42, limit_s=60.0) == MICRO
    assert choose_way(*asked, memory_bytes=2**42, limit_s=10**9) != MICRO
    assert choose_way(*asked, memory_bytes=2**42) != MICRO
    assert choose_way(*asked, memory_bytes=2**42, limit_s=10**9, speeds=dict.fromkeys(KERNELS, 10**9)) == MICRO


def test_it_is_not_taken_where_it_would_not_be_quicker() -> None:
    assert choose_way(2_000, 3, "ward", "euclidean", memory_bytes=2**30, limit_s=0.0) != MICRO


def test_a_limit_of_time_is_obeyed_where_the_tree_is_built() -> None:
    values = np.random.default_rng(3).normal(size=(5_000, 3))
    options: dict[str, Any] = {"memory_bytes": 2**30, "speeds": {"condensed": 1e3}}
    tree = grow(values, **options, limit_s=60.0)
    assert (tree.kernel, tree.exact) == ("average-micro", False)
    assert grow(values, **options, limit_s=1e9).exact
    assert grow(values, **options, limit_s=60.0, approximate=False).exact


def test_ward_gathers_where_memory_is_short() -> None:
    values = planted(4, 20_000, 30, seed=3)
    exact = forecast(20_000, 30, "ward", "euclidean").bytes
    assert grow(values, "ward", memory_bytes=exact).exact
    tree = grow(values, "ward", memory_bytes=7 * exact // 10)
    assert (tree.kernel, tree.exact) == ("ward-micro", False)


def test_ward_is_approximated_well() -> None:
    values = planted(4, 20_000, 3, seed=3)
    assert adjusted_rand_score(labels(ward(values), 4), labels(build_tree(values, "ward", "euclidean"), 4)) > 0.97


def test_the_order_of_the_rows_does_not_matter() -> None:
    values = np.random.default_rng(4).integers(0, 30, size=(N, 3)).astype(float)
    shuffled = np.random.default_rng(5).permutation(N)
    tree, other = grow(values), grow(values[shuffled])
    assert other.merges[:, 2].tolist() == tree.merges[:, 2].tolist()
    assert tree.groups is not None
    assert other.groups is not None
    assert other.groups.tolist() == tree.groups[shuffled].tolist()


def test_a_weight_is_worth_as_many_customers() -> None:
    rows = np.unique(planted(3, 1_500, 2, seed=6).round(1), axis=0)
    times = np.random.default_rng(7).integers(1, 5, size=len(rows))
    weighed = grow(rows, "average", weights=times.astype(float), memory_bytes=900_000)
    repeated = grow(np.repeat(rows, times, axis=0), "average", memory_bytes=900_000)
    assert not weighed.exact
    assert repeated.merges[len(repeated.merges) - len(rows) + 1 :, 2] == pytest.approx(weighed.merges[:, 2])


def test_variance_inside_is_what_the_kept_merges_raised() -> None:
    rows = planted(4, N, 3, seed=8)
    weights = np.random.default_rng(9).integers(1, 9, size=N).astype(float)
    merges, groups = gather(rows, weights=weights)
    below = merges[: N - groups.max() - 1]
    assert np.square(below[:, 2]).sum() / 2 == pytest.approx(sum_inside(rows, groups, weights), rel=1e-9)


def test_all_merges_together_raise_the_total() -> None:
    rows = planted(4, N, 3, seed=8)
    merges, _ = gather(rows)
    assert np.square(merges[:, 2]).sum() / 2 == pytest.approx(np.square(rows - rows.mean(axis=0)).sum(), rel=1e-9)


def test_micro_clusters_count_as_many_customers_as_they_hold() -> None:
    crowd = np.random.default_rng(10).normal(0, 0.01, size=(1_900, 2))
    few = np.random.default_rng(11).normal(5, 1.0, size=(100, 2))
    tree = ward(np.vstack([crowd, few]))
    apart = np.linalg.norm(crowd.mean(axis=0) - few.mean(axis=0))
    assert tree.merges[-1, 2] == pytest.approx(np.sqrt(2 * 1_900 * 100 / 2_000) * apart, rel=1e-9)


def test_lonely_customers_stay_alone_and_crowds_are_gathered() -> None:
    values = np.vstack([np.random.default_rng(12).normal(size=(N - 10, 2)), 100 * np.arange(1, 21).reshape(10, 2)])
    groups = gather(values[np.lexsort(values.T[::-1])]).groups
    assert sorted(np.bincount(groups)[groups][-10:].tolist()) == [1] * 10
    assert np.bincount(groups).max() > 1


@pytest.mark.parametrize(("n", "most"), [(1, 4), (7, 1), (1_000, 64), (999, 100)])
def test_parts_are_even_and_hold_every_row_once(n: int, most: int) -> None:
    parts = divide(np.random.default_rng(13).normal(size=(n, 3)), most)
    assert sorted(np.concatenate(parts).tolist()) == list(range(n))
    assert all(len(part) <= most and 2 * len(part) >= min(most, n) - 1 for part in parts)


def test_parts_lie_apart() -> None:
    rows = np.random.default_rng(14).normal(size=(4_000, 3)) * [9.0, 1.0, 1.0]
    edges = sorted((rows[part, 0].min(), rows[part, 0].max()) for part in divide(rows, 2_000))
    assert edges[0][1] < edges[1][0] + 1.0


def test_equal_rows_are_divided_too() -> None:
    assert sorted(len(part) for part in divide(np.zeros((10, 2)), 4)) == [2, 2, 3, 3]


def test_progress_never_falls_and_what_it_raises_ends_the_linkage() -> None:
    values, told = planted(4, N, 3, seed=1), []
    grow(values, on_progress=lambda stage, share: told.append(share))
    assert told == sorted(told)
    assert (told[0], told[-1]) == (0.0, 1.0)
    assert len(told) > 5

    class Stopped(Exception):
        pass

    def stop(stage: str, share: float) -> None:
        if share > 0.3:
            raise Stopped

    with pytest.raises(Stopped):
        grow(values, on_progress=stop)


def test_more_memory_gives_more_micro_clusters() -> None:
    plans = [plan_micro(1_000_000, 10, "average", "euclidean", budget * 2**20) for budget in (500, 800, 1_600, 8_000)]
    assert [plan.n_groups for plan in plans] == sorted({plan.n_groups for plan in plans})
    assert plans[-1].n_groups == 20_000
    assert all(plan.part <= plan.n_groups for plan in plans)


@pytest.mark.parametrize("linkage", ["ward", "average", "complete", "weighted"])
def test_what_is_planned_fits_the_budget(linkage: str) -> None:
    for budget in (400 * 2**20, 2**30, 2**32):
        assert forecast_micro(1_000_000, 10, linkage, "euclidean", budget).bytes <= budget
    assert forecast_micro(10_000_000, 10, linkage, "euclidean", 2**28).bytes > 2**28


def test_the_forecast_needs_no_scientific_stack() -> None:
    script = (
        "import sys, segmentiq.ml.linkage.micro as m; m.forecast_micro(10**6, 9, 'average', 'gower', 2**30); print(*sys.modules)"
    )
    loaded = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout.split()
    assert not {"numpy", "scipy", "pandas", "fastcluster", "numba"} & set(loaded)


def test_a_slower_machine_is_forecast_to_take_longer() -> None:
    asked = (100_000, 5, "average", "euclidean", 2**30)
    slow = {"ward-matrix": 3.0, "ward-vectors": 3.0, "condensed": 3.0}
    assert forecast_micro(*asked, speeds=slow).seconds > forecast_micro(*asked).seconds


def test_the_measured_peak_stays_near_the_forecast() -> None:
    values = np.random.default_rng(15).normal(size=(20_000, 5))
    budget = 12_000_000
    grow(values[:2_000])
    with pytest.raises(RunRefused):
        forecast(len(values), 5, "average", "euclidean", memory_bytes=budget)
    tracemalloc.start()
    assert not grow(values, memory_bytes=budget).exact
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak <= 1.1 * forecast_micro(20_000, 5, "average", "euclidean", budget).bytes
