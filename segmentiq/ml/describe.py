"""LinkageTree in, TopTree and leaf order out: the tree becomes slices of one ordered table.

Put the customers in leaf order and every branch is a contiguous slice, so everything people look at is a fact about a slice.
Both passes over the tree (where does a node start, on which side does it lie) are written as sums along the path to the root
and done by pointer jumping: log2(depth) array operations, whatever the shape. A chain of 100,000 leaves costs 17 of them and
never recurses.

Children are ordered by their mean score on the first principal axis, lower left, so that runs on similar data look alike.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from segmentiq.ml.values import MAX_SEGMENTS, Branch, LinkageTree, TopTree


def describe(tree: LinkageTree, values: NDArray[np.float64], *, linkage: str, metric: str) -> tuple[TopTree, NDArray[np.int64]]:
    """Describe the top of a tree: its finest 50 branches, everything above them, and the leaf order.

    Parameters
    ----------
    tree : LinkageTree
        n - 1 merges in SciPy's format, heights never falling.
    values : ndarray, shape (n, d)
        What was clustered; it decides which child lies left.
    linkage, metric : str
        Told on in the result.

    Returns
    -------
    top : TopTree
        Branch ids, `born` and `split` as `Branch` defines them. Of merges at equal height the later row of `merges` counts as
        the higher one.
    order : ndarray of int64, shape (n,)
        The clustered row at every leaf position; branch b holds the customers ``order[b.start:b.stop]``.

    Examples
    --------
    >>> merges = np.array([[0.0, 1.0, 1.0, 2.0], [2.0, 3.0, 5.0, 3.0]])
    >>> tree = LinkageTree(merges=merges, kernel="example")
    >>> top, order = describe(tree, np.array([[1.0], [2.0], [9.0]]), linkage="single", metric="euclidean")
    >>> [(branch.id, branch.start, branch.stop) for branch in top.branches]
    [(0, 0, 3), (1, 0, 2), (2, 2, 3), (3, 0, 1), (4, 1, 2)]
    >>> order.tolist()
    [0, 1, 2]
    """
    n = len(values)
    children = tree.merges[:, :2].astype(np.int64)
    sizes = np.concatenate([np.ones(n, dtype=np.int64), tree.merges[:, 3].astype(np.int64)])
    children = _order_children(children, sizes, _first_scores(values))
    starts = _starts(children, sizes)
    order = np.empty(n, dtype=np.int64)
    order[starts[:n]] = np.arange(n)
    order.setflags(write=False)
    return TopTree(n=n, branches=_branches(tree, children, starts, sizes), linkage=linkage, metric=metric), order


def _starts(children: NDArray[np.int64], sizes: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the first leaf position of every node: the sum of the left siblings' sizes along the path to the root."""
    n_nodes = len(sizes)
    first_inner = n_nodes - len(children)
    above = np.full(n_nodes, n_nodes - 1, dtype=np.int64)
    above[children] = np.arange(first_inner, n_nodes)[:, None]
    offsets = np.zeros(n_nodes, dtype=np.int64)
    offsets[children[:, 1]] = sizes[children[:, 0]]
    while (above != n_nodes - 1).any():
        offsets += offsets[above]
        above = above[above]
    return offsets


def _order_children(children: NDArray[np.int64], sizes: NDArray[np.int64], scores: NDArray[np.float64]) -> NDArray[np.int64]:
    """Swap the children whose mean score is higher on the left; sums come from slices of any layout."""
    starts = _starts(children, sizes)
    laid_out = np.empty(len(scores))
    laid_out[starts[: len(scores)]] = scores
    sums = np.concatenate([[0.0], np.cumsum(laid_out)])
    means = (sums[starts + sizes] - sums[starts]) / sizes
    wrong = means[children[:, 0]] > means[children[:, 1]]
    return np.where(wrong[:, None], children[:, ::-1], children)


def _first_scores(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return each row's score on the first principal axis, turned so that its largest loading is positive."""
    centred = values - values.mean(axis=0)
    scale = np.abs(centred).max(initial=0.0)
    if scale == 0:
        return np.zeros(len(values))
    centred /= scale  # squares of 1e200 would overflow
    axis = np.linalg.eigh(centred.T @ centred)[1][:, -1]
    largest = np.argmax(np.abs(axis).round(8))  # two standardised columns load equally: rounding must not choose
    turned: NDArray[np.float64] = centred @ (axis * np.sign(axis[largest]))
    return turned


def _branches(
    tree: LinkageTree, children: NDArray[np.int64], starts: NDArray[np.int64], sizes: NDArray[np.int64]
) -> tuple[Branch, ...]:
    """Walk the highest merges downwards and number what they split."""
    n = len(sizes) - len(children)
    heights = tree.merges[:, 2]

    def make(number: int, node: int, parent: int | None, born: int) -> Branch:
        start = int(starts[node])
        height = float(heights[node - n]) if node >= n else 0.0
        stop = start + int(sizes[node])
        return Branch(
            id=number, parent=parent, left=None, right=None, start=start, stop=stop, height=height, born=born, split=None
        )

    root = len(sizes) - 1
    branches = [make(0, root, None, 0)]
    number_of = {root: 0}
    for t in range(1, min(MAX_SEGMENTS, n)):
        node = root + 1 - t
        parent = number_of.pop(node)
        branches[parent] = replace(branches[parent], left=2 * t - 1, right=2 * t, split=t)
        for side in (0, 1):
            child = int(children[node - n, side])
            number_of[child] = len(branches)
            branches.append(make(len(branches), child, parent, t))
    return tuple(branches)
