"""FeatureMatrix -> LinkageTree. Importing this is light; the scientific stack is loaded when a tree is built."""

from __future__ import annotations

from segmentiq.ml.linkage.build import build_tree
from segmentiq.ml.linkage.kernels import KERNELS
from segmentiq.ml.linkage.matrix import linkage_matrix

__all__ = ["KERNELS", "build_tree", "linkage_matrix"]
