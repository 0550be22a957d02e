"""The top tree against SciPy's cuts, and the shapes that break recursion."""

from __future__ import annotations

import time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from segmentiq.ml.describe import describe
from segmentiq.ml.tests.oracles import Matrix, chain, grower, labels_of, tree_of
from segmentiq.ml.values import LinkageTree, TopTree


def _replay(merges: Matrix, count: int) -> list[int]:
    """Return the node every leaf belongs to after the first `count` merges."""
    node = list(range(len(merges) + 1))
    for made, (left, right) in enumerate(merges[:count, :2].astype(int).tolist(), start=len(node)):
        node = [made if at in (left, right) else at for at in node]
    return node


@settings(max_examples=40, deadline=None)
@given(
    n=st.integers(2, 90), d=st.integers(1, 4), linkage=st.sampled_from(["ward", "average", "single"]), seed=st.integers(0, 2**16)
)
def test_every_cut_is_what_the_first_merges_join(n: int, d: int, linkage: str, seed: int) -> None:
    values = np.random.default_rng(seed).normal(size=(n, d))
    top, order = grower(linkage)(values)
    merges = tree_of(values, linkage).merges
    for k in range(1, top.max_k + 1):
        pairs = set(zip(_replay(merges, n - k), labels_of(top, order, k).tolist(), strict=True))
        assert len(pairs) == len({node for node, _ in pairs}) == len({label for _, label in pairs}) == k


@settings(max_examples=40, deadline=None)
@given(n=st.integers(1, 120), seed=st.integers(0, 2**16))
def test_ids_splits_and_slices_are_as_documented(n: int, seed: int) -> None:
    values = np.random.default_rng(seed).integers(0, 5, size=(n, 2)).astype(float)  # many ties
    tree = tree_of(values) if n > 1 else LinkageTree(merges=np.empty((0, 4)), kernel="none")
    top, order = describe(tree, values, linkage="ward", metric="euclidean")
    assert sorted(order.tolist()) == list(range(n))
    assert top.max_k == min(n, 50)
    root = top.branches[0]
    assert (root.parent, root.start, root.stop, root.born) == (None, 0, n, 0)
    for number, branch in enumerate(top.branches):
        assert branch.id == number
        assert branch.size > 0
        if branch.split is not None:
            left, right = top.branches[2 * branch.split - 1], top.branches[2 * branch.split]
            assert (branch.left, branch.right) == (left.id, right.id)
            assert left.parent == right.parent == branch.id
            assert left.born == right.born == branch.split > branch.born
            assert (left.start, left.stop, right.stop) == (branch.start, right.start, branch.stop)
            assert max(left.height, right.height) <= branch.height


def test_the_splits_come_in_the_order_of_the_merges_even_when_heights_tie() -> None:
    tied = np.array([[0, 1, 1, 2], [2, 3, 1, 2], [4, 5, 1, 2], [6, 7, 9, 4], [8, 9, 9, 6]], dtype=float)
    top, _ = describe(
        LinkageTree(merges=tied, kernel="hand"), np.arange(6, dtype=float)[:, None], linkage="single", metric="euclidean"
    )
    assert [branch.height for branch in top.branches if branch.split in (1, 2)] == [9, 9]
    assert [(branch.start, branch.stop) for branch in top.branches[:5]] == [(0, 6), (0, 4), (4, 6), (0, 2), (2, 4)]


def test_the_child_with_the_lower_mean_score_lies_left() -> None:
    values = np.concatenate([np.random.default_rng(0).normal(size=(40, 3)) + shift for shift in (9, 0, -9)])
    top, order = grower()(values)
    axis = np.linalg.svd(values - values.mean(axis=0), full_matrices=False)[2][0]
    scores = ((values - values.mean(axis=0)) @ (axis * np.sign(axis[np.argmax(np.abs(axis))])))[order]
    for branch in top.branches:
        if branch.left is not None and branch.right is not None:
            left, right = top.branches[branch.left], top.branches[branch.right]
            assert scores[left.start : left.stop].mean() <= scores[right.start : right.stop].mean() + 1e-9


def test_a_chain_of_100000_leaves_does_not_recurse() -> None:
    n = 100_000
    values = np.random.default_rng(0).normal(size=(n, 2))
    begun = time.process_time()
    top, order = describe(chain(n), values, linkage="single", metric="euclidean")
    assert time.process_time() - begun < 5
    assert sorted(branch.size for branch in top.branches if branch.split is None) == [1] * 49 + [n - 49]
    assert len(np.unique(order)) == n


def test_the_leaf_order_is_read_only() -> None:
    _, order = grower()(np.random.default_rng(0).normal(size=(9, 2)))
    with pytest.raises(ValueError, match="read-only"):
        order[0] = 1


@pytest.mark.parametrize("scale", [1e-200, 1e200])
def test_extreme_scales_do_not_overflow(scale: float) -> None:
    values = np.array([[0.0], [1.0], [5.0]]) * scale
    _, order = describe(chain(3), values, linkage="single", metric="euclidean")
    assert order.tolist() == [0, 1, 2]


def test_a_top_tree_survives_json() -> None:
    top, _ = grower()(np.random.default_rng(0).normal(size=(70, 2)))
    assert TopTree.from_json(top.to_json()) == top
