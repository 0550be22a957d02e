"""A name that somebody typed in, the rows of the run's table that bear it out; and what every listed customer is called.

A customer's name is the cell of the first identifier column, byte by byte as in the file, leading zeros and all; where a table
has no such column, or the cell is empty, it is the number of the row. Nothing here is ever written to a log.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from clustering import artifacts
from clustering.artifacts import Labels
from clustering.cutting import Cut
from clustering.layout import hues_of
from clustering.models import Run
from clustering.segments import given_hues, names_of
from datasets.finding import find_rows
from segmentiq.ml.values import Profile, TopTree
from segmentiq.words import count

Rows = Mapping[int, Sequence[str]]
"""Rows of the table that were read, as cells in the order of its header."""
MOST_FOUND = 20
"""Rows listed of a name that several bear."""
ROW_NUMBER = re.compile(r"[1-9][0-9]{0,8}", re.ASCII)


@dataclass(frozen=True, kw_only=True, slots=True)
class SegmentMark:
    """How a segment is marked beside a customer."""

    number: int
    branch: int
    start: int
    stop: int
    hue: int
    name: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Customer:
    """A customer as listed: its name, its row in the table from 1, and its segment, None when it was set aside."""

    name: str
    row: int
    segment: SegmentMark | None


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Register:
    """All customers of a run in one cut: who stands where, in which segment, and what the branches are like."""

    run: Run
    top: TopTree
    cut: Cut
    labels: Labels
    profiles: tuple[Profile, ...]
    marks: tuple[SegmentMark, ...]
    ids: tuple[str, ...]


def open_register(run: Run, cut: Cut) -> Register:
    """Load where everyone is. Raises Refusal when the run's files are damaged."""
    top = artifacts.load_top(run)
    profiles = artifacts.load_profiles(run)
    return Register(
        run=run,
        top=top,
        cut=cut,
        labels=artifacts.load_labels(run),
        profiles=profiles,
        marks=marks_of(run, top, cut, profiles),
        ids=tuple(id_columns(run)),
    )


def listed(register: Register, rows: Sequence[int], header: Sequence[str], cells: Rows) -> tuple[Customer, ...]:
    """Name the customers of these rows, and say in which segment each is."""
    return tuple(
        Customer(
            name=name_of(header, cells[row], register.ids, row),
            row=row + 1,
            segment=mark_at(register.marks, position_of(register.labels, row)),
        )
        for row in rows
    )


def id_columns(run: Run) -> list[str]:
    """Return the columns that identify a customer, as the table orders them."""
    return list(run.dataset.columns.filter(role="id").order_by("position").values_list("name", flat=True))


def rows_named(run: Run, asked: str) -> list[int]:
    """Return the rows, from 0, of the customers of this name; by row number where no column identifies. Raises Refusal."""
    names = id_columns(run)
    if names:
        return (find_rows(run.dataset, names, asked, MOST_FOUND) if asked else []) or _trimmed(run, names, asked)
    row = row_numbered(asked)
    return [row] if row is not None and row < (run.n_rows or 0) else []


def _trimmed(run: Run, names: list[str], asked: str) -> list[int]:
    """Look again for a name that was copied together with the blanks around it."""
    trimmed = asked.strip()
    return find_rows(run.dataset, names, trimmed, MOST_FOUND) if trimmed and trimmed != asked else []


def row_numbered(text: str) -> int | None:
    """Return the row, from 0, of a number from 1; None for anything else."""
    plain = text.strip()
    return int(plain) - 1 if ROW_NUMBER.fullmatch(plain) else None


def name_of(header: Sequence[str], cells: Sequence[str], ids: Sequence[str], row: int) -> str:
    """Return what a customer is called."""
    return (cells[header.index(ids[0])] if ids else "") or f"Row {count(row + 1)}"


def marks_of(run: Run, top: TopTree, cut: Cut, profiles: Iterable[Profile]) -> tuple[SegmentMark, ...]:
    """Return the marks of a cut's segments, largest first."""
    names = names_of(profiles, {entry.branch: entry.name for entry in run.names.all()})
    hues = hues_of(top, given_hues(run))
    return tuple(
        SegmentMark(number=number, branch=b.id, start=b.start, stop=b.stop, hue=hues[b.id], name=names.get(b.id, ""))
        for number, b in enumerate(cut.branches, start=1)
    )


def mark_at(marks: Sequence[SegmentMark], position: int | None) -> SegmentMark | None:
    """Return the segment that holds a leaf position."""
    return next((mark for mark in marks if position is not None and mark.start <= position < mark.stop), None)


def position_of(labels: Labels, row: int) -> int | None:
    """Return the leaf position of a row; None when it was set aside."""
    import numpy as np

    clustered = int(np.searchsorted(labels.rows, row))
    if clustered == len(labels.rows) or labels.rows[clustered] != row:
        return None
    return int(np.flatnonzero(labels.order == clustered)[0])


def rows_at(labels: Labels, positions: Sequence[int]) -> list[int]:
    """Return the rows at these leaf positions."""
    return labels.rows[labels.order[list(positions)]].tolist()  # type: ignore[no-any-return]
