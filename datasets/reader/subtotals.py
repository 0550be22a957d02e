"""Totals among the rows: a pivot table has one below every group, and a sum of sums at its end.

A raw table flows in, the table without such rows flows out, before its columns are typed: they would spoil what a column is.
Words alone are no proof, since companies are called Total; a row goes when it says so and its numbers are sums of the rows above
it, those of its group, of several groups, or all; or else of the rows below it. The ledger counts them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from datasets.reader.buffers import edges_of
from datasets.reader.cells import Cells, VariedCells, tidy
from datasets.reader.findings import count_of
from datasets.reader.numbers import Writing, read_numbers
from datasets.reader.repeats import take_rows
from datasets.reader.source import RawTable, Source
from datasets.reader.words import MAYBE_MISSING

MOST_ROWS, FEWEST_ROWS = 100_000, 3
"""Rows of a report; what is longer was not written for people."""
MOST_SAID = 5_000
MOST_STARTS = 50
"""Subtotals that one above them may sum up."""
FAR_FROM_CHANCE, ROUNDED = 10, 0.0051
WORD = (
    r"(?:(?:(?:grand|sub|sous|zwischen|teil|gesamt)[ -]?)?(?:total|totaux|totals|totale|totaal|totalt|summe|summa|sum|suma"
    r"|somme|ergebnis|razem|celkem|összesen|toplam|итог|итого|всего|σύνολο)|subtotale|tussentotaal|delsumma|insgesamt|gesamt|overall"
    r"|zusammen|ogółem|spolu|i alt|mezisoučet|részösszeg|samtals|yhteensä|sammenlagt"
    r"|resultado|小计|小計|合计|合計|总计|總計|汇总|集計|소계|합계|요약)"
)
IS_DIGIT = np.isin(np.arange(256), list(b"0123456789"))
COUNT = r"(?:count|anzahl|number|nombre|número|numero|aantal|antal|liczba|počet|количество|件数|个数|개수)"
MEAN = r"(?:average|mean|durchschnitt|mittelwert|moyenne|media|média|gemiddelde|średnia|průměr|среднее|ortalama|平均|평균|ø)"
PAGE = (
    r"(?i)^\W*(?:page|seite|página|pagina|pág\.?|strana|strona|sida|side|sivu|oldal|sayfa|стр\.?|страница|σελίδα|页|頁|第)\s*\d+"
    r"(?:\s*\D{1,5}\s*\d+)?\W*$"
)
HEADING = r"^\s*[^:\d]{1,40}:\s*\S.{0,80}$"
COUNTED = rf"(?i)^\W*{COUNT}\W*$"
SAID = rf"(?i)^\W*(?:{COUNT}|{MEAN})\W*$|^\W*{WORD}(?:[\s:_-].{{0,60}})?$|^.{{1,60}}[\s:_–—-]{WORD}\W*$"


def without_subtotals(raw: RawTable, source: Source) -> RawTable:
    """Return the rows that are no totals of others."""
    if not FEWEST_ROWS < raw.n_rows <= MOST_ROWS or source.overrides.get("keep_rows"):
        return raw
    columns = list(raw.columns)
    said = _find_said(columns, SAID)
    proven = _find_proven(columns, said, raw) if 0 < len(said) <= MOST_SAID else []
    _warn_of_unproven(columns, np.setdiff1d(said, proven), source)
    pages, headings = _find_alone(columns, PAGE), _find_headings(columns)
    aside = [*proven, *pages, *headings]
    if not aside:
        return replace(raw, columns=iter(columns))
    source.findings.set_aside("subtotals", len(proven), "Among the rows: each holds the sums of others, a group's or all.")
    source.findings.set_aside("page_lines", len(pages), "Among the rows: the numbers of printed pages.")
    source.findings.set_aside("group_headings", len(headings), "Among the rows: headings of groups, which hold no values.")
    if headings:
        message = f"{count_of(len(headings), 'row')} are headings of groups; write them into a column to cluster on them."
        source.findings.warn("group_headings", message)
    if raw.n_rows - 1 in proven:  # what was said of the last row, when the rows above it seemed to be customers
        source.findings.warnings[:] = [told for told in source.findings.warnings if told["code"] != "possible_total"]
    columns = [_filled_down(column, name, proven, source) for column, name in zip(columns, raw.names, strict=True)]
    kept = np.setdiff1d(np.arange(raw.n_rows), aside, assume_unique=True)
    return replace(raw, columns=(take_rows(column, kept) for column in columns), n_rows=len(kept))


def _filled_down(column: Cells | pd.Series, name: str, proven: Sequence[int], source: Source) -> Cells | pd.Series:
    """Return a column with the name of each group in all of its rows, where it stands in the first row below a subtotal only."""
    if isinstance(column, pd.Series) or len(proven) < 2:
        return column
    cells, filled = column.encoded(), _read(column, None)[1]
    rows = np.setdiff1d(np.flatnonzero(filled), proven)
    starts = np.setdiff1d([0, *(row + 1 for row in proven)], proven)
    if len(rows) < 2 or rows[0] != 0 or not np.isin(rows, starts).all():
        return column
    place = np.zeros(len(filled), np.int64)
    place[rows] = rows
    source.findings.warn(
        "filled_groups", f"{name[:80]}: the name of a group, in its first row only, now stands in all of them.", name
    )
    return replace(cells, codes=cells.codes[np.maximum.accumulate(place)])


def _warn_of_unproven(columns: Sequence[Cells | pd.Series], said: NDArray[np.int64], source: Source) -> None:
    """Warn of several rows that speak of a total and leave a column empty that nearly every other row fills."""
    if not 1 < len(said) <= MOST_SAID:
        return
    filled = np.array([_read(column, None)[1] for column in columns])
    usual = filled.mean(axis=1) >= 0.8
    n_rows = int((~filled[usual][:, said]).any(axis=0).sum())
    if n_rows > 1:
        message = f"{n_rows:,} rows speak of a total but hold no sums of others; delete them unless they are customers."
        source.findings.warn("possible_subtotals", message)


def _find_said(columns: Sequence[Cells | pd.Series], pattern: str) -> NDArray[np.int64]:
    """Return the rows of which a cell matches."""
    return np.flatnonzero(np.any([_speak(column, pattern) for column in columns], axis=0))


def _speak(column: Cells | pd.Series, pattern: str) -> NDArray[np.bool_]:
    if isinstance(column, pd.Series):
        return np.zeros(len(column), np.bool_)
    if isinstance(column, VariedCells):
        return np.concatenate([_match(chunk, pattern) for chunk in column.chunks])
    said: NDArray[np.bool_] = np.append(_match(column.levels, pattern), np.False_)[column.codes]
    return said


def _match(texts: Any, pattern: str) -> NDArray[np.bool_]:
    """Tell which texts match; most cells begin and end with a digit, and need no look."""
    first, last, _ = edges_of(texts)
    maybe = np.flatnonzero(~(IS_DIGIT[first] & IS_DIGIT[last]))
    found = np.zeros(len(texts), np.bool_)
    if len(maybe):
        found[maybe] = pc.match_substring_regex(texts.take(pa.array(maybe)), pattern).to_numpy(zero_copy_only=False)
    return found


def _find_headings(columns: Sequence[Cells | pd.Series]) -> list[int]:
    """Return the rows "Region: North", "Region: South", ...: one before the first customer, and one above every other group."""
    rows = _find_alone(columns, HEADING)
    if len(rows) < 2 or rows[0] != 0 or len(rows) != len(_find_said(columns[:1], HEADING)) or isinstance(columns[0], pd.Series):
        return []
    said = columns[0].encoded().rows(slice(None)).take(pa.array(rows)).to_pylist()
    is_apart = all(after > before + 1 for before, after in pairwise([*rows, len(columns[0].encoded().codes)]))
    return rows if is_apart and len({text.partition(":")[0].strip() for text in said}) == 1 else []


def _find_alone(columns: Sequence[Cells | pd.Series], pattern: str) -> list[int]:
    """Return the rows whose first cell matches, and which hold nothing else."""
    said = _find_said(columns[:1], pattern)
    if len(columns) < 2 or not len(said):
        return []
    filled = [_read(column, None)[1][said] for column in columns[1:]]
    rows: list[int] = said[~np.any(filled, axis=0)].tolist()
    return rows


def _find_proven(columns: Sequence[Cells | pd.Series], said: NDArray[np.int64], raw: RawTable) -> list[int]:
    """Return the rows that hold what they speak of."""
    leaning = "," if raw.writes_decimal_commas else None
    read = [_read(column, leaning) for column in columns]
    numbers = [values for values, _ in read if values is not None]
    if not numbers:
        return []
    table, filled = np.array(numbers), np.array([filled for _, filled in read])
    below = Report(numbers=table, filled=filled, counting=frozenset(_find_said(columns, COUNTED).tolist()))
    proven = [row for row in said.tolist() if below.take(row)]
    if proven:
        return proven
    above, last = Report(numbers=table[:, ::-1], filled=filled[:, ::-1]), raw.n_rows - 1
    return [row for row in said[::-1].tolist() if above.take(last - row)][::-1]


def _read(column: Cells | pd.Series, leaning: str | None) -> tuple[NDArray[np.float64] | None, NDArray[np.bool_]]:
    """Return the numbers of a column, if it is one of numbers, and which rows hold anything."""
    if isinstance(column, pd.Series):
        is_number = column.dtype.kind in "iuf"
        return column.to_numpy(np.float64) if is_number else None, column.notna().to_numpy()
    present = tidy(column.encoded()).without(MAYBE_MISSING)
    found = read_numbers(present.values, Writing(leaning=leaning)) if len(present.values) else None
    values = None if found is None else present.spread(found.values.astype(np.float64), np.nan)
    return values, present.codes >= 0


@dataclass(slots=True, eq=False)
class Report:
    """A table with sums among its rows: `numbers` (columns, rows) and which cells of all columns are filled.

    What says so may hold means instead, and the rows of `counting` how many there are. Sums run from any of the `starts`: the
    first row, or one below a subtotal. What was taken for one adds to none.
    """

    numbers: NDArray[np.float64]
    filled: NDArray[np.bool_]
    counting: frozenset[int] = frozenset()
    row: int = 0
    """Rows up to here are summed up."""
    last: int = 0
    """The last of them that holds no sums itself."""
    n_kept: int = 0
    sums: NDArray[np.float64] = field(init=False)
    sizes: NDArray[np.float64] = field(init=False)
    """What the numbers come to without their signs, which tells how exact a sum can be."""
    counts: NDArray[np.float64] = field(init=False)
    """How many numbers there are."""
    starts: list[tuple[int, NDArray[np.float64], NDArray[np.float64]]] = field(init=False)

    def __post_init__(self) -> None:
        self.sums = self.sizes = self.counts = np.zeros(len(self.numbers))
        self.starts = [(0, self.sums, self.counts)]

    def take(self, row: int) -> bool:
        """Tell whether a row holds sums; rows come in their order."""
        above = np.nan_to_num(self.numbers[:, self.row : row], posinf=0.0, neginf=0.0)
        self.sums, self.sizes = self.sums + above.sum(axis=1), self.sizes + np.abs(above).sum(axis=1)
        self.counts = self.counts + np.isfinite(self.numbers[:, self.row : row]).sum(axis=1)
        self.n_kept, self.last = self.n_kept + row - self.row, row - 1 if row > self.row else self.last
        self.row = row
        is_total = any(self._holds(row, *start) for start in self.starts)
        if is_total:
            self.row = row + 1
            self.starts = [self.starts[0], *self.starts[1:][-MOST_STARTS:], (self.n_kept, self.sums, self.counts)]
        return is_total

    def _holds(self, row: int, n_before: int, sums: NDArray[np.float64], counts: NDArray[np.float64]) -> bool:
        """Tell whether the numbers of a row are the sums or means of the rows from a start on, beyond chance."""
        n_above, there = self.n_kept - n_before, np.isfinite(self.numbers[:, row])
        if not n_above or not there.any():
            return False
        numbers, above, n_numbers = self.numbers[there, row], (self.sums - sums)[there], (self.counts - counts)[there]
        may_be = [above, above / np.maximum(n_numbers, 1), *([n_numbers] if row in self.counting else [])]
        allowed = np.maximum(1e-9 * self.sizes[there], ROUNDED)
        is_sum = np.any([np.abs(numbers - wanted) <= allowed for wanted in may_be], axis=0)
        large = np.abs(numbers)[is_sum]
        n_sums = int((large >= 1).sum())
        leaves_empty = bool((self.filled[:, self.last] & ~self.filled[:, row]).any())
        is_beyond_chance = n_sums > 1 or (n_above > 1 and bool((large >= FAR_FROM_CHANCE).any()))
        is_like_all = bool(is_sum.all()) or (leaves_empty and 2 * n_sums >= len(is_sum))
        return bool(n_sums) and is_like_all and (is_beyond_chance or leaves_empty)
