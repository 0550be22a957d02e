"""TopTree in, where everything stands on the page out: the x of every branch, the y of every height, the hue of every lineage.

The dendrogram, the heat map under it and the browser's recolouring share one layout, so leaves, bands and cells cannot drift
apart. A leaf's width grows with its customers over a minimum, so that the widths speak and one customer alone is still seen.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from segmentiq.ml.values import TopTree

N_HUES = 8
WIDTH = 760.0
LEFT, RIGHT = 128.0, 16.0
TOP, BOTTOM = 30.0, 404.0
"""The plot's edges: the root's height stands at TOP, height 0 at BOTTOM."""
THINNEST = 6.0
LEAST_SHARE = 0.35
"""The share of the width that minimum leaf widths may take together."""


@dataclass(frozen=True, kw_only=True, slots=True)
class TreeLayout:
    """Coordinates by branch id, in the drawing's units."""

    spans: Mapping[int, tuple[float, float]]
    """Left and right edge of every branch's leaves."""
    stems: Mapping[int, float]
    """The x at which a branch's vertical line stands: midway between its children's, as dendrograms do."""
    hues: Mapping[int, int]
    """1 to 8: a split keeps the parent's hue on its larger child and takes the next hue for the smaller one."""
    tallest: float

    def y(self, height: float) -> float:
        return BOTTOM - (BOTTOM - TOP) * height / self.tallest if self.tallest > 0 else BOTTOM


def lay_out(top: TopTree) -> TreeLayout:
    """Place every branch of the top tree."""
    spans = _leaf_spans(top)
    stems = {leaf: (left + right) / 2 for leaf, (left, right) in spans.items()}
    by_split = sorted((b for b in top.branches if b.split is not None), key=lambda b: b.born, reverse=True)
    for branch in sorted(by_split, key=lambda b: b.split or 0, reverse=True):
        left, right = branch.left or 0, branch.right or 0
        spans[branch.id] = (spans[left][0], spans[right][1])
        stems[branch.id] = (stems[left] + stems[right]) / 2
    return TreeLayout(spans=spans, stems=stems, hues=hues_of(top), tallest=max(b.height for b in top.branches))


def _leaf_spans(top: TopTree) -> dict[int, tuple[float, float]]:
    leaves = sorted((b for b in top.branches if b.split is None), key=lambda b: b.start)
    room = WIDTH - LEFT - RIGHT
    least = min(THINNEST, LEAST_SHARE * room / len(leaves))
    per_customer = (room - least * len(leaves)) / top.n
    spans, x = {}, LEFT
    for leaf in leaves:
        width = least + per_customer * leaf.size
        spans[leaf.id] = (x, x + width)
        x += width
    return spans


def hues_of(top: TopTree) -> dict[int, int]:
    """Give every branch its hue: stable whatever cut is shown."""
    hues = {0: 1}
    splits = sorted((b for b in top.branches if b.split is not None), key=lambda b: b.split or 0)
    for number, branch in enumerate(splits, start=1):
        left, right = top.branches[branch.left or 0], top.branches[branch.right or 0]
        heir, other = (left, right) if left.size >= right.size else (right, left)
        hues[heir.id] = hues[branch.id]
        hues[other.id] = number % N_HUES + 1
    return hues


def owners(top: TopTree, active: tuple[int, ...]) -> dict[int, int]:
    """Map every branch at or below the cut to the active branch that holds it."""
    held = {}
    for number in active:
        waiting = [number]
        while waiting:
            branch = top.branches[waiting.pop()]
            held[branch.id] = number
            waiting.extend(child for child in (branch.left, branch.right) if child is not None)
    return held
