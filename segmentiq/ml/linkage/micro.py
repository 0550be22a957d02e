"""Customers too many for the exact tree in, an approximate tree of all of them out, by weighted micro-clusters.

Flows in: unique rows and their weights. Flows out: merges like a kernel's, and each row's micro-cluster. Rows are halved along
their widest principal direction until a part is small; every part grows its exact Ward tree; the cheapest merges of all parts
are kept, those that raise the variance inside least; what they join are the micro-clusters, and their weighted centroids grow
the top of the tree with the linkage and metric that were asked for. Below a micro-cluster stands the exact tree of its own rows.

Why so: merges are kept by one threshold over all parts, so crowded regions are gathered coarsely and lonely customers stay alone;
and centroids are always weighted, because unweighted ones (as in scikit-learn's Birch) give a tree of places, not of customers.
It is never taken silently: `approximation` measures what it cost, and the forecast stands here for the refusal that offers it.

Reference: Zhang, Ramakrishnan and Livny (1996), BIRCH, SIGMOD Record 25:103, for clustering features in place of rows; Breunig,
Kriegel, Kröger and Sander (2001), Data Bubbles, SIGMOD Record 30:79, for what goes wrong without their weights.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple

from segmentiq.ml.linkage.kernel import Forecast, Tell
from segmentiq.ml.linkage.kernels import KERNELS

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from segmentiq.ml.linkage.kernel import Matrix, Vector

    Ids = NDArray[np.int64]

MOST = 20_000
"""Micro-clusters where memory allows them: as many as a distance matrix of 1.6 GB links."""
PART = 8_192
"""Rows of a part: its exact tree takes a fraction of a second."""
FEWEST = 100
"""Twice the segments a result can show."""
GATHERING, ASSEMBLING = 0.6, 0.95
"""Shares of the work that are done after the parts, and when only the tree is left to put together."""
HALVING_SECONDS = 2e-8
"""Of one row, one feature and one halving."""
CALL_SECONDS = 3e-4
"""Of one small tree below a micro-cluster, beside its distances."""


class Gathered(NamedTuple):
    """What was linked.

    Attributes
    ----------
    merges : ndarray, shape (n - 1, 4)
        As a kernel gives them: children before parents. A merge of micro-clusters may lie below one inside them; who puts trees
        into canonical form lifts it, and counts the rows, which column 3 does not do above the micro-clusters.
    groups : ndarray of int, shape (n,)
        The micro-cluster of every row, numbered from 0.
    """

    merges: Matrix
    groups: Ids


class Plan(NamedTuple):
    """How rows are gathered: into how many micro-clusters, in parts of how many rows at most."""

    n_groups: int
    part: int


class Way(NamedTuple):
    """One linkage with its metric, and the `bytes` it may take beside the rows."""

    linkage: str
    metric: str
    bytes: int


def forecast_micro(
    n: int, d: int, linkage: str, metric: str, memory_bytes: int, *, speeds: Mapping[str, float] | None = None
) -> Forecast:
    """Forecast the approximate way; it fits when the bytes do.

    Parameters
    ----------
    n, d : int
    linkage, metric : str
    memory_bytes : int
        The budget; the plan takes as many micro-clusters as fit it.
    speeds : mapping of str to float, optional
        Seconds measured over seconds forecast, per kernel; 1 where none is given.

    Returns
    -------
    Forecast

    Examples
    --------
    >>> forecast_micro(2_000_000, 10, "average", "euclidean", 4 * 1024**3).bytes < 4 * 1024**3
    True
    """
    plan = plan_micro(n, d, linkage, metric, memory_bytes)
    way = Way(linkage, metric, memory_bytes - _rows_bytes(n, d))
    top = _quickest(plan.n_groups, d, way, speeds)
    part = _quickest(plan.part, d, _gathering(way), speeds)
    n_parts = n / plan.part
    seconds = n_parts * part.seconds + top.seconds + HALVING_SECONDS * n * d * math.log2(max(n_parts, 2))
    if linkage != "ward":
        seconds += plan.n_groups * (CALL_SECONDS + _quickest(-(-n // plan.n_groups), d, way, speeds).seconds)
    return Forecast(bytes=_rows_bytes(n, d) + max(top.bytes, part.bytes), seconds=seconds)


def plan_micro(n: int, d: int, linkage: str, metric: str, memory_bytes: int) -> Plan:
    """Return the most micro-clusters that fit the memory; the fewest that are of any use when none do.

    A part is never larger than the number of micro-clusters, so that nothing below one needs more memory than the top.
    """
    most = max(min(MOST, n // 2), 1)
    fewest = min(max(FEWEST, math.ceil(3 * math.sqrt(n))), most)
    way = Way(linkage, metric, memory_bytes - _rows_bytes(n, d))
    low, high = fewest, most + 1
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if _quickest(middle, d, way).bytes <= way.bytes else (low, middle)
    return Plan(low, min(PART, max(low, FEWEST)))


def _rows_bytes(n: int, d: int) -> int:
    """Return what the rows themselves take: a copy, their merges at every step, and where each belongs. Measured."""
    return n * (10 * d + 250)


def _gathering(way: Way) -> Way:
    return way._replace(linkage="ward", metric="euclidean")


def _quickest(n: int, d: int, way: Way, speeds: Mapping[str, float] | None = None) -> Forecast:
    """Forecast the kernel that is quickest by its own word, of those that fit; else of the one that needs least."""
    able = {
        name: kernel.forecast(n, d)
        for name, kernel in KERNELS.items()
        if kernel.accepts(way.linkage, way.metric) and (kernel.most is None or n <= kernel.most)
    }
    fitting = [name for name, needed in able.items() if needed.bytes <= way.bytes]
    name = min(fitting, key=lambda name: able[name].seconds) if fitting else min(able, key=lambda name: able[name].bytes)
    return Forecast(bytes=able[name].bytes, seconds=able[name].seconds * (speeds or {}).get(name, 1.0))


def link_micro(rows: Matrix, weights: Vector, linkage: str, metric: str, *, memory_bytes: int, tell: Tell) -> Gathered:
    """Link rows through micro-clusters.

    Parameters
    ----------
    rows : ndarray, shape (n, d)
        Unique and in lexicographic order, so that the file's order of customers does not matter; n at least 4.
    weights : ndarray, shape (n,)
        How many customers each row stands for.
    linkage, metric : str
    memory_bytes : int
        The budget that decides how many micro-clusters there are.
    tell : callable
        Told the share that is done; what it raises ends the linkage.

    Returns
    -------
    Gathered

    Examples
    --------
    >>> import numpy as np
    >>> line = np.arange(8.0)[:, None]
    >>> link_micro(line, np.ones(8), "ward", "euclidean", memory_bytes=10**6, tell=lambda share: None).groups.tolist()
    [0, 0, 1, 1, 2, 2, 3, 3]
    """
    n, d = rows.shape
    plan, way = plan_micro(n, d, linkage, metric, memory_bytes), Way(linkage, metric, memory_bytes - _rows_bytes(n, d))
    space = straighten(rows, metric)
    below, groups = _gather(space, weights, plan, _gathering(way), lambda share: tell(GATHERING * share))
    centroids, heavy = centroids_of(space, weights, groups)
    if linkage != "ward":
        below = _relink(rows, weights, groups, way)
    span = ASSEMBLING - GATHERING
    above = _link(centroids, heavy, way, lambda share: tell(GATHERING + span * share))
    tell(ASSEMBLING)
    return Gathered(_assemble(below, above, groups), groups)


def _link(rows: Matrix, weights: Vector, way: Way, tell: Tell | None = None) -> Matrix:
    from segmentiq.ml.linkage.matrix import link

    return link(rows, weights, way.linkage, way.metric, memory_bytes=way.bytes, tell=tell)[0]


def straighten(rows: Matrix, metric: str) -> Matrix:
    """Return the rows where squared Euclidean distances say what the metric means: for the cosine, their directions."""
    import numpy as np

    if metric != "cosine":
        return rows
    scaled = rows / np.abs(rows).max(axis=1, keepdims=True)
    directions: Matrix = scaled / np.linalg.norm(scaled, axis=1, keepdims=True)
    return directions


def _gather(space: Matrix, weights: Vector, plan: Plan, way: Way, tell: Tell) -> tuple[Matrix, Ids]:
    """Keep the n - m cheapest merges of all parts; return them, ids in the order they stand in, and every row's micro-cluster."""
    import numpy as np

    from segmentiq.ml.linkage.partition import divide

    n, parts = len(space), divide(space, plan.part)
    trees = []
    for part in parts:
        trees.append(_link(space[part], weights[part], way))
        tell(len(trees) / len(parts))
    cheapest = np.argsort(np.concatenate([tree[:, 2] for tree in trees]), kind="stable")[: n - plan.n_groups]
    of_tree = np.searchsorted(np.cumsum([len(tree) for tree in trees]), cheapest, side="right")
    kept = np.bincount(of_tree, minlength=len(trees))
    firsts = n + np.concatenate([[0], np.cumsum(kept)[:-1]])
    below = np.concatenate(
        [_renamed(tree[:count], part, int(first)) for tree, count, part, first in zip(trees, kept, parts, firsts, strict=True)]
    )
    return below, np.unique(_roots_of(below[:, :2].astype(np.int64), n), return_inverse=True)[1]


def _renamed(merges: Matrix, leaves: Ids, first: int) -> Matrix:
    """Return merges whose leaves are called `leaves`, and whose inner nodes are counted from `first`."""
    import numpy as np

    pairs, s = merges[:, :2].astype(np.int64), len(leaves)
    named = np.where(pairs < s, leaves[np.minimum(pairs, s - 1)], pairs - s + first)
    return np.column_stack([named, merges[:, 2:]])


def _roots_of(pairs: Ids, n: int) -> Ids:
    """Return the root above every leaf: the way up is doubled until nothing moves."""
    import numpy as np

    above = np.arange(n + len(pairs))
    above[pairs] = np.arange(n, n + len(pairs))[:, None]
    while (above != (higher := above[above])).any():
        above = higher
    return above[:n]


def centroids_of(rows: Matrix, weights: Vector, groups: Ids) -> tuple[Matrix, Vector]:
    """Return the weighted centroids of the groups, shape (m, d), and their weights, shape (m,).

    Rows are taken relative to one of their group's, so that little is lost where coordinates are large and gaps small; column by
    column, so that no copy of all rows is made.
    """
    import numpy as np

    heavy = np.bincount(groups, weights=weights).astype(np.float64)
    some = np.empty(len(heavy), dtype=np.int64)
    some[groups[::-1]] = np.arange(len(groups))[::-1]
    moves = [np.bincount(groups, weights=weights * (column - column[some][groups])) / heavy for column in rows.T]
    return rows[some] + np.column_stack(moves), heavy


def _relink(rows: Matrix, weights: Vector, groups: Ids, way: Way) -> Matrix:
    """Grow the tree below every micro-cluster anew, with the linkage and metric of the heights above.

    Members ascend, so they are what a kernel takes: unique rows in lexicographic order. There are thousands of these trees, and
    most are tiny.
    """
    import numpy as np

    from segmentiq.ml.linkage.forecast import choose_kernel

    n, order = len(rows), np.argsort(groups, kind="stable")
    below, first = [np.empty((0, 4))], n
    for members in np.split(order, np.flatnonzero(np.diff(groups[order])) + 1):
        if len(members) > 1:
            name = choose_kernel(len(members), rows.shape[1], way.linkage, way.metric, memory_bytes=way.bytes)
            merges = KERNELS[name].run(rows[members], weights[members], way.linkage, way.metric, _tell_nobody)
            below.append(_renamed(merges, members, first))
            first += len(members) - 1
    return np.concatenate(below)


def _tell_nobody(share: float) -> None: ...


def _assemble(below: Matrix, above: Matrix, groups: Ids) -> Matrix:
    """Put the tree of the micro-clusters on top of theirs."""
    import numpy as np

    n, m = len(groups), len(above) + 1
    roots = np.empty(m, dtype=np.int64)
    roots[groups] = _roots_of(below[:, :2].astype(np.int64), n)
    nodes = np.concatenate([roots, np.arange(n + len(below), 2 * n - 1)])
    return np.concatenate([below, np.column_stack([nodes[above[:, :2].astype(np.int64)], above[:, 2:]])])
