"""Points in, a balanced k-d tree over blocks of 64 points out.

Every leaf but the last is one full block, so a node is a run of blocks and its halves follow from the run alone: node 0 covers
all blocks, the left child of a node is the next node, and a left half of b blocks takes 2 b - 1 nodes. Nothing but the boxes is
stored. Within a block the points lie dimension by dimension, so that 64 neighbouring float32 meet a query at once.

References: Bentley (1975), Commun. ACM 18:509; Friedman, Bentley and Finkel (1977), ACM Trans. Math. Software 3:209.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from segmentiq.ml.compiled import compiled, inner
from segmentiq.ml.linkage.lanes import LANES

Singles = NDArray[np.float32]
Places = NDArray[np.int64]
Index = int | np.integer[Any]
Number = float | np.float32

FAR = 1e18
"""Coordinate of an empty place: farther than anything, and its square is still finite."""
NEAR_FAR = 1e17
DEPTH = 128
"""Nodes that can wait in a descent: two per level of the tree, and no table is so large."""
SAMPLE = 512
"""Points looked at to find the dimension in which a node is widest."""


class Blocks(NamedTuple):
    """The tree: `points` (b, d, 64), `halves` (b, 64) half of their squared lengths and `inverse` (b, 64) one over the weights,
    infinity and 0 where the place is empty; and for each of the 2 b - 1 nodes its box `low`, `high` (nodes, d) and `largest`,
    the largest inverse weight inside. All float32.
    """

    points: Singles
    halves: Singles
    inverse: Singles
    low: Singles
    high: Singles
    largest: Singles


def make_stack() -> Places:
    """Return room for the nodes that wait in a descent, three numbers each."""
    return np.zeros((DEPTH, 3), dtype=np.int64)


def make_blocks(n_points: int, n_dimensions: int) -> Blocks:
    """Return empty blocks for so many points."""
    n_blocks = -(-n_points // LANES)
    return Blocks(
        points=_make_aligned((n_blocks, n_dimensions, LANES)),
        halves=np.full((n_blocks, LANES), np.inf, dtype=np.float32),
        inverse=np.zeros((n_blocks, LANES), dtype=np.float32),
        low=np.empty((2 * n_blocks - 1, n_dimensions), dtype=np.float32),
        high=np.empty((2 * n_blocks - 1, n_dimensions), dtype=np.float32),
        largest=np.empty(2 * n_blocks - 1, dtype=np.float32),
    )


def _make_aligned(shape: tuple[int, int, int]) -> Singles:
    """Return empty places that begin with a line of the cache: a vector that lies across two of them is loaded twice."""
    size = shape[0] * shape[1] * shape[2]
    reserve = np.empty(size + LANES, dtype=np.float32)
    first = -reserve.ctypes.data % (4 * LANES) // 4
    points = reserve[first : first + size].reshape(shape)
    points[:] = FAR
    return points


@inner
def coordinate(points: Singles, place: Index, dimension: Index) -> Number:
    """Return one coordinate of the point at a place."""
    value: Number = points[place // LANES, dimension, place % LANES]
    return value


@compiled
def arrange(points: Singles, places: Places, keys: Singles, first: int, last: int, sample: int, stack: Places) -> None:
    """Put the `places` of blocks first..last into the order of the tree, node by node."""
    stack[0, 0], stack[0, 1] = first, last
    left = 1
    while left > 0:
        left -= 1
        first, last = stack[left, 0], stack[left, 1]
        if last - first > 1:
            middle = (first + last) // 2
            halve(points, places, keys, first * LANES, min(last * LANES, len(places)), middle * LANES, sample)
            stack[left, 0], stack[left, 1] = first, middle
            stack[left + 1, 0], stack[left + 1, 1] = middle, last
            left += 2


@compiled
def halve(points: Singles, places: Places, keys: Singles, first: int, last: int, middle: int, sample: int) -> None:
    """Reorder `places[first:last]` so that `middle` divides them along the dimension in which a sample of them is widest."""
    step = max(1, (last - first) // sample)
    widest: Number = np.float32(-1.0)
    dimension: Index = np.int64(0)  # not a literal, for which functions would be compiled once more
    for candidate in range(points.shape[1]):
        low = coordinate(points, places[first], candidate)
        high = low
        for i in range(first, last, step):
            value = coordinate(points, places[i], candidate)
            low, high = min(low, value), max(high, value)
        if high - low > widest:
            widest, dimension = high - low, candidate
    for i in range(first, last):
        keys[i] = coordinate(points, places[i], dimension)
    select(keys, places, first, last, middle)


@inner
def select(keys: Singles, places: Places, first: int, last: int, middle: int) -> None:
    """Partition keys, and places with them, until none before `middle` is larger than any after it (Hoare 1961)."""
    left, right = first, last - 1
    while left < right:
        a, b, c = keys[left], keys[(left + right) // 2], keys[right]
        pivot = max(min(a, b), min(max(a, b), c))
        i, j = left, right
        while i <= j:
            while keys[i] < pivot:
                i += 1
            while keys[j] > pivot:
                j -= 1
            if i <= j:
                keys[i], keys[j] = keys[j], keys[i]
                places[i], places[j] = places[j], places[i]
                i += 1
                j -= 1
        if middle <= j:
            right = j
        elif middle >= i:
            left = i
        else:
            return


@compiled
def move_points(source: Blocks, places: Places, target: Blocks) -> None:
    """Fill the target with the source's points at these places, in this order."""
    for i in range(len(places)):
        b, lane, place = i // LANES, i % LANES, places[i]
        target.inverse[b, lane] = source.inverse[place // LANES, place % LANES]
        target.halves[b, lane] = source.halves[place // LANES, place % LANES]
        for dimension in range(source.points.shape[1]):
            target.points[b, dimension, lane] = coordinate(source.points, place, dimension)


@inner
def measure_half(blocks: Blocks, block: Index, lane: Index) -> None:
    """Write half of the squared length of the point in a place."""
    squares = 0.0
    for dimension in range(blocks.points.shape[1]):
        value = float(blocks.points[block, dimension, lane])
        squares += value * value
    blocks.halves[block, lane] = 0.5 * squares


def fit_boxes(blocks: Blocks) -> None:
    """Draw the boxes of all nodes."""
    _fit_boxes(blocks, make_stack())


@compiled
def _fit_boxes(blocks: Blocks, stack: Places) -> None:
    """Children before parents: a node waits as -1 - its number until both halves are drawn."""
    stack[0, 0], stack[0, 1], stack[0, 2] = 0, 0, blocks.points.shape[0]
    left = 1
    while left > 0:
        left -= 1
        node, first, last = stack[left, 0], stack[left, 1], stack[left, 2]
        are_drawn = node < 0
        node = -1 - node if are_drawn else node
        middle = (first + last) // 2
        lower, upper = node + 1, node + 2 * (middle - first)
        if last - first == 1:
            fit_leaf(blocks, node, first)
        elif are_drawn:
            unite(blocks, node, lower, upper)
        else:
            stack[left, 0] = -1 - node
            stack[left + 1, 0], stack[left + 1, 1], stack[left + 1, 2] = lower, first, middle
            stack[left + 2, 0], stack[left + 2, 1], stack[left + 2, 2] = upper, middle, last
            left += 3


@inner
def unite(blocks: Blocks, node: int, lower: int, upper: int) -> None:
    """Draw the box around two."""
    blocks.largest[node] = max(blocks.largest[lower], blocks.largest[upper])
    for dimension in range(blocks.points.shape[1]):
        blocks.low[node, dimension] = min(blocks.low[lower, dimension], blocks.low[upper, dimension])
        blocks.high[node, dimension] = max(blocks.high[lower, dimension], blocks.high[upper, dimension])


@inner
def fit_leaf(blocks: Blocks, node: int, block: int) -> None:
    """Draw the box of one leaf; an empty one lies beyond everything."""
    blocks.largest[node] = 0.0
    for lane in range(LANES):
        blocks.largest[node] = max(blocks.largest[node], blocks.inverse[block, lane])
    for dimension in range(blocks.points.shape[1]):
        low, high = np.float32(FAR), np.float32(-FAR)
        for lane in range(LANES):
            value = blocks.points[block, dimension, lane]
            low = min(low, value)
            high = max(high, value if value < NEAR_FAR else np.float32(-FAR))
        blocks.low[node, dimension], blocks.high[node, dimension] = low, high


@inner
def stretch_boxes(blocks: Blocks, block: int, lane: int) -> None:
    """Widen the boxes above one place so that they hold the point that has moved there."""
    node, first, last = 0, 0, blocks.points.shape[0]
    while True:
        for dimension in range(blocks.points.shape[1]):
            value = blocks.points[block, dimension, lane]
            blocks.low[node, dimension] = min(blocks.low[node, dimension], value)
            blocks.high[node, dimension] = max(blocks.high[node, dimension], value)
        if last - first == 1:
            return
        middle = (first + last) // 2
        if block < middle:
            node, last = node + 1, middle
        else:
            node, first = node + 2 * (middle - first), middle
