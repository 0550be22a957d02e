"""Ward's linkage ("D2": heights are sqrt(2 |A||B| / (|A| + |B|)) |cA - cB|): two exact ways.

Few customers or many features: on the matrix of all distances, by nearest-neighbour chains. Many customers: from the centroids,
in O(n d) memory, where a distance matrix would not fit. Both give SciPy's heights.

Reference: Ward (1963), J. Am. Stat. Assoc. 58:236; for "D2" Murtagh and Legendre (2014), J. Classification 31:274; for the
algorithms Müllner (2013), J. Stat. Software 53(9).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from segmentiq.ml.linkage.condensed import forecast_condensed, link_condensed
from segmentiq.ml.linkage.kernel import Forecast, Kernel, Tell

if TYPE_CHECKING:
    from segmentiq.ml.linkage.kernel import Matrix, Vector

FEW = 10_000
"""Up to here the matrix, at most 0.4 GB, is affordable where many features make it the quicker way."""
SECONDS_PER_PAIR_AND_FEATURE = 1.4e-9


def is_ward(linkage: str, metric: str) -> bool:
    return linkage == "ward" and metric == "euclidean"


def _link_vectors(rows: Matrix, weights: Vector, linkage: str, metric: str, tell: Tell) -> Matrix:
    """Link from centroids; a round costs one pass over the clusters that are left. Weighted ones go through the matrix."""
    import fastcluster

    if (weights != 1).any():
        return link_condensed(rows, weights, linkage, metric, tell)
    return fastcluster.linkage_vector(rows, method="ward")  # type: ignore[no-any-return]


def _forecast_vectors(n: int, d: int) -> Forecast:
    return Forecast(bytes=8 * n * (2 * d + 16), seconds=SECONDS_PER_PAIR_AND_FEATURE * n * n * (d + 2))


WARD_MATRIX = Kernel(accepts=is_ward, run=link_condensed, forecast=forecast_condensed, most=FEW)
WARD_VECTORS = Kernel(accepts=is_ward, run=_link_vectors, forecast=_forecast_vectors)
