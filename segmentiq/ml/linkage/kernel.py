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

DISTANCES: Mapping[str, Literal["euclidean", "cityblock", "cosine"]] = {
    "euclidean": "euclidean",
    "manhattan": "cityblock",
    "gower": "cityblock",
    "cosine": "cosine",
}
"""Our metrics by SciPy's names. Gower is city-block because `features` scales the matrix so that it is."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Forecast:
    """What linking will need beyond the matrix itself, on one core."""

    bytes: int
    seconds: float


@dataclass(frozen=True, kw_only=True, slots=True)
class Kernel:
    """One way to link; it is not asked above its `most` rows.

    `run` takes (values, linkage, metric) and returns SciPy's (n - 1, 4) matrix; `forecast` takes (n, d).
    """

    accepts: Callable[[str, str], bool]
    run: Callable[[Matrix, str, str], Matrix]
    forecast: Callable[[int, int], Forecast]
    most: int | None = None
