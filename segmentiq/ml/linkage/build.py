"""FeatureMatrix values -> LinkageTree: SciPy's matrix of `matrix`, with the kernel that made it, under a budget of memory."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING

from segmentiq.ml.linkage.forecast import AS_MODELLED, choose_kernel, choose_way
from segmentiq.ml.linkage.matrix import link
from segmentiq.ml.linkage.remarks import collecting
from segmentiq.ml.values import LinkageTree, OnProgress

if TYPE_CHECKING:
    from segmentiq.ml.linkage.kernel import Matrix, Vector


def build_tree(
    values: Matrix,
    linkage: str,
    metric: str,
    *,
    weights: Vector | None = None,
    memory_bytes: int | None = None,
    approximate: bool = False,
    limit_s: float | None = None,
    speeds: Mapping[str, float] = AS_MODELLED,
    on_progress: OnProgress | None = None,
) -> LinkageTree:
    """Link customers into one tree.

    Parameters
    ----------
    values : ndarray, shape (n, d)
        Finite; n at least 1.
    linkage, metric : str
        A pair that `spec.METRICS` allows.
    weights : ndarray, shape (n,), or None
        Every customer counts as that many; above 0. None means 1 each.
    memory_bytes : int or None
        The budget; None means half of the machine's memory.
    approximate : bool
        Whether micro-clusters may answer where the exact tree fits neither the memory nor the time.
    limit_s : float or None
        Seconds the exact tree may take before micro-clusters are taken instead; None means any.
    speeds : mapping of str to float
        How many times as long as modelled each kernel takes here.
    on_progress : callable or None
        Called with ("tree", share of this stage); what it raises ends the linkage.

    Returns
    -------
    LinkageTree
        Heights never fall; of each merge the smaller id comes first. The order of the rows does not matter.

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
    tell = (lambda share: on_progress("tree", share)) if on_progress else None
    choose = partial(choose_way, limit_s=limit_s, speeds=speeds) if approximate else choose_kernel
    with collecting() as remarks:
        linked = link(values, weights, linkage, metric, choose=choose, memory_bytes=memory_bytes, tell=tell)
    kernel = linked.way if linked.groups is None else f"{linkage}-{linked.way}"
    return LinkageTree(merges=linked.merges, kernel=kernel, groups=linked.groups, remarks=remarks)
