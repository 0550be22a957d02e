"""The bounds at which the words about a segmentation change. Nothing flows in; advice and pages read the same numbers.

They stand apart from the advice because the web process words every other cut too and may not load what advice computes with.
"""

from __future__ import annotations

STABLE, DOUBTFUL = 0.75, 0.6
"""Share of the weakest segment that is found again in subsamples."""
STRONG, MODERATE = 0.5, 0.25
"""Silhouette."""
