"""Whether strings match a pattern: Arrow arrays of strings flow in, a yes or no flows out.

Columns have up to millions of distinct cells and most attempts to read them as something fail at the first ones, so those are
looked at before the others.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from functools import cache
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from datasets.reader.buffers import edges_of, find_bytes
from datasets.reader.words import plain_digits

FIRST = 100
ASCII = 128


def all_match(values: Any, pattern: str) -> bool:
    """Tell whether there are strings and all of them match."""
    if not len(values) or not as_python(pattern).search(values[0].as_py()):
        return False
    return _all_match(values[:FIRST], pattern) and (len(values) <= FIRST or _all_match(values[FIRST:], pattern))


@cache
def as_python(pattern: str) -> re.Pattern[str]:
    """Return the pattern for Python, which keeps it (Arrow compiles it anew for every call) and matches no less."""
    return re.compile(pattern.replace(r"\p{Ll}", r"\p{L}").replace(r"[\p{L}", r"[^\W\d_").replace(r"\p{L}", r"[^\W\d_]"))


def any_matches(values: Any, pattern: str) -> bool:
    """Tell whether one of the strings matches."""
    return _any_matches(values[:FIRST], pattern) or _any_matches(values[FIRST:], pattern)


def are_words(values: Any, words: Collection[str]) -> NDArray[np.bool_]:
    """Tell which strings are one of these lower-case words in any case; of most the first byte tells that they are not."""
    starts = {word.encode()[0] for word in words if word}
    may_start = np.arange(256) >= ASCII
    may_start[[*starts, *map(ord, "".join(map(chr, starts)).upper())]] = True
    first, _, is_empty = edges_of(values)
    maybe = np.flatnonzero(may_start[first] | is_empty)
    found = np.zeros(len(values), np.bool_)
    lowered = pc.utf8_lower(values.take(pa.array(maybe)))
    found[maybe] = pc.is_in(lowered, value_set=pa.array(sorted(words), values.type)).to_numpy(zero_copy_only=False)
    return found


def may_have_edges(values: Any) -> bool:
    """Tell whether a string may start or end with white space: it does with an ASCII one, or with a letter that is not ASCII."""
    first, last, is_empty = edges_of(values)
    is_space = (np.arange(256) <= ord(" ")) | (np.arange(256) >= ASCII)
    return bool((~is_empty & (is_space[first] | is_space[last])).any())


def in_plain_digits(values: Any) -> Any:
    """Return strings whose digits of other scripts are those of ours; mostly one look at all bytes shows that there are none."""
    if not find_bytes(values)[ASCII:].any():
        return values
    return pa.array([text if text.isascii() else plain_digits(text) for text in values.to_pylist()], values.type)


def _all_match(values: Any, pattern: str) -> bool:
    return bool(pc.all(pc.match_substring_regex(values, pattern)).as_py())


def _any_matches(values: Any, pattern: str) -> bool:
    return bool(pc.any(pc.match_substring_regex(values, pattern)).as_py())
