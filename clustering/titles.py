"""A cut in, the findings out that stand above the tree and the map: which segments differ most, and which lie apart.

Like every word about a cut they are written here for any cut one may look at; the script places them when the cut moves.
"""

from __future__ import annotations

from collections.abc import Sequence

from clustering.cutting import Cut
from segmentiq.ml.values import TopTree
from segmentiq.words import plural

MOST_LISTED = 4
APART = 0.5
"""From which a segment lies apart to the eye: its dots are on average twice as near to its own middle as to that of another."""


def titles_of(top: TopTree, cut: Cut, lies: Sequence[float]) -> dict[str, str]:
    """Return the title of each figure that is drawn for every cut; `lies` is how far apart its segments are on the map."""
    return {"tree": tree_title(top, cut), "map": map_title(lies)}


def tree_title(top: TopTree, cut: Cut) -> str:
    """Say which segments the highest merge joins last: those differ most from the rest."""
    middle = top.branches[top.branches[0].right or 0].start
    sides = [
        [number for number, branch in enumerate(cut.branches, 1) if (branch.start < middle) == left] for left in (True, False)
    ]
    few = min(sides, key=lambda side: (len(side), -min(side, default=0)))
    if cut.k < 3 or not few:
        return f"The customers part into {plural(cut.k, 'segment')}"
    told = segments(few) if len(few) <= MOST_LISTED else f"{len(few)} of the segments"
    return f"{told} {'differs' if len(few) == 1 else 'differ'} most from the rest"


def map_title(lies: Sequence[float]) -> str:
    """Say which segments the map shows apart from the others."""
    if not lies:
        return "Every dot is a customer; close dots are alike"
    apart = [number for number, value in enumerate(lies, 1) if value >= APART]
    close = [number for number, value in enumerate(lies, 1) if value < APART]
    if not close:
        return "The segments lie side by side"
    if not apart or len(lies) == 2:
        return "The segments run into each other"
    told = segments(apart) if len(apart) <= MOST_LISTED else f"{len(apart)} segments"
    others = f"segment {close[0]} is close to others" if len(close) == 1 else "the others run into each other"
    return f"{told} {'lies' if len(apart) == 1 else 'lie'} apart; {others}"


def segments(numbers: Sequence[int]) -> str:
    return f"Segment{'' if len(numbers) == 1 else 's'} {listed(numbers)}"


def listed(numbers: Sequence[int]) -> str:
    """List numbers: 3; 3 and 4; 1, 3 and 4."""
    *first, last = map(str, numbers)
    return f"{', '.join(first)} and {last}" if first else last
