"""The bounds at which the words about a segmentation change. Nothing flows in; advice and pages read the same numbers.

They stand apart from the advice because the web process words every other cut too and may not load what advice computes with.
"""

from __future__ import annotations

HIGHLY_STABLE, STABLE, DOUBTFUL = 0.85, 0.75, 0.6
"""Share of a segment that is found again in subsamples (Hennig 2008): below the last, it is not to be relied on."""
STRONG, MODERATE = 0.5, 0.25
"""Silhouette."""
CLEAR = 2.5
"""Standard deviations by which a whole segmentation must beat those of evenly filled boxes."""
REAL = 1.645
"""Standard deviations by which every division at the bottom of a cut must beat that of one cloud: one cloud in twenty does."""
