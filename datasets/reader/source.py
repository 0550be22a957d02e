"""What every format's reader is given, and what it gives back.

A `Source` is the file with everything that was decided about it from outside; a `RawTable` is names and untyped columns, handed
over one by one so that a column's cells can be freed before the next one is typed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd

from datasets.reader.cells import Cells
from datasets.reader.findings import Findings
from datasets.reader.limits import ReadLimits
from segmentiq.ml.errors import FileRefused
from segmentiq.ml.values import OnProgress


def ignore_progress(stage: str, share: float) -> None:
    """Take progress and tell nobody."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Source:
    """A file to read."""

    path: Path
    overrides: Mapping[str, Any] = field(default_factory=dict)
    limits: ReadLimits = field(default_factory=ReadLimits)
    findings: Findings = field(default_factory=Findings)
    on_progress: OnProgress = ignore_progress


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class RawTable:
    """Names and columns as they stand in the file."""

    names: list[str]
    columns: Iterator[Cells | pd.Series]
    n_rows: int
    writes_decimal_commas: bool = False
    """Whether the layout (a semicolon between fields) speaks for decimal commas."""


def check_size(n_rows: int, n_columns: int, source: Source) -> None:
    """Raise FileRefused when there are more rows or cells than the limits."""
    limits = source.limits
    if n_rows > limits.max_rows:
        raise FileRefused(
            f"The file has more than {limits.max_rows:,} rows.",
            code="too_many_rows",
            field="file",
            hint="Keep one row per customer, or draw a sample.",
        )
    if n_rows * n_columns > limits.max_cells:
        raise FileRefused(
            f"The file has more than {limits.max_cells:,} cells.",
            code="too_many_cells",
            field="file",
            hint="Keep the columns and rows that are needed and upload again.",
        )
