"""One column -> one `Variable`: how its cells become features.

Flows in: a column's cells and the specification. Flows out: the fitted variable, or None with a note that says why the column is
left out; every choice made for the person (filled, logged, collected) becomes a note too.

Built so that one categorical variable weighs as much as one number: its dummies are divided by the root of G = 1 - sum p^2
(Gini's index), the variance they have together, floored at 0.2 so that a nearly constant category is not blown up.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from segmentiq.ml.encoding import MISSING, OTHER, encode_variable, read_dates, read_levels, read_numbers
from segmentiq.ml.errors import RunRefused
from segmentiq.ml.spec import SegmentationSpec
from segmentiq.ml.values import Column, Variable

ONE_HOT_LEVELS = 20
MAX_LEVELS = 50
RARE = 0.01
LEAST_GINI = 0.2
SKEWED = 1.0
ROUNDING = 1e-13
"""A column that varies by less than this share of its size varies by rounding only; scaling would turn that into signal."""


def fit_variable(column: Column, cells: pd.Series[Any], spec: SegmentationSpec, notes: list[str]) -> Variable | None:
    """Fit one column of kind number, date, category or boolean.

    Parameters
    ----------
    column : Column
    cells : Series
        The n clustered cells.
    spec : SegmentationSpec
    notes : list of str
        Sentences are appended here.

    Returns
    -------
    Variable or None
        None when the column says nothing about these customers.

    Raises
    ------
    RunRefused
        Infinite numbers, or a logarithm of negative ones.
    """
    fit = _fit_category if column.kind in ("category", "boolean") else _fit_number
    return fit(column, cells, spec, notes)


def _weigh(name: str, spec: SegmentationSpec) -> float:
    return dict(spec.weights).get(name, 1.0)


def _fit_number(column: Column, cells: pd.Series[Any], spec: SegmentationSpec, notes: list[str]) -> Variable | None:
    name, origin = column.name, _find_snapshot(cells) if column.kind == "date" else None
    numbers = read_numbers(cells, column.kind, origin)
    present = numbers[~np.isnan(numbers)]
    if not _varies(name, present, notes):
        return None
    log = _wants_log(column, present, spec, notes)
    fill = float(np.median(present))
    if len(present) < len(numbers):
        notes.append(f"{name}: {_cells(len(numbers) - len(present))} filled with the median.")
        numbers = np.where(np.isnan(numbers), fill, numbers)
    scaling = "minmax" if spec.metric == "gower" else spec.scaling
    center, scale = _measure_scale(np.log1p(numbers) if log else numbers, scaling, name, notes)
    return Variable(
        column=name,
        kind=column.kind,
        log=log,
        fill=fill,
        center=center,
        scale=scale,
        weight=_weigh(name, spec),
        origin=origin,
    )


def _cells(count: int) -> str:
    return "1 missing cell" if count == 1 else f"{count:,} missing cells"


def _find_snapshot(cells: pd.Series[Any]) -> str:
    latest = read_dates(cells).max()
    return "1970-01-01" if pd.isna(latest) else str(latest.isoformat())


def _varies(name: str, present: NDArray[np.float64], notes: list[str]) -> bool:
    if not np.isfinite(present).all():
        raise RunRefused(
            f"Column {name[:40]!r} holds infinite numbers.",
            code="numeric_overflow",
            hint="Leave the column out, or correct it in the file.",
        )
    if len(present) == 0:
        notes.append(f"{name}: empty, left out.")
        return False
    low, high = float(present.min()), float(present.max())
    if high / 2 - low / 2 <= ROUNDING * max(abs(low), abs(high)) / 2:
        notes.append(f"{name}: the same for every customer, left out.")
        return False
    return True


def _wants_log(column: Column, present: NDArray[np.float64], spec: SegmentationSpec, notes: list[str]) -> bool:
    if column.kind != "number" or spec.log == "none":
        return False
    wanted = is_skewed(present) if spec.log == "auto" else column.name in spec.log
    if wanted and present.min() < 0:
        raise RunRefused(
            f"Column {column.name[:40]!r} goes below 0, so its logarithm cannot be taken.",
            code="invalid_log",
            field="log",
            hint='Take the column out of log, or use log "auto".',
        )
    if wanted:
        notes.append(f"{column.name}: taken as log(1 + x).")
    return wanted


def is_skewed(present: NDArray[np.float64]) -> bool:
    """Tell whether the logarithm of numbers is worth proposing: never negative, more than two, and leaning far to the right."""
    if len(present) == 0 or not 0 <= present.min() < present.max() < np.inf:
        return False
    only_two = np.isin(present, (present.min(), present.max())).all()
    return not only_two and _measure_skew(present) > SKEWED


def _to_unit(numbers: NDArray[np.float64]) -> tuple[NDArray[np.float64], int]:
    """Divide by a power of two near the largest: exact, and 1e200 squared stays finite."""
    exponent = int(np.frexp(np.abs(numbers).max())[1])
    return np.ldexp(numbers, -exponent), exponent


def _measure_skew(numbers: NDArray[np.float64]) -> float:
    """Return the third standardised moment, sum (x - mean)^3 / (n sd^3)."""
    unit, _ = _to_unit(numbers)
    spread = float(unit.std())
    if spread == 0:
        return 0.0
    apart = (unit - unit.mean()) / spread
    return float((apart * apart * apart).mean())  # a general power takes ten times as long


def _measure_scale(numbers: NDArray[np.float64], scaling: str, name: str, notes: list[str]) -> tuple[float, float]:
    """Return the centre and scale that the numbers are standardised with."""
    if scaling == "none":
        return 0.0, 1.0
    unit, exponent = _to_unit(numbers)
    center, scale = unit.mean(), unit.std()
    if scaling == "minmax":
        center, scale = unit.min(), unit.max() - unit.min()
    if scaling == "robust":
        low, middle, high = np.percentile(unit, [25, 50, 75])
        if high > low:
            center, scale = middle, high - low
        else:
            notes.append(f"{name}: half of the customers share one number, so it was scaled by its standard deviation.")
    return float(np.ldexp(center, exponent)), float(np.ldexp(scale, exponent))


def _fit_category(column: Column, cells: pd.Series[Any], spec: SegmentationSpec, notes: list[str]) -> Variable | None:
    name, words = column.name, read_levels(cells)
    counts = words.fillna(MISSING).value_counts()
    ordered = sorted(((str(level), int(count)) for level, count in counts.items()), key=lambda entry: (-entry[1], entry[0]))
    levels = _choose_levels(name, ordered, len(cells), name in (spec.columns or ()), notes)
    if not levels:
        return None
    if n_missing := int(words.isna().sum()):
        notes.append(f"{name}: {_cells(n_missing)} {'counts' if n_missing == 1 else 'count'} as the level {MISSING!r}.")
    variable = Variable(column=name, kind=column.kind, fill=MISSING, levels=levels)
    if spec.metric == "gower":
        return replace(variable, weight=0.5 * _weigh(name, spec))
    shares = encode_variable(variable, cells).mean(axis=0)
    gini = 1.0 - float((shares**2).sum())
    return replace(variable, weight=_weigh(name, spec) / max(gini, LEAST_GINI) ** 0.5)


def _choose_levels(name: str, ordered: list[tuple[str, int]], n: int, forced: bool, notes: list[str]) -> tuple[str, ...]:
    """Return the levels that become features, most frequent first; none when the column is left out."""
    if len(ordered) == 1:
        notes.append(f"{name}: {'empty' if ordered[0][0] == MISSING else 'the same for every customer'}, left out.")
        return ()
    if len(ordered) > MAX_LEVELS and not forced:
        notes.append(f"{name}: {len(ordered):,} levels are more than {MAX_LEVELS}, left out; choose it by name to force it.")
        return ()
    levels = _collect_rare(ordered, n)
    if not levels:
        notes.append(f"{name}: none of its {len(ordered):,} levels holds {RARE:.0%} of the customers, left out.")
    elif len(levels) < len(ordered):
        notes.append(f"{name}: {len(ordered) - len(levels) + 1:,} less frequent levels are collected as {OTHER!r}.")
    return levels


def _collect_rare(ordered: list[tuple[str, int]], n: int) -> tuple[str, ...]:
    """Keep the frequent levels, then "Other" for the rest; one level alone would only lose its name, so it stays."""
    most = ONE_HOT_LEVELS if len(ordered) > ONE_HOT_LEVELS else len(ordered)
    frequent = [level for level, count in ordered[:most] if count >= RARE * n]
    if len(ordered) - len(frequent) <= 1:
        return tuple(level for level, _ in ordered)
    kept = tuple(level for level in frequent if level != OTHER)
    return (*kept, OTHER) if kept else ()
