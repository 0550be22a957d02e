"""FeatureMatrix -> LinkageTree. Importing this is light; the scientific stack is loaded when a tree is built."""

from __future__ import annotations

from segmentiq.ml.linkage.build import build_tree
from segmentiq.ml.linkage.kernels import KERNELS

__all__ = ["KERNELS", "build_tree"]
