"""TopTree and its matrix in, sums of squares of every branch out: Calinski-Harabasz and Davies-Bouldin without a pass per k.

Only the finest branches are summed over customers; every branch above them follows from its two children (the centroid by
weights, the sum of squares by Huygens' theorem), so 49 values of k cost little more than one. For a Ward tree, W_k is half the
sum of the squared heights below the cut; this says the same for every linkage.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from segmentiq.ml.cut import cut_k
from segmentiq.ml.values import TopTree


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Dispersion:
    """For every branch, by its id: `sizes` (b,), `centroids` (b, d) and `within` (b,), its sum of squares around its centroid."""

    top: TopTree
    sizes: NDArray[np.float64]
    centroids: NDArray[np.float64]
    within: NDArray[np.float64]

    def within_of(self, k: int) -> float:
        """Return W_k, the sum of squares that is left inside the k segments."""
        return float(sum(self.within[branch.id] for branch in cut_k(self.top, k)))

    def r_squared(self, k: int) -> float:
        """Return 1 - W_k / W_1, the share of the sum of squares that k segments explain; 0 where there is nothing to explain."""
        total = float(self.within[0])
        return min(max(1.0 - self.within_of(k) / total, 0.0), 1.0) if total > 0 else 0.0

    def calinski_harabasz(self, k: int) -> float:
        """Return (B_k / (k - 1)) / (W_k / (n - k)); 1 when nothing is left inside, as scikit-learn has it."""
        within = self.within_of(k)
        if within == 0:
            return 1.0
        between = max(float(self.within[0]) - within, 0.0)
        return between * (self.top.n - k) / (within * (k - 1))


def disperse(ordered: NDArray[np.float64], top: TopTree) -> Dispersion:
    """Sum up every branch.

    Parameters
    ----------
    ordered : ndarray, shape (n, d)
        The clustered matrix in leaf order.
    top : TopTree

    Returns
    -------
    Dispersion
        ``within[parent] = within[left] + within[right] + n_l n_r / (n_l + n_r) * |c_l - c_r|^2``.
    """
    sizes = np.array([branch.size for branch in top.branches], dtype=np.float64)
    centroids = np.empty((len(sizes), ordered.shape[1]))
    within = np.empty(len(sizes))
    for branch in reversed(top.branches):  # a child's id is always larger than its parent's
        at, left, right = branch.id, branch.left, branch.right
        if left is None or right is None:
            rows = ordered[branch.start : branch.stop]
            centroids[at] = rows.mean(axis=0)
            within[at] = np.square(rows - centroids[at]).sum()
        else:
            gap = centroids[right] - centroids[left]
            share = sizes[right] / sizes[at]
            centroids[at] = centroids[left] + share * gap
            within[at] = within[left] + within[right] + sizes[left] * share * (gap @ gap)
    return Dispersion(top=top, sizes=sizes, centroids=centroids, within=within)


def radii_of(ordered: NDArray[np.float64], dispersion: Dispersion) -> NDArray[np.float64]:
    """Return the mean distance of every branch's customers to its centroid, shape (b,)."""
    spans = [(branch.start, branch.stop) for branch in dispersion.top.branches]
    return np.array(
        [np.linalg.norm(ordered[start:stop] - dispersion.centroids[at], axis=1).mean() for at, (start, stop) in enumerate(spans)]
    )


def davies_bouldin(dispersion: Dispersion, radii: NDArray[np.float64], k: int) -> float:
    """Return the mean over segments of the largest (r_i + r_j) / |c_i - c_j|; 0 is best. Equal to scikit-learn's."""
    ids = [branch.id for branch in cut_k(dispersion.top, k)]
    centroids, inside = dispersion.centroids[ids], radii[ids]
    gaps = np.linalg.norm(centroids[:, None, :] - centroids[None, :, :], axis=2)
    if np.allclose(inside, 0) or np.allclose(gaps, 0):
        return 0.0
    gaps[gaps == 0] = np.inf
    return float(((inside[:, None] + inside[None, :]) / gaps).max(axis=1).mean())
