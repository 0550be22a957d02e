"""Values -> SciPy's linkage matrix: check, collapse duplicates, choose a kernel, link, put into canonical form.

A kernel sees only unique rows in lexicographic order, with weights, scaled by a power of two so that squares neither overflow
nor vanish. Everything that makes two trees comparable is done here, once for all kernels: monotone heights, the order of the
merges, the order within a merge, and the names of the rows.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple, Protocol

from segmentiq.ml.errors import RunRefused
from segmentiq.ml.linkage.forecast import MICRO, choose_kernel
from segmentiq.ml.linkage.kernels import KERNELS
from segmentiq.ml.linkage.micro import link_micro
from segmentiq.ml.machine import find_budget
from segmentiq.ml.spec import SegmentationSpec

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import ArrayLike, NDArray

    from segmentiq.ml.linkage.duplicates import Unique
    from segmentiq.ml.linkage.kernel import Matrix, Tell, Vector

LARGEST_POWER = 1000
"""Values are scaled by 2 to at most this power: two to the 1,074th, which the smallest number would need, is no float."""


class Choose(Protocol):
    """Names the way to link n rows with d features within a budget. Raises RunRefused."""

    def __call__(self, n: int, d: int, linkage: str, metric: str, *, memory_bytes: int) -> str: ...


class Linked(NamedTuple):
    """SciPy's matrix, the way it was made, and the micro-cluster of every row where that is `MICRO`."""

    merges: Matrix
    way: str
    groups: NDArray[np.int64] | None


def linkage_matrix(
    X: ArrayLike,
    method: str = "ward",
    metric: str = "euclidean",
    weights: ArrayLike | None = None,
    *,
    kernel: str | None = None,
    on_progress: Tell | None = None,
) -> Matrix:
    """Link observations into one tree: a drop-in for `scipy.cluster.hierarchy.linkage` on observations.

    Parameters
    ----------
    X : array_like, shape (n, d)
        Finite; n at least 1.
    method : {"ward", "average", "complete", "single", "weighted"}
        Ward is "Ward (D2)": heights are sqrt(2 wA wB / (wA + wB)) |cA - cB|, as in SciPy.
    metric : {"euclidean", "manhattan", "cosine", "gower"}
        Ward goes with "euclidean" only. Gower is city-block on columns scaled to their ranges.
    weights : array_like, shape (n,), or None
        Every row counts as that many equal rows; above 0. None means 1 each.
    kernel : str or None
        One of `KERNELS` that accepts the question; None takes the quickest that fits the memory.
    on_progress : callable or None
        Called with the share of the merges done, 0 to 1. What it raises ends the linkage.

    Returns
    -------
    ndarray, shape (n - 1, 4)
        SciPy's format: the two branches joined, the smaller id first; the height, which never falls; the number of rows. The
        tree does not depend on the order of the rows, even where distances tie.

    Raises
    ------
    SpecRefused
        ``invalid_linkage``, ``invalid_metric``, ``incompatible_metric``; ``invalid_weights``.
    RunRefused
        ``too_few_rows`` without rows, ``numeric_overflow`` when values or heights are not finite, ``zero_vector_rows`` when
        the cosine is not defined, ``too_large`` when it cannot fit the memory.

    References
    ----------
    Müllner (2011), Modern hierarchical, agglomerative clustering algorithms, arXiv:1109.2378.

    Examples
    --------
    >>> linkage_matrix([[0.0], [1.0], [5.0]], "single").tolist()
    [[0.0, 1.0, 1.0, 2.0], [2.0, 3.0, 4.0, 3.0]]
    """
    SegmentationSpec.from_mapping({"linkage": method, "metric": metric})
    if kernel is not None and not (kernel in KERNELS and KERNELS[kernel].accepts(method, metric)):
        raise ValueError(f"There is no kernel {kernel} that links {method} with {metric}.")
    values = _as_matrix(X)
    return link(values, _as_weights(weights, len(values)), method, metric, kernel=kernel, tell=on_progress)[0]


def link(
    values: Matrix,
    weights: Vector | None,
    method: str,
    metric: str,
    *,
    kernel: str | None = None,
    choose: Choose = choose_kernel,
    memory_bytes: int | None = None,
    tell: Tell | None = None,
) -> Linked:
    """Link checked values and weights by this kernel, else in the way that `choose` names: a kernel's, or micro-clusters."""
    from segmentiq.ml.linkage.duplicates import collapse, restore

    tell = tell or (lambda share: None)
    refuse_not_finite(values)
    if metric == "cosine":
        refuse_zero_rows(values)
    tell(0.0)
    power = _find_power(values)
    unique = collapse(values, weights, unit=2.0**power)
    budget = find_budget() if memory_bytes is None else memory_bytes
    name = kernel or choose(len(unique.rows), values.shape[1], method, metric, memory_bytes=budget)
    groups = None
    if name == MICRO:
        made, of_unique = link_micro(unique.rows, unique.weights, method, metric, memory_bytes=budget, tell=tell)
        groups = unique.spread(of_unique)
    else:
        made = _run(name, unique, method, metric, tell)
    whole = restore(_canonise(made, 1.0 if metric == "cosine" else 2.0**-power), unique)
    tell(1.0)
    return Linked(whole, name, groups)


def _run(name: str, unique: Unique, method: str, metric: str, tell: Tell) -> Matrix:
    import numpy as np

    if len(unique.rows) == 1:
        return np.empty((0, 4))
    return KERNELS[name].run(unique.rows, unique.weights, method, metric, tell)


def _find_power(values: Matrix) -> int:
    """Return the power of two that brings the largest value near 1: exact, so that no unit changes the tree."""
    largest = max(abs(float(values.max(initial=0.0))), abs(float(values.min(initial=0.0))))
    return max(-LARGEST_POWER, min(LARGEST_POWER, -math.frexp(largest)[1])) if largest else 0


def _as_matrix(X: ArrayLike) -> Matrix:
    import numpy as np

    values = np.asarray(X, dtype=np.float64)
    if values.ndim != 2 or 0 in values.shape:
        raise RunRefused(
            f"The values have the shape {values.shape}: a table of at least one row and one column is needed.",
            code="too_few_rows",
            hint="Give one row per customer and one column per feature.",
        )
    return values


def _as_weights(weights: ArrayLike | None, n: int) -> Vector | None:
    import numpy as np

    from segmentiq.ml.errors import SpecRefused

    if weights is None:
        return None
    given = np.asarray(weights, dtype=np.float64)
    if given.shape != (n,) or not (np.isfinite(given).all() and (given > 0).all()):
        raise SpecRefused(
            f"weights must be {n:,} finite numbers above 0, one for each row.", code="invalid_weights", field="weights"
        )
    return given


def refuse_not_finite(values: Matrix) -> None:
    """Refuse NaN and infinity by name, with the number of rows that hold them."""
    import numpy as np

    for name, found in (("NaN", np.isnan(values)), ("infinity", np.isinf(values))):
        if n_rows := int(found.any(axis=1).sum()):
            raise RunRefused(
                f"The features of {n_rows:,} of {len(values):,} customers hold {name}, which has no distance to anything.",
                code="numeric_overflow",
                hint="Set these rows aside, or leave the column out.",
            )


def refuse_zero_rows(values: Matrix) -> None:
    """Refuse rows without a direction."""
    if n_zero := int((~values.any(axis=1)).sum()):
        raise RunRefused(
            f"{n_zero:,} of {len(values):,} customers are zero in every feature, and the cosine of zero is not defined.",
            code="zero_vector_rows",
            field="metric",
            hint='Use metric "euclidean", or scaling "standard".',
        )


def _canonise(merges: Matrix, unit: float) -> Matrix:
    """Lift heights that fell by rounding, sort by height, rename: H[p] = max(H[p], H[children]), in the order of creation."""
    import numpy as np

    from segmentiq.ml.linkage.order import lift

    m = len(merges) + 1
    pairs, heights = merges[:, :2].astype(np.int64), merges[:, 2].copy()
    lift(pairs, heights)
    order = np.argsort(heights, kind="stable")
    with np.errstate(over="ignore"):
        heights = heights[order] * unit
    if not np.isfinite(heights).all():
        raise RunRefused(
            "The distances between customers are too large to compute with.",
            code="numeric_overflow",
            field="scaling",
            hint='Use scaling "standard".',
        )
    named = np.arange(2 * m - 1)
    named[m + order] = np.arange(m, 2 * m - 1)
    return np.column_stack([np.sort(named[pairs[order]], axis=1), heights, merges[order, 3]])
