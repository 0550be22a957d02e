"""Cuts of the top tree, by number, height and hand."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.cluster.hierarchy import fcluster

from segmentiq.ml.cut import cut_branches, cut_k, height_of, k_at_height, reaches
from segmentiq.ml.errors import SpecRefused
from segmentiq.ml.tests.oracles import grower, tree_of
from segmentiq.ml.values import TopTree

VALUES = np.random.default_rng(4).normal(size=(80, 3))


@pytest.fixture
def top() -> TopTree:
    return grower()(VALUES)[0]


def test_a_cut_has_k_segments_that_cover_everyone_largest_first(top: TopTree) -> None:
    for k in range(1, top.max_k + 1):
        cut = cut_k(top, k)
        assert len(cut) == k
        assert [(-branch.size, branch.start) for branch in cut] == sorted((-branch.size, branch.start) for branch in cut)
        assert sum(branch.size for branch in cut) == top.n


@pytest.mark.parametrize("k", [0, -1, 51, 2.5, True, "3", None])
def test_a_cut_out_of_range_is_refused(top: TopTree, k: object) -> None:
    with pytest.raises(SpecRefused, match="1 to 50 segments") as refused:
        cut_k(top, k)  # type: ignore[arg-type]
    assert refused.value.code == "out_of_range"


def test_the_cut_line_lies_between_two_splits_and_finds_its_k_again(top: TopTree) -> None:
    heights = tree_of(VALUES).merges[::-1, 2]
    for k in range(2, top.max_k + 1):
        assert height_of(top, k) == pytest.approx((heights[k - 2] + heights[k - 1]) / 2)
        assert k_at_height(top, height_of(top, k)) == k
    assert height_of(top, 1) > heights[0]
    assert k_at_height(top, height_of(top, 1)) == 1


def test_the_cut_line_of_one_customer_each_stands_above_zero() -> None:
    top = grower()(VALUES[:6])[0]
    assert 0 < height_of(top, 6) < height_of(top, 5)


@settings(max_examples=50, deadline=None)
@given(share=st.floats(0.001, 1.2))
def test_a_height_gives_scipys_number_of_clusters(share: float) -> None:
    tree = tree_of(VALUES)
    top = grower()(VALUES)[0]
    height = share * float(tree.merges[-1, 2])
    n_clusters = int(fcluster(tree.merges, height, "distance").max())
    assert k_at_height(top, height) == min(n_clusters, 50)
    assert reaches(top, height) == (n_clusters <= 50)


def test_picked_branches_may_mix_levels(top: TopTree) -> None:
    left, right = top.branches[1], top.branches[2]
    split = right if right.left is not None else left
    whole = left if split is right else right
    picked = cut_branches(top, [whole.id, split.left or 0, split.right or 0])
    assert sorted(branch.id for branch in picked) == sorted([whole.id, split.left or 0, split.right or 0])
    assert [branch.size for branch in picked] == sorted((branch.size for branch in picked), reverse=True)


@settings(max_examples=60, deadline=None)
@given(k=st.integers(1, 50), dropped=st.integers(0, 49))
def test_every_cut_can_be_picked_and_no_cut_with_a_hole(k: int, dropped: int) -> None:
    top = grower()(VALUES)[0]
    ids = [branch.id for branch in cut_k(top, k)]
    assert cut_branches(top, ids) == cut_k(top, k)
    with pytest.raises(SpecRefused, match="leave customers out"):
        cut_branches(top, [number for at, number in enumerate(ids) if at != dropped % k])


@pytest.mark.parametrize(
    ("ids", "message"),
    [
        ([], "leave customers out"),
        ([1], "leave customers out"),
        ([2], "leave customers out"),
        ([0, 1], "same customers"),
        ([1, 2, 2], "same customers"),
        ([1, 99], "branches 0 to 98"),
        ([-1], "branches 0 to 98"),
        (["1", "2"], "branches 0 to 98"),
        ([True, 2], "branches 0 to 98"),
    ],
)
def test_picked_branches_that_do_not_divide_everyone_are_refused(top: TopTree, ids: list[int], message: str) -> None:
    with pytest.raises(SpecRefused, match=message) as refused:
        cut_branches(top, ids)
    assert refused.value.code == "invalid_branches"


def test_the_web_can_cut_without_numpy() -> None:
    code = "import sys, segmentiq.ml.cut; sys.exit('numpy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
