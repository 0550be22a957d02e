"""Columns that say what another one says: numbers that move together, and one column written in other words.

What two columns say alike counts twice in every distance. Which numbers move together is the engine's own bound, told here
before a run instead of after it.
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from datasets.doctor.actions import Action, Finding, finding, give_role, keep
from datasets.doctor.view import View, shown
from segmentiq.ml.features import TWIN_SAMPLE, TWINS
from segmentiq.ml.values import Column
from segmentiq.ml.variables import MAX_LEVELS

TOLD = 10
FEWEST = 20
"""Rows below which two columns agree by chance."""


def find_twins(view: View) -> list[Finding]:
    """Name the pairs of numbers with |r| above the bound, strongest first."""
    columns = view.features("number")
    if len(columns) < 2 or view.n_rows < FEWEST:
        return []
    related = _relate(np.column_stack([view.numbers(column, TWIN_SAMPLE) for column in columns]))
    pairs = sorted(np.argwhere(np.triu(related > TWINS, 1)).tolist(), key=lambda pair: -related[tuple(pair)])
    told = [_tell_twins(columns[i], columns[j], float(related[i, j])) for i, j in pairs[:TOLD]]
    more = len(pairs) - len(told)
    message = (
        f"{more:,} more {'pair' if more == 1 else 'pairs'} of columns move together: what they measure counts several times."
    )
    return [*told, finding("near_duplicates", message)] if more else told


def _relate(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return |r| of every pair of columns, over the rows where both are present; 0 where those are few.

    Parameters
    ----------
    values : (n, d) float64, NaN where missing

    Notes
    -----
    With x centred and 0 where missing and m the 0/1 of presence, r = x'x / sqrt((x^2)'m * m'(x^2)).
    """
    present = np.isfinite(values)
    counts = present.sum(axis=0)
    filled = np.where(present, values, 0.0)
    filled /= np.maximum(np.abs(filled).max(axis=0), np.finfo(np.float64).tiny)
    filled = np.where(present, filled - filled.sum(axis=0) / np.maximum(counts, 1), 0.0)
    is_there = present.astype(np.float64)
    spread = (filled**2).T @ is_there
    with np.errstate(divide="ignore", invalid="ignore"):
        related = np.abs(filled.T @ filled) / np.sqrt(spread * spread.T)
    enough = is_there.T @ is_there >= FEWEST
    return np.where(enough & np.isfinite(related), related, 0.0)


def _tell_twins(one: Column, other: Column, related: float) -> Finding:
    strength = f"{min(related, 0.999):.3f}" if related > 0.995 else f"{related:.2f}"
    strength = "1" if related > 1 - 1e-9 else strength
    message = f"{shown(one.name)} and {shown(other.name)} move together (|r| = {strength}), so what they measure counts twice."
    return finding("near_duplicates", message, other.name, _choices("near_duplicates", one.name, other.name))


def _choices(code: str, one: str, other: str) -> list[Action]:
    return [
        give_role("descriptor", other, f"Leave out {other[:40]}"),
        give_role("descriptor", one, f"Leave out {one[:40]}"),
        keep("Keep both", code, one, other),
    ]


def find_recodings(view: View) -> list[Finding]:
    """Name categories that are another column in other words, level for level.

    Cells become numbers in the order in which levels first appear; two columns that are each other's recoding become the same.
    """
    if view.n_rows < FEWEST:
        return []
    alike: dict[tuple[int, bytes], list[Column]] = {}
    for column in view.features("category", "boolean", "number"):
        if 2 <= view.n_distinct(column) <= MAX_LEVELS:
            codes = pd.factorize(view.cells(column), use_na_sentinel=False)[0].astype(np.int32)
            alike.setdefault((view.n_distinct(column), codes.tobytes()), []).append(column)
    groups = [columns for columns in alike.values() if any(column.kind != "number" for column in columns)]
    pairs = [(columns[0], other) for columns in groups for _, other in pairwise(columns)]
    return [_tell_recoding(view, one, other) for one, other in pairs[:TOLD]]


def _tell_recoding(view: View, one: Column, other: Column) -> Finding:
    n_levels = f"{view.n_distinct(one):,} levels, one for one"
    message = f"{shown(one.name)} and {shown(other.name)} say the same in other words: {n_levels}, so it counts twice"
    choices = _choices("recoded_category", one.name, other.name)
    return finding("recoded_category", f"{message}{view.looked_at}.", other.name, choices)
