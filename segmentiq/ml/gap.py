"""A matrix in, the evidence for structure out: for every k, how much more clustered it is than a space filled evenly.

The reference is a box without clusters, filled evenly along the matrix's own principal axes and segmented by the same method.
What counts is how far log W falls from one segment to k (W_k: the sum of squares left inside k segments), against how far it
falls on the boxes, in their standard deviations. Subsamples alone do not answer this: the halves of one long cloud are found
again too.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

import numpy as np
from numpy.typing import NDArray

from segmentiq.ml.dispersion import disperse
from segmentiq.ml.values import TopTree

REFERENCES = range(20, 51)
"""Boxes drawn: 50 while they are cheap (up to 400 customers), never fewer than 20: the spread of few boxes is a guess."""
LARGEST_SAMPLE = 1_000
FLOOR = 1e-9
"""Share of the total below which a W counts as nothing left: exact duplicates would give log 0."""

Grow = Callable[[NDArray[np.float64]], tuple[TopTree, NDArray[np.int64]]]


def gap_of(
    values: NDArray[np.float64],
    *,
    grow: Grow,
    metric: str,
    seed: int = 0,
    ks: Iterable[int] = range(2, 16),
    n_references: int | None = None,
    on_share: Callable[[float], None] | None = None,
) -> dict[int, float]:
    """Return, for every k, by how many standard deviations k segments beat the same cut of an evenly filled box.

    Parameters
    ----------
    values : ndarray, shape (n, d)
        A sample of 1,000 is taken of more.
    grow : callable
        Matrix -> (TopTree, leaf order), with the linkage and metric of the run.
    metric : str
        For "cosine", directions are compared with directions.
    seed : int
    ks : iterable of int
    n_references : int, optional
        20 to 50, fewer the larger the sample.
    on_share : callable, optional
        Told the share of the work that is done after every box.

    Returns
    -------
    dict of int to float
        ``(mean(log W_k/W_1 of the boxes) - log W_k/W_1) / (sd * sqrt(1 + 1/B))``; empty when all customers are alike, or fewer
        than 4.

    References
    ----------
    Tibshirani, Walther and Hastie (2001), Estimating the number of clusters in a data set via the gap statistic.
    """
    generator = np.random.default_rng(seed)
    if len(values) > LARGEST_SAMPLE:
        values = values[np.sort(generator.choice(len(values), size=LARGEST_SAMPLE, replace=False))]
    sample = turn(values, metric)
    axes = _principal_scores(sample)
    wanted = [k for k in ks if 2 <= k < len(sample)]
    if len(sample) < 4 or axes is None or not wanted:
        return {}
    scores, back = axes
    n_references = n_references or min(max(20_000 // len(sample), REFERENCES[0]), REFERENCES[-1])
    falls = np.empty((n_references, len(wanted)))
    for done in range(n_references):
        box = generator.uniform(scores.min(axis=0), scores.max(axis=0), size=scores.shape)
        falls[done] = _falls(turn(back(box), metric), grow, wanted)
        if on_share is not None:
            on_share((done + 1) / n_references)
    spread = np.maximum(falls.std(axis=0, ddof=1), 1e-12) * np.sqrt(1 + 1 / n_references)
    evidence = (falls.mean(axis=0) - _falls(sample, grow, wanted)) / spread
    return dict(zip(wanted, evidence.tolist(), strict=True))


def _falls(sample: NDArray[np.float64], grow: Grow, ks: list[int]) -> NDArray[np.float64]:
    """Return log W_k - log W_1 for every k."""
    top, order = grow(sample)
    dispersion = disperse(sample[order], top)
    total = dispersion.within_of(1)
    return np.log([max(dispersion.within_of(k) / total, FLOOR) for k in ks])


def _principal_scores(
    sample: NDArray[np.float64],
) -> tuple[NDArray[np.float64], Callable[[NDArray[np.float64]], NDArray[np.float64]]] | None:
    """Return the scores on the principal axes and the way back, or None when all rows are alike."""
    middle = sample.mean(axis=0)
    centred = sample - middle
    if not centred.any():
        return None
    axes = np.linalg.svd(centred, full_matrices=False)[2]
    return centred @ axes.T, lambda scores: scores @ axes + middle


def turn(values: NDArray[np.float64], metric: str) -> NDArray[np.float64]:
    """Return the rows as the metric sees them: directions of length 1 for the cosine."""
    if metric != "cosine":
        return values
    lengths = np.linalg.norm(values, axis=1, keepdims=True)
    directions: NDArray[np.float64] = values / np.where(lengths == 0, 1.0, lengths)
    return directions
