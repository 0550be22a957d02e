"""The registry of kernels. A new one is a file of its own and one line here; its forecast decides when it is taken."""

from __future__ import annotations

from collections.abc import Mapping

from segmentiq.ml.linkage.condensed import CONDENSED
from segmentiq.ml.linkage.kernel import Kernel
from segmentiq.ml.linkage.single import SPANNING_TREE
from segmentiq.ml.linkage.ward import WARD_MATRIX, WARD_TREE

KERNELS: Mapping[str, Kernel] = {
    "ward-matrix": WARD_MATRIX,
    "ward-tree": WARD_TREE,
    "spanning-tree": SPANNING_TREE,
    "condensed": CONDENSED,
}
