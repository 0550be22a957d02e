"""Some customers in, what sets them apart from all of them out, in the words and units that segments are described in.

The average of all, and how far customers spread around it, are taken from the profiles of the run, so a picked group is measured
against the same figures as a segment is. Only the rows of the picked customers are read.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from statistics import quantiles

from clustering import artifacts
from clustering.lookup import id_columns, name_of, rows_at
from clustering.models import Run
from datasets.cells import cell_value
from datasets.finding import read_rows
from segmentiq.ml.facts import Fact, say
from segmentiq.ml.values import Kind, LevelFact, NumberFact, Profile

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
DAY = 86_400


def names_at(run: Run, positions: Sequence[int]) -> list[str]:
    """Return what the customers at these leaf positions are called. Raises Refusal."""
    ids = id_columns(run)
    rows = rows_at(artifacts.load_labels(run), positions)
    header, found = read_rows(run.dataset, set(rows)) if ids else ([], {})
    return [name_of(header, found.get(row, [""] * len(header)), ids, row) for row in rows]


def apart(run: Run, positions: Sequence[int]) -> tuple[str, ...]:
    """Say what sets the customers at these leaf positions apart. Raises Refusal."""
    header, rows = read_rows(run.dataset, set(rows_at(artifacts.load_labels(run), positions)))
    columns = dict(zip(header, zip(*rows.values(), strict=True), strict=True))
    kinds: dict[str, Kind] = dict(run.dataset.columns.values_list("name", "kind"))  # type: ignore[arg-type]
    profiles = artifacts.load_profiles(run)
    facts = [*_numbers(profiles, columns, kinds), *_levels(profiles[0], columns)]
    return say(facts, kinds, run.dataset.labels)


Columns = Mapping[str, Sequence[str]]


def _numbers(profiles: Sequence[Profile], columns: Columns, kinds: Mapping[str, Kind]) -> Iterator[Fact]:
    spreads = _spreads(profiles)
    for fact in profiles[0].numbers:
        cells = columns.get(fact.column, ())
        values = [value for cell in cells if (value := as_number(cell, kinds.get(fact.column, "number"))) is not None]
        if values:
            mean = math.fsum(values) / len(values)
            spread = spreads.get(fact.column, 0.0)
            q1, median, q3 = quantiles(values, n=4, method="inclusive") if len(values) > 1 else values * 3
            yield NumberFact(
                column=fact.column,
                mean=mean,
                median=median,
                q1=q1,
                q3=q3,
                overall=fact.overall,
                effect=(mean - fact.overall) / spread if spread else 0.0,
            )


def _spreads(profiles: Sequence[Profile]) -> dict[str, float]:
    """Return the standard deviation over all customers by column: what a branch's effect was divided by."""
    strongest: dict[str, NumberFact] = {}
    for fact in (fact for profile in profiles for fact in profile.numbers):
        if abs(fact.effect) > abs(strongest.get(fact.column, fact).effect) or fact.column not in strongest:
            strongest[fact.column] = fact
    return {column: (fact.mean - fact.overall) / fact.effect for column, fact in strongest.items() if fact.effect}


def as_number(cell: str, kind: str) -> float | None:
    """Return a cell as profiles average it: a truth as 1 or 0, a date as days since 1970; None where it is missing."""
    if kind == "date":
        return _days(cell)
    value = cell_value(cell, kind)
    return float(value) if isinstance(value, int | float) else None


def _days(cell: str) -> float | None:
    try:
        moment = datetime.fromisoformat(cell)
    except ValueError:
        return None
    return ((moment if moment.tzinfo else moment.replace(tzinfo=UTC)) - EPOCH).total_seconds() / DAY


def _levels(root: Profile, columns: Columns) -> Iterator[Fact]:
    counts = {column: Counter(cell for cell in cells if cell) for column, cells in columns.items()}
    for fact in root.levels:
        counted = counts.get(fact.column)
        if counted:
            share = counted[fact.level] / counted.total()
            spread = math.sqrt(fact.overall * (1 - fact.overall))
            yield LevelFact(
                column=fact.column,
                level=fact.level,
                share=share,
                overall=fact.overall,
                effect=(share - fact.overall) / spread if spread else 0.0,
            )
