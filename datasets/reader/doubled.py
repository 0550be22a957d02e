"""Headers of two rows: questions above and the answers to choose from below, or groups above and their columns below.

The first rows flow in, one name for every column flows out, or None where the second row is a row like the others. It goes on
with the header where it is empty below names of columns that are filled in every row, and holds words in the others: either the
words with which survey tools say that an answer follows, or the only names of columns that have none above, over values.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from datasets.reader.words import is_missing, is_value

ANSWER = re.compile(
    r"(?:open-ended |offene )?(?:response|antwort)|réponse(?: ouverte)?|respuesta(?: abierta)?|risposta(?: aperta)?"
    r"|resposta(?: aberta)?|(?:open )?antwoord",
    re.IGNORECASE,
)
"""What says no more than that an answer stands below."""
OTHER = re.compile(
    r"(?:other|sonstige[sr]?|autre|otro|otra|altro|outro|anders)\b.{0,10}\((?:please |bitte |veuillez |por favor |si prega di )?"
    r"(?:specify|angeben|préciser|especifique|specificare|especificar|specificeren|toelichten).{0,20}\)",
    re.IGNORECASE,
)
FEWEST_BELOW, LONGEST_QUESTION = 3, 120


def join_headers(rows: Sequence[Sequence[str]]) -> list[str] | None:
    """Return the names that the first two rows make together, None where the second one is no header."""
    if len(rows) < 2 + FEWEST_BELOW or len(rows[1]) > len(rows[0]):
        return None
    width = len(rows[0])
    above, second = _padded(rows[0], width), _padded(rows[1], width)
    said = [cell for cell in second if cell]
    if not said or any(map(is_value, said)) or any(map(is_missing, said)) or not _goes_on(above, second, rows[2:]):
        return None
    return _joined(above, second)


def _padded(row: Sequence[str], width: int) -> list[str]:
    return [cell.strip() for cell in row] + [""] * (width - len(row))


def _goes_on(above: Sequence[str], second: Sequence[str], body: Sequence[Sequence[str]]) -> bool:
    """Tell whether the second row is empty where every customer has something, and known or needed where it is not."""
    alone = [place for place, (name, cell) in enumerate(zip(above, second, strict=True)) if name and not cell]
    if not alone or not all(place < len(row) and row[place].strip() for row in body for place in alone):
        return False
    below = [place for place, cell in enumerate(second) if cell]
    if any(ANSWER.fullmatch(second[place]) or OTHER.fullmatch(second[place]) for place in below):
        return True
    columns = {place: [row[place] for row in body if place < len(row) and not is_missing(row[place])] for place in below}
    is_needed = any(not above[place] for place in below) and all(name or cell for name, cell in zip(above, second, strict=True))
    is_other = not any(second[place] in map(str.strip, columns[place]) for place in below)
    return is_needed and is_other and any(column and all(map(is_value, column)) for column in columns.values())


def _joined(above: Sequence[str], second: Sequence[str]) -> list[str]:
    names, question = [], ""
    for name, cell in zip(above, second, strict=True):
        question = name or (question if cell else "")
        if not cell or ANSWER.fullmatch(cell):
            names.append(question)
        else:
            names.append(f"{question[:LONGEST_QUESTION]} {cell}" if question else cell)
    return names
