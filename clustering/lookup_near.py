"""Everyone's place in the space that was clustered, and one customer, in; the nearest others out.

The places are mapped from the file, not read, and measured a piece at a time, so a million customers cost a look-up no more
memory than a thousand. Distances are those the tree was grown by. Only numpy is used: the web process answers with this.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Matrix = NDArray[np.float32]

CHUNK = 2**15


def nearest(space: Matrix, position: int, metric: str, most: int) -> list[int]:
    """Return the leaf positions of the customers nearest to one of them, the nearest first; of equals the first in leaf order."""
    import numpy as np

    own = np.asarray(space[position], dtype=np.float64)
    gaps, places = np.empty(0), np.empty(0, dtype=np.int64)
    for start in range(0, len(space), CHUNK):
        part = np.asarray(space[start : start + CHUNK], dtype=np.float64)
        gaps = np.concatenate([gaps, _distances(part, own, metric)])
        places = np.concatenate([places, np.arange(start, start + len(part))])
        closest = np.argsort(gaps, kind="stable")[: most + 1]
        gaps, places = gaps[closest], places[closest]
    return [int(place) for place in places if place != position][:most]


def _distances(part: NDArray[np.float64], own: NDArray[np.float64], metric: str) -> NDArray[np.float64]:
    """Return the distances in the run's metric, up to an order-preserving change; Gower's features are already divided."""
    import numpy as np

    if metric == "cosine":
        lengths = np.linalg.norm(part, axis=1) * np.linalg.norm(own)
        cosines: NDArray[np.float64] = np.divide(part @ own, lengths, out=np.zeros(len(part)), where=lengths > 0)
        return -cosines
    difference = part - own
    if metric == "euclidean":
        return np.einsum("ij,ij->i", difference, difference)  # type: ignore[no-any-return]
    return np.abs(difference).sum(axis=1)  # type: ignore[no-any-return]
