"""Whole trees of a known shape in, opened branches out: those of the top tree, the same customers, no recursion."""

from __future__ import annotations

import time

import numpy as np
import pytest
from numpy.typing import NDArray

from clustering.subtree import MOST_LEAVES, open_branch
from segmentiq.ml.describe import describe
from segmentiq.ml.errors import SpecRefused
from segmentiq.ml.values import LinkageTree

pytestmark = pytest.mark.once

Merges = NDArray[np.float64]


def random_tree(n: int, seed: int = 3) -> tuple[Merges, NDArray[np.float64]]:
    """Merge two nodes drawn at random, n - 1 times, at rising heights; return the merges and a matrix that orders the leaves."""
    draw = np.random.default_rng(seed)
    sizes, alive, merges = [1.0] * n, list(range(n)), []
    for step in range(n - 1):
        left, right = (alive.pop(int(draw.integers(len(alive)))) for _ in range(2))
        sizes.append(sizes[left] + sizes[right])
        alive.append(n + step)
        merges.append([left, right, float(step + 1), sizes[-1]])
    return np.array(merges), draw.normal(size=(n, 2))


def chain(n: int) -> tuple[Merges, NDArray[np.float64]]:
    """Let the customers leave the tree one by one, as single linkage does."""
    steps = np.arange(1, n, dtype=np.float64)
    inner = np.concatenate([[0.0], np.arange(n, 2 * n - 2, dtype=np.float64)])
    return np.column_stack([inner, steps, steps, steps + 1]), np.arange(n, dtype=np.float64)[:, None]


@pytest.mark.parametrize("seed", range(4))
def test_the_root_opens_into_the_top_tree(seed: int) -> None:
    merges, values = random_tree(300, seed)
    top, order = describe(LinkageTree(merges=merges, kernel=""), values, linkage="ward", metric="euclidean")
    found = open_branch(merges, order, 0, leaves=50)
    assert found.numbers == tuple(range(99))
    assert found.top.branches == top.branches


@pytest.mark.parametrize("branch", range(1, 99, 7))
def test_a_branch_of_the_top_tree_opens_as_itself(branch: int) -> None:
    merges, values = random_tree(400)
    top, order = describe(LinkageTree(merges=merges, kernel=""), values, linkage="ward", metric="euclidean")
    if top.branches[branch].size < 2:
        pytest.skip("a single customer")
    found = open_branch(merges, order, branch)
    for own, number in zip(found.top.branches, found.numbers, strict=True):
        if number < 99:
            told = top.branches[number]
            assert (own.start, own.stop, own.height) == (told.start, told.stop, told.height)
    assert found.top.branches[0].size == top.branches[branch].size


def test_every_customer_of_the_branch_is_in_one_leaf() -> None:
    merges, values = random_tree(500)
    _, order = describe(LinkageTree(merges=merges, kernel=""), values, linkage="ward", metric="euclidean")
    found = open_branch(merges, order, 2)
    leaves = sorted((b for b in found.top.branches if b.split is None), key=lambda b: b.start)
    assert len(leaves) == min(MOST_LEAVES, found.top.n)
    assert [b.stop for b in leaves[:-1]] == [b.start for b in leaves[1:]]
    assert sum(b.size for b in leaves) == found.top.n


def test_what_was_opened_can_be_opened_further_down_to_a_pair() -> None:
    merges, values = random_tree(600)
    _, order = describe(LinkageTree(merges=merges, kernel=""), values, linkage="ward", metric="euclidean")
    branch, size = 0, 600
    while size > 2:
        found = open_branch(merges, order, branch, leaves=2)
        _, left, right = found.top.branches
        larger = left if left.size >= right.size else right
        branch, size = found.numbers[larger.id], larger.size
    assert open_branch(merges, order, branch).top.n == 2


def test_heights_never_rise_downwards() -> None:
    merges, values = random_tree(300)
    _, order = describe(LinkageTree(merges=merges, kernel=""), values, linkage="ward", metric="euclidean")
    branches = open_branch(merges, order, 1).top.branches
    assert all(b.height <= branches[b.parent].height for b in branches if b.parent is not None)


@pytest.mark.parametrize("branch", [-1, 199])
def test_a_branch_that_is_not_there_is_refused(branch: int) -> None:
    merges, values = random_tree(100)
    _, order = describe(LinkageTree(merges=merges, kernel=""), values, linkage="ward", metric="euclidean")
    with pytest.raises(SpecRefused, match="branches 0 to 198"):
        open_branch(merges, order, branch)


def test_a_single_customer_is_not_opened() -> None:
    merges, values = chain(10)
    _, order = describe(LinkageTree(merges=merges, kernel=""), values, linkage="single", metric="euclidean")
    with pytest.raises(SpecRefused, match="single customer"):
        open_branch(merges, order, 2)


def test_a_chain_of_ten_thousand_customers_opens_at_once_from_any_branch() -> None:
    merges, values = chain(10_000)
    _, order = describe(LinkageTree(merges=merges, kernel=""), values, linkage="single", metric="euclidean")
    started = time.perf_counter()
    deep = open_branch(merges, order, 2 * 9_000 - 1)
    assert time.perf_counter() - started < 0.5
    assert deep.top.n == 1_000
    assert len(deep.top.branches) == 2 * MOST_LEAVES - 1
    assert deep.numbers[1:3] == (18_001, 18_002)
