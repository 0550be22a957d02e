"""What an approximate tree cost is measured against exact trees and their own noise, and said in words."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.cluster.hierarchy import fcluster
from sklearn.metrics import adjusted_rand_score

from segmentiq.ml.approximation import Agreement, Approximation, certify, means_of, say, weigh
from segmentiq.ml.cut import cut_k
from segmentiq.ml.describe import describe
from segmentiq.ml.errors import RunRefused
from segmentiq.ml.linkage import build_tree
from segmentiq.ml.pipeline import segment
from segmentiq.ml.spec import SegmentationSpec
from segmentiq.ml.tests.oracles import Matrix, grower, labels_of, planted, tree_of
from segmentiq.ml.tests.tables import numbers_of
from segmentiq.ml.values import Table

FOUND = Approximation(
    n=2_000_000,
    n_groups=20_000,
    lost=0.029,
    n_sample=20_000,
    k=5,
    agreements=(Agreement(k=4, spread=1.0, rand=0.9, floor=0.9), Agreement(k=5, spread=1.004, rand=0.81, floor=0.78)),
)


def evidence(values: Matrix, k: int = 4, linkage: str = "average", **options: Any) -> Approximation:
    tree = build_tree(values, linkage, "euclidean", memory_bytes=1_200_000, approximate=True)
    assert tree.groups is not None
    top, order = describe(tree, values, linkage=linkage, metric="euclidean")
    return weigh(values, values, tree.groups, top, order, k=k, grow=grower(linkage), **{"n_sample": 1_000, **options})


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10_000), st.integers(1, 6), st.floats(0.001, 1_000))
def test_no_centres_are_misjudged_by_more_than_the_bound(seed: int, k: int, scale: float) -> None:
    generator = np.random.default_rng(seed)
    rows = generator.normal(size=(200, 3)) * scale
    groups = np.unique(generator.integers(0, generator.integers(1, 100), size=200), return_inverse=True)[1]
    costs = certify(rows, groups, generator.normal(size=(k, 3)) * scale * generator.uniform(0.1, 10))
    assert abs(np.sqrt(costs.rows) - np.sqrt(costs.groups)) <= np.sqrt(costs.inside) * (1 + 1e-9)


def test_the_bound_is_reached_so_it_cannot_be_tightened() -> None:
    costs = certify(np.array([[-1.0], [1.0]]), np.array([0, 0]), np.array([[0.0]]))
    assert abs(np.sqrt(costs.rows) - np.sqrt(costs.groups)) == np.sqrt(costs.inside)


def test_segments_of_groups_cost_their_customers_what_lies_inside_the_groups_more() -> None:
    rows = planted(4, 600, 3, seed=1)
    groups, segments = (fcluster(np.array(tree_of(rows).merges), k, "maxclust").astype(np.int64) - 1 for k in (80, 4))
    centres, _ = means_of(rows, segments)
    costs = certify(rows, groups, centres)
    spread = sum(float(np.square(rows[segments == s] - centres[s]).sum()) for s in range(4))
    of_groups = sum(float(np.square(means_of(rows, groups)[0][groups[segments == s]] - centres[s]).sum()) for s in range(4))
    assert spread == pytest.approx(of_groups + costs.inside, rel=1e-9)
    assert costs.rows <= spread * (1 + 1e-12)


def test_what_is_lost_is_the_variance_inside() -> None:
    values = planted(4, 2_000, 3, seed=2)
    tree = build_tree(values, "average", "euclidean", memory_bytes=1_200_000, approximate=True)
    assert tree.groups is not None
    inside = sum(
        float(np.square(mine - mine.mean(axis=0)).sum()) for mine in (values[tree.groups == g] for g in set(tree.groups))
    )
    found = evidence(values)
    assert found.n_groups == tree.groups.max() + 1
    assert found.lost == pytest.approx(inside / np.square(values - values.mean(axis=0)).sum(), rel=1e-9)
    assert found.bound == pytest.approx(np.sqrt(found.lost))


def test_clear_segments_agree_with_exact_ones_as_well_as_those_with_themselves() -> None:
    found = evidence(planted(4, 2_000, 3, seed=2))
    four = next(entry for entry in found.agreements if entry.k == 4)
    assert four.rand > 0.9
    assert four.floor > 0.9
    assert four.spread == pytest.approx(1, abs=0.02)


def test_without_structure_the_floor_is_low_and_tells_why_the_agreement_is() -> None:
    found = evidence(np.random.default_rng(3).uniform(size=(2_000, 3)))
    four = next(entry for entry in found.agreements if entry.k == 4)
    assert four.floor < 0.9
    assert four.rand < 0.9


def test_the_exact_tree_itself_agrees_in_full() -> None:
    values = planted(4, 900, 3, seed=4)
    top, order = grower("ward")(values)
    found = weigh(values, values, np.arange(900), top, order, k=3, grow=grower("ward"), n_sample=900)
    assert found.n_sample == 900
    assert found.lost == pytest.approx(0, abs=1e-12)
    assert all(entry.rand == 1 and entry.spread == pytest.approx(1) for entry in found.agreements)
    assert min(entry.floor for entry in found.agreements) < 1


def test_the_agreement_is_that_of_the_same_customers() -> None:
    values = planted(5, 2_000, 3, seed=5)
    tree = build_tree(values, "average", "euclidean", memory_bytes=1_200_000, approximate=True)
    top, order = describe(tree, values, linkage="average", metric="euclidean")
    exact_top, exact_order = grower("average")(values)
    assert tree.groups is not None
    found = weigh(values, values, tree.groups, top, order, k=5, grow=grower("average"), n_sample=10**6)
    expected = adjusted_rand_score(labels_of(top, order, 5), labels_of(exact_top, exact_order, 5))
    assert next(entry for entry in found.agreements if entry.k == 5).rand == pytest.approx(expected)


def test_the_sample_holds_customers_of_every_branch() -> None:
    values = np.vstack([planted(3, 1_990, 3, seed=6), np.full((10, 3), 500.0) + np.arange(10)[:, None]])
    found = evidence(values, k=2, n_sample=200)
    assert 200 <= found.n_sample <= 200 + 50 * 10
    two = next(entry for entry in found.agreements if entry.k == 2)
    assert two.rand == 1


def test_the_same_seed_measures_the_same() -> None:
    values = planted(4, 2_000, 3, seed=7)
    assert evidence(values, seed=5) == evidence(values, seed=5)


def test_an_answer_beyond_fifteen_is_measured_too() -> None:
    found = evidence(planted(4, 2_000, 3, seed=7), k=30)
    assert [entry.k for entry in found.agreements] == [*range(2, 16), 30]


def test_progress_is_told_up_to_the_end() -> None:
    told: list[float] = []
    evidence(planted(4, 2_000, 3, seed=7), on_share=told.append)
    assert told == sorted(told)
    assert told[-1] == 1


def test_customers_who_are_all_alike_lose_nothing() -> None:
    values = np.zeros((300, 2))
    top, order = grower("ward")(values)
    found = weigh(values, values, np.zeros(300, dtype=np.int64), top, order, k=2, grow=grower("ward"))
    assert found.lost == 0
    assert all(entry.spread == 1 for entry in found.agreements)


def test_it_is_said_in_words() -> None:
    first, bound, agreement, spread = say(FOUND)
    assert first == (
        "Approximate: 2,000,000 customers were first gathered into 20,000 groups that hold 97.1 % of the differences between "
        "them; the segments are made of these groups."
    )
    assert "to within 17 %" in bound
    assert "sample of 20,000 customers the 5 segments agree with exact ones by 0.81" in agreement
    assert "80 % of the sample agree with those by 0.78" in agreement
    assert "no more than leaving out customers does" in agreement
    assert "0.4 % wider" in spread


@pytest.mark.parametrize(
    ("rand", "floor", "words"),
    [
        (0.90, 0.90, "changes no more"),
        (0.86, 0.90, "changes no more"),
        (0.80, 0.90, "with care"),
        (0.40, 0.41, "who happens to be among the customers"),
    ],
)
def test_an_agreement_is_read_beside_its_floor(rand: float, floor: float, words: str) -> None:
    found = replace(FOUND, agreements=(Agreement(k=5, spread=1.0, rand=rand, floor=floor),))
    assert words in say(found)[2]


@pytest.mark.parametrize(("spread", "words"), [(1.0001, "as tight as"), (0.95, "5.0 % tighter than"), (1.25, "25 % wider than")])
def test_the_spread_is_said_as_a_difference(spread: float, words: str) -> None:
    assert words in say(replace(FOUND, agreements=(Agreement(k=5, spread=spread, rand=0.9, floor=0.9),)))[3]


def test_what_cannot_be_measured_is_not_said() -> None:
    assert len(say(replace(FOUND, k=40))) == 2


@pytest.mark.parametrize(("lost", "held"), [(0.0, "hold 100.0 %"), (0.0001, "hold over 99.9 %"), (0.5, "hold 50.0 %")])
def test_nothing_lost_is_only_said_of_nothing(lost: float, held: str) -> None:
    assert held in say(replace(FOUND, lost=lost))[0]


def test_it_becomes_plain_data() -> None:
    data = json.loads(json.dumps(FOUND.to_json()))
    assert data["agreements"][1] == {"k": 5, "spread": 1.004, "rand": 0.81, "floor": 0.78}
    assert data["sentences"] == list(say(FOUND))
    assert data["bound"] == pytest.approx(0.1703, abs=1e-4)


def three_clouds(per_cloud: int = 500) -> Table:
    random = np.random.default_rng(8)
    points = np.concatenate([random.normal(centre, 1.0, size=(per_cloud, 2)) for centre in ((0, 0), (12, 0), (0, 12))])
    return numbers_of(pd.DataFrame(points, columns=["x", "y"]))


@pytest.mark.parametrize("metric", ["euclidean", "manhattan", "cosine"])
@pytest.mark.parametrize("linkage", ["average", "complete"])
def test_a_run_that_does_not_fit_is_answered_and_weighed(linkage: str, metric: str) -> None:
    asked = {"linkage": linkage, "metric": metric, "stability": False}
    with pytest.raises(RunRefused):
        segment(three_clouds(), SegmentationSpec.from_mapping(asked), memory_bytes=2**20)
    result = segment(three_clouds(), SegmentationSpec.from_mapping(asked | {"approximate": "allow"}), memory_bytes=2**20)
    assert (result.tree.exact, result.tree.kernel) == (False, f"{linkage}-micro")
    assert sorted(result.order.tolist()) == list(range(1_500))
    assert result.approximation is not None
    assert result.approximation.k == result.k
    assert result.k in [entry.k for entry in result.approximation.agreements]
    assert result.warnings[: len(say(result.approximation))] == say(result.approximation)


def test_an_exact_run_has_nothing_to_weigh() -> None:
    result = segment(three_clouds(), SegmentationSpec(linkage="average", approximate="allow", stability=False))
    assert result.tree.exact
    assert result.approximation is None
    assert result.warnings == ()


def test_progress_of_an_approximate_run_never_falls() -> None:
    told: list[float] = []
    spec = SegmentationSpec(linkage="average", approximate="allow", n_clusters=3)
    result = segment(three_clouds(), spec, memory_bytes=2**20, on_progress=lambda stage, share: told.append(share))
    assert [branch.size for branch in cut_k(result.top, 3)] == [500, 500, 500]
    assert told == sorted(told)
    assert told[-1] == pytest.approx(1)


def test_a_run_too_slow_for_its_limit_is_approximated_where_that_is_allowed() -> None:
    table = three_clouds(1_700)
    limits: dict[str, Any] = {"memory_bytes": 2**30, "limit_s": 60.0, "speeds": {"condensed": 1e3}}
    spec = SegmentationSpec(linkage="average", approximate="allow", stability=False, n_clusters=3)
    assert not segment(table, spec, **limits).tree.exact
    assert segment(table, replace(spec, approximate="never"), **limits).tree.exact
