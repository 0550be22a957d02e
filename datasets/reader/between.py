"""What stands between a header and its rows and is neither: a ruler, units, types, captions, the questions of a survey.

The first rows flow in, with the header; how many of those below it are no customers flows out.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from datasets.reader.words import is_missing, is_value

MOST_BETWEEN, FEWEST_BELOW = 2, 10
"""Second headers, and the rows below that can tell."""
RULER = re.compile(r"[-=+:*_~ ]*[-=_*]{2,}[-=+:*_~ ]*|[─━═┌┐└┘├┤┬┴┼╭╮╰╯╞╡╪]{2,}")
UNIT = re.compile(
    r"[\[({<].{1,20}[\])}>]|%|[€$£¥]|#|eur|usd|gbp|chf|k€|k\$|tsd\.?|mio\.?|kg|g|t|l|ml|m|km|cm|mm|m²|h|min|s|hours?|days?|months?|years?"
    r"|std\.?|tage?|monate?|jahre?|stück|stk\.?|pcs|units?|yyyy-mm-dd|dd[./-]mm[./-]y{2,4}|mm[./-]dd[./-]y{2,4}|string|str|text|char"
    r"|varchar(?:\(\d+\))?|int|integer|bigint|float|double|decimal|numeric|number|date|datetime|timestamp|bool|boolean|object|category",
    re.IGNORECASE,
)


def count_between(rows: Sequence[Sequence[str]]) -> int:
    """Return how many records between the header and the rows are none: a ruler, units, types, or questions of a survey."""
    if len(rows) > 2 and (_is_ruler(rows[1]) or _is_units(rows) or _is_caption(rows[1], rows[2:])):
        return 1
    place = 1
    while place <= MOST_BETWEEN and len(rows) > place + FEWEST_BELOW and _says_more(rows[place], rows[place + 1 :]):
        place += 1
    return place - 1


def _says_more(row: Sequence[str], below: Sequence[Sequence[str]]) -> bool:
    """Tell whether a record is a second header: different words above all columns of values, and none that stands below."""
    said = []
    for place, cell in enumerate(row):
        column = [other[place].strip() for other in below if place < len(other) and not is_missing(other[place])]
        if cell.strip() and cell.strip() in column:
            return False
        if column and sum(map(is_value, column)) >= 0.9 * len(column):
            said.append(cell.strip())
    return len(said) > 1 and len(set(said)) == len(said) and not any(is_missing(cell) or is_value(cell) for cell in said)


def _is_caption(row: Sequence[str], below: Sequence[Sequence[str]]) -> bool:
    """Tell whether a record holds words above every column of values, and nothing above the names of the rows."""
    if len(below) < FEWEST_BELOW:
        return False
    n_named = n_said = 0
    for place, cell in enumerate(row):
        column = [other[place] for other in below if place < len(other) and not is_missing(other[place])]
        has_values = bool(column) and sum(map(is_value, column)) >= 0.9 * len(column)
        if place == 0 and is_missing(cell) and len(column) == len(below):
            n_named += 1
            continue
        if has_values == is_missing(cell) or (has_values and is_value(cell)):
            return False
        n_said += has_values
        n_named += not has_values and len(column) == len(below)
    return n_named > 0 and n_said > 0


def _is_ruler(row: Sequence[str]) -> bool:
    cells = [cell.strip() for cell in row if cell.strip()]
    return bool(cells) and all(map(RULER.fullmatch, cells))


def _is_units(rows: Sequence[Sequence[str]]) -> bool:
    """Tell whether the row below the header holds units or types: words where numbers follow, most of them known ones."""
    second, body = rows[1], rows[2:]
    cells = [cell.strip() for cell in second if cell.strip()]
    if len(body) < 2 or not cells or any(map(is_value, cells)) or 2 * sum(map(bool, map(UNIT.fullmatch, cells))) < len(cells):
        return False
    for place, cell in enumerate(second):
        below = [row[place] for row in body if place < len(row) and not is_missing(row[place])]
        if cell.strip() and below and sum(map(is_value, below)) >= 0.9 * len(below):
            return True
    return False
