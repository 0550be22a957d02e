"""Words of the reader: which cells mean "missing", which look like numbers, and the words a column's name is made of.

Light (only regular expressions), because both the quick check in the web process and the full reading speak with them.
"""

from __future__ import annotations

import re

MISSING = frozenset(
    (
        "",
        "null",
        "n/a",
        "nan",
        "?",
        "-",
        "#n/a",
        "#n/a!",
        "#null!",
        "#ref!",
        "#value!",
        "#div/0!",
        "#name?",
        "#num!",
        "<na>",
        "\\n",
    )
)
"""Missing in any spelling. `NA` is not here: it is a region and a surname, and counts as missing only among numbers and dates."""
PLACEHOLDERS = frozenset(("?", "-"))
"""Missing among levels, numbers and dates; in free text they are text."""
MAYBE_MISSING = frozenset(
    (
        "NA", "na", "Na", "N.A.", "n.a.", "n. a.", "NaT", "nat", "None", "none", "NONE", "nil", "--", "---", "–", "—", ".", "..",
        "*", "(null)", "[null]", "(NULL)", "[NULL]", "(blank)", "(leer)", "k.A.", "k. A.", "k.A", "s.o.", "n/d", "N/D", "ND",
        "0000-00-00", "0000-00-00 00:00:00", "0000-00-00T00:00:00", "00/00/0000", "00.00.0000", "00-00-0000",
    )
)  # fmt: skip
"""Missing where all the other cells are numbers, dates or truths."""
ERROR_CELLS = frozenset(token for token in MISSING if token.startswith("#"))
TRUTHS = (
    ("true", "false"), ("wahr", "falsch"), ("vrai", "faux"), ("verdadero", "falso"), ("verdadeiro", "falso"), ("vero", "falso"),
    ("waar", "onwaar"), ("prawda", "fałsz"), ("sant", "falskt"), ("sann", "usann"), ("sand", "falsk"),
)  # fmt: skip
"""What spreadsheets write for true and false; yes and no are levels, because they answer a question."""
NON_FINITE = frozenset(
    ("nan", "inf", "+inf", "-inf", "infinity", "+infinity", "-infinity", "1.#inf", "-1.#inf", "1.#qnan", "∞", "-∞")
)
NUMBER = re.compile(
    r"\s*[(]?[+\-−]?\s*(?:[$€£¥₹%]|[A-Z]{3}\s?)?\s*[+\-−]?(?:\d[\d.,'’\s\u00a0\u202f\u2009]*|[.,]\d+)(?:[eE][+\-]?\d+)?\s*(?:[$€£¥₹%]|[A-Z]{3})?\s*[)]?-?\s*",
    re.ASCII,
)
DAY = re.compile(r"\s*\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}(?:[T\s].*)?")
LONGEST_VALUE = 64
"""Nobody writes a longer number or date, and the patterns above need not be tried on what is longer."""
_SPLIT = re.compile(r"[^0-9A-Za-zÀ-ɏ]+|(?<=[a-zß-ÿ0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])|(?<=[A-Za-z])(?=\d)")


def is_missing(cell: str) -> bool:
    """Tell whether a cell says "nothing here"."""
    return cell.strip().lower() in MISSING


def is_value(cell: str) -> bool:
    """Tell whether a cell looks like a number or a date, which names of columns do not."""
    return len(cell) <= LONGEST_VALUE and bool(NUMBER.fullmatch(cell) or DAY.fullmatch(cell))


def split_name(name: str) -> tuple[str, ...]:
    """Return the lower-case words of a column's name: CustomerID and customer_id give ("customer", "id")."""
    return tuple(word.lower() for word in _SPLIT.split(name) if word)
