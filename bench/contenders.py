"""One piece of work by each library, as a function of points; every import is inside, so that none carries another's memory.

Flows in: points, shape (n, d), and a linkage. Flows out: an answer on which all must agree: the merge heights in ascending order,
or the silhouette of the cut into `K` segments. `prepare` is what everybody needs first and nobody is timed for.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from bench.tables import Points

OURS = "ours"
SCORES = "silhouettes"
K, KS = 8, range(2, 16)
"""Segments of the silhouette that is compared, and all that ours computes."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Contender:
    """`run` takes what `prepare` returned and the name of the work. `bytes_per_pair` of rows is what it is known to hold."""

    run: Callable[[Any, str], Points]
    prepare: Callable[[Points], Any] = lambda points: points
    warm: Callable[[str], None] = lambda work: None
    bytes_per_pair: float = 0.0


def link_ours(points: Points, method: str) -> Points:
    from segmentiq.ml.linkage import linkage_matrix

    return linkage_matrix(points, method)[:, 2]


def load_kernels(method: str) -> None:
    """Load the compiled code of every kernel that may be chosen: like an import, that happens once per process."""
    from segmentiq.ml.linkage import KERNELS, linkage_matrix
    from segmentiq.ml.linkage.probes import sample_rows

    for name, kernel in KERNELS.items():
        for shape in ((40, 2), (700, 3), (700, 40)):
            if kernel.accepts(method, "euclidean"):
                with_duplicates = np.repeat(sample_rows(*shape)[0], 2, axis=0)
                linkage_matrix(with_duplicates, method, kernel=name)


def link_scipy(points: Points, method: str) -> Points:
    from scipy.cluster.hierarchy import linkage

    return np.asarray(linkage(points, method)[:, 2])  # type: ignore[arg-type]


def link_fastcluster(points: Points, method: str) -> Points:
    import fastcluster

    return np.asarray(fastcluster.linkage(points, method)[:, 2])


def link_vectors(points: Points, method: str) -> Points:
    import fastcluster

    return np.asarray(fastcluster.linkage_vector(points, method)[:, 2])


def link_sklearn(points: Points, method: str) -> Points:
    from sklearn.cluster import AgglomerativeClustering

    model: Any = AgglomerativeClustering(n_clusters=None, distance_threshold=0.0, linkage=method)
    return np.sort(model.fit(points).distances_)


def describe_ours(points: Points) -> Any:
    """Return the described tree, which a run has anyway when it comes to silhouettes."""
    from segmentiq.ml.describe import describe
    from segmentiq.ml.linkage import build_tree

    return points, *describe(build_tree(points, "ward", "euclidean"), points, linkage="ward", metric="euclidean")


def score_ours(described: Any, work: str) -> Points:
    """Score every k, with Calinski-Harabasz and Davies-Bouldin; return the silhouette of one."""
    from segmentiq.ml.silhouette import score_all

    points, top, order = described
    scores = score_all(points, order, top, "euclidean", ks=KS)
    return np.array([score.silhouette for score in scores if score.k == K])


def label_by_others(points: Points) -> Any:
    """Return the points and their labels in the cut into `K`, none of it our work."""
    import fastcluster
    from scipy.cluster.hierarchy import fcluster

    return points, fcluster(fastcluster.linkage_vector(points, "ward"), K, "maxclust")


def score_sklearn(labelled: Any, work: str) -> Points:
    from sklearn.metrics import silhouette_score

    return np.array([silhouette_score(*labelled)])


LINKERS: Mapping[str, Contender] = {
    OURS: Contender(run=link_ours, warm=load_kernels),
    "fastcluster.linkage_vector": Contender(run=link_vectors),
    "fastcluster.linkage": Contender(run=link_fastcluster, bytes_per_pair=4.0),
    "scipy": Contender(run=link_scipy, bytes_per_pair=8.0),
    "scikit-learn": Contender(run=link_sklearn, bytes_per_pair=8.0),
}
SCORERS: Mapping[str, Contender] = {
    OURS: Contender(run=score_ours, prepare=describe_ours, warm=lambda work: load_kernels("ward")),
    "scikit-learn": Contender(run=score_sklearn, prepare=label_by_others),
}
WORKS: Mapping[str, Mapping[str, Contender]] = {
    **dict.fromkeys(("ward", "average", "complete", "single"), LINKERS),
    SCORES: SCORERS,
}
