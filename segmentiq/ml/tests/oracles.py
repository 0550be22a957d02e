"""Trees and matrices with a known answer, grown by SciPy, and the replay of a tree: what the tests of the tree and of the stages
after it start from."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.cluster.hierarchy import linkage as scipy_linkage
from scipy.spatial.distance import cdist

from segmentiq.ml.cut import cut_k
from segmentiq.ml.describe import describe
from segmentiq.ml.linkage import KERNELS
from segmentiq.ml.spec import METRICS
from segmentiq.ml.values import LinkageTree, TopTree

Matrix = NDArray[np.float64]
Grown = tuple[TopTree, NDArray[np.int64]]
SCIPY_METRICS: dict[str, Any] = {"euclidean": "euclidean", "manhattan": "cityblock", "gower": "cityblock", "cosine": "cosine"}
PAIRS = [(method, metric) for method, metrics in METRICS.items() for metric in metrics]
QUESTIONS = [(name, *pair) for name, kernel in KERNELS.items() for pair in PAIRS if kernel.accepts(*pair)]
"""Every kernel with every linkage and metric that it accepts: a new kernel stands under every oracle once it is registered."""


def cloud(n: int, d: int, seed: int = 0) -> Matrix:
    return np.random.default_rng(seed).normal(size=(n, d))


def hostile(shape: str, n: int = 80) -> Matrix:
    """Return rows that have broken linkages before."""
    random = np.random.default_rng(1)
    tables: dict[str, Callable[[], Any]] = {
        "grid": lambda: random.integers(1, 4, size=(n, 3)).astype(float),
        "onehot": lambda: np.eye(5)[random.integers(0, 5, size=n)],
        "duplicates": lambda: np.repeat(random.normal(size=(n // 10, 2)), 10, axis=0),
        "equal": lambda: np.full((n, 3), 7.0),
        "two": lambda: np.array([[1.0, 2.0], [2.0, 1.0]])[random.integers(0, 2, size=n)],
        "constant": lambda: np.column_stack([np.full(n, 3.0), random.normal(size=n), np.full(n, -1.0), random.normal(size=n)]),
        "geometric": lambda: np.column_stack([2.0 ** np.arange(n // 2), np.ones(n // 2)]),
        "lognormal": lambda: random.lognormal(sigma=3, size=(n, 2)),
        "lattice": lambda: np.stack(np.meshgrid(np.arange(1.0, 9), np.arange(1.0, 9)), axis=-1).reshape(-1, 2),
        "corners": lambda: np.eye(n // 2),
        "line": lambda: np.column_stack([np.arange(1.0, n + 1), np.ones(n)]),
        "tiny": lambda: 1e-12 * random.normal(size=(n, 2)),
        "huge": lambda: 1e12 * random.normal(size=(n, 2)),
        "colossal": lambda: 1e300 * random.normal(size=(n, 2)),
        "denormal": lambda: 5e-324 * random.integers(1, 1_000, size=(n, 2)),
        "mixed scales": lambda: random.normal(size=(n, 3)) * [1e-12, 1.0, 1e12],
    }
    table: Matrix = tables[shape]()
    return table


HOSTILE = (
    "grid", "onehot", "duplicates", "equal", "two", "constant", "geometric", "lognormal", "lattice", "corners", "line", "tiny",
    "huge", "colossal", "denormal", "mixed scales",
)  # fmt: skip


def measure(values: Matrix, metric: str) -> Matrix:
    """Return all distances by their definition."""
    if metric == "cosine":
        directions = values / np.linalg.norm(values, axis=1, keepdims=True)
        squares: Matrix = cdist(directions, directions, "sqeuclidean") / 2
        return squares
    distances: Matrix = cdist(values, values, SCIPY_METRICS[metric])
    return distances


def replay(values: Matrix, weights: Matrix, merges: Matrix, method: str, metric: str) -> None:
    """Make the merges again, one by one, with distances by definition: each joins the nearest pair there is, at its distance."""
    n = len(values)
    points, slack = measure(values, metric), 1e-14 * max(1.0 if metric == "cosine" else 0.0, np.abs(values).max())
    of, centres = np.concatenate([weights, np.zeros(n - 1)]), np.vstack([values, np.zeros((n - 1, values.shape[1]))])
    members = np.vstack([np.eye(n, dtype=bool), np.zeros((n - 1, n), dtype=bool)])
    between, sums = np.full((2 * n - 1, 2 * n - 1), np.inf), np.zeros((2 * n - 1, 2 * n - 1))
    between[:n, :n] = points * (np.sqrt(2 / (1 / weights[:, None] + 1 / weights)) if method == "ward" else 1.0)
    sums[:n, :n] = weights[:, None] * points * weights
    np.fill_diagonal(between, np.inf)
    for t, (first, second, height, count) in enumerate(merges):
        a, b, new = int(first), int(second), n + t
        assert between[a, b] <= between.min() * (1 + 1e-9) + slack
        assert abs(height - between[a, b]) <= 1e-9 * between[a, b] + slack
        members[new], of[new], sums[new] = members[a] | members[b], of[a] + of[b], sums[a] + sums[b]
        centres[new], sums[:, new] = np.average(values[members[new]], axis=0, weights=weights[members[new]]), sums[new]
        assert count == members[new].sum()
        row = _define(method, between[[a, b]], sums[new], of, centres, new)
        row[~np.isfinite(between[a] + between[b])] = np.inf
        between[[a, b]] = between[:, [a, b]] = np.inf
        between[new] = between[:, new] = row


def _define(method: str, parts: Matrix, sums: Matrix, of: Matrix, centres: Matrix, new: int) -> Matrix:
    """Return the distances of a new branch to all: of its parts', the mean over all pairs, or from the centres."""
    if method == "ward":
        with np.errstate(divide="ignore"):
            scale: Matrix = np.sqrt(2 / (1 / of[new] + 1 / of))
        apart: Matrix = scale * np.linalg.norm(centres[new] - centres, axis=1)
        return apart
    if method == "average":
        with np.errstate(divide="ignore", invalid="ignore"):
            means: Matrix = sums / (of[new] * of)
        return means
    ways: dict[str, Any] = {"single": np.min, "complete": np.max, "weighted": np.mean}
    row: Matrix = ways[method](parts, axis=0)
    return row


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
