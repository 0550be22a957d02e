"""The nouns of Ward's rounds: the clusters that are left, the frame of their coordinates, and a group of queries on its way.

Tuples of arrays, because compiled functions take those as they are. `joining_cost` is the one place where two clusters are
compared in earnest.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from segmentiq.ml.compiled import inner
from segmentiq.ml.linkage.lanes import LANES
from segmentiq.ml.linkage.spatial import DEPTH, Index, Singles, make_stack

Floats = NDArray[np.float64]
Places = NDArray[np.int64]


class Clusters(NamedTuple):
    """The clusters that are left, by their place in the tree; a place whose weight is 0 is empty.

    `centroids` (m, d), `weights` (m,), `ranks` (m,) the smallest row of each, `names` (m,) its number in the linkage matrix,
    `nearest` (m,) the place of the nearest neighbour, -1 when unknown, `costs` (m,) Ward's cost of joining it, `asks` (m,)
    whether the neighbour must be looked for.
    """

    centroids: Floats
    weights: Floats
    ranks: Places
    names: Places
    nearest: Places
    costs: Floats
    asks: NDArray[np.bool_]


class Frame(NamedTuple):
    """How the coordinates of the blocks came about: (c - `centre`) @ `axes` * `unit`, with principal axes (d, d) as columns; and
    whether distances are screened `by_products`, which pays where there are many dimensions and little to prune.
    """

    centre: Floats
    axes: Floats
    unit: float
    by_products: bool


class Group(NamedTuple):
    """Up to 64 queries and the way they still have to go; memory that a thread uses again and again.

    `rows` (64, d) and `columns` (d, 64) hold the same coordinates, `places` (64,) where the queries live, `inverse` one over
    their weights, `costs` and `limits` what a neighbour must beat (see `lanes`), `margins` for rounding, `shifts` what
    products add to the limit; `low`, `high` (d,)
    the box around all, `bounds` the largest cost and limit; `nodes` (128, 3) and `gaps` (128,) the stack of the descent.
    """

    rows: Singles
    columns: Singles
    places: Places
    inverse: Singles
    costs: Singles
    limits: Singles
    margins: Singles
    shifts: Singles
    low: Singles
    high: Singles
    bounds: Singles
    nodes: Places
    gaps: Singles


@inner
def joining_cost(clusters: Clusters, i: Index, j: Index) -> float:
    """Return by how much joining two clusters raises the within sum of squares."""
    squares = 0.0
    for dimension in range(clusters.centroids.shape[1]):
        gap = clusters.centroids[i, dimension] - clusters.centroids[j, dimension]
        squares += gap * gap
    wi, wj = clusters.weights[i], clusters.weights[j]
    return squares * (wi * wj / (wi + wj))  # type: ignore[no-any-return]


def start_clusters(rows: Floats, weights: Floats) -> Clusters:
    """Return every row as a cluster of its own that asks for its neighbour."""
    m = len(rows)
    return Clusters(
        centroids=rows,
        weights=weights,
        ranks=np.arange(m),
        names=np.arange(m),
        nearest=np.full(m, -1, dtype=np.int64),
        costs=np.full(m, np.inf),
        asks=np.ones(m, dtype=np.bool_),
    )


def make_group(n_dimensions: int) -> Group:
    """Return the memory for one thread's queries."""
    return Group(
        np.zeros((LANES, n_dimensions), dtype=np.float32),
        np.zeros((n_dimensions, LANES), dtype=np.float32),
        np.zeros(LANES, dtype=np.int64),
        np.zeros(LANES, dtype=np.float32),
        np.zeros(LANES, dtype=np.float32),
        np.zeros(LANES, dtype=np.float32),
        np.zeros(LANES, dtype=np.float32),
        np.zeros(LANES, dtype=np.float32),
        np.zeros(n_dimensions, dtype=np.float32),
        np.zeros(n_dimensions, dtype=np.float32),
        np.zeros(2, dtype=np.float32),
        make_stack(),
        np.zeros(DEPTH, dtype=np.float32),
    )
