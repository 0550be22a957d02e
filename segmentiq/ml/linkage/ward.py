"""Ward's linkage ("D2": heights are sqrt(2 wA wB / (wA + wB)) |cA - cB|): two exact ways.

A few hundred customers: on the matrix of all distances, by nearest-neighbour chains. All others: from the centroids in O(n d)
memory, in rounds of reciprocal nearest neighbours on a k-d tree (`rounds`). Both give SciPy's heights.

Reference: Ward (1963), J. Am. Stat. Assoc. 58:236; for "D2" Murtagh and Legendre (2014), J. Classification 31:274.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from segmentiq.ml.linkage.condensed import forecast_condensed, link_condensed
from segmentiq.ml.linkage.kernel import Forecast, Kernel, Tell

if TYPE_CHECKING:
    from segmentiq.ml.linkage.kernel import Matrix, Vector

FEW = 512
"""Up to here the matrix of all distances, at most 1 MB, is the quicker way; so it is for the last clusters of the rounds."""
QUERIES = 5.5
"""Neighbours looked for per customer, over all rounds."""
MOST_BLOCKS = 1 / 800
"""The share of the customers, in blocks of 64, that a query meets when there is nothing to prune: an average over the rounds."""


LAST_MATRIX = 2**20
"""Bytes of the distances between the last 512 clusters."""


def is_ward(linkage: str, metric: str) -> bool:
    return linkage == "ward" and metric == "euclidean"


def _link_tree(rows: Matrix, weights: Vector, linkage: str, metric: str, tell: Tell) -> Matrix:
    from segmentiq.ml.linkage.rounds import link_ward

    return link_ward(rows, weights, tell)


def _forecast_tree(n: int, d: int) -> Forecast:
    """Say what the rounds will need on two cores, fitted to clouds of 3 to 30 dimensions and 20,000 to 1,000,000 customers.

    How many blocks a query meets grows with the dimension and, the steeper the more of them, with the number of customers, until
    there is nothing left to prune. Features that depend on each other make it quicker than this says.
    """
    blocks = min(0.42 * math.exp(0.63 * min(d, 40)) * (n / 1e6) ** min(0.05 * d, 1.0), n * MOST_BLOCKS)
    return Forecast(bytes=n * (36 * d + 300) + LAST_MATRIX, seconds=n / 1.8 * (5e-6 + QUERIES * blocks * (45e-9 + 4e-9 * d)))


WARD_MATRIX = Kernel(accepts=is_ward, run=link_condensed, forecast=forecast_condensed, most=FEW)
WARD_TREE = Kernel(accepts=is_ward, run=_link_tree, forecast=_forecast_tree)
