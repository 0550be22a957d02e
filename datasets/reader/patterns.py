"""Whether strings match a pattern: Arrow arrays of strings flow in, a yes or no flows out.

Columns have up to millions of distinct cells and most attempts to read them as something fail at the first ones, so those are
looked at before the others.
"""

from __future__ import annotations

from typing import Any

import pyarrow.compute as pc

FIRST = 100


def all_match(values: Any, pattern: str) -> bool:
    """Tell whether there are strings and all of them match."""
    return _all_match(values[:FIRST], pattern) and (len(values) <= FIRST or _all_match(values[FIRST:], pattern))


def any_matches(values: Any, pattern: str) -> bool:
    """Tell whether one of the strings matches."""
    return _any_matches(values[:FIRST], pattern) or _any_matches(values[FIRST:], pattern)


def _all_match(values: Any, pattern: str) -> bool:
    return bool(pc.all(pc.match_substring_regex(values, pattern)).as_py())


def _any_matches(values: Any, pattern: str) -> bool:
    return bool(pc.any(pc.match_substring_regex(values, pattern)).as_py())
