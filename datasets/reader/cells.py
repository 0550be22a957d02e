"""Columns on their way from a file to types: each distinct cell once, and for every row which one it holds.

Rows of strings flow in, `TextCells` flow out, `Present` is what is left once cells that mean "missing" are told apart. Everything
after this looks at distinct cells only, so half a million rows cost as much as their few thousand values.
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

from datasets.reader.words import ERROR_CELLS, MISSING

STRING = pa.large_string()
NUL = r"\x00"
"""What no database holds as text. A workbook can smuggle it in as _x0000_; text files with it are refused."""
REPLACEMENT = "\ufffd"


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class TextCells:
    """A column of text: `codes` (n,) int32 point into `levels`, the distinct cells as they stand in the file; -1 is missing."""

    codes: NDArray[np.int32]
    levels: Any
    n_with_nul: int = 0
    """Distinct cells in which a zero byte was replaced."""


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Present:
    """The distinct trimmed cells that hold something; `codes` is -1 where a row holds nothing."""

    codes: NDArray[np.int64]
    values: Any
    missing_words: frozenset[str] = frozenset()
    """The words, in lower case, that were taken for missing."""
    n_errors: int = 0
    """Cells that hold an error of a spreadsheet."""
    n_nan: int = 0
    n_trimmed: int = 0
    """Distinct cells that had spaces around them."""

    @property
    def n_present(self) -> int:
        return int((self.codes >= 0).sum())

    @property
    def counts(self) -> NDArray[np.int64]:
        """Return how many rows hold each value."""
        return np.bincount(self.codes[self.codes >= 0], minlength=len(self.values))

    def without(self, words: Collection[str]) -> Present:
        """Return the same cells with these values taken for missing too."""
        drop = pc.is_in(self.values, value_set=pa.array(sorted(words), STRING)).to_numpy(zero_copy_only=False)
        if not drop.any():
            return self
        place = np.where(drop, -1, np.cumsum(~drop) - 1)
        found = {word.lower() for word in self.values.filter(pa.array(drop)).to_pylist()}
        return Present(
            codes=_look_up(place, self.codes),
            values=self.values.filter(pa.array(~drop)),
            missing_words=self.missing_words | found,
            n_errors=self.n_errors,
            n_nan=self.n_nan,
            n_trimmed=self.n_trimmed,
        )

    def spread(self, values: NDArray[Any], empty: object) -> NDArray[Any]:
        """Return one entry per row from one entry per distinct value."""
        if len(values) == 0:
            return np.full(len(self.codes), empty)
        rows = values[self.codes]
        missing = self.codes < 0
        if missing.any():
            rows[missing] = empty
        return rows

    def to_text(self) -> pd.Series:
        """Return the trimmed values as a string column."""
        return to_series(self.codes, self.values)


def tidy(cells: TextCells, missing_words: Collection[str] = MISSING) -> Present:
    """Tell missing cells from present ones and trim what is present."""
    trimmed = pc.utf8_trim_whitespace(cells.levels)
    lowered = pc.utf8_lower(trimmed)
    missing = pc.is_in(lowered, value_set=pa.array(sorted(missing_words), STRING)).to_numpy(zero_copy_only=False)
    encoded = trimmed.filter(pa.array(~missing)).dictionary_encode()
    place = np.full(len(missing), -1, dtype=np.int64)
    place[~missing] = encoded.indices.to_numpy(zero_copy_only=False)
    words = lowered.filter(pa.array(missing)).to_pylist()
    counts = np.bincount(cells.codes[cells.codes >= 0], minlength=len(missing))[missing]
    changed = pc.not_equal(trimmed, cells.levels).to_numpy(zero_copy_only=False)
    return Present(
        codes=_look_up(place, cells.codes),
        values=encoded.dictionary,
        missing_words=frozenset(words),
        n_errors=int(sum(count for word, count in zip(words, counts, strict=True) if word in ERROR_CELLS)),
        n_nan=int(sum(count for word, count in zip(words, counts, strict=True) if word == "nan")),
        n_trimmed=int((changed & ~missing).sum()),
    )


def keep_text(cells: TextCells, present: Present) -> pd.Series:
    """Return the cells byte for byte, missing where `present` says so."""
    return to_series(np.where(present.codes < 0, -1, cells.codes), cells.levels)


def to_series(codes: NDArray[np.integer[Any]], values: Any) -> pd.Series:
    """Return a string column from distinct values and codes."""
    levels = pd.array(values.to_numpy(zero_copy_only=False), dtype="str")
    return pd.Series(levels.take(codes, allow_fill=True))


def _look_up(place: NDArray[np.int64], codes: NDArray[np.integer[Any]]) -> NDArray[np.int64]:
    """Return `place[codes]`, -1 staying -1."""
    found: NDArray[np.int64] = np.append(place, -1)[codes]
    return found


@dataclass(slots=True)
class TextColumns:
    """Rows gathered chunk by chunk into columns, so that the Python strings of a chunk are freed before the next."""

    width: int
    parts: list[list[Any]] = field(default_factory=list)
    n_rows: int = 0

    def add(self, rows: Sequence[Sequence[str]]) -> list[Any]:
        """Take rows of `width` strings; return the chunk's columns."""
        chunk = [pa.array(column, STRING) for column in zip(*rows, strict=True)]
        self.parts.append(chunk)
        self.n_rows += len(rows)
        return chunk

    def take(self, position: int) -> TextCells:
        """Return a column, and let go of its parts."""
        chunks = []
        for part in self.parts:
            chunks.append(part[position])
            part[position] = None
        return encode(pa.chunked_array(chunks, STRING))


def encode(column: Any) -> TextCells:
    """Return an Arrow column of strings as distinct cells and codes; null is missing."""
    encoded = column.combine_chunks().dictionary_encode()
    if isinstance(encoded, pa.ChunkedArray):
        encoded = encoded.combine_chunks()
    codes = encoded.indices.fill_null(-1).to_numpy(zero_copy_only=False).astype(np.int32, copy=False)
    n_with_nul = pc.sum(pc.match_substring_regex(encoded.dictionary, NUL)).as_py() or 0
    if not n_with_nul:
        return TextCells(codes=codes, levels=encoded.dictionary)
    cleaned = pc.replace_substring_regex(encoded.dictionary, NUL, REPLACEMENT).dictionary_encode()
    place = cleaned.indices.to_numpy(zero_copy_only=False)
    return TextCells(codes=_look_up(place, codes).astype(np.int32), levels=cleaned.dictionary, n_with_nul=n_with_nul)
