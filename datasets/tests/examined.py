"""Columns in, findings out, through a real file: what tests of the doctor start from."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from datasets.doctor import examine
from datasets.doctor.actions import Finding
from datasets.reader import ReadResult, read_table


def read_columns(columns: Mapping[str, Sequence[Any]]) -> ReadResult:
    """Write the columns as CSV and read them."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "table.csv"
        with path.open("w", newline="", encoding="utf-8") as stream:
            writer = csv.writer(stream)
            writer.writerow(columns)
            writer.writerows(zip(*columns.values(), strict=True))
        return read_table(path, path.name)


def examined(columns: Mapping[str, Sequence[Any]]) -> list[Finding]:
    """Return what the doctor finds in these columns."""
    result = read_columns(columns)
    return examine(result.table, result.statistics)


def told(columns: Mapping[str, Sequence[Any]], code: str) -> list[Finding]:
    """Return the findings of one code."""
    return [finding for finding in examined(columns) if finding["code"] == code]
