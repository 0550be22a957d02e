"""Tables made in a line: columns with their kinds."""

from __future__ import annotations

from typing import Any

import pandas as pd

from segmentiq.ml.values import Column, Kind, Table


def make_table(**columns: Any) -> Table:
    """Make a table of features; a plain list is a number, ("category", list) says the kind."""
    frame, described = {}, []
    for name, given in columns.items():
        kind, cells = given if isinstance(given, tuple) else ("number", given)
        frame[name] = _as_kind(kind, cells)
        described.append(Column(name=name, kind=kind, role="feature"))
    return Table(frame=pd.DataFrame(frame), columns=tuple(described))


def numbers_of(frame: pd.DataFrame) -> Table:
    """Make a table in which every column is a number and a feature."""
    return Table(
        frame=frame.rename(columns=str).reset_index(drop=True),
        columns=tuple(Column(name=str(name), kind="number", role="feature") for name in frame.columns),
    )


def _as_kind(kind: Kind, cells: Any) -> pd.Series[Any]:
    dtypes: dict[str, Any] = {"number": "float64", "boolean": "boolean", "date": "datetime64[us]"}
    column: pd.Series[Any] = pd.Series(cells).astype(dtypes.get(kind, "string"))
    return column
