"""Unique rows and weights in, the exact Ward tree out, in O(n d) memory: rounds of reciprocal nearest neighbours.

Ward's linkage is reducible: no merge brings anything nearer to a third cluster than its parts were. So all pairs that are each
other's nearest may be merged at once, with the merges a greedy algorithm would make; and a neighbour stays the nearest until it
merges itself, so in a round only the merged and those that pointed at them ask again.

Every decision is made on the centroids as they came, by rank where costs tie, and merges are numbered by rank within a round, so
that neither the number of threads nor the shape of the tree can change a bit of the result. A pilot of some 2,000 queries finds
out which screen is the quicker one (`forest.Frame.by_products`); both find the same neighbours. The last few hundred clusters fit
into a matrix of all their distances, which is quicker than more rounds; where rounds hardly merge anything, `walk` takes over.

References: Murtagh (1983), The Computer Journal 26:354; Lance and Williams (1967), The Computer Journal 9:373.
"""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor

import numpy as np

from segmentiq.ml.compiled import compiled
from segmentiq.ml.linkage.clusters import Clusters, Floats, Frame, Places, make_group
from segmentiq.ml.linkage.condensed import link_condensed
from segmentiq.ml.linkage.forest import SHRINK, Forest, join, plant, replant
from segmentiq.ml.linkage.kernel import Tell
from segmentiq.ml.linkage.lanes import LANES
from segmentiq.ml.linkage.remarks import remark
from segmentiq.ml.linkage.search import search
from segmentiq.ml.linkage.spatial import Blocks, fit_boxes
from segmentiq.ml.linkage.walk import walk_on
from segmentiq.ml.linkage.ward import FEW
from segmentiq.ml.machine import find_threads

SLOW = 0.001
"""The share of clusters that a round must merge: going over all of them costs more than walking from one to the next."""
PILOT_BLOCKS, PILOT_DIMENSIONS = 256, 8
"""From here on, about 16,000 rows, a pilot is worth its while."""
TASKS, LEAST_BLOCKS = 64, 8
"""A round is cut into so many tasks at most, of so many blocks at least: none waits long for another, none is all overhead."""


def link_ward(
    rows: Floats,
    weights: Floats,
    tell: Tell,
    *,
    few: int = FEW,
    slow: float = SLOW,
    by_products: bool | None = None,
) -> Floats:
    """Link by Ward's method.

    Parameters
    ----------
    rows : ndarray, shape (m, d)
        Unique; a row's number is its rank.
    weights : ndarray, shape (m,)
    tell : callable
        Called with the share of merges done, between rounds.
    few : int
        Clusters that are finished on the matrix of their distances; at least 1.
    slow : float
        The share of clusters a round must merge, or the chain takes over; 0 keeps to rounds, 1 to the chain.
    by_products : bool or None
        How distances are screened; None lets a pilot choose. It changes no result.

    Returns
    -------
    ndarray, shape (m - 1, 4)
        Merges in the order in which they were made; column 3 is left 0.

    Examples
    --------
    >>> link_ward(np.array([[0.0], [1.0], [5.0]]), np.ones(3), lambda share: None)[:, 2].round(3).tolist()
    [1.0, 5.196]
    """
    merges = np.zeros((len(rows) - 1, 4))
    if len(rows) <= few:
        return link_condensed(rows, weights, "ward", "euclidean", tell)
    with ThreadPoolExecutor(find_threads()) as pool:
        forest = choose_screen(plant(rows, weights, pool), by_products)
        done, n_rounds, visits = 0, 0, np.zeros(2, dtype=np.int64)
        while len(rows) - done > few:
            left, before = len(rows) - done, done
            visits += ask(forest, pool)
            n_rounds += 1
            done = merge_pairs(forest, merges, done)
            tell(done / len(merges))
            if done == before:  # rounding has hidden every pair: whoever is left looks again, and the nearest two must meet
                forest.clusters.asks[:] = forest.clusters.weights > 0
            elif done - before < slow * left:
                forest, done = walk_on(forest, merges, done, len(rows) - few, tell, pool)
            elif len(rows) - done < SHRINK * len(forest.clusters.weights):
                forest = replant(forest, pool)
            else:
                fit_boxes(forest.blocks)
    remark(rounds=n_rounds, queries_per_row=visits[0] / len(rows), blocks_per_query=visits[1] / max(visits[0], 1))
    if done < len(merges):
        finish(forest.clusters, merges, done, tell)
    return merges


def choose_screen(forest: Forest, by_products: bool | None = None) -> Forest:
    """Let 16 blocks ask by differences and 16 by products, and keep to what takes less time per query.

    Products are half of the work and lose digits, so that more candidates must be looked at: many dimensions and little to prune
    make them the better way, and only trying tells. With few rows or dimensions nothing is tried.
    """
    n_blocks, n_dimensions = forest.blocks.points.shape[:2]
    if by_products is not None:
        return forest._replace(frame=forest.frame._replace(by_products=by_products))
    if n_blocks < PILOT_BLOCKS or n_dimensions < PILOT_DIMENSIONS:
        return forest
    group, seconds = make_group(n_dimensions), [0.0, 0.0]
    for at, block in enumerate(np.linspace(0, n_blocks - 1, 32).astype(int)):
        frame = forest.frame._replace(by_products=bool(at % 2))
        begun = time.perf_counter()
        search(forest.clusters, forest.blocks, group, block, block + 1, frame, np.zeros(2, dtype=np.int64))
        seconds[at % 2] += time.perf_counter() - begun
        forest.clusters.asks[block * LANES : (block + 1) * LANES] = False
    remark(pilot_differences_s=seconds[0], pilot_products_s=seconds[1])
    return forest._replace(frame=forest.frame._replace(by_products=seconds[1] < seconds[0]))


def ask(forest: Forest, pool: ThreadPoolExecutor) -> Places:
    """Find the neighbours of all that ask; return the numbers of queries and of the blocks they met."""
    n_blocks = len(forest.blocks.points)
    edges = np.linspace(0, n_blocks, min(max(n_blocks // LEAST_BLOCKS, 1), TASKS) + 1).astype(int)
    visits = np.zeros((len(edges) - 1, 2), dtype=np.int64)

    def work(task: int) -> None:
        group = make_group(forest.frame.axes.shape[0])
        search(forest.clusters, forest.blocks, group, edges[task], edges[task + 1], forest.frame, visits[task])

    list(pool.map(work, range(len(visits))))
    total: Places = visits.sum(axis=0)
    return total


def merge_pairs(forest: Forest, merges: Floats, done: int) -> int:
    """Merge all pairs of reciprocal neighbours, numbered by rank; return how many merges are done now."""
    clusters, blocks, frame = forest
    pairs = np.empty(len(clusters.weights) // 2, dtype=np.int64)
    pairs = pairs[: find_pairs(clusters, pairs)]
    numbers = np.empty(len(pairs), dtype=np.int64)
    numbers[np.argsort(clusters.ranks[pairs])] = np.arange(done, done + len(pairs))
    join_pairs(clusters, blocks, frame, merges, pairs, numbers)
    call_up(clusters, len(merges) + 1 + done)
    return done + len(pairs)


@compiled
def find_pairs(clusters: Clusters, pairs: Places) -> int:
    """Write down the places whose nearest neighbour has them as its own, those of smaller rank; return how many they are."""
    n_pairs = 0
    for i in range(len(clusters.weights)):
        j = clusters.nearest[i]
        if clusters.weights[i] > 0 and clusters.ranks[i] < clusters.ranks[j] and clusters.nearest[j] == i:
            pairs[n_pairs] = i
            n_pairs += 1
    return n_pairs


@compiled
def join_pairs(clusters: Clusters, blocks: Blocks, frame: Frame, merges: Floats, pairs: Places, numbers: Places) -> None:
    """Merge every place of `pairs` with its neighbour, as the merge of that number."""
    for p in range(len(pairs)):
        join(clusters, blocks, frame, merges, numbers[p], pairs[p], clusters.nearest[pairs[p]])


@compiled
def call_up(clusters: Clusters, first_name: int) -> None:
    """Let those ask that merged (named `first_name` or later) or that pointed at one that did."""
    for i in range(len(clusters.weights)):
        clusters.asks[i] = False
        if clusters.weights[i] == 0.0:
            continue
        j = clusters.nearest[i]
        if clusters.names[i] >= first_name:
            clusters.nearest[i], clusters.asks[i] = -1, True
        elif clusters.weights[j] == 0.0:
            clusters.nearest[i], clusters.asks[i] = -2 - clusters.nearest[j], True
        elif clusters.names[j] >= first_name:
            clusters.asks[i] = True


def finish(clusters: Clusters, merges: Floats, done: int, tell: Tell) -> None:
    """Link the clusters that are left on the matrix of their distances."""
    places = np.flatnonzero(clusters.weights > 0)
    places = places[np.argsort(clusters.ranks[places])]
    begin, total = done, len(merges)
    last = link_condensed(
        clusters.centroids[places],
        clusters.weights[places],
        "ward",
        "euclidean",
        lambda share: tell((begin + share * (total - begin)) / total),
    )
    names = np.concatenate([clusters.names[places], np.arange(total + 1 + begin, 2 * total + 1)])
    merges[begin:] = last
    merges[begin:, :2] = np.sort(names[last[:, :2].astype(np.int64)], axis=1)
