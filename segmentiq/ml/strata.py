"""TopTree in, a sample of its customers out, so many of every finest branch: however small a branch is, it is in the sample.

One way of drawing for the silhouettes, the map and the search for rules, which differ only in how many they take.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from segmentiq.ml.cut import finest_of
from segmentiq.ml.values import TopTree

Integers = NDArray[np.int64]
HALVINGS = 60


def draw(top: TopTree, taken: Integers, seed: int) -> Integers:
    """Draw `taken` (b,) customers of every finest branch, b in leaf order; return their leaf positions, ascending."""
    generator = np.random.default_rng(seed)
    parts = [
        branch.start + np.sort(generator.choice(branch.size, size=take, replace=False))
        for branch, take in zip(finest_of(top), taken, strict=True)
    ]
    return np.concatenate(parts)


def allot(sizes: Integers, most: int, least: int) -> Integers:
    """Share out at most `most` places in proportion to `sizes` (b,), but at least `least` to each, or all that it has.

    Examples
    --------
    >>> allot(np.array([900, 90, 10]), 100, 5).tolist()
    [86, 8, 5]
    """
    floor = np.minimum(sizes, least)
    if sizes.sum() <= most:
        return sizes
    low, high = 0.0, 1.0
    for _ in range(HALVINGS):  # the share that just fills the places: what it takes only grows with it
        share = (low + high) / 2
        fits = np.maximum(floor, (sizes * share).astype(np.int64)).sum() <= most
        low, high = (share, high) if fits else (low, share)
    return np.maximum(floor, (sizes * low).astype(np.int64))
