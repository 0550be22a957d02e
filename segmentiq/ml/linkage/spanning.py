"""Rows -> minimum spanning tree -> merges of single linkage.

Prim's algorithm measures every pair once and keeps one distance per row. Each step adds the nearest outsider and measures all
others to it, so a step is one sweep over the coordinates of the outsiders: they are kept by dimension, so that the sweep is
SIMD over rows, in blocks that stay in the first cache, and are packed together whenever a quarter has been added. Distances
are not negative, and such floats sort like the integers of the same bits: the minimum is one of integers, which SIMD has.

Ties go to the row that comes first. Reference: Prim (1957), Bell System Technical Journal 36:1389.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from segmentiq.ml.compiled import compiled, inner
from segmentiq.ml.linkage.condensed import unit_rows
from segmentiq.ml.linkage.kernel import Tell

Matrix = NDArray[np.float64]
Vector = NDArray[np.float64]
Indices = NDArray[np.int64]

BLOCK = 512
"""Rows whose distances are summed at once."""
GONE = 0.25
"""The share of outsiders that has been added when the others are packed."""
LAST = 2**63 - 1
"""Sorts behind the bits of every distance."""
PAIRS_PER_SLICE = 2e8
"""About how many coordinates are read between two tells."""


def span(rows: Matrix, metric: str, tell: Tell) -> Matrix:
    """Return single linkage's merges, nearest first."""
    m, d = rows.shape
    is_sum = metric in ("manhattan", "gower")
    left = np.ascontiguousarray((unit_rows(rows) if metric == "cosine" else rows)[1:].T)
    names, tip = np.arange(1, m), (unit_rows(rows[:1]) if metric == "cosine" else rows[:1])[0].copy()
    nearest, source = np.full(m - 1, np.inf), np.zeros(m - 1, dtype=np.int64)
    ends, lengths = np.empty((m - 1, 2), dtype=np.int64), np.empty(m - 1)
    sums, least_of = np.empty(BLOCK), np.empty(-(-m // BLOCK), dtype=np.int64)
    done, name = 0, 0
    while done < m - 1:
        size = len(names)
        most = max(1, min(int(GONE * size), int(PAIRS_PER_SLICE / (size * (d + 4)))))
        made = slice(done, done + most)
        name = _grow(left, names, nearest, source, tip, name, is_sum, ends[made], lengths[made], sums, least_of)
        done += most
        tell(done / (m - 1))
        if done < m - 1:
            is_left = nearest >= 0
            left, names, nearest, source = (
                np.ascontiguousarray(left[:, is_left]),
                names[is_left],
                nearest[is_left],
                source[is_left],
            )
    if metric == "euclidean":
        np.sqrt(lengths, out=lengths)
    elif metric == "cosine":
        lengths *= 0.5
    order = np.argsort(lengths, kind="stable")
    merges = np.empty((m - 1, 4))
    _join(ends[order], lengths[order], merges, np.arange(m), np.arange(m), np.ones(m, dtype=np.int64))
    return merges


@compiled
def _grow(
    left: Matrix, names: Indices, nearest: Vector, source: Indices, tip: Vector, name: int, is_sum: bool,
    ends: NDArray[np.int64], lengths: Vector, sums: Vector, least_of: Indices,
) -> int:  # fmt: skip
    """Add as many outsiders as `ends` has room for, beginning at `tip`, which is called `name`; return the last one's name.

    `nearest` is each outsider's distance to the tree, infinite before the first step and negative once it has been added.
    """
    d, m = left.shape
    bits, found = nearest.view(np.int64), sums.view(np.int64)
    for t in range(len(ends)):
        for low in range(0, m, BLOCK):
            high = min(low + BLOCK, m)
            _measure(left, tip, low, high, is_sum, sums)
            least_of[low // BLOCK] = _draw_near(bits[low:high], source[low:high], found[: high - low], name)
        best = 0
        for i in range((m + BLOCK - 1) // BLOCK):
            best = i if least_of[i] < least_of[best] else best
        at = best * BLOCK
        while bits[at] != least_of[best]:
            at += 1
        ends[t, 0], ends[t, 1], lengths[t] = source[at], names[at], nearest[at]
        name, nearest[at] = names[at], -1.0
        for k in range(d):
            tip[k] = left[k, at]
    return name


@inner
def _measure(left: Matrix, tip: Vector, low: int, high: int, is_sum: bool, sums: Vector) -> None:
    """Sum the differences to the tip over the dimensions, absolute or squared."""
    for j in range(high - low):
        sums[j] = 0.0
    for k in range(left.shape[0]):
        row, at = left[k, low:high], tip[k]
        if is_sum:
            for j in range(len(row)):
                sums[j] += abs(row[j] - at)
        else:
            for j in range(len(row)):
                sums[j] += (row[j] - at) * (row[j] - at)


@inner
def _draw_near(bits: Indices, source: Indices, found: Indices, name: int) -> int:
    """Keep the lesser distance of each outsider, and return the least. Those already added are negative and stay so."""
    least = LAST
    for j in range(len(found)):
        is_nearer = found[j] < bits[j]
        bits[j] = found[j] if is_nearer else bits[j]
        source[j] = name if is_nearer else source[j]
        least = min(least, bits[j] if bits[j] >= 0 else LAST)
    return least


@compiled
def _join(ends: Indices, lengths: Vector, merges: Matrix, parent: Indices, branch: Indices, counts: Indices) -> None:
    """Turn edges, shortest first, into merges: the branches at both ends are joined.

    Every row is its own `parent` and `branch`, and counts 1, before.
    """
    m = len(parent)
    for t in range(m - 1):
        low, high = _find_root(parent, ends[t, 0]), _find_root(parent, ends[t, 1])
        if counts[low] < counts[high]:
            low, high = high, low
        merges[t, 0], merges[t, 1] = min(branch[low], branch[high]), max(branch[low], branch[high])
        counts[low] += counts[high]
        merges[t, 2], merges[t, 3] = lengths[t], counts[low]
        parent[high], branch[low] = low, m + t


@inner
def _find_root(parent: Indices, x: int) -> int:
    while parent[x] != x:
        parent[x] = parent[parent[x]]
        x = parent[x]
    return x
