"""TopTree in, where everything stands on the page out: the x of every branch, the y of every height, the hue of every lineage.

The dendrogram, the heat map under it and the browser's recolouring share one layout, so leaves, bands and cells cannot drift
apart. A leaf's width grows with its customers over a minimum, so that the widths speak and one customer alone is still seen.

Left of the tree, on the same axis of heights, stands the ladder: at every number of segments one rung, as long as the heights
at which the tree falls into that many. A long rung is a gap between two merges, which is where a cut is least arbitrary.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from clustering.cutting import Cut
from segmentiq.ml.cut import height_of
from segmentiq.ml.values import TopTree

N_HUES = 8
WIDTH = 760.0
LEFT, RIGHT = 128.0, 16.0
TOP, BOTTOM = 30.0, 404.0
"""The plot's edges: the root's height stands at TOP, height 0 at BOTTOM."""
THINNEST = 6.0
LEAST_SHARE = 0.35
"""The share of the width that minimum leaf widths may take together."""
LADDER_LEFT, LADDER_RIGHT = 6.0, 76.0
LADDER_TICKS = (2, 3, 5, 10, 20, 30, 50)
NO_HUES: Mapping[int, int] = {}


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


def lay_out(top: TopTree, given: Mapping[int, int] = NO_HUES) -> TreeLayout:
    """Place every branch of the top tree; `given` are the hues people chose, by branch."""
    spans = _leaf_spans(top)
    stems = {leaf: (left + right) / 2 for leaf, (left, right) in spans.items()}
    by_split = sorted((b for b in top.branches if b.split is not None), key=lambda b: b.born, reverse=True)
    for branch in sorted(by_split, key=lambda b: b.split or 0, reverse=True):
        left, right = branch.left or 0, branch.right or 0
        spans[branch.id] = (spans[left][0], spans[right][1])
        stems[branch.id] = (stems[left] + stems[right]) / 2
    return TreeLayout(spans=spans, stems=stems, hues=hues_of(top, given), tallest=max(b.height for b in top.branches))


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


def hues_of(top: TopTree, given: Mapping[int, int] = NO_HUES) -> dict[int, int]:
    """Give every branch its hue: stable whatever cut is shown. One that was chosen is worn by that branch alone."""
    hues = {0: 1}
    splits = sorted((b for b in top.branches if b.split is not None), key=lambda b: b.split or 0)
    for number, branch in enumerate(splits, start=1):
        left, right = top.branches[branch.left or 0], top.branches[branch.right or 0]
        heir, other = (left, right) if left.size >= right.size else (right, left)
        hues[heir.id] = hues[branch.id]
        hues[other.id] = number % N_HUES + 1
    return {**hues, **given}


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


def steps_of(top: TopTree, layout: TreeLayout, cut: Cut) -> tuple[tuple[float, float], ...]:
    """Return the cut line from left to right as (right edge, y): one step, or one per segment where they were picked by hand."""
    if not cut.is_picked:
        return ((WIDTH - RIGHT, layout.y(height_of(top, cut.k))),)
    return tuple(
        (layout.spans[b.id][1], (layout.y(top.branches[b.parent or 0].height) + layout.y(b.height)) / 2)
        for b in sorted(cut.branches, key=lambda branch: branch.start)
    )


def heights_of(top: TopTree) -> tuple[float, ...]:
    """Return the heights of the merges, highest first, and last that of the highest finest branch, where the ladder ends."""
    merges = sorted((b.height for b in top.branches if b.split is not None), reverse=True)
    return (*merges, max(b.height for b in top.branches if b.split is None))


def ladder_x(k: int, most: int) -> float:
    """Return where the rung of k stands: on a logarithmic axis, for the small numbers are chosen between."""
    return LADDER_LEFT + (LADDER_RIGHT - LADDER_LEFT) * math.log(k / 2) / math.log(max(most, 3) / 2)
