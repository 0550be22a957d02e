"""Clusters and their k-d tree in, the nearest neighbour of every cluster that asks out.

The 64 places of one block ask together: neighbours descend into nearly the same nodes, so a node is fetched and judged once for
all of them, and a leaf's points stay in the innermost cache while several queries meet them. What the group visits, each query
still declines for itself: the tree returns the bits of the queries for which a node is near enough.

float32 only screens. Rotation and rounding move a coordinate by less than `ROUNDING` of the query's largest one, so the limits
carry a margin, (a + b)^2 <= (1 + 1/1000) a^2 + 1001 b^2, and whatever passes is decided in float64 on the untouched
centroids, by operations that give the same bits for (i, j) and (j, i). Equal costs go to the smaller rank.

Reference: Ward (1963), J. Am. Stat. Assoc. 58:236, for the cost |ci - cj|^2 / (1/wi + 1/wj) of joining two clusters.
"""

from __future__ import annotations

import numpy as np

from segmentiq.ml.compiled import compiled, inner
from segmentiq.ml.linkage.clusters import Clusters, Frame, Group, Places, joining_cost
from segmentiq.ml.linkage.lanes import LANES, cheapest_point, lowest_bit, near_by_products, near_points, near_queries
from segmentiq.ml.linkage.spatial import Blocks, Index, Number

ROUNDING = 2.0**-22
SLACK = 1.001
PRODUCT_ROUNDING = 3.0 * 2.0**-23
"""A sum of d products is off by less than (d + 4) 2^-24 (|p|^2 + |q|^2), and |p|^2 <= 2 |q|^2 + 2 |p - q|^2."""
HUGE = 1e30
LEAST = 1e-37
"""Added to every margin: where float32 underflows, nothing may be missed."""
ONE = np.uint64(1)
ALL = np.uint64(2**64 - 1)


@compiled
def search(clusters: Clusters, blocks: Blocks, group: Group, first: int, last: int, frame: Frame, visits: Places) -> None:
    """Find the neighbours of all that ask in these blocks.

    `visits` counts queries, and the blocks they met.
    """
    for block in range(first, last):
        n_queries = gather(clusters, blocks, group, block, frame)
        if n_queries > 0:
            visits[0] += n_queries
            answer(clusters, blocks, group, n_queries, block, frame, visits)


@inner
def gather(clusters: Clusters, blocks: Blocks, group: Group, block: int, frame: Frame) -> int:
    """Take all of a block that ask into the group; return how many they are."""
    n_queries = 0
    for lane in range(LANES):
        place = block * LANES + lane
        if place < len(clusters.asks) and clusters.asks[place]:
            receive(clusters, blocks, group, np.int64(n_queries), place, frame)
            n_queries += 1
    return n_queries


@inner
def receive(clusters: Clusters, blocks: Blocks, group: Group, query: Index, place: Index, frame: Frame) -> None:
    """Take one cluster into the group; a neighbour it had, or what became of it, is the first bid."""
    block, lane, n_dimensions = place // LANES, place % LANES, blocks.points.shape[1]
    largest = np.float32(0.0)
    for dimension in range(n_dimensions):
        value = blocks.points[block, dimension, lane]
        group.rows[query, dimension] = value
        group.columns[dimension, query] = value
        largest = max(largest, abs(value))
    rounding = ROUNDING * largest
    group.places[query] = place
    group.inverse[query] = blocks.inverse[block, lane]
    group.margins[query] = 1001.0 * n_dimensions * rounding * rounding + LEAST
    length = 2.0 * blocks.halves[block, lane]
    group.shifts[query] = PRODUCT_ROUNDING * (n_dimensions + 4) * length - length
    if clusters.nearest[place] >= 0:
        clusters.costs[place] = joining_cost(clusters, place, clusters.nearest[place])
        aim(group, query, clusters.costs[place], frame.unit)
    else:
        group.costs[query] = group.limits[query] = HUGE


@inner
def aim(group: Group, query: Index, cost: float, unit: float) -> None:
    """Set what a neighbour must beat."""
    group.costs[query] = SLACK * cost * unit * unit
    group.limits[query] = group.costs[query] * group.inverse[query] + group.margins[query]


@inner
def answer(clusters: Clusters, blocks: Blocks, group: Group, n_queries: Index, own: Index, frame: Frame, visits: Places) -> None:
    """Descend with one group: its own block first, then whatever may still hold a nearer neighbour, the nearer half first."""
    surround(group, n_queries)
    meet(clusters, blocks, group, own, ALL >> np.uint64(LANES - n_queries), frame, visits)
    tighten(group, n_queries)
    group.nodes[0, 0], group.nodes[0, 1], group.nodes[0, 2], group.gaps[0] = 0, 0, blocks.points.shape[0], 0.0
    left = 1
    while left > 0:
        left -= 1
        node, first, last = group.nodes[left, 0], group.nodes[left, 1], group.nodes[left, 2]
        if group.gaps[left] > group.bounds[0] * blocks.largest[node] + group.bounds[1]:
            continue
        queries = near_queries(blocks.low, blocks.high, node, group.columns, group.costs, blocks.largest[node], group.limits)
        if queries == 0:
            continue
        if last - first > 1:
            left = descend(blocks, group, left, node, first, last, own)
        elif first != own and meet(clusters, blocks, group, first, queries, frame, visits):
            tighten(group, n_queries)


@inner
def surround(group: Group, n_queries: Index) -> None:
    """Draw the box around the queries, and silence the lanes that hold none."""
    for dimension in range(len(group.low)):
        low = high = group.columns[dimension, 0]
        for query in range(1, n_queries):
            low, high = min(low, group.columns[dimension, query]), max(high, group.columns[dimension, query])
        group.low[dimension], group.high[dimension] = low, high
    for query in range(n_queries, LANES):
        group.costs[query], group.limits[query] = 0.0, -1.0


@inner
def tighten(group: Group, n_queries: Index) -> None:
    """Find the largest cost and limit of the group: beyond them nobody is interested."""
    cost = limit = np.float32(0.0)
    for query in range(n_queries):
        cost, limit = max(cost, group.costs[query]), max(limit, group.limits[query])
    group.bounds[0], group.bounds[1] = cost, limit


@inner
def descend(blocks: Blocks, group: Group, left: int, node: int, first: int, last: int, own: Index) -> int:
    """Put both halves on the stack, the nearer one on top; return its new height."""
    middle = (first + last) // 2
    lower, upper = node + 1, node + 2 * (middle - first)
    to_lower, to_upper = measure_gap(blocks, group, lower), measure_gap(blocks, group, upper)
    lower_first = to_lower < to_upper or (to_lower == to_upper and own < middle)
    for is_lower in (not lower_first, lower_first):
        group.nodes[left, 0] = lower if is_lower else upper
        group.nodes[left, 1] = first if is_lower else middle
        group.nodes[left, 2] = middle if is_lower else last
        group.gaps[left] = to_lower if is_lower else to_upper
        left += 1
    return left


@inner
def measure_gap(blocks: Blocks, group: Group, node: int) -> Number:
    """Return the squared gap between the group's box and a node's."""
    squares = np.float32(0.0)
    for dimension in range(len(group.low)):
        below = blocks.low[node, dimension] - group.high[dimension]
        above = group.low[dimension] - blocks.high[node, dimension]
        gap = max(below, above, np.float32(0.0))
        squares += gap * gap
    return squares


@inner
def meet(clusters: Clusters, blocks: Blocks, group: Group, block: Index, queries: Index, frame: Frame, visits: Places) -> bool:
    """Let the queries whose bits are set meet the points of a block; say whether any found a better neighbour."""
    points, halves, inverse, rows = blocks.points, blocks.halves, blocks.inverse, group.rows
    has_improved = False
    while queries != 0:
        query = lowest_bit(queries)
        queries &= queries - ONE
        visits[1] += 1
        place = group.places[query]
        itself = place - block * LANES if place // LANES == block else -1
        if clusters.nearest[place] < 0:
            near = cheapest_point(points, block, inverse, rows, query, group.inverse[query], itself)
            other = block * LANES + lowest_bit(near)
            if other == place or other >= len(clusters.weights) or clusters.weights[other] == 0.0:
                continue  # nobody else lives in this block
            clusters.nearest[place], clusters.costs[place] = other, joining_cost(clusters, place, other)
            aim(group, query, clusters.costs[place], frame.unit)
            has_improved = True
        cost, limit = group.costs[query], group.limits[query]
        if frame.by_products:
            limit += group.shifts[query]
            near = near_by_products(points, block, halves, inverse, rows, query, cost, limit)
        else:
            near = near_points(points, block, inverse, rows, query, cost, limit)
        if itself >= 0:
            near &= ~(ONE << np.uint64(itself))
        if near != 0 and decide(clusters, place, block, near):
            aim(group, query, clusters.costs[place], frame.unit)
            has_improved = True
    return has_improved


@inner
def decide(clusters: Clusters, place: int, block: Index, points: Index) -> bool:
    """Compare in float64 with the candidates whose bits are set; say whether one of them is the new neighbour."""
    old = clusters.nearest[place]
    nearest, cost = old, clusters.costs[place]
    while points != 0:
        other = block * LANES + lowest_bit(points)
        points &= points - ONE
        if other == old or other >= len(clusters.weights) or clusters.weights[other] == 0.0:
            continue
        bid = joining_cost(clusters, place, other)
        if bid < cost or (bid == cost and clusters.ranks[other] < clusters.ranks[nearest]):
            nearest, cost = other, bid
    clusters.nearest[place], clusters.costs[place] = nearest, cost
    return bool(nearest != old)
