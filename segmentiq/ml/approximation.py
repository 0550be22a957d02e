"""An approximate tree and its customers in, what the approximation cost out: in numbers, and in words a person understands.

Three things are told, none of which is enough alone. The share of the variance inside the micro-clusters bounds, exactly and for
any segments, how far their spread can be misjudged. The agreement with an exact tree of a sample says what it did to *these*
segments. And because two exact trees of slightly different customers differ too, the same agreement is measured between exact
trees of the sample and of 80 % of it: below that floor of noise no method could be told from another.

Reference: Hubert and Arabie (1985), Comparing partitions, J. Classification 2:193, for the adjusted Rand index; Har-Peled and
Mazumdar (2004), On coresets for k-means and k-median clustering, STOC, for the bound.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from segmentiq.ml.cut import cut_k
from segmentiq.ml.effort import EVIDENCE_DRAWS, EVIDENCE_SAMPLE
from segmentiq.ml.values import TopTree

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Matrix = NDArray[np.float64]
    Ids = NDArray[np.int64]
    Grow = Callable[[Matrix], tuple[TopTree, Ids]]

MOST_K = 15
LEFT_OUT = 0.2
MIN_PER_BRANCH = 10
NOTICEABLE = 0.05
"""An agreement this far below the floor is more than the few draws' own noise."""
SHAKY = 0.5
"""A floor below this says that the segments themselves are not found again."""
CHUNK = 65_536


@dataclass(frozen=True, kw_only=True, slots=True)
class Agreement:
    """How well the approximate cut into k segments agrees with an exact one, on the sample."""

    k: int
    spread: float
    """Within sum of squares over that of the exact cut; 1.02 is 2 % wider."""
    rand: float
    """Adjusted Rand index: 1 is the same, 0 is chance."""
    floor: float
    """The same index between exact cuts of the sample and of 80 % of it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Approximation:
    """What an approximate tree cost: `n` customers were gathered into `n_groups` micro-clusters."""

    n: int
    n_groups: int
    lost: float
    """Variance inside the micro-clusters, as a share of the total: what the top of the tree does not see."""
    n_sample: int
    k: int
    """The answer, which the words are about."""
    agreements: tuple[Agreement, ...]
    """Ascending in k."""

    @property
    def bound(self) -> float:
        """Return by how much the root mean square distance to any centres can be misjudged, in units of the overall one."""
        return float(self.lost**0.5)

    def to_json(self) -> dict[str, Any]:
        return {**asdict(self), "bound": self.bound, "sentences": list(say(self))}


class Costs(NamedTuple):
    """Sums of squared distances to the nearest of some centres: of the rows, and of the micro-clusters they were gathered into.

    For any centres, ``|sqrt(rows) - sqrt(groups)| <= sqrt(inside)``; when every row keeps its micro-cluster's centre and that is
    the mean of what it serves, ``rows = groups + inside``.
    """

    rows: float
    groups: float
    inside: float


def weigh(
    values: Matrix,
    space: Matrix,
    groups: Ids,
    top: TopTree,
    order: Ids,
    *,
    k: int,
    grow: Grow,
    n_sample: int = EVIDENCE_SAMPLE,
    seed: int = 0,
    on_share: Callable[[float], None] | None = None,
) -> Approximation:
    """Measure what an approximate tree cost.

    Parameters
    ----------
    values : ndarray, shape (n, d)
        The clustered matrix.
    space : ndarray, shape (n, d)
        The same customers where squared Euclidean distances count: `values`, or their directions under the cosine.
    groups : ndarray of int, shape (n,)
        Every customer's micro-cluster, numbered from 0.
    top : TopTree
        Of the approximate tree.
    order : ndarray of int, shape (n,)
        Its leaf order.
    k : int
        The answer; it is measured beside 2 to 15.
    grow : callable
        Matrix -> (TopTree, leaf order): the exact tree, with the linkage and metric of the run.
    n_sample : int
        Most customers of the sample, which is stratified by the finest branches; 10 of each are taken in any case.
    seed : int
    on_share : callable, optional
        Told the share of the work that is done.

    Returns
    -------
    Approximation
    """
    import numpy as np

    tell = on_share or (lambda share: None)
    generator = np.random.default_rng(seed)
    lost = _share_inside(space, groups)
    positions = _draw(top, n_sample, generator)
    rows = order[positions]
    exact = _Cuts(*grow(values[rows]))
    tell(1 / (1 + EVIDENCE_DRAWS))
    ks = sorted({k, *range(2, MOST_K + 1)} & set(range(2, min(top.max_k, exact.top.max_k) + 1)))
    floors: dict[int, list[float]] = {number: [] for number in ks}
    for draw in range(EVIDENCE_DRAWS):
        kept = np.sort(generator.choice(len(rows), size=round((1 - LEFT_OUT) * len(rows)), replace=False))
        fewer = _Cuts(*grow(values[rows[kept]]))
        for number in ks:
            if number <= fewer.top.max_k:
                floors[number].append(_rand(exact.labels(number)[kept], fewer.labels(number)))
        tell((2 + draw) / (1 + EVIDENCE_DRAWS))
    ours = _Cuts(top, order)
    agreements = tuple(
        _agree(number, space[rows], ours.labels(number)[rows], exact.labels(number), floors[number]) for number in ks
    )
    n_groups = int(groups.max()) + 1
    return Approximation(n=top.n, n_groups=n_groups, lost=lost, n_sample=len(rows), k=k, agreements=agreements)


class _Cuts(NamedTuple):
    top: TopTree
    order: Ids

    def labels(self, k: int) -> Ids:
        """Return the segment of every row of the matrix the tree was grown from."""
        import numpy as np

        found = np.empty(self.top.n, dtype=np.int64)
        for number, branch in enumerate(cut_k(self.top, k)):
            found[self.order[branch.start : branch.stop]] = number
        return found


def _agree(k: int, space: Matrix, ours: Ids, exact: Ids, floors: list[float]) -> Agreement:
    spread = _sum_inside(space, exact)
    ratio = _sum_inside(space, ours) / spread if spread > 0 else 1.0
    return Agreement(k=k, spread=ratio, rand=_rand(ours, exact), floor=sum(floors) / max(len(floors), 1))


def _rand(ours: Ids, theirs: Ids) -> float:
    from sklearn.metrics import adjusted_rand_score

    return float(adjusted_rand_score(ours, theirs))


def _draw(top: TopTree, n_sample: int, generator: np.random.Generator) -> Ids:
    """Return leaf positions, ascending: from every finest branch at least 10, else in proportion; all where they are that few."""
    import numpy as np

    if n_sample >= top.n:
        return np.arange(top.n)
    parts, shared = [], max(n_sample - MIN_PER_BRANCH * top.max_k, 0)
    for branch in sorted(cut_k(top, top.max_k), key=lambda branch: branch.start):
        wanted = max(MIN_PER_BRANCH, shared * branch.size // top.n)
        parts.append(branch.start + np.sort(generator.choice(branch.size, size=min(branch.size, wanted), replace=False)))
    return np.concatenate(parts)


def _share_inside(space: Matrix, groups: Ids) -> float:
    """Return the variance inside the groups over the total, 0 where nobody differs."""
    import numpy as np

    total = _sum_inside(space, np.zeros(len(space), dtype=np.int64))
    return min(_sum_inside(space, groups) / total, 1.0) if total > 0 else 0.0


def _sum_inside(space: Matrix, labels: Ids) -> float:
    """Return the sum of squared distances to the mean of one's own label."""
    import numpy as np

    centres, sizes = means_of(space, labels)
    return float(sum(np.square(space[rows] - centres[labels[rows]]).sum() for rows in _chunks(len(space))) if len(sizes) else 0.0)


def means_of(space: Matrix, labels: Ids) -> tuple[Matrix, Matrix]:
    """Return the mean and the number of the rows of each label from 0 on; a label without rows has mean 0."""
    import numpy as np

    sizes = np.bincount(labels).astype(np.float64)
    middle = space.mean(axis=0)
    sums = np.column_stack([np.bincount(labels, weights=column - at) for column, at in zip(space.T, middle, strict=True)])
    return middle + sums / np.maximum(sizes, 1)[:, None], sizes


def certify(space: Matrix, groups: Ids, centres: Matrix) -> Costs:
    """Compare what centres cost the customers with what they cost the micro-clusters.

    Parameters
    ----------
    space : ndarray, shape (n, d)
    groups : ndarray of int, shape (n,)
        Every customer's micro-cluster, numbered from 0.
    centres : ndarray, shape (k, d)
        Any points at all.

    Returns
    -------
    Costs

    Examples
    --------
    >>> import numpy as np
    >>> costs = certify(np.array([[0.0], [2.0], [9.0]]), np.array([0, 0, 1]), np.array([[1.0], [8.0]]))
    >>> costs.rows, costs.groups, costs.inside
    (3.0, 1.0, 2.0)
    """
    import numpy as np

    means, sizes = means_of(space, groups)
    return Costs(
        rows=float(sum(_nearest(space[rows], centres).sum() for rows in _chunks(len(space)))),
        groups=float(np.sum(sizes * _nearest(means, centres))),
        inside=_sum_inside(space, groups),
    )


def _nearest(rows: Matrix, centres: Matrix) -> Matrix:
    import numpy as np

    return np.min([np.square(rows - centre).sum(axis=1) for centre in centres], axis=0)  # type: ignore[no-any-return]


def _chunks(n: int) -> Iterator[slice]:
    return (slice(start, start + CHUNK) for start in range(0, n, CHUNK))


def say(found: Approximation) -> tuple[str, ...]:
    """Say what was approximated and what it cost, as sentences."""
    first = (
        f"Approximate: {found.n:,} customers were first gathered into {found.n_groups:,} groups that hold "
        f"{_held(found.lost)} of the differences between them; the segments are made of these groups."
    )
    bound = (
        "Whatever the segments, how far customers are from the middle of theirs is known to within "
        f"{_percent(found.bound)} of how far all are from the middle of all."
    )
    agreement = next((entry for entry in found.agreements if entry.k == found.k), None)
    return (first, bound, *(_say_agreement(agreement, found.n_sample) if agreement else ()))


def _say_agreement(found: Agreement, n_sample: int) -> tuple[str, str]:
    if found.floor < SHAKY:
        meaning = "so with or without the approximation these segments depend on who happens to be among the customers."
    elif found.rand >= found.floor - NOTICEABLE:
        meaning = "so the approximation changes no more than leaving out customers does."
    else:
        meaning = "so the approximation does change who is in which segment: take the borders between them with care."
    change = abs(found.spread - 1)
    wider = "as tight as" if change < 0.0005 else f"{_percent(change)} {'wider' if found.spread > 1 else 'tighter'} than"
    return (
        f"On a sample of {n_sample:,} customers the {found.k} segments agree with exact ones by {found.rand:.2f} (1 is the same, "
        f"0 is chance); exact ones on 80 % of the sample agree with those by {found.floor:.2f}, {meaning}",
        f"On the sample the segments are {wider} exact ones (sum of squares inside).",
    )


def _held(lost: float) -> str:
    return f"{100 * (1 - lost):.1f} %" if lost >= 0.0005 or lost == 0 else "over 99.9 %"


def _percent(share: float) -> str:
    return f"{100 * share:.1f} %" if share < 0.0995 else f"{100 * share:.0f} %"
