"""Customers in leaf order in, the sums of everyone's distances to every finest branch out: all that silhouettes are made of.

Nothing of size n^2 is ever held. Customers lie in tiles of up to 64 from one branch, coordinate by coordinate, so that the inner
loop runs over customers side by side; the distances of one customer to one tile stay in the processor's first cache while they
are summed. Where everyone is measured against everyone, each pair is measured once and counted for both.

Distances are float32, from coordinates in which the own tile's mean is the origin: what is near is told apart however far all of
it lies from zero, because nothing is ever the difference of two large squares. Sums across tiles are float64. The work is dealt
into a fixed number of parts and added up in their order, so that any number of threads finds the same digits.
"""

from __future__ import annotations

import math
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from segmentiq.ml.compiled import compiled, inner
from segmentiq.ml.machine import find_threads

Matrix = NDArray[np.float64]
Integers = NDArray[np.int64]
Floats = NDArray[np.float32]

TILE = 64
"""Customers in a tile; a multiple of `LANES`."""
LANES = 16
"""Float32 sums kept side by side: four for each that is added in float64."""
STEP = 4
"""Coordinates added at a time."""
PARTS = 4
EUCLIDEAN, MANHATTAN, COSINE = 0, 1, 2
METRICS = {"euclidean": EUCLIDEAN, "manhattan": MANHATTAN, "gower": MANHATTAN, "cosine": COSINE}
"""Gower's features are already divided by their ranges."""


class Tiles(NamedTuple):
    """Customers in tiles: `rows` (t, d, TILE), their `means` (t, d) and `weights` (t, TILE), 0 where a tile is not full.

    `first` and `size` say which customers a tile holds, `owner` whose branch they are, each (t,).
    """

    rows: Matrix
    means: Matrix
    weights: Floats
    first: Integers
    size: Integers
    owner: Integers


class Desk(NamedTuple):
    """What one thread writes on: two tiles `x`, `y` (d, TILE) seen from the first one's mean, the sums `here` (TILE, LANES) of
    the one and `there` (TILE,) of the other, and `gaps` (TILE,) and `lanes` (LANES,) on the way to them.
    """

    x: Floats
    y: Floats
    here: Matrix
    there: Floats
    gaps: Floats
    lanes: Floats


def sum_distances(
    ordered: Matrix, starts: Integers, metric: str, *, positions: Integers | None = None, weights: Matrix | None = None
) -> Matrix:
    """Sum the distances from customers to all customers of every branch.

    Parameters
    ----------
    ordered : ndarray, shape (n, d)
        In leaf order.
    starts : ndarray of int, shape (b,)
        First leaf position of every finest branch, ascending from 0.
    metric : {"euclidean", "manhattan", "gower", "cosine"}
        The cosine distance of two directions is half of the squared distance between them.
    positions : ndarray of int, shape (m,), optional
        Leaf positions of the customers that are measured; everyone when left out.
    weights : ndarray, shape (n,), optional
        How many customers each row stands for.

    Returns
    -------
    ndarray, shape (b, m)
        ``sums[j, i] = sum of weights[y] * d(x_i, y) over the customers y of branch j``, up to a factor common to all: silhouettes
        are ratios.

    Examples
    --------
    >>> sums = sum_distances(np.array([[0.0], [1.0], [4.0]]), np.array([0, 2]), "manhattan")
    >>> (sums / sums[0, 0]).round(6).tolist()
    [[1.0, 1.0, 7.0], [4.0, 3.0, 0.0]]
    """
    rows, heavy = _prepare(ordered, metric), np.ones(len(ordered)) if weights is None else weights
    tiles = _lay_out(rows, heavy, starts)
    everyone = positions is None
    asked = tiles if positions is None else _lay_out(rows[positions], heavy[positions], np.zeros(1, dtype=np.int64))
    sums = np.zeros((PARTS if everyone else 1, len(starts), len(ordered) if positions is None else len(positions)))

    def work(part: int) -> None:
        _sum_part(asked, tiles, _make_desk(rows.shape[1]), METRICS[metric], everyone, part, sums[part if everyone else 0])

    with ThreadPoolExecutor(find_threads()) as threads:
        list(threads.map(work, range(PARTS)))
    whole: Matrix = sums.sum(axis=0)
    return whole


def _prepare(ordered: Matrix, metric: str) -> Matrix:
    """Scale so that no square overflows: directions for the cosine, else centred coordinates of at most 1."""
    if metric == "cosine":
        scaled = ordered / np.abs(ordered).max(axis=1, keepdims=True)  # no row is zero: its cosine is not defined
        directions: Matrix = scaled / np.linalg.norm(scaled, axis=1, keepdims=True)
        return directions
    centred: Matrix = ordered - ordered.mean(axis=0)
    centred /= np.abs(centred).max(initial=0.0) or 1.0
    return centred


def _lay_out(rows: Matrix, weights: Matrix, starts: Integers) -> Tiles:
    """Cut the branches into tiles, the last one of each filled up with customers of weight 0."""
    sizes = np.diff(np.append(starts, len(rows)))
    per_branch = -(-sizes // TILE)
    owner = np.repeat(np.arange(len(starts)), per_branch)
    within = np.arange(len(owner)) - np.repeat(np.cumsum(per_branch) - per_branch, per_branch)
    first = starts[owner] + TILE * within
    size = np.minimum(sizes[owner] - TILE * within, TILE)
    held = np.arange(TILE) < size[:, None]
    places = np.where(held, first[:, None] + np.arange(TILE), first[:, None])
    padded = np.zeros((len(owner), _pad(rows.shape[1]), TILE))
    padded[:, : rows.shape[1]] = rows[places].transpose(0, 2, 1)
    means = (padded * held[:, None, :]).sum(axis=2) / size[:, None]
    return Tiles(padded, means, np.where(held, weights[places], 0.0).astype(np.float32), first, size, owner)


def _make_desk(n_dimensions: int) -> Desk:
    shape = (_pad(n_dimensions), TILE)
    x, y, there, gaps = (np.zeros(size, dtype=np.float32) for size in (shape, shape, TILE, TILE))
    return Desk(x, y, np.zeros((TILE, LANES)), there, gaps, np.zeros(LANES, dtype=np.float32))


def _pad(n_dimensions: int) -> int:
    return -(-n_dimensions // STEP) * STEP


@compiled
def _sum_part(asked: Tiles, tiles: Tiles, desk: Desk, metric: int, everyone: bool, part: int, sums: Matrix) -> None:
    """Add the distances from every `PARTS`-th asked tile to all tiles; if `everyone` is asked, each pair of tiles once."""
    x, y, here, there, gaps, lanes = desk
    for a in range(part, len(asked.size), PARTS):
        _shift(asked.rows[a], asked.means[a], x)
        here[:] = 0.0
        for b in range(a if everyone else 0, len(tiles.size)):
            _shift(tiles.rows[b], asked.means[a], y)
            _sum_pair(x, y, asked.size[a], asked.weights[a], tiles.weights[b], metric, here, there, gaps, lanes)
            if everyone and b > a:
                for j in range(tiles.size[b]):
                    sums[asked.owner[a], tiles.first[b] + j] += there[j]
            if b + 1 == len(tiles.size) or tiles.owner[b + 1] != tiles.owner[b]:
                for i in range(asked.size[a]):
                    for lane in range(LANES):
                        sums[tiles.owner[b], asked.first[a] + i] += here[i, lane]
                here[:] = 0.0


@inner
def _shift(rows: Matrix, origin: Matrix, out: Floats) -> None:
    for c in range(len(rows)):
        for j in range(rows.shape[1]):
            out[c, j] = rows[c, j] - origin[c]


@inner
def _sum_pair(
    x: Floats, y: Floats, count: int, x_weights: Floats, y_weights: Floats, metric: int,
    here: Matrix, there: Floats, gaps: Floats, lanes: Floats,
) -> None:  # fmt: skip
    """Add to `here` what every x is from all y, lane by lane, and set `there` to what every y is from all x."""
    there[:] = np.float32(0)
    for i in range(count):
        _measure(x[:, i], y, metric, gaps)
        for j in range(TILE):
            there[j] += gaps[j] * x_weights[i]
        lanes[:] = np.float32(0)
        for start in range(0, TILE, LANES):
            for lane in range(LANES):
                lanes[lane] += gaps[start + lane] * y_weights[start + lane]
        for lane in range(LANES):
            here[i, lane] += lanes[lane]


@inner
def _measure(one: Floats, y: Floats, metric: int, gaps: Floats) -> None:
    """Write the distances from one customer to those of a tile."""
    gaps[:] = np.float32(0)
    for c in range(0, len(y), STEP):
        x0, x1, x2, x3 = one[c], one[c + 1], one[c + 2], one[c + 3]
        y0, y1, y2, y3 = y[c], y[c + 1], y[c + 2], y[c + 3]
        if metric == MANHATTAN:
            for j in range(TILE):
                gaps[j] += (abs(x0 - y0[j]) + abs(x1 - y1[j])) + (abs(x2 - y2[j]) + abs(x3 - y3[j]))
        else:
            for j in range(TILE):
                d0, d1, d2, d3 = x0 - y0[j], x1 - y1[j], x2 - y2[j], x3 - y3[j]
                gaps[j] += (d0 * d0 + d1 * d1) + (d2 * d2 + d3 * d3)
    if metric == EUCLIDEAN:
        for j in range(TILE):
            gaps[j] = math.sqrt(gaps[j])
