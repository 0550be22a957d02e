"""Rows in, parts of neighbouring rows out, none larger than asked for: what is linked on its own before it is linked together.

The rows are halved at the median of their widest principal direction, then the halves are. Medians keep the parts even, so that
none costs much more than another; the widest direction keeps them round, so that few neighbours are parted.

Reference: Boley (1998), Principal direction divisive partitioning, Data Mining and Knowledge Discovery 2:325; it splits at the
mean.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

Matrix = NDArray[np.float64]
Ids = NDArray[np.int64]


def divide(rows: Matrix, most: int) -> list[Ids]:
    """Divide the rows.

    Parameters
    ----------
    rows : ndarray, shape (n, d)
    most : int
        Rows of a part, at least 1.

    Returns
    -------
    list of ndarray
        Row numbers, ascending in each part; parts hold between half of `most` and `most`, neighbours follow each other.

    Examples
    --------
    >>> [part.tolist() for part in divide(np.array([[0.0], [9.0], [1.0], [8.0]]), 2)]
    [[0, 2], [1, 3]]
    """
    parts, waiting = [], [np.arange(len(rows))]
    with threadpool_limits(limits=1):  # sums in another order may put a row on the other side of a median
        while waiting:
            ids = waiting.pop()
            if len(ids) <= most:
                parts.append(ids)
                continue
            half = len(ids) // 2
            sides = np.argpartition(_widest_scores(rows[ids]), half)  # of a copy, which is centred where it stands
            waiting += [np.sort(ids[sides[half:]]), np.sort(ids[sides[:half]])]
    return parts


def _widest_scores(rows: Matrix) -> Matrix:
    """Return where the rows lie on their widest principal direction, its largest loading positive. The rows are overwritten."""
    rows -= rows.mean(axis=0)
    rows /= max(-rows.min(), rows.max()) or 1.0  # squares of 1e200 would overflow
    axis = np.linalg.eigh(rows.T @ rows)[1][:, -1]
    scores: Matrix = rows @ (axis * np.sign(axis[np.argmax(np.abs(axis).round(8))]))
    return scores
