"""Columns on their way from a file to types: each distinct cell once, and for every row which one it holds.

Rows of strings or blocks of Arrow columns flow in, `TextCells` flow out, `Present` is what is left once cells that mean "missing"
are told apart. Everything after this looks at distinct cells only, so half a million rows cost as much as their few thousand
values; and a column that repeats itself is held as codes from its first rows on. Only where most cells differ are they kept as
they stand, as `VariedCells`: plain numbers and dates need no list of the different ones.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from datasets.reader.buffers import bytes_of, edges_of, find_bytes, offsets_of, take_strings
from datasets.reader.coding import NOTHING, are_in_turn, count_codes, renumber, spread
from datasets.reader.fields import are_different
from datasets.reader.patterns import are_words, may_have_edges
from datasets.reader.words import ERROR_CELLS, MISSING

STRING = pa.large_string()
NUL = r"\x00"
"""What no database holds as text. A workbook can smuggle it in as _x0000_; text files with it are refused."""
REPLACEMENT = "\ufffd"
MOST_DISTINCT, FEWEST_TOLD = 0.5, 1_000
"""Share of a part's cells that may differ before it is held as it is, and the rows that can tell."""


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class TextCells:
    """A column of text: `codes` (n,) int32 point into `levels`, the distinct cells as they stand in the file; -1 is missing."""

    codes: NDArray[np.int32]
    levels: Any
    n_with_nul: int = 0
    """Distinct cells in which a zero byte was replaced."""

    @property
    def n_filled(self) -> int:
        """Return how many of the distinct cells hold a character."""
        return len(self.levels) - int(pc.index(self.levels, "").as_py() >= 0)

    @property
    def are_levels(self) -> bool:
        """Tell whether no cell repeats and none is missing, so that the levels are the rows."""
        return len(self.levels) == len(self.codes) and are_in_turn(self.codes)

    def encoded(self) -> TextCells:
        return self

    def without_empty(self) -> Any:
        """Return the cells as an Arrow array of strings, each held once; what is empty is null."""
        empty = pc.index(self.levels, "").as_py()
        is_missing = (self.codes < 0) | (self.codes == empty)
        indices = pa.array(self.codes, mask=is_missing if is_missing.any() else None)
        return pa.DictionaryArray.from_arrays(indices, self.levels, safe=False)

    def rows(self, part: slice) -> Any:
        """Return the cells of some rows as an Arrow array of strings; null is missing."""
        codes = self.codes[part]
        return self.levels.take(pa.array(codes, mask=codes < 0))


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class VariedCells:
    """A column of text in which most cells differ, as one Arrow array of strings without nulls for every part of the file."""

    chunks: list[Any]

    def encoded(self) -> TextCells:
        """Return the same cells, each once; most often none repeats, which is told much sooner than where they repeat."""
        column = pa.chunked_array(self.chunks)
        if not are_different([(bytes_of(chunk), offsets_of(chunk)) for chunk in self.chunks]):
            return encode(column)
        levels = column.combine_chunks().cast(STRING)
        return _without_nul(TextCells(codes=np.arange(len(levels), dtype=np.int32), levels=levels))

    def rows(self, part: slice) -> Any:
        """Return the cells of some rows as an Arrow array of strings."""
        return pa.chunked_array(self.chunks)[part].combine_chunks()


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class TrimmedCells:
    """A column of numbers as text without the last bytes of its cells: `spare` (n,) uint8 says how many of them."""

    cells: VariedCells
    spare: NDArray[np.uint8]

    def rows(self, part: slice) -> Any:
        """Return the cells of some rows as an Arrow array of strings."""
        texts = self.cells.rows(part).to_pylist()
        return pa.array([text[: len(text) - n] for text, n in zip(texts, self.spare[part].tolist(), strict=True)], pa.string())


Cells = TextCells | VariedCells
Shown = Cells | TrimmedCells


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Present:
    """The distinct trimmed cells that hold something; `codes` is -1 where a row holds nothing."""

    codes: NDArray[np.int32]
    values: Any
    counts: NDArray[np.int64]
    """How many rows hold each value."""
    missing_words: frozenset[str] = frozenset()
    """The words, in lower case, that were taken for missing."""
    n_errors: int = 0
    """Cells that hold an error of a spreadsheet."""
    n_nan: int = 0
    n_trimmed: int = 0
    """Distinct cells that had spaces around them."""

    @property
    def n_present(self) -> int:
        return int(self.counts.sum())

    @property
    def levels(self) -> list[tuple[str, int]]:
        """Return every value with the rows that hold it, the most frequent first."""
        order = np.argsort(-self.counts, kind="stable")
        return list(zip(self.values.take(pa.array(order)).to_pylist(), self.counts[order].tolist(), strict=True))

    def without(self, words: Collection[str]) -> Present:
        """Return the same cells with these values taken for missing too."""
        first, _, _ = edges_of(self.values)
        maybe = np.flatnonzero(np.isin(first, [word.encode()[0] for word in words]))
        found = pc.is_in(self.values.take(pa.array(maybe)), value_set=pa.array(sorted(words), STRING))
        drop = np.zeros(len(self.values), np.bool_)
        drop[maybe] = found.to_numpy(zero_copy_only=False)
        if not drop.any():
            return self
        codes, values = _without(drop, self.codes, self.values)
        found = {word.lower() for word in self.values.filter(pa.array(drop)).to_pylist()}
        return Present(
            codes=codes,
            values=values,
            counts=self.counts[~drop],
            missing_words=self.missing_words | found,
            n_errors=self.n_errors,
            n_nan=self.n_nan,
            n_trimmed=self.n_trimmed,
        )

    def spread(self, values: NDArray[Any], empty: object) -> NDArray[Any]:
        """Return one entry per row from one entry per distinct value."""
        if values.dtype.kind in "fiM":
            return spread(values, self.codes, empty)
        if len(values) == 0:
            return np.full(len(self.codes), empty)
        rows = values[self.codes]
        rows[self.codes < 0] = empty
        return rows

    def to_text(self) -> pd.Series:
        """Return the trimmed values as a string column."""
        return to_series(self.codes, self.values)


def tidy(cells: TextCells, missing_words: Collection[str] = MISSING) -> Present:
    """Tell missing cells from present ones and trim what is present."""
    has_spaces = may_have_edges(cells.levels)
    trimmed = pc.utf8_trim_whitespace(cells.levels) if has_spaces else cells.levels
    missing = are_words(trimmed, missing_words)
    words = pc.utf8_lower(trimmed.filter(pa.array(missing))).to_pylist()
    counts = count_codes(cells.codes, len(missing))
    told = list(zip(words, counts[missing].tolist(), strict=True))
    changed = pc.not_equal(trimmed, cells.levels).to_numpy(zero_copy_only=False) if has_spaces else np.zeros_like(missing)
    n_trimmed = int((changed & ~missing).sum())
    codes, kept = _without(missing, cells.codes, trimmed)
    counts = counts[~missing]
    if n_trimmed:  # cells that differed in their spaces only may be the same now
        encoded = kept.dictionary_encode()
        place, kept = encoded.indices.to_numpy(zero_copy_only=False), encoded.dictionary
        codes, counts = renumber(place, codes), np.bincount(place, counts, len(kept)).astype(np.int64)
    return Present(
        codes=codes,
        values=kept,
        counts=counts,
        missing_words=frozenset(words),
        n_errors=sum(count for word, count in told if word in ERROR_CELLS),
        n_nan=sum(count for word, count in told if word == "nan"),
        n_trimmed=n_trimmed,
    )


def _without(drop: NDArray[np.bool_], codes: NDArray[np.int32], values: Any) -> tuple[NDArray[np.int32], Any]:
    """Return codes and values without some of the values; -1 where a row held one of them."""
    if not drop.any():
        return codes, values
    return renumber(np.where(drop, -1, np.cumsum(~drop) - 1), codes), values.filter(pa.array(~drop))


def codes_kept(cells: TextCells, present: Present) -> NDArray[np.int32]:
    """Return the codes of the cells as they stand in the file, -1 where `present` says that one is missing."""
    return cells.codes if present.codes is cells.codes else np.where(present.codes < 0, np.int32(NOTHING), cells.codes)


def keep_text(cells: TextCells, present: Present) -> pd.Series:
    """Return the cells byte for byte, missing where `present` says so."""
    return to_series(codes_kept(cells, present), cells.levels)


def to_series(codes: NDArray[np.int32], values: Any) -> pd.Series:
    """Return a string column from distinct values and codes."""
    is_plain = len(values) == len(codes) and are_in_turn(codes)
    return pd.Series(pd.array(values if is_plain else take_strings(values, codes), dtype="str"))


@dataclass(slots=True)
class TextColumns:
    """Columns gathered part by part: as codes where a part repeats its cells, so that memory holds each of those once."""

    width: int
    parts: list[list[Any]] = field(default_factory=list)
    n_rows: int = 0
    varied: set[int] = field(default_factory=set)
    """Columns in which most cells differ: for them codes would be a second copy."""

    def add(self, rows: Sequence[Sequence[str]]) -> list[Any]:
        """Take rows of `width` strings; return them as Arrow columns."""
        columns = [pa.array(column, pa.string()) for column in zip(*rows, strict=True)]
        self.add_columns(
            [column if position in self.varied else column.dictionary_encode() for position, column in enumerate(columns)]
        )
        return columns

    def add_columns(self, columns: Sequence[Any]) -> None:
        """Take `width` Arrow columns of strings, coded but for those whose cells differ too much."""
        self.parts.append([self._pack(position, column) for position, column in enumerate(columns)])
        self.n_rows += len(columns[0])

    def _pack(self, position: int, column: Any) -> Any:
        is_coded = pa.types.is_dictionary(column.type)
        if len(column) >= FEWEST_TOLD and not (is_coded and len(column.dictionary) <= len(column) * MOST_DISTINCT):
            self.varied.add(position)
        return column if is_coded or position in self.varied else column.dictionary_encode()

    def is_blank(self, position: int) -> bool:
        """Tell whether no row holds anything in this column."""
        parts = (part[position] for part in self.parts)
        return all(pc.max(pc.binary_length(_distinct(part))).as_py() == 0 for part in parts)

    def take(self, position: int) -> Cells:
        """Return a column, and let go of its parts."""
        parts = []
        for part in self.parts:
            parts.append(part[position])
            part[position] = None
        if position not in self.varied:
            return _to_cells(pa.chunked_array(parts).unify_dictionaries())
        return VariedCells(chunks=[part.dictionary_decode() if pa.types.is_dictionary(part.type) else part for part in parts])


def _distinct(part: Any) -> Any:
    return part.dictionary if pa.types.is_dictionary(part.type) else part


def encode(column: Any) -> TextCells:
    """Return a chunked Arrow column of strings as distinct cells and codes; null is missing."""
    return _to_cells(column.dictionary_encode())


def _to_cells(encoded: Any) -> TextCells:
    """Return a column whose chunks share one dictionary."""
    chunks = [chunk.indices.fill_null(-1).to_numpy(zero_copy_only=False) for chunk in encoded.chunks]
    codes = np.concatenate(chunks).astype(np.int32, copy=False)
    return _without_nul(TextCells(codes=codes, levels=encoded.chunk(0).dictionary.cast(STRING)))


def _without_nul(cells: TextCells) -> TextCells:
    n_with_nul = _count_nul(cells.levels)
    if not n_with_nul:
        return cells
    cleaned = pc.replace_substring_regex(cells.levels, NUL, REPLACEMENT).dictionary_encode()
    place = cleaned.indices.to_numpy(zero_copy_only=False)
    return TextCells(codes=renumber(place, cells.codes), levels=cleaned.dictionary, n_with_nul=n_with_nul)


def _count_nul(levels: Any) -> int:
    """Return how many of the strings hold a zero byte; most columns hold none, which one look at all bytes shows."""
    if not find_bytes(levels)[0]:
        return 0
    return int(pc.sum(pc.match_substring_regex(levels, NUL)).as_py() or 0)
