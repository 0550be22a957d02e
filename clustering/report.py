"""A computed segmentation in, the technical report out: what made it, how long it took, and what one should know.

The same facts stand in `Run.report`, in the page's folded report and in the command line's `report.json`.
"""

from __future__ import annotations

import platform
import re
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.conf import settings

from clustering.artifacts import evaluation_of
from segmentiq.ml.cut import cut_k

if TYPE_CHECKING:
    from segmentiq.ml.values import Segmentation

LIBRARIES = ("numpy", "scipy", "pandas", "scikit-learn", "fastcluster")


def report_of(segmentation: Segmentation) -> dict[str, Any]:
    """Return the technical report as plain data."""
    evaluation = evaluation_of(segmentation)
    return {
        "engine": {"kernel": segmentation.tree.kernel, "exact": segmentation.tree.exact},
        "seconds": {stage: round(seconds, 4) for stage, seconds in segmentation.seconds.items()},
        "versions": {
            "segmentiq": settings.VERSION,
            "python": platform.python_version(),
            **{library: version(library) for library in LIBRARIES},
        },
        "notes": list(segmentation.features.notes),
        "warnings": list(segmentation.warnings),
        "inertia": {name: float(share) for name, share in segmentation.features.inertia.items()},
        "n_features": len(segmentation.features.names),
        "cophenetic": evaluation["cophenetic"],
        "heights": evaluation["heights"],
        "peak_memory_bytes": peak_memory_bytes(),
    }


def answer_of(segmentation: Segmentation) -> dict[str, Any]:
    """Return the answer's facts, named like the columns of `Run`."""
    branches = cut_k(segmentation.top, segmentation.k)
    return {
        "k": segmentation.k,
        "n_rows": segmentation.features.n_table_rows,
        "n_clustered": segmentation.top.n,
        "sizes": [branch.size for branch in branches],
        "silhouette": next((score.silhouette for score in segmentation.scores if score.k == segmentation.k), None),
        "advice": segmentation.advice.to_json(),
    }


def peak_memory_bytes() -> int:
    """Return the most memory this process has occupied; not `getrusage`, which counts what the parent held before the fork."""
    peak = re.search(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text(encoding="ascii"))
    return int(peak[1]) * 1024 if peak else 0
