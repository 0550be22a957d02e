"""What makes two runs the same: the specification, the file, and how its columns are understood. All three in, one hash out."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datasets.models import Dataset
    from segmentiq.ml.spec import SegmentationSpec
    from segmentiq.ml.values import Column


def stamp_of(dataset: Dataset, columns: Sequence[Column], spec: SegmentationSpec) -> str:
    """Return the reproducibility stamp and idempotency key of a run."""
    understood = [(column.name, column.kind, column.role) for column in columns]
    reading = {name: value for name, value in dataset.overrides.items() if name != "advice"}
    parts = [spec.digest(), dataset.sha256, understood, reading]
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()
