"""Rows of a table -> numbers, by a fitted `FeatureSpace`.

Flows in: a feature space and a frame with its columns. Flows out: the (n, d) matrix. The training rows and, later, new customers
pass through this same code, so a training row scored again lands exactly where it was; what the numbers of the space mean is
decided once, in `features`.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from segmentiq.ml.values import FeatureSpace, Variable

MISSING = "Missing"
OTHER = "Other"
HUGE = 1e300
SECONDS_PER_DAY = 86_400


def encode(space: FeatureSpace, frame: pd.DataFrame) -> NDArray[np.float64]:
    """Encode the rows of a frame.

    Parameters
    ----------
    space : FeatureSpace
        The fitted encoding, with p variables that make d features.
    frame : DataFrame
        n rows; holds at least the columns of the space.

    Returns
    -------
    ndarray, shape (n, d)
        Or (n, n_components) when the space ends in principal components.
    """
    blocks = [encode_variable(variable, frame[variable.column]) for variable in space.variables]
    values = np.concatenate(blocks, axis=1)
    if not space.pca_components:
        return values
    return np.asarray((values - np.array(space.pca_mean)) @ np.array(space.pca_components).T, dtype=np.float64)


def encode_variable(variable: Variable, cells: pd.Series[Any]) -> NDArray[np.float64]:
    """Return the block of one variable: one column for a number or date, one per level for a category."""
    if variable.levels:
        return _encode_levels(variable, read_levels(cells))
    numbers = read_numbers(cells, variable.kind, variable.origin)
    if variable.fill is not None:
        numbers = np.where(np.isnan(numbers), float(variable.fill), numbers)
    if variable.log:
        numbers = np.log1p(numbers)
    # A quarter is exact in binary and keeps the difference of two numbers near 1e308 finite.
    part = 0.25 if max(abs(variable.center), variable.scale) > HUGE else 1.0
    with np.errstate(over="ignore", invalid="ignore"):
        scaled = (numbers * part - variable.center * part) / (variable.scale * part) * variable.weight
    return np.asarray(scaled, dtype=np.float64)[:, np.newaxis]


def _encode_levels(variable: Variable, cells: pd.Series[Any]) -> NDArray[np.float64]:
    """Unseen levels count as "Other" where there is one, and else as none of the levels."""
    codes = np.asarray(pd.Index(variable.levels).get_indexer(pd.Index(cells.fillna(MISSING))), dtype=np.int64)
    if variable.levels[-1] == OTHER:
        codes = np.where(codes < 0, len(variable.levels) - 1, codes)
    block = np.zeros((len(codes), len(variable.levels)))
    known = np.flatnonzero(codes >= 0)
    block[known, codes[known]] = variable.weight
    return block


def read_numbers(cells: pd.Series[Any], kind: str, origin: str | None = None) -> NDArray[np.float64]:
    """Return cells as float64 with NaN for missing; dates become days before `origin`, an ISO date."""
    if kind == "date":
        past = pd.Timestamp(origin or "1970-01-01") - read_dates(cells)
        return np.asarray(past.dt.total_seconds().to_numpy(dtype="float64", na_value=np.nan) / SECONDS_PER_DAY)
    return np.asarray(pd.to_numeric(cells, errors="coerce").to_numpy(dtype="float64", na_value=np.nan))


def read_dates(cells: pd.Series[Any]) -> pd.Series[Any]:
    """Return cells as dates without a time zone; what is no date is missing."""
    return pd.to_datetime(cells, errors="coerce", utc=True).dt.tz_localize(None)


def read_levels(cells: pd.Series[Any]) -> pd.Series[Any]:
    """Return cells as words: booleans become yes and no, whole numbers lose their decimal point."""
    if pd.api.types.is_bool_dtype(cells.dtype):
        return cells.astype("boolean").map({True: "yes", False: "no"}).astype("string")
    if pd.api.types.is_float_dtype(cells.dtype) and bool((cells.dropna() % 1 == 0).all()):
        cells = cells.astype("Int64")
    return cells.astype("string")
