"""All distances, condensed, and weights -> merges, by nearest-neighbour chains, in the matrix itself.

From any cluster walk to its nearest neighbour until two are each other's nearest; in a reducible linkage these two may be joined
at once, and the chain behind them stays good. What costs is memory: half of a row of the condensed matrix is scattered over as
many cache lines as it has entries. So clusters that are gone are not only skipped; whenever a quarter is gone the matrix is
packed together in place, and one sweep finds the nearest neighbour of all that are left; until one of the two merges, both
stay what they are to each other and need not be searched again.

Rounding must not undo reducibility, or the chain could bite its tail: a new distance is never below the lesser of the two it is
made of (Ward, average, WPGMA; complete chooses one of them). Ties go to the cluster before in the chain, else to the
first in order.

References: Benzécri (1982), Cahiers de l'analyse des données 7:209; Lance and Williams (1967), The Computer Journal 9:373;
Müllner (2011), arXiv:1109.2378.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from segmentiq.ml.compiled import compiled, inner
from segmentiq.ml.linkage.kernel import Tell

Vector = NDArray[np.float64]
Matrix = NDArray[np.float64]
Indices = NDArray[np.int64]

CODES: Mapping[str, int] = {"complete": 0, "average": 1, "weighted": 2, "ward": 3}
COMPLETE, AVERAGE, WARD = 0, 1, 3
PAIRS_PER_SLICE = 4e7
"""About how many distances are read between two tells: a few tens of milliseconds."""
GONE = 0.25
"""The share of clusters that is gone when the matrix is packed."""


def link_distances(distances: Vector, weights: Vector, linkage: str, tell: Tell) -> Matrix:
    """Link on the condensed matrix, which is overwritten.

    Parameters
    ----------
    distances : ndarray, shape (m (m - 1) / 2,)
        SciPy's condensed order; for Ward Euclidean.
    weights : ndarray, shape (m,)
    linkage : {"complete", "average", "weighted", "ward"}
    tell : callable
        Called with the share of merges done.

    Returns
    -------
    ndarray, shape (m - 1, 4)
        Merges in the order in which they were made, column 3 counts rows.

    Examples
    --------
    >>> link_distances(np.array([1.0, 5.0, 4.0]), np.ones(3), "average", lambda share: None).tolist()
    [[0.0, 1.0, 1.0, 2.0], [2.0, 3.0, 4.5, 3.0]]
    """
    m, code = len(weights), CODES[linkage]
    if linkage == "ward":
        _square(distances, weights)
    merges = np.empty((m - 1, 4))
    names, counts, weights = np.arange(m), np.ones(m, dtype=np.int64), weights.copy()
    least, nearest = _find_all(distances, m)
    known, chain = nearest.copy(), np.empty(m, dtype=np.int64)
    done = length = 0
    while done < m - 1:
        left = m - done
        most = min(max(1, int(GONE * left)), max(1, int(PAIRS_PER_SLICE / (4 * left))))
        length = _join(
            distances, weights, names, counts, least, nearest, known, chain, length, merges[done : done + most], m + done, code
        )
        done += most
        tell(done / (m - 1))
        if m - done <= (1 - GONE) * len(names):
            is_left = counts > 0
            _pack(distances, is_left)
            chain[:length] = (np.cumsum(is_left) - 1)[chain[:length]]
            names, counts, weights = names[is_left], counts[is_left], weights[is_left]
            least, nearest = _find_all(distances, len(names))
            known = names[nearest]
    if linkage == "ward":
        np.sqrt(merges[:, 2], out=merges[:, 2])
    return merges


@compiled
def _square(distances: Vector, weights: Vector) -> None:
    """Turn distances of points into the squared heights at which Ward joins them: 2 wi wj / (wi + wj) d^2."""
    m, at = len(weights), 0
    for i in range(m - 1):
        for j in range(i + 1, m):
            distances[at] *= distances[at] * (2.0 * weights[i] * weights[j] / (weights[i] + weights[j]))
            at += 1


def _find_all(distances: Vector, m: int) -> tuple[Vector, Indices]:
    """Return the distance to and the place of the nearest neighbour of each of m clusters."""
    least, nearest = np.full(m, np.inf), np.zeros(m, dtype=np.int64)
    _sweep(distances, least, nearest)
    return least, nearest


@compiled
def _sweep(distances: Vector, least: Vector, nearest: Indices) -> None:
    """Find the distance to and the place of the nearest neighbour of every cluster; `least` is infinite, `nearest` 0 before."""
    m, start = len(least), 0
    for i in range(m - 1):
        row, their_least, their_nearest = distances[start : start + m - i - 1], least[i + 1 :], nearest[i + 1 :]
        lowest, last = row[:1].view(np.int64)[0], 0
        bits = row.view(np.int64)
        for j in range(len(row)):
            is_nearer = row[j] < their_least[j]
            their_least[j] = row[j] if is_nearer else their_least[j]
            their_nearest[j] = i if is_nearer else their_nearest[j]
            lowest = min(lowest, bits[j])
        while bits[last] != lowest:
            last += 1
        if row[last] < least[i]:
            least[i], nearest[i] = row[last], i + 1 + last
        start += m - i - 1


@inner
def _find_nearest(distances: Vector, counts: Indices, i: int) -> tuple[float, int]:
    """Return the distance to and the place of i's nearest neighbour, the first of those that tie."""
    m = len(counts)
    least, nearest = np.inf, -1
    at = i - 1
    for j in range(i):
        if counts[j] > 0 and distances[at] < least:
            least, nearest = distances[at], j
        at += m - j - 2
    row = distances[at + 1 : at + m - i]
    for k in range(len(row)):
        if row[k] < least and counts[i + 1 + k] > 0:
            least, nearest = row[k], i + 1 + k
    return least, nearest


@inner
def _read(distances: Vector, m: int, i: int, j: int) -> float:
    low, high = min(i, j), max(i, j)
    found: float = distances[low * (2 * m - low - 3) // 2 + high - 1]
    return found


@compiled
def _join(
    distances: Vector,
    weights: Vector,
    names: Indices,
    counts: Indices,
    least: Vector,
    nearest: Indices,
    known: Indices,
    chain: Indices,
    length: int,
    merges: Matrix,
    name: int,
    code: int,
) -> int:
    """Make as many merges as `merges` has room for; the first is called `name`. Return the length of the chain that is left.

    The neighbour at place `nearest`, at distance `least`, stays the nearest as long as it is called what it was when it became
    `known`: others only move away when they merge.
    """
    m = len(counts)
    for t in range(len(merges)):
        if length == 0:
            first = 0
            while counts[first] == 0:
                first += 1
            chain[0], length = first, 1
        while True:
            tip = chain[length - 1]
            if known[tip] != names[nearest[tip]]:
                least[tip], nearest[tip] = _find_nearest(distances, counts, tip)
                known[tip] = names[nearest[tip]]
            if length > 1 and _read(distances, m, tip, chain[length - 2]) <= least[tip]:
                break
            chain[length] = nearest[tip]
            length += 1
        length -= 2
        height, kept, gone = least[tip], min(tip, chain[length]), max(tip, chain[length])
        count = counts[kept] + counts[gone]
        counts[kept] = counts[gone] = 0
        _update(distances, weights, counts, kept, gone, height, code)
        merges[t, 0], merges[t, 1] = min(names[kept], names[gone]), max(names[kept], names[gone])
        merges[t, 2], merges[t, 3] = height, count
        names[kept], names[gone] = name + t, -2
        known[kept] = -1
        counts[kept] = count
        weights[kept] += weights[gone]
    return length


@inner
def _update(distances: Vector, weights: Vector, counts: Indices, kept: int, gone: int, height: float, code: int) -> None:
    """Write the distances of the merged cluster to all others that count in the place of `kept`, which stands before `gone`."""
    m = len(counts)
    of_kept, of_gone = weights[kept], weights[gone]
    share = of_kept / (of_kept + of_gone) if code == AVERAGE else 0.5
    to_kept, to_gone = kept - 1, gone - 1
    for x in range(m):
        if counts[x] > 0:
            a, b = distances[to_kept], distances[to_gone]
            if code == WARD:
                of_x = weights[x]
                far = ((of_kept + of_x) * a + (of_gone + of_x) * b - of_x * height) / (of_kept + of_gone + of_x)
            elif code == COMPLETE:
                far = a if a > b else b
            else:
                far = share * a + (1.0 - share) * b
            distances[to_kept] = max(far, min(a, b))
        to_kept += m - x - 2 if x < kept else 1
        to_gone += m - x - 2 if x < gone else 1


@compiled
def _pack(distances: Vector, is_left: NDArray[np.bool_]) -> None:
    """Move the distances between the clusters that are left to the front; every one moves forward, so none is overwritten."""
    m, at, to = len(is_left), 0, 0
    for i in range(m):
        if not is_left[i]:
            at += m - i - 1
            continue
        for j in range(i + 1, m):
            if is_left[j]:
                distances[to] = distances[at]
                to += 1
            at += 1
