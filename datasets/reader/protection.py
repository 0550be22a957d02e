"""Cells that a spreadsheet's formula keeps from being changed: ="00123" is how exports make Excel leave the zeros.

A column of text flows in; flows out, where all of it is written so, the text inside.
"""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from datasets.reader.cells import TextCells
from datasets.reader.patterns import all_match

PROTECTED = r'^="([^"]*)"$'


def without_protection(cells: TextCells) -> TextCells:
    """Return the same cells without the formulas, or these where not all have one."""
    if not any(text.startswith('="') for text in cells.levels[:2].to_pylist()):  # one of the first two may be empty
        return cells
    is_empty = pc.equal(cells.levels, "")
    if not all_match(cells.levels.filter(pc.invert(is_empty)), PROTECTED):
        return cells
    inside = pc.replace_substring_regex(cells.levels, PROTECTED, r"\1").dictionary_encode()
    place = np.append(inside.indices.to_numpy(zero_copy_only=False), -1).astype(np.int32)
    return TextCells(codes=place[cells.codes], levels=inside.dictionary.cast(pa.large_string()))
