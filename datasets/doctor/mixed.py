"""Words among numbers: the columns that stayed text because of a few words flow in, those words flow out.

They flow out only where they would help: where all that is left of the column, read as the file was read, is numbers.
"""

from __future__ import annotations

from collections.abc import Iterable

import pyarrow as pa
import pyarrow.compute as pc

from datasets.reader.cells import STRING
from datasets.reader.findings import Warned
from datasets.reader.numbers import PLAIN, Writing, read_numbers
from datasets.reader.overrides import LONGEST_CHOICE, MOST_WORDS
from datasets.reader.words import MISSING, is_missing
from segmentiq.ml.values import Table

MOST_LOOKED_AT = 1_000
"""Different cells that are no plain numbers, above which nobody would call them a few words."""


def find_words(table: Table, warnings: Iterable[Warned]) -> dict[str, list[str]]:
    """Return, in lower case and by column, what would have to count as missing for a column to be numbers."""
    columns = [told["column"] for told in warnings if told["code"] == "mixed_numbers"]
    found = {column: _words_of(table, column) for column in columns if column is not None}
    return {column: words for column, words in found.items() if words}


def _words_of(table: Table, column: str) -> list[str]:
    """Return the words of one column; nothing where they are too many, or where the rest is no numbers either."""
    cells = pc.utf8_trim_whitespace(pa.array(table.frame[column].dropna().unique(), STRING))
    unlike = cells.filter(pc.invert(pc.match_substring_regex(cells, PLAIN))).to_pylist()[: MOST_LOOKED_AT + 1]
    words = {
        cell.lower() for cell in unlike if not is_missing(cell) and read_numbers(pa.array([cell], STRING), Writing()) is None
    }
    if len(unlike) > MOST_LOOKED_AT or len(words) > MOST_WORDS or any(len(word) > LONGEST_CHOICE for word in words):
        return []
    rest = cells.filter(pc.invert(pc.is_in(pc.utf8_lower(cells), value_set=pa.array([*words, *MISSING], STRING))))
    return sorted(words) if len(rest) > 1 and read_numbers(rest, Writing()) is not None else []
