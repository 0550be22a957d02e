"""The clusters and their tree in, merges one after another out: for tables on which rounds hardly find a pair.

On data that grows geometrically every cluster's nearest neighbour is the one before it, and a round finds one or two pairs. A
nearest-neighbour chain does not mind: it walks from a cluster to its nearest neighbour until two are each other's, merges them,
and goes on from where it was. A merged cluster takes its place in the tree at once, and the boxes above it stretch; about
three queries per merge are needed, whatever the data.

Reference: Benzécri (1982), Cahiers de l'analyse des données 7:209.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import numpy as np

from segmentiq.ml.compiled import compiled
from segmentiq.ml.linkage.clusters import Clusters, Floats, Frame, Group, Places, joining_cost, make_group
from segmentiq.ml.linkage.forest import SHRINK, Forest, join, replant
from segmentiq.ml.linkage.kernel import Tell
from segmentiq.ml.linkage.lanes import LANES
from segmentiq.ml.linkage.search import answer, receive
from segmentiq.ml.linkage.spatial import Blocks, stretch_boxes

SLICE = 1_000
"""Merges between two tells."""


def walk_on(forest: Forest, merges: Floats, done: int, until: int, tell: Tell, pool: ThreadPoolExecutor) -> tuple[Forest, int]:
    """Merge, one pair after another, until so many merges are done; tell after every slice."""
    group, visits = make_group(forest.frame.axes.shape[0]), np.zeros(2, dtype=np.int64)
    while done < until:
        forest = replant(forest, pool)
        forest.clusters.asks[:] = False
        by_rank = np.argsort(forest.clusters.ranks)
        chain, state = np.empty(len(by_rank), dtype=np.int64), np.zeros(2, dtype=np.int64)
        end = min(until, done + max(SLICE, int((1 - SHRINK) * len(by_rank))))
        while done < end:
            most = min(end, done + SLICE)
            walk(forest.clusters, forest.blocks, forest.frame, group, by_rank, chain, state, merges, done, most, visits)
            done = most
            tell(done / len(merges))
    return forest, done


@compiled
def walk(
    clusters: Clusters,
    blocks: Blocks,
    frame: Frame,
    group: Group,
    by_rank: Places,
    chain: Places,
    state: Places,
    merges: Floats,
    done: int,
    until: int,
    visits: Places,
) -> None:
    """Make the merges `done` to `until`. `state` holds the length of the chain and where among the ranks it begins.

    While it is on the chain, a cluster is marked in `clusters.asks`. Should rounding lead the chain back to itself, it is taken
    up again from there.
    """
    length, begin = state[0], state[1]
    while done < until:
        if length == 0:
            while clusters.weights[by_rank[begin]] == 0.0:
                begin += 1
            chain[0], length = by_rank[begin], 1
        tip, before = chain[length - 1], chain[length - 2] if length > 1 else -1
        clusters.asks[tip] = True
        clusters.nearest[tip] = before
        receive(clusters, blocks, group, np.int64(0), tip, frame)
        answer(clusters, blocks, group, np.int64(1), tip // LANES, frame, visits)
        following = clusters.nearest[tip]
        if before >= 0 and joining_cost(clusters, tip, before) <= clusters.costs[tip]:
            clusters.asks[tip] = clusters.asks[before] = False
            kept, gone = (tip, before) if clusters.ranks[tip] < clusters.ranks[before] else (before, tip)
            clusters.costs[kept] = clusters.costs[tip]
            join(clusters, blocks, frame, merges, done, kept, gone)
            stretch_boxes(blocks, kept // LANES, kept % LANES)
            length -= 2
            done += 1
        elif clusters.asks[following]:
            while chain[length - 1] != following:
                length -= 1
                clusters.asks[chain[length]] = False
        else:
            chain[length] = following
            length += 1
    state[0], state[1] = length, begin
