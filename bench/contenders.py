"""One Ward tree by each library, as a function of the points; every import is inside, so that none carries another's memory.

Flows in: points, shape (n, d). Flows out: merge heights in ascending order, which all must agree on.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

Points = NDArray[np.float64]


def ours(points: Points) -> Points:
    from segmentiq.ml.linkage import build_tree

    return build_tree(points, "ward", "euclidean").merges[:, 2]


def scipy(points: Points) -> Points:
    from scipy.cluster.hierarchy import linkage

    return np.asarray(linkage(points, "ward")[:, 2])


def fastcluster(points: Points) -> Points:
    import fastcluster as library

    return np.asarray(library.linkage_vector(points, "ward")[:, 2])


def sklearn(points: Points) -> Points:
    from sklearn.cluster import AgglomerativeClustering

    model: Any = AgglomerativeClustering(n_clusters=None, distance_threshold=0.0, linkage="ward")
    return np.sort(model.fit(points).distances_)


CONTENDERS: Mapping[str, Callable[[Points], Points]] = {
    "ours": ours,
    "scipy": scipy,
    "fastcluster": fastcluster,
    "sklearn": sklearn,
}
