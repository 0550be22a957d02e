"""A seed in, a table with a known number of segments out: what the advice is examined on. Tables with none at all, too.

The examination is fair when a person who knew the densities could pass it. Segments are told apart by the best possible
classifier (which knows every mean, covariance and share) in all but 0 to 8 % of the customers, and their centres stand one beside
another at about one distance, so that no two segments are one and no group of segments is a coarser answer just as right.
Everything else is drawn: 2 to 8 segments of 5 to 50 % of 1,000 to 2,000 customers (of two, up to 70 %), 2 to 12 columns in units
of their own; half of the tables have round segments, half have segments stretched up to twofold along axes of their own, so that
columns correlate.

What Ward's tree does not hold, no advice can find in it: `is_held` tells whether the tree's own cut into as many segments puts
nine of ten customers right. It is asked before the advice is.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment

from segmentiq.ml.tests.oracles import Matrix, grower, labels_of

LARGEST_ERROR = 0.08
JUDGED = 4_000
"""Customers on whom the best classifier is judged."""
HELD = 0.9


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Mixture:
    """k Gaussian segments: `centres` (k, d), `roots` (k, d, d) with covariance ``roots[i].T @ roots[i]``, `shares` (k,)."""

    centres: Matrix
    roots: Matrix
    shares: Matrix

    @property
    def k(self) -> int:
        return len(self.shares)

    def draw(self, n: int, generator: np.random.Generator) -> tuple[Matrix, NDArray[np.int64]]:
        """Draw n customers and the segment each comes from; every segment has exactly its share."""
        of = np.searchsorted(np.cumsum(self.shares)[:-1], (np.arange(n) + 0.5) / n)
        noise = generator.normal(size=(n, self.centres.shape[1]))
        return self.centres[of] + np.einsum("nd,nde->ne", noise, self.roots[of]), of

    def error(self, generator: np.random.Generator) -> float:
        """Return the share of customers that the best classifier puts into another segment than their own."""
        rows, of = self.draw(JUDGED, generator)
        likelihoods = np.empty((len(rows), self.k))
        for i in range(self.k):
            scores = (rows - self.centres[i]) @ np.linalg.inv(self.roots[i])
            likelihoods[:, i] = np.log(self.shares[i]) - np.linalg.slogdet(self.roots[i])[1] - np.square(scores).sum(axis=1) / 2
        return float((likelihoods.argmax(axis=1) != of).mean())


def draw_mixture(k: int, seed: int) -> tuple[Mixture, float]:
    """Draw a mixture of k segments with an error of 0 to 8 %, drawn too; return both."""
    generator = np.random.default_rng([k, seed])
    d = int(generator.integers(2, 13))
    roots = np.stack([_draw_root(d, stretched=bool(seed % 2), generator=generator) for _ in range(k)])
    shares, centres = _draw_shares(k, generator), _draw_centres(k, d, generator)
    wanted = generator.uniform(0, LARGEST_ERROR)
    low, high = 0.0, 20.0
    for _ in range(12):
        middle = (low + high) / 2
        mixture = Mixture(centres=centres * middle, roots=roots, shares=shares)
        low, high = (middle, high) if mixture.error(np.random.default_rng(seed)) > wanted else (low, middle)
    mixture = Mixture(centres=centres * high, roots=roots, shares=shares)
    return mixture, mixture.error(np.random.default_rng(seed + 1))


def planted_table(k: int, seed: int) -> tuple[Matrix, NDArray[np.int64], float]:
    """Return customers of k segments in random order, each column in a unit of its own; their segments; the least error."""
    mixture, error = draw_mixture(k, seed)
    generator = np.random.default_rng([k, seed, 1])
    rows, of = mixture.draw(int(generator.integers(1_000, 2_001)), generator)
    shuffled = generator.permutation(len(rows))
    return rows[shuffled] * 10 ** generator.uniform(-2, 4, size=rows.shape[1]), of[shuffled], error


def is_held(rows: Matrix, of: NDArray[np.int64], k: int) -> bool:
    """Tell whether the tree of the standardised rows, cut into k, puts nine of ten customers into the segment they come from."""
    labels = labels_of(*grower()((rows - rows.mean(axis=0)) / rows.std(axis=0)), k)
    shared = np.bincount(labels * k + of, minlength=k * k).reshape(k, k)
    return bool(shared[linear_sum_assignment(-shared)].sum() >= HELD * len(rows))


def held_tables(k: int, start: int = 0) -> Iterator[Matrix]:
    """Draw tables of k segments, seed after seed, and yield those whose tree holds the segments."""
    for seed in count(start):
        rows, of, _ = planted_table(k, seed)
        if is_held(rows, of, k):
            yield rows


def empty_table(shape: str, d: int, seed: int) -> Matrix:
    """Return customers without segments: a "box" evenly filled, a round "cloud", or a "correlated" one."""
    generator = np.random.default_rng([d, seed])
    n = int(generator.integers(1_000, 2_001))
    if shape == "box":
        return generator.uniform(size=(n, d))
    rows: Matrix = generator.normal(size=(n, d))
    return rows @ generator.normal(size=(d, d)) if shape == "correlated" else rows


def _draw_shares(k: int, generator: np.random.Generator) -> Matrix:
    """Draw shares of 5 to 50 %, or 30 to 70 % of two."""
    least, most = (0.3, 0.7) if k == 2 else (0.05, 0.5)
    while True:
        shares: Matrix = generator.dirichlet(np.full(k, 2.0))
        if least <= shares.min() and shares.max() <= most:
            return shares


def _draw_centres(k: int, d: int, generator: np.random.Generator) -> Matrix:
    """Draw centres one beside another: each 1 to 4/3 away from an earlier one, and none nearer than 1 to any."""
    centres = np.zeros((1, d))
    while len(centres) < k:
        step = generator.normal(size=d)
        new = centres[generator.integers(len(centres))] + step * (generator.uniform(1, 4 / 3) / np.linalg.norm(step))
        if np.linalg.norm(centres - new, axis=1).min() >= 1:
            centres = np.vstack([centres, new])
    return centres


def _draw_root(d: int, *, stretched: bool, generator: np.random.Generator) -> Matrix:
    """Draw the root of a covariance: round of a size of its own, or stretched up to threefold along its own axes."""
    size = generator.uniform(0.8, 1.25)
    if not stretched:
        return np.eye(d) * size
    axes = np.linalg.qr(generator.normal(size=(d, d)))[0]
    root: Matrix = size * np.diag(generator.uniform(1, 2, size=d) / 2**0.5) @ axes
    return root
