"""Trees and matrices with a known answer, grown by SciPy: what the tests of the stages after the tree start from."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.cluster.hierarchy import linkage as scipy_linkage

from segmentiq.ml.cut import cut_k
from segmentiq.ml.describe import describe
from segmentiq.ml.values import LinkageTree, TopTree

Matrix = NDArray[np.float64]
Grown = tuple[TopTree, NDArray[np.int64]]
SCIPY_METRICS: dict[str, Any] = {"euclidean": "euclidean", "manhattan": "cityblock", "gower": "cityblock", "cosine": "cosine"}


def tree_of(values: Matrix, linkage: Any = "ward", metric: str = "euclidean") -> LinkageTree:
    merges = scipy_linkage(values, linkage, metric=SCIPY_METRICS[metric])
    return LinkageTree(merges=merges, kernel="scipy")


def grower(linkage: str = "ward", metric: str = "euclidean") -> Callable[[Matrix], Grown]:
    return lambda values: describe(tree_of(values, linkage, metric), values, linkage=linkage, metric=metric)


def labels_of(top: TopTree, order: NDArray[np.int64], k: int) -> NDArray[np.int64]:
    """Return the segment of every row (not of every leaf)."""
    labels = np.empty(top.n, dtype=np.int64)
    for number, branch in enumerate(cut_k(top, k)):
        labels[order[branch.start : branch.stop]] = number
    return labels


def chain(n: int) -> LinkageTree:
    """Return the worst tree for recursion: every merge adds one leaf."""
    steps = np.arange(1, n, dtype=np.float64)
    left = np.concatenate([[0.0], np.arange(n, 2 * n - 2, dtype=np.float64)])
    return LinkageTree(merges=np.column_stack([left, steps, steps, steps + 1]), kernel="chain")


def planted(k: int, n: int, d: int, seed: int) -> Matrix:
    """Return n rows in k round clouds whose centres stand on the corners of a simplex, moved a little: 7 deviations apart."""
    generator = np.random.default_rng(seed)
    corners = (
        np.linalg.qr(generator.normal(size=(max(d, k), max(d, k))))[0][:k, :] * 5 + generator.normal(size=(k, max(d, k))) * 0.3
    )
    of = generator.choice(k, size=n, p=generator.dirichlet(np.full(k, 20)))
    rows: Matrix = corners[of] + generator.normal(size=(n, max(d, k)))
    return rows
