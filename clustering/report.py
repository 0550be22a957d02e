"""A computed segmentation in, the technical report out: what made it, how long it took, and what one should know.

The same facts stand in `Run.report`, in the page's folded report and in the command line's `report.json`.
"""

from __future__ import annotations

import logging
import platform
from collections.abc import Mapping
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

from django.conf import settings

from clustering.writers import evaluation_of
from segmentiq.ml.cut import cut_k
from segmentiq.ml.machine import peak_bytes

if TYPE_CHECKING:
    from segmentiq.ml.values import Segmentation

logger = logging.getLogger(__name__)

LIBRARIES = ("numpy", "scipy", "pandas", "scikit-learn", "numba")


def report_of(segmentation: Segmentation, *, forecast: Mapping[str, Any], extra_s: float = 0.0) -> dict[str, Any]:
    """Return the technical report as plain data, with what was forecast; `extra_s` are seconds outside of the stages."""
    evaluation = evaluation_of(segmentation)
    return {
        "engine": {
            "kernel": segmentation.tree.kernel,
            "exact": segmentation.tree.exact,
            **{name: round(float(number), 4) for name, number in segmentation.tree.remarks.items()},
        },
        "approximation": segmentation.approximation.to_json() if segmentation.approximation else None,
        "forecast": dict(forecast),
        "took": took_of(segmentation, extra_s),
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
        "peak_memory_bytes": peak_bytes(),
    }


def answer_of(segmentation: Segmentation) -> dict[str, Any]:
    """Return the answer's facts, named like the columns of `Run`."""
    branches = cut_k(segmentation.top, segmentation.k)
    return {
        "k": segmentation.k,
        "branches": [branch.id for branch in branches],
        "n_rows": segmentation.features.n_table_rows,
        "n_clustered": segmentation.top.n,
        "sizes": [branch.size for branch in branches],
        "silhouette": next((score.silhouette for score in segmentation.scores if score.k == segmentation.k), None),
        "advice": segmentation.advice.to_json(),
    }


def took_of(segmentation: Segmentation, extra_s: float) -> dict[str, Any]:
    """Return what a run took, in the words of a forecast. Memory is None where the system does not tell it."""
    seconds, n_bytes = segmentation.linking
    whole = sum(segmentation.seconds.values()) + extra_s
    return {"seconds": round(whole, 3), "tree": {"bytes": n_bytes, "seconds": round(seconds, 3)}}


def log_forecast(forecast: Mapping[str, Any], took: Mapping[str, Any]) -> None:
    """Log the forecast against the truth, in numbers only."""
    if forecast:
        told, tree = forecast["tree"], took["tree"]
        logger.info(
            "Forecast %.2f s, tree %.2f s and %d bytes; it took %.2f s, tree %.2f s and %d bytes.",
            forecast["seconds"],
            told["seconds"],
            told["bytes"],
            took["seconds"],
            tree["seconds"],
            tree["bytes"] or 0,
        )
