"""TopTree in, the branches of one cut out: by number of segments, by height, or picked by hand.

Pure Python on at most 99 records, without numpy: the web process re-cuts a run with this and loads no scientific stack. A cut
is given largest branch first, so a segment's number is its index + 1 everywhere: page, export, API and drawing.
"""

from __future__ import annotations

from collections.abc import Iterable

from segmentiq.ml.errors import SpecRefused
from segmentiq.ml.values import Branch, TopTree


def cut_k(top: TopTree, k: int) -> tuple[Branch, ...]:
    """Cut into k segments, largest first (equal sizes: by leaf position).

    Raises
    ------
    SpecRefused
        ``out_of_range`` when the top tree does not reach k segments.
    """
    if isinstance(k, bool) or not isinstance(k, int) or not 1 <= k <= top.max_k:
        raise SpecRefused(
            f"This tree can be cut into 1 to {top.max_k} segments.",
            code="out_of_range",
            field="k",
            hint="Choose a number in that range.",
        )
    return _largest_first(branch for branch in top.branches if branch.born < k and (branch.split is None or k <= branch.split))


def finest_of(top: TopTree) -> list[Branch]:
    """Return the branches that no cut divides, in leaf order."""
    return sorted((branch for branch in top.branches if branch.split is None), key=lambda branch: branch.start)


def k_at_height(top: TopTree, height: float) -> int:
    """Count the segments when every merge above `height` is undone; at most `top.max_k` (see `reaches`)."""
    return 1 + sum(1 for branch in top.branches if branch.split is not None and branch.height > height)


def reaches(top: TopTree, height: float) -> bool:
    """Say whether the top tree is deep enough for a cut at `height`; if not, `k_at_height` stops at `top.max_k`."""
    return all(branch.height <= height for branch in top.branches if branch.split is None)


def height_of(top: TopTree, k: int) -> float:
    """Return the height of the cut line for k segments: midway between the split that made the k-th and the next one.

    For k = 1 the line stands a twentieth above the root. The height below the finest cut is known too: it is the highest of
    the finest branches.
    """
    below = max(branch.height for branch in cut_k(top, k))
    if k == 1:
        return below * 1.05
    above = next(branch.height for branch in top.branches if branch.split == k - 1)
    return (above + below) / 2


def cut_branches(top: TopTree, ids: Iterable[int]) -> tuple[Branch, ...]:
    """Cut into hand-picked branches, largest first.

    Raises
    ------
    SpecRefused
        ``invalid_branches`` unless every id exists and every customer is in exactly one of the branches.
    """
    picked = list(ids)
    if any(isinstance(number, bool) or not isinstance(number, int) or not 0 <= number < len(top.branches) for number in picked):
        raise _refused(f"This tree has the branches 0 to {len(top.branches) - 1}; at least one that was named is not among them.")
    branches = sorted((top.branches[number] for number in picked), key=lambda branch: branch.start)
    position = 0
    for branch in branches:
        if branch.start < position:
            raise _refused("Two of these branches hold the same customers: one lies inside the other, or is named twice.")
        if branch.start > position:
            break
        position = branch.stop
    if position != top.n:
        raise _refused("These branches leave customers out: every customer must be in one of them.")
    return _largest_first(branches)


def _largest_first(branches: Iterable[Branch]) -> tuple[Branch, ...]:
    return tuple(sorted(branches, key=lambda branch: (-branch.size, branch.start)))


def _refused(message: str) -> SpecRefused:
    hint = "Start from a cut, then replace a branch by its two children, or two siblings by their parent."
    return SpecRefused(message, code="invalid_branches", field="branches", hint=hint)
