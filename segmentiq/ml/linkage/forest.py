"""Rows and weights in, the clusters and their k-d tree between two rounds out.

The axes are turned to the principal ones first, where boxes are tightest; that is an isometry and only prunes. While rounds go on
the tree is kept as long as it is good: `place` writes a merged cluster where one of its parts was, `empty` clears the other's
place, and `replant` arranges anew what is left.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

import numpy as np

from segmentiq.ml.compiled import compiled, inner
from segmentiq.ml.linkage.clusters import Clusters, Floats, Frame, Places, start_clusters
from segmentiq.ml.linkage.lanes import LANES
from segmentiq.ml.linkage.spatial import (
    FAR,
    SAMPLE,
    Blocks,
    arrange,
    fit_boxes,
    halve,
    make_blocks,
    make_stack,
    measure_half,
    move_points,
)

SHRINK = 0.7
"""The share of places in use below which the points are arranged again."""
CHUNK = 16_384
"""Rows turned at a time, so that no copy of all of them is made."""


class Forest(NamedTuple):
    """Everything between two rounds: the clusters, their tree, and the frame of its coordinates."""

    clusters: Clusters
    blocks: Blocks
    frame: Frame


def find_frame(rows: Floats) -> Frame:
    """Return the principal axes of rows (m, d), without a copy of them."""
    centre = rows.mean(axis=0)
    scatter = np.zeros((rows.shape[1],) * 2)
    for first in range(0, len(rows), CHUNK):
        centred = rows[first : first + CHUNK] - centre
        scatter += centred.T @ centred
    axes = np.ascontiguousarray(np.linalg.eigh(scatter)[1][:, ::-1])
    largest = max(float(np.abs(rows.max(axis=0) - centre).max()), float(np.abs(rows.min(axis=0) - centre).max()))
    return Frame(centre, axes, 1.0 / largest, False)


def plant(rows: Floats, weights: Floats, pool: ThreadPoolExecutor) -> Forest:
    """Put every row into a tree as a cluster of its own that asks for its neighbour."""
    m, n_dimensions = rows.shape
    frame = find_frame(rows)
    blocks = make_blocks(m, n_dimensions)
    for first in range(0, m, CHUNK):
        turned = (rows[first : first + CHUNK] - frame.centre) @ frame.axes
        fill(blocks, first, turned * frame.unit, 1.0 / weights[first : first + CHUNK])
    return replant(Forest(start_clusters(rows, weights), blocks, frame), pool)


def replant(forest: Forest, pool: ThreadPoolExecutor) -> Forest:
    """Arrange the clusters that are left anew, without the empty places."""
    old = forest.clusters
    places = np.flatnonzero(old.weights > 0)
    _arrange(forest.blocks, places, pool)
    blocks = make_blocks(len(places), old.centroids.shape[1])
    move_points(forest.blocks, places, blocks)
    fit_boxes(blocks)
    moved_to = np.full(len(old.weights), -1, dtype=np.int64)
    moved_to[places] = np.arange(len(places))
    nearest = old.nearest[places]
    clusters = Clusters(
        centroids=old.centroids[places],
        weights=old.weights[places],
        ranks=old.ranks[places],
        names=old.names[places],
        nearest=np.where(nearest >= 0, moved_to[nearest], -1),
        costs=old.costs[places],
        asks=old.asks[places],
    )
    return Forest(clusters, blocks, forest.frame)


def _arrange(blocks: Blocks, places: Places, pool: ThreadPoolExecutor) -> None:
    """Put places into tree order: the first halving alone, then the halves side by side."""
    n_blocks = -(-len(places) // LANES)
    keys = np.empty(len(places), dtype=np.float32)
    middle = n_blocks // 2
    if middle == 0:
        return
    halve(blocks.points, places, keys, 0, len(places), middle * LANES, SAMPLE)
    halves = [(0, middle), (middle, n_blocks)]
    list(pool.map(lambda half: arrange(blocks.points, places, keys, half[0], half[1], SAMPLE, make_stack()), halves))


@compiled
def fill(blocks: Blocks, first: int, points: Floats, inverse: Floats) -> None:
    """Write points (k, d) and one over their weights into the places from `first` on."""
    for i in range(len(points)):
        block, lane = (first + i) // LANES, (first + i) % LANES
        blocks.inverse[block, lane] = inverse[i]
        for dimension in range(points.shape[1]):
            blocks.points[block, dimension, lane] = points[i, dimension]
        measure_half(blocks, block, lane)


@inner
def place(clusters: Clusters, blocks: Blocks, frame: Frame, at: int) -> None:
    """Write a cluster's coordinates and weight into its place."""
    block, lane = at // LANES, at % LANES
    blocks.inverse[block, lane] = 1.0 / clusters.weights[at]
    for axis in range(len(frame.centre)):
        coordinate = 0.0
        for dimension in range(len(frame.centre)):
            coordinate += (clusters.centroids[at, dimension] - frame.centre[dimension]) * frame.axes[dimension, axis]
        blocks.points[block, axis, lane] = coordinate * frame.unit
    measure_half(blocks, block, lane)


@inner
def empty(clusters: Clusters, blocks: Blocks, at: int) -> None:
    """Clear a place."""
    clusters.weights[at] = 0.0
    blocks.inverse[at // LANES, at % LANES] = 0.0
    blocks.halves[at // LANES, at % LANES] = np.inf
    for dimension in range(blocks.points.shape[1]):
        blocks.points[at // LANES, dimension, at % LANES] = FAR


@inner
def join(clusters: Clusters, blocks: Blocks, frame: Frame, merges: Floats, number: int, i: int, j: int) -> None:
    """Merge j into i, the one of smaller rank, and clear j's place, which from now on points at i."""
    centroids, weights, names = clusters.centroids, clusters.weights, clusters.names
    merges[number, 0], merges[number, 1] = min(names[i], names[j]), max(names[i], names[j])
    merges[number, 2] = np.sqrt(2.0 * clusters.costs[i])
    share = weights[j] / (weights[i] + weights[j])
    for dimension in range(centroids.shape[1]):
        centroids[i, dimension] += share * (centroids[j, dimension] - centroids[i, dimension])
    weights[i] += weights[j]
    names[i] = len(merges) + 1 + number
    clusters.nearest[j] = -2 - i
    place(clusters, blocks, frame, i)
    empty(clusters, blocks, j)
