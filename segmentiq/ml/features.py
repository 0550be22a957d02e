"""Table -> FeatureMatrix: impute, transform, scale, one-hot, weigh.

Flows in: a typed `Table` and the specification. Flows out: the (n, d) matrix that is clustered, the rows it came from, the
`FeatureSpace` that encodes further rows the same way, and notes that say in sentences what was done.

The matrix is made by encoding the table with the space just fitted (`encoding`), never beside it, so that what is clustered and
what is scored later cannot drift apart. For the Gower metric numbers are min-max scaled, dummies count one half, and every
variable is divided by the sum of the weights: the city-block distance on the matrix *is* the Gower distance, from 0 to 1.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from segmentiq.ml.encoding import encode, read_dates, read_numbers
from segmentiq.ml.errors import RunRefused
from segmentiq.ml.selection import choose_columns
from segmentiq.ml.spec import SegmentationSpec
from segmentiq.ml.values import Column, FeatureMatrix, FeatureSpace, Table, Variable
from segmentiq.ml.variables import fit_variable, is_skewed

__all__ = ["build_features", "choose_columns", "encode"]

MAX_FEATURES = 2_000
LARGEST = 1e140
"""Squares, and their sums over millions of rows, stay finite below this, and above zero beyond its inverse."""
TWINS = 0.95
TWIN_SAMPLE = 10_000
TWINS_TOLD = 10
SKEWED_TOLD = 5


def build_features(table: Table, spec: SegmentationSpec, *, max_features: int = MAX_FEATURES) -> FeatureMatrix:
    """Encode the customers as points.

    Parameters
    ----------
    table : Table
    spec : SegmentationSpec
        `columns`, `scaling`, `log`, `missing`, `weights` and `metric` matter here; PCA does not (see `projection`).
    max_features : int
        Most features after encoding.

    Returns
    -------
    FeatureMatrix
        `values` of shape (n, d), without NaN or infinity.

    Raises
    ------
    SpecRefused
        Columns that do not exist or cannot be clustered.
    RunRefused
        The data leave nothing to cluster: no rows, no varying column, numbers out of range, too many features.

    Examples
    --------
    >>> frame = pd.DataFrame({"age": [20.0, 30.0, 40.0]})
    >>> table = Table(frame=frame, columns=(Column(name="age", kind="number", role="feature"),))
    >>> build_features(table, SegmentationSpec()).values.round(3).ravel().tolist()
    [-1.225, 0.0, 1.225]
    """
    columns = choose_columns(table.columns, spec)
    rows = _choose_rows(table.frame, columns, spec)
    n_aside = len(table.frame) - len(rows)
    frame = table.frame.iloc[rows] if n_aside else table.frame
    notes = [f"{n_aside:,} {'row with missing cells was' if n_aside == 1 else 'rows with missing cells were'} set aside."]
    notes = notes if n_aside else []
    fitted = [fit_variable(column, frame[column.name], spec, notes) for column in columns]
    variables = _share_weights([variable for variable in fitted if variable is not None], spec)
    names = _name_features(variables, max_features)
    space = FeatureSpace(variables=tuple(variables))
    values = encode(space, frame)
    _refuse_out_of_range(values, names)
    return FeatureMatrix(
        values=values,
        names=names,
        rows=rows,
        n_table_rows=len(table.frame),
        space=space,
        notes=(*notes, *_propose_log(frame, variables, spec), *_find_twins(values, variables)),
        inertia=_measure_inertia(values, variables),
    )


def _choose_rows(frame: pd.DataFrame, columns: tuple[Column, ...], spec: SegmentationSpec) -> NDArray[np.int64]:
    rows = np.arange(len(frame), dtype=np.int64)
    if spec.missing == "drop":
        rows = rows[~np.logical_or.reduce([_is_missing(column, frame[column.name]) for column in columns])]
    if len(rows) == 0:
        raise RunRefused(
            f"No row is left: all {len(frame):,} have a missing cell in one of the {len(columns)} chosen columns.",
            code="no_rows_left",
            field="missing",
            hint='Choose fewer columns, or fill missing cells (missing "impute").',
        )
    if len(rows) < 3:
        raise RunRefused(
            f"{len(rows)} of {len(frame):,} rows are left after cleaning; segments need at least 3.",
            code="too_few_rows_after_cleaning",
            hint='Fill missing cells (missing "impute"), or bring more customers.',
        )
    return rows


def _is_missing(column: Column, cells: pd.Series[Any]) -> NDArray[np.bool_]:
    if column.kind == "number":
        return np.isnan(read_numbers(cells, "number"))
    kept = read_dates(cells) if column.kind == "date" else cells
    return np.asarray(kept.isna(), dtype=np.bool_)


def _share_weights(variables: list[Variable], spec: SegmentationSpec) -> list[Variable]:
    """Divide by the sum of weights for Gower, which is a weighted mean over variables."""
    if not variables:
        raise RunRefused(
            "None of the chosen columns tells these customers apart: each is empty, constant, or has too many levels.",
            code="no_features",
            field="columns",
            hint="Choose at least one column that varies.",
        )
    if spec.metric != "gower":
        return variables
    weights = dict(spec.weights)
    total = sum(weights.get(variable.column, 1.0) for variable in variables)
    return [replace(variable, weight=variable.weight / total) for variable in variables]


def _name_features(variables: list[Variable], max_features: int) -> tuple[str, ...]:
    names: list[str] = []
    for variable in variables:
        plain = f"log(1 + {variable.column})" if variable.log else variable.column
        names += [f"{variable.column} = {level}" for level in variable.levels] or [plain]
    if len(names) > max_features:
        raise RunRefused(
            f"The {len(variables):,} columns become {len(names):,} features; the limit is {max_features:,}.",
            code="too_many_features",
            field="columns",
            hint="Choose fewer columns, above all fewer categories with many levels.",
        )
    return tuple(names)


def _refuse_out_of_range(values: NDArray[np.float64], names: tuple[str, ...]) -> None:
    within = (np.abs(values) <= LARGEST).all(axis=0)
    if not within.all():
        raise RunRefused(
            f"The numbers of {names[int(np.argmin(within))][:40]!r} are too large to compute distances with.",
            code="numeric_overflow",
            field="scaling",
            hint='Use scaling "standard", or leave the column out.',
        )
    if np.abs(values).max() < 1 / LARGEST:
        raise RunRefused(
            "The numbers are so small that the distances between them vanish.",
            code="numeric_overflow",
            field="scaling",
            hint='Use scaling "standard".',
        )


def _slice_variables(variables: list[Variable]) -> list[slice]:
    """Return the features of each variable."""
    stops = np.cumsum([len(variable.levels) or 1 for variable in variables]).tolist()
    return [slice(start, stop) for start, stop in zip([0, *stops[:-1]], stops, strict=True)]


def _measure_inertia(values: NDArray[np.float64], variables: list[Variable]) -> dict[str, float]:
    """Return each variable's share of the total sum of squares around the mean."""
    variances = values.var(axis=0)
    total = float(variances.sum())
    parts = [float(variances[part].sum()) for part in _slice_variables(variables)]
    return {v.column: part / total if total > 0 else 0.0 for v, part in zip(variables, parts, strict=True)}


def _propose_log(frame: pd.DataFrame, variables: list[Variable], spec: SegmentationSpec) -> list[str]:
    """Name the numbers whose few large values decide the distances, when nothing was said about logarithms."""
    if spec.log != "none":
        return []
    numbers = {v.column: read_numbers(frame[v.column], v.kind) for v in variables if v.kind == "number"}
    skewed = [name for name, cells in numbers.items() if is_skewed(cells[~np.isnan(cells)])]
    if not skewed:
        return []
    named = ", ".join(skewed[:SKEWED_TOLD])
    more = f" and {len(skewed) - SKEWED_TOLD:,} more" if len(skewed) > SKEWED_TOLD else ""
    lean, their = ("leans", "its") if len(skewed) == 1 else ("lean", "their")
    return [f'{named}{more} {lean} far to the right: a few large values weigh most. Log "auto" would take {their} logarithm.']


def _find_twins(values: NDArray[np.float64], variables: list[Variable]) -> list[str]:
    """Say which pairs of numbers move together: such a pair counts twice."""
    parts = zip(variables, _slice_variables(variables), strict=True)
    numbers = [(variable.column, part.start) for variable, part in parts if not variable.levels]
    if len(numbers) < 2:
        return []
    step = -(-len(values) // TWIN_SAMPLE)
    sample = values[::step, [index for _, index in numbers]]
    with np.errstate(divide="ignore", invalid="ignore"):
        related = np.abs(np.corrcoef(sample / np.abs(sample).max(axis=0), rowvar=False))
    pairs = np.argwhere(np.triu(related > TWINS, 1)).tolist()
    told = [
        f"{numbers[i][0]} and {numbers[j][0]} move together (|r| = {related[i, j]:.2f}), so what they measure counts twice."
        for i, j in pairs[:TWINS_TOLD]
    ]
    more = len(pairs) - len(told)
    return [*told, f"{more:,} more pairs of columns move together."] if more else told
