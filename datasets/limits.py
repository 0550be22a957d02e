"""The reader's limits in this installation: settings in, one frozen value out; the reader itself knows no settings."""

from __future__ import annotations

from django.conf import settings

from datasets.reader.limits import ReadLimits


def read_limits() -> ReadLimits:
    """Return the limits every reading and every upload is held to."""
    return ReadLimits(
        max_bytes=settings.MAX_UPLOAD_BYTES,
        max_rows=settings.MAX_ROWS,
        max_columns=settings.MAX_COLUMNS,
        max_cells=settings.MAX_CELLS,
    )
