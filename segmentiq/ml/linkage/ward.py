"""Ward's linkage ("D2": heights are sqrt(2 wA wB / (wA + wB)) |cA - cB|): two exact ways.

A few hundred customers: on the matrix of all distances, by nearest-neighbour chains. All others: from the centroids in O(n d)
memory, in rounds of reciprocal nearest neighbours on a k-d tree (`rounds`). Both give SciPy's heights.

Reference: Ward (1963), J. Am. Stat. Assoc. 58:236; for "D2" Murtagh and Legendre (2014), J. Classification 31:274.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from segmentiq.ml.linkage.condensed import forecast_condensed, link_condensed
from segmentiq.ml.linkage.kernel import Forecast, Kernel, Tell

if TYPE_CHECKING:
    from segmentiq.ml.linkage.kernel import Matrix, Vector

FEW = 2_000
"""Up to here the matrix, at most 16 MB, is affordable where many features make it the quicker way."""


def is_ward(linkage: str, metric: str) -> bool:
    return linkage == "ward" and metric == "euclidean"


def _link_tree(rows: Matrix, weights: Vector, linkage: str, metric: str, tell: Tell) -> Matrix:
    from segmentiq.ml.linkage.rounds import link_ward

    return link_ward(rows, weights, tell)


def _forecast_tree(n: int, d: int) -> Forecast:
    return Forecast(bytes=8 * n * (4 * d + 24), seconds=1e-6 * n * (d + 2))


WARD_MATRIX = Kernel(accepts=is_ward, run=link_condensed, forecast=forecast_condensed, most=FEW)
WARD_TREE = Kernel(accepts=is_ward, run=_link_tree, forecast=_forecast_tree)
