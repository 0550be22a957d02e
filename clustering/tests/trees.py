"""Small top trees with a known answer, for the tests of drawings and pages."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from clustering.cutting import Cut, cut_of
from segmentiq.ml.cut import cut_k
from segmentiq.ml.values import Branch, TopTree


def small_tree() -> TopTree:
    """Return ten customers: a root of 6 + 4, then the 6 split into 4 + 2."""
    branches = (
        Branch(id=0, parent=None, left=1, right=2, start=0, stop=10, height=10.0, born=0, split=1),
        Branch(id=1, parent=0, left=3, right=4, start=0, stop=6, height=4.0, born=1, split=2),
        Branch(id=2, parent=0, left=None, right=None, start=6, stop=10, height=2.0, born=1, split=None),
        Branch(id=3, parent=1, left=None, right=None, start=0, stop=2, height=1.0, born=2, split=None),
        Branch(id=4, parent=1, left=None, right=None, start=2, stop=6, height=1.5, born=2, split=None),
    )
    return TopTree(n=10, branches=branches, linkage="ward", metric="euclidean")


def balanced_tree() -> TopTree:
    """Return twenty customers: 12 + 8, then the 12 split into 7 + 5, then the 8 into 5 + 3."""
    branches = (
        Branch(id=0, parent=None, left=1, right=2, start=0, stop=20, height=10.0, born=0, split=1),
        Branch(id=1, parent=0, left=3, right=4, start=0, stop=12, height=6.0, born=1, split=2),
        Branch(id=2, parent=0, left=5, right=6, start=12, stop=20, height=4.0, born=1, split=3),
        Branch(id=3, parent=1, left=None, right=None, start=0, stop=7, height=2.0, born=2, split=None),
        Branch(id=4, parent=1, left=None, right=None, start=7, stop=12, height=1.0, born=2, split=None),
        Branch(id=5, parent=2, left=None, right=None, start=12, stop=17, height=1.5, born=3, split=None),
        Branch(id=6, parent=2, left=None, right=None, start=17, stop=20, height=0.5, born=3, split=None),
    )
    return TopTree(n=20, branches=branches, linkage="ward", metric="euclidean")


def uneven_tree() -> TopTree:
    """Return the small tree whose 4 split into 1 + 3 below everything else: 6, 1 and 3 are segments that no height gives."""
    small = small_tree()
    split = replace(small.branches[2], left=5, right=6, split=3, height=2.0)
    below = (
        Branch(id=5, parent=2, left=None, right=None, start=6, stop=7, height=0.0, born=3, split=None),
        Branch(id=6, parent=2, left=None, right=None, start=7, stop=10, height=0.5, born=3, split=None),
    )
    return replace(small, branches=(*small.branches[:2], split, *small.branches[3:], *below))


def chained_tree(n: int) -> TopTree:
    """Return n customers that leave the tree one by one, as single linkage does: the deepest tree there is."""
    branches = [Branch(id=0, parent=None, left=None, right=None, start=0, stop=n, height=float(n), born=0, split=None)]
    last = 0
    for split in range(1, min(n, 50)):
        parent = branches[last]
        left, right = 2 * split - 1, 2 * split
        branches[last] = Branch(
            id=parent.id,
            parent=parent.parent,
            left=left,
            right=right,
            start=parent.start,
            stop=n,
            height=float(n - split + 1),
            born=parent.born,
            split=split,
        )
        one: dict[str, Any] = {"parent": last, "left": None, "right": None, "born": split, "split": None}
        branches.append(Branch(id=left, start=parent.start, stop=parent.start + 1, height=0.0, **one))
        branches.append(Branch(id=right, start=parent.start + 1, stop=n, height=float(n - split), **one))
        last = right
    return TopTree(n=n, branches=tuple(branches), linkage="single", metric="euclidean")


def picked_cut(top: TopTree) -> Cut:
    """Return the coarsest cut with one of its segments split that no number of segments gives."""
    for k in range(2, top.max_k):
        for branch in cut_k(top, k):
            if branch.left is not None and branch.right is not None:
                others = [other.id for other in cut_k(top, k) if other != branch]
                if (found := cut_of(top, branches=[*others, branch.left, branch.right])).is_picked:
                    return found
    raise AssertionError("every cut of this tree is given by its number of segments")
