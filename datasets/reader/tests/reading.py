"""What the reader's tests share: reading bytes through a file, as the worker does, and naming what came out."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from datasets.reader import ReadResult, read_table


def read(content: str | bytes, name: str = "customers.csv", **options: Any) -> ReadResult:
    """Read the content as an upload of that name."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "original"
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return read_table(path, name, **options)


def warned(result: ReadResult) -> list[str]:
    """Return the codes of the warnings."""
    return [warning["code"] for warning in result.warnings]


def decided(result: ReadResult, what: str) -> str:
    """Return what was decided."""
    return next(decision["value"] for decision in result.decisions if decision["what"] == what)


def kinds(result: ReadResult) -> dict[str, str]:
    """Return every column's kind."""
    return {column.name: column.kind for column in result.table.columns}


def values(result: ReadResult, name: str) -> list[Any]:
    """Return a column's values, missing as None."""
    series = result.table.frame[name]
    return [None if gone else value for value, gone in zip(series.tolist(), series.isna(), strict=True)]
