"""Principal components: fewer features to cluster in, and two coordinates to look at.

Flows in: a feature matrix. Flows out: the same customers in principal components (`apply_pca`), or a map of at most 5,000 of them
(`customer_map`). The components join the feature space, so that new rows are projected the same way.

Axes come from the d x d covariance where there are more customers than features: O(n d^2) time and no copy beyond the centred
matrix. Their signs are fixed by the largest loading, so that re-runs look alike.

Reference: Jolliffe (2002), Principal Component Analysis, 2nd ed.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from segmentiq.ml.cut import finest_of
from segmentiq.ml.errors import RunRefused
from segmentiq.ml.spec import SegmentationSpec
from segmentiq.ml.strata import allot, draw
from segmentiq.ml.values import CustomerMap, FeatureMatrix, TopTree

Matrix = NDArray[np.float64]

MAP_CUSTOMERS = 5_000
MAP_LEAST = 20
"""Customers of every finest branch that are on the map, however small their share of all is."""


def apply_pca(features: FeatureMatrix, spec: SegmentationSpec) -> FeatureMatrix:
    """Project onto principal components when the specification asks for it.

    Parameters
    ----------
    features : FeatureMatrix
        Of shape (n, d).
    spec : SegmentationSpec
        `pca` as a number of components, or as the share of the variance that must be kept.

    Returns
    -------
    FeatureMatrix
        `values` (n, n_components), centred; unchanged when `pca` is None.

    Raises
    ------
    RunRefused
        ``invalid_pca`` for more components than features, or together with the Gower metric.
    """
    if spec.pca is None:
        return features
    _refuse_impossible(spec, len(features.names))
    mean, axes, variances = find_axes(features.values)
    shares = np.cumsum(variances) / variances.sum()
    n_components = spec.pca if isinstance(spec.pca, int) else int(np.searchsorted(shares, spec.pca - 1e-12)) + 1
    n_components = min(n_components, len(axes))
    axes = axes[:n_components]
    note = f"Clustered in {n_components} principal components, which keep {shares[n_components - 1]:.1%} of the variance."
    return replace(
        features,
        values=np.ascontiguousarray((features.values - mean) @ axes.T),
        names=tuple(f"PC{number}" for number in range(1, n_components + 1)),
        space=replace(features.space, pca_mean=tuple(mean.tolist()), pca_components=tuple(tuple(axis) for axis in axes.tolist())),
        notes=(*features.notes, f"{note} The silhouette stands in that space."),
    )


def _refuse_impossible(spec: SegmentationSpec, n_features: int) -> None:
    if isinstance(spec.pca, int) and spec.pca > n_features:
        raise RunRefused(
            f"pca asks for {spec.pca:,} components, but there are only {n_features:,} features.",
            code="invalid_pca",
            field="pca",
            hint=f"Ask for 1 to {n_features:,}, or for a share of the variance such as 0.9.",
        )


def find_axes(values: Matrix) -> tuple[Matrix, Matrix, Matrix]:
    """Find the principal axes.

    Parameters
    ----------
    values : ndarray, shape (n, d)

    Returns
    -------
    mean : ndarray, shape (d,)
    axes : ndarray, shape (min(n, d), d)
        Orthonormal rows, the longest axis first; the largest loading of each is positive.
    variances : ndarray, shape (min(n, d),)
        Sum of squares along each axis.
    """
    mean = values.mean(axis=0)
    centred = values - mean
    if values.shape[1] <= len(values):
        squares, columns = np.linalg.eigh(centred.T @ centred)
        axes, variances = columns.T[::-1], np.maximum(squares[::-1], 0.0)
    else:
        _, lengths, axes = np.linalg.svd(centred, full_matrices=False)
        variances = lengths**2
    # Rounded, so that of two equally large loadings the first decides on every machine.
    largest = np.argmax(np.abs(axes).round(8), axis=1)
    signs = np.sign(axes[np.arange(len(axes)), largest])
    return mean, axes * signs[:, np.newaxis], variances


def customer_map(values: Matrix, order: NDArray[np.int64], top: TopTree, seed: int) -> CustomerMap:
    """Place customers on two principal coordinates: everyone, or a sample with some of every finest branch.

    Parameters
    ----------
    values : ndarray, shape (n, d)
    order : ndarray of int64, shape (n,)
        Leaf order.
    top : TopTree
    seed : int
        The same seed draws the same customers when there are more than 5,000.

    Returns
    -------
    CustomerMap
    """
    sizes = np.array([branch.size for branch in finest_of(top)])
    taken = allot(sizes, MAP_CUSTOMERS, MAP_LEAST)
    positions = np.arange(len(order)) if top.n <= MAP_CUSTOMERS else draw(top, taken, seed)
    mean, axes, variances = find_axes(values)
    points = np.zeros((len(positions), 2))
    shares = np.zeros(2)
    points[:, : len(axes[:2])] = (values[order[positions]] - mean) @ axes[:2].T
    if (total := variances.sum()) > 0:
        shares[: len(axes[:2])] = variances[:2] / total
    return CustomerMap(
        points=points,
        positions=positions.astype(np.int64),
        shares=(float(shares[0]), float(shares[1])),
        proportional=bool((taken <= sizes * taken.sum() / top.n + 1).all()),
    )
