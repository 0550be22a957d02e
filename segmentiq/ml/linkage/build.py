"""FeatureMatrix values -> LinkageTree: forecast, choose a kernel, link, put into canonical form.

Rows are linked in lexicographic order and named back afterwards: on tied data (integers, one-hot) a tree is not unique, and this
makes ours independent of the order in which the file happens to list the customers.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from segmentiq.ml.errors import RunRefused
from segmentiq.ml.linkage.forecast import choose_kernel
from segmentiq.ml.linkage.kernels import KERNELS
from segmentiq.ml.values import LinkageTree, OnProgress

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from segmentiq.ml.linkage.kernel import Matrix


def build_tree(
    values: Matrix,
    linkage: str,
    metric: str,
    *,
    memory_bytes: int | None = None,
    on_progress: OnProgress | None = None,
) -> LinkageTree:
    """Link customers into one tree.

    Parameters
    ----------
    values : ndarray, shape (n, d)
        Finite; n at least 1.
    linkage, metric : str
        A pair that `spec.METRICS` allows.
    memory_bytes : int or None
        The budget; None means half of the machine's memory.
    on_progress : callable or None
        Called with ("tree", share of this stage).

    Returns
    -------
    LinkageTree
        Heights never fall; of each merge the smaller id comes first.

    Raises
    ------
    RunRefused
        ``too_large`` when it cannot fit, ``numeric_overflow`` when values or heights are not finite, ``zero_vector_rows`` when
        the cosine is not defined.

    Examples
    --------
    >>> import numpy as np
    >>> build_tree(np.array([[0.0], [1.0], [5.0]]), "single", "euclidean").merges.tolist()
    [[0.0, 1.0, 1.0, 2.0], [2.0, 3.0, 4.0, 3.0]]
    """
    import numpy as np

    _refuse_not_finite(values)
    if metric == "cosine":
        _refuse_zero_rows(values)
    n, d = values.shape
    name = choose_kernel(n, d, linkage, metric, memory_bytes=memory_bytes)
    if on_progress:
        on_progress("tree", 0.0)
    if n == 1:
        return LinkageTree(merges=np.empty((0, 4)), kernel=name)
    order = np.lexsort(values.T[::-1])
    merges = KERNELS[name].run(np.ascontiguousarray(values[order]), linkage, metric)
    if on_progress:
        on_progress("tree", 1.0)
    return LinkageTree(merges=_canonise(merges, order), kernel=name)


def _refuse_not_finite(values: Matrix) -> None:
    import numpy as np

    for name, found in (("NaN", np.isnan(values)), ("infinity", np.isinf(values))):
        if n_rows := int(found.any(axis=1).sum()):
            raise RunRefused(
                f"The features of {n_rows:,} of {len(values):,} customers hold {name}, which has no distance to anything.",
                code="numeric_overflow",
                hint="Set these rows aside, or leave the column out.",
            )


def _refuse_zero_rows(values: Matrix) -> None:
    if n_zero := int((~values.any(axis=1)).sum()):
        raise RunRefused(
            f"{n_zero:,} of {len(values):,} customers are zero in every feature, and the cosine of zero is not defined.",
            code="zero_vector_rows",
            field="metric",
            hint='Use metric "euclidean", or scaling "standard".',
        )


def _canonise(merges: Matrix, order: NDArray[np.int64]) -> Matrix:
    """Name the leaves as the caller did, put the smaller id first, lift heights that fell by rounding."""
    import numpy as np

    n = len(order)
    pairs = merges[:, :2].astype(np.int64)
    named = np.where(pairs < n, order[np.minimum(pairs, n - 1)], pairs)
    heights = np.maximum.accumulate(merges[:, 2])
    if not np.isfinite(heights).all():
        raise RunRefused(
            "The distances between customers are too large to compute with.",
            code="numeric_overflow",
            field="scaling",
            hint='Use scaling "standard".',
        )
    return np.column_stack([np.sort(named, axis=1).astype(np.float64), heights, merges[:, 3]])
