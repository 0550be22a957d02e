"""A whole tree and one branch of it in, what hangs below that branch out: at most 40 leaves with counts, for the page to open.

Branches are numbered as in the top tree and on below it: the t-th highest merge splits into 2t - 1 (left) and 2t (right), so
every branch of a tree has a number that no cut changes, and one that is opened can be opened further. Where a node's customers
start is found by pointer jumping, log2(depth) array operations: a chain of 100,000 customers is opened without recursion.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from clustering import artifacts
from clustering.layout import lay_out
from clustering.models import Run
from segmentiq.ml.errors import SpecRefused
from segmentiq.ml.values import Branch, TopTree

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

MOST_LEAVES = 40


@dataclass(frozen=True, slots=True)
class _Nodes:
    """Every node of a tree, the customers first and then the merges from the lowest up, as slices of the leaf order."""

    children: NDArray[np.int64]
    heights: NDArray[np.float64]
    sizes: NDArray[np.int64]
    starts: NDArray[np.int64]

    @property
    def n(self) -> int:
        return len(self.children) + 1


@dataclass(frozen=True, slots=True)
class Subtree:
    """The top of a branch as a tree of its own, and the number every branch of it has in the whole tree."""

    top: TopTree
    numbers: tuple[int, ...]


def subtree_document(run: Run, branch: int) -> dict[str, Any]:
    """Return an opened branch with its layout, as the page draws it. Raises SpecRefused when there is no such branch."""
    top = artifacts.load_top(run)
    found = open_branch(_load_merges(run), artifacts.load_labels(run).order, branch)
    spans = lay_out(found.top).spans
    above = (None, *(found.numbers[b.parent or 0] for b in found.top.branches[1:]))
    return {
        "branch": branch,
        "branches": [
            {
                "id": number,
                "parent": parent,
                "height": b.height,
                "n": b.size,
                "start": b.start,
                "holder": _finest(top, b.start, b.size),
                "span": [round(edge, 1) for edge in spans[b.id]],
            }
            for b, number, parent in zip(found.top.branches, found.numbers, above, strict=True)
        ],
    }


def _finest(top: TopTree, start: int, size: int) -> int:
    """Return the smallest branch of the top tree that holds these customers."""
    return max(b.id for b in top.branches if b.start <= start and start + size <= b.stop)


def _load_merges(run: Run) -> NDArray[np.float64]:
    import numpy as np

    with artifacts.open_file(run, "tree.npz") as stream, np.load(stream, allow_pickle=False) as arrays:
        merges: NDArray[np.float64] = arrays["merges"]
    return merges


def open_branch(merges: NDArray[np.float64], order: NDArray[np.int64], branch: int, leaves: int = MOST_LEAVES) -> Subtree:
    """Cut the top off what hangs below a branch.

    Parameters
    ----------
    merges : ndarray, shape (n - 1, 4)
        The whole tree in SciPy's format, heights never falling.
    order : ndarray of int64, shape (n,)
        The clustered row at every leaf position.
    branch : int
        The number of a branch: 0 is the root, the t-th highest merge splits into 2t - 1 and 2t.
    leaves : int
        How many branches may be left uncut.
    """
    import numpy as np

    nodes = _nodes(merges, order)
    root = _node_of(nodes, branch)
    first, last = nodes.starts[root], nodes.starts[root] + nodes.sizes[root]
    inner = np.flatnonzero((nodes.starts[nodes.n :] >= first) & (nodes.starts[nodes.n :] + nodes.sizes[nodes.n :] <= last))
    splits = nodes.n + inner[::-1][: leaves - 1]
    return _assemble(nodes, root, branch, splits.tolist())


def _nodes(merges: NDArray[np.float64], order: NDArray[np.int64]) -> _Nodes:
    """Turn every child to the side on which its customers lie, and find where they start."""
    import numpy as np

    n = len(order)
    positions = np.empty(n, dtype=np.int64)
    positions[order] = np.arange(n)
    children = merges[:, :2].astype(np.int64)
    somewhere = positions[_lowest(children[:, 0], n)]
    swapped = somewhere[children[:, 0]] > somewhere[children[:, 1]]
    children = np.where(swapped[:, None], children[:, ::-1], children)
    sizes = np.concatenate([np.ones(n, dtype=np.int64), merges[:, 3].astype(np.int64)])
    heights = np.concatenate([np.zeros(n), merges[:, 2]])
    return _Nodes(children, heights, sizes, positions[_lowest(children[:, 0], n)])


def _lowest(below: NDArray[np.int64], n: int) -> NDArray[np.int64]:
    """Return the customer that every node comes to when one goes down by `below`, node by node."""
    import numpy as np

    reached = np.concatenate([np.arange(n), below])
    while (reached >= n).any():
        reached = reached[reached]
    return reached


def _node_of(nodes: _Nodes, branch: int) -> int:
    """Return the node of a branch; merges are stored from the lowest up, so the t-th highest is the t-th from the end."""
    if not 0 <= branch <= 2 * (nodes.n - 1):
        raise _refused(f"This tree has the branches 0 to {2 * (nodes.n - 1)}.")
    if branch == 0:
        return 2 * nodes.n - 2
    split = (branch + 1) // 2
    node = int(nodes.children[len(nodes.children) - split, (branch + 1) % 2])
    if node < nodes.n:
        raise _refused("This branch is a single customer: nothing hangs below it.")
    return node


def _refused(message: str) -> SpecRefused:
    return SpecRefused(message, code="out_of_range", field="branch", hint="Open a branch that holds more than one customer.")


def _assemble(nodes: _Nodes, root: int, branch: int, splits: list[int]) -> Subtree:
    """Number the branches from the top down; `splits` are the merges to undo, highest first."""

    def make(node: int, parent: int | None, born: int) -> Branch:
        start, height = int(nodes.starts[node]), float(nodes.heights[node])
        stop = start + int(nodes.sizes[node])
        return Branch(
            id=len(made), parent=parent, left=None, right=None, start=start, stop=stop, height=height, born=born, split=None
        )

    made: list[Branch] = []
    made.append(make(root, None, 0))
    numbers, own = [branch], {root: 0}
    for split, node in enumerate(splits, start=1):
        parent, t = own.pop(node), 2 * nodes.n - 1 - node
        made[parent] = replace(made[parent], left=len(made), right=len(made) + 1, split=split)
        for side, child in enumerate(nodes.children[node - nodes.n].tolist()):
            own[child] = len(made)
            made.append(make(child, parent, split))
            numbers.append(2 * t - 1 + side)
    top = TopTree(n=int(nodes.sizes[root]), branches=tuple(made), linkage="", metric="")
    return Subtree(top, tuple(numbers))
