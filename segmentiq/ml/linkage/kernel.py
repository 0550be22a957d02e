"""What a linkage kernel is, and what it says it will need.

Plain Python: the web process asks for forecasts before anything is queued, so nothing here, and nothing at the top of a kernel's
module, imports the scientific stack; a kernel does that when it runs.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Matrix = NDArray[np.float64]
    Vector = NDArray[np.float64]

DISTANCES: Mapping[str, Literal["euclidean", "cityblock", "cosine"]] = {
    "euclidean": "euclidean",
    "manhattan": "cityblock",
    "gower": "cityblock",
    "cosine": "cosine",
}
"""Our metrics by SciPy's names. Gower is city-block because `features` scales the matrix so that it is."""

Tell = Callable[[float], None]
"""Called with the share of the merges that is done, 0 to 1. What it raises ends the linkage: that is how a run is cancelled."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Forecast:
    """What linking will need beyond the matrix itself, on one core."""

    bytes: int
    seconds: float


@dataclass(frozen=True, kw_only=True, slots=True)
class Kernel:
    """One way to link; it is not asked above its `most` rows.

    `run` takes (rows, weights, linkage, metric, tell): rows (m, d), m at least 2, contiguous, unique and in lexicographic order,
    weights (m,) above 0, so that a row stands for that many customers. It returns merges (m - 1, 4) in SciPy's format in the
    order in which they were made: children before parents; heights may still fall by rounding; column 3 is counted anew later.
    `forecast` takes (m, d).
    """

    accepts: Callable[[str, str], bool]
    run: Callable[[Matrix, Vector, str, str, Tell], Matrix]
    forecast: Callable[[int, int], Forecast]
    most: int | None = None
