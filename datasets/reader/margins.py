"""What stands around a table in its file: titles above, footers and totals at the end; `between` tells what is below the header.

Records flow in, where the table starts and which of the last records are no customers flows out. What is set aside is counted
in the ledger and can be kept by a reading choice. Evidence decides, not words alone: a row is a total when it holds the sums of
the rows above it, a title when it is shorter than the table and a header follows.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from datasets.reader.between import count_between
from datasets.reader.doubled import join_headers
from datasets.reader.layout import YEAR, has_header
from datasets.reader.records import BLANKS, SPACE
from datasets.reader.words import is_missing, is_value

Record = tuple[int, list[str]]
"""The line on which it ends, and its fields."""

MOST_ABOVE = 50
FIRST_RECORDS = 101
"""Records that the layout is told from."""
FAR_ABOVE = 3
TAIL = 10
"""Last records that may be a footer or a total."""
LONG_REMARK = 3
"""Spaces in a sentence."""
FEWEST_BELOW_CAPTION = 3
COMMENTS = ("#", "//", "--", "%%")
SECOND_HEADER = "Between the header and the rows: a ruler, units, types, or the header's second row."
COUNTED = r"rows?|records?|lines?|zeilen?|datens(?:a|ä|ae)tze?|lignes?|filas?|registros?|righe|record|linhas?|rijen|rader|wierszy"
CLOSING = (
    r"generated|created|exported|printed|produced|report|source|note|notes|page|end|eof|copyright|erstellt|erzeugt|exportiert|gedruckt"
    r"|stand|quelle|hinweis|seite|ende|généré|créé|exporté|imprimé|fin|généree?|edité|généré|generado|creado|exportado|fuente|nota|página"
    r"|generato|creato|esportato|fonte|fine|gerado|criado|gegenereerd|bron|einde|wygenerowano|źródło|koniec|источник|конец"
)
FOOTER = re.compile(
    rf"\W*(?:\d[\d.,' ]*\s*(?:{COUNTED})\b.*|(?:{CLOSING})\b.*"
    r"|(?:rows?|records?|total|count|anzahl|gesamt)\b[^:\d]*[:=]?\s*\d[\d.,' ]*\W*)"
    r"|[-=*_#+─━═└╰]{2,}.*|©.*|\x1a",
    re.IGNORECASE | re.DOTALL,
)
TOTAL = re.compile(
    r"\W*(?:grand |sub)?(?:totals?|totaux|totale|totaal|totalt|sum|sums|summe|summen|summa|suma|somme|gesamt|gesamtsumme"
    r"|gesamtergebnis|ergebnis|insgesamt|zusammen|overall|razem|ogółem|celkem|spolu|összesen|toplam|yhteensä"
    r"|i alt|итого|всего|σύνολο"
    r"|合計|总计|總計|합계)"
    r"(?: (?:général|generale|general|gesamt|sum|of .{1,30}))?\W*",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Summed:
    """A cell of the last row, the sum of the cells above it, and the largest of those, without its sign."""

    cell: float
    above: float
    largest: float

    @property
    def is_sum(self) -> bool:
        return abs(self.cell - self.above) <= max(1e-9 * abs(self.above), 0.0051)


@dataclass(frozen=True, kw_only=True, slots=True)
class Opening:
    """How a table starts: records above it, whether its first record is a header, records between header and rows."""

    n_above: int
    is_named: bool
    reason: str
    n_between: int = 0
    joined: list[str] | None = None
    """The names that the first two records make together, where the second one goes on with the header."""
    has_row_names: bool = False
    """Whether the header has no name for the first column, which R leaves out."""


def find_opening(records: Sequence[Record], delimiter: str, overrides: Mapping[str, Any]) -> Opening:
    """Return how the table starts, told from its first records."""
    rows = [fields for _, fields in records]
    skipped = overrides.get("skip_rows")
    n_above = _find_top(rows) if skipped is None else min(int(skipped), len(rows) - 1)
    rows = rows[n_above:]
    is_named, reason = has_header(rows, override=overrides.get("header"))
    keeps_all = bool(overrides.get("keep_rows"))
    joined = join_headers(rows) if is_named and not keeps_all else None
    return Opening(
        n_above=n_above,
        is_named=is_named,
        reason=reason if joined is None else "The second row goes on with the first: answers or parts below questions or groups.",
        n_between=1 if joined is not None else count_between(rows) if is_named and not keeps_all else 0,
        joined=joined,
        has_row_names=is_named and _has_row_names(rows, delimiter),
    )


def _find_top(rows: Sequence[Sequence[str]]) -> int:
    """Return how many records stand above the table: blank ones, comments, and titles that fill half of its width at most."""
    filled = [sum(map(bool, map(str.strip, row))) for row in rows]
    usual = sorted(filled)[len(filled) // 2]
    if usual < 2:
        return _count_comments(rows)
    for position, row in enumerate(rows[:MOST_ABOVE]):
        is_full = filled[position] > usual / 2 and filled[position] > 1
        if is_full and not (_is_comment(row) and filled[position] < usual) and not _is_prose(rows, position):
            break
    else:
        return 0
    if position == 0:
        return int(_is_cut_otherwise(rows) or _is_above_header(rows))
    if len(rows) - position < 2:
        return 0
    above = zip(rows[:position], filled[:position], strict=True)
    is_short = all(len(row) <= max(usual // 2, 1) or _is_comment(row) or not n_filled for row, n_filled in above)
    return position if is_short or names_columns(rows[position:]) else 0


def _is_cut_otherwise(rows: Sequence[Sequence[str]]) -> bool:
    """Tell whether the first record alone has another number of fields, by more than one, and the header comes second.

    Exports for other programs start with facts about themselves (DATEV).
    """
    widths = {len(row) for row in rows[1:]}
    is_alone = len(rows) > 3 and len(widths) == 1 and all(abs(len(rows[0]) - width) > 1 for width in widths)
    return is_alone and names_columns(rows[1:])


def _is_above_header(rows: Sequence[Sequence[str]]) -> bool:
    """Tell whether the first record leaves names out that the second one has, over values: the caption of a pivot table."""
    if len(rows) < 2 + FEWEST_BELOW_CAPTION or len(rows[0]) > len(rows[1]):
        return False
    first, second, width = [*rows[0], *[""] * len(rows[1])], rows[1], len(rows[1])
    if all(cell.strip() for cell in first[:width]) or not all(cell.strip() for cell in second):
        return False
    n_said = 0
    for place, cell in enumerate(second):
        column = [row[place] for row in rows[2:] if place < len(row) and not is_missing(row[place])]
        has_values = bool(column) and sum(map(is_value, column)) >= 0.9 * len(column)
        is_name = YEAR.fullmatch(cell.strip()) or not is_value(cell)
        if cell in column or (has_values and not is_name):
            return False
        n_said += has_values and not first[place].strip()
    return n_said > 0


def _is_prose(rows: Sequence[Sequence[str]], position: int) -> bool:
    """Tell whether a space follows a delimiter in this record and in none below, which is a sentence above a header."""
    if not any(cell.startswith(" ") for cell in rows[position][1:]):
        return False
    below = rows[position + 1 :]
    return len(below) > 1 and not any(cell.startswith(" ") for row in below for cell in row) and names_columns(below)


def _count_comments(rows: Sequence[Sequence[str]]) -> int:
    """Return how many comments stand above a table of one column."""
    count = next((place for place, row in enumerate(rows) if not _is_comment(row)), 0)
    return count if not any(map(_is_comment, rows[count:])) else 0


def _is_comment(row: Sequence[str]) -> bool:
    return bool(row) and row[0].lstrip().startswith(COMMENTS)


def names_columns(rows: Sequence[Sequence[str]]) -> bool:
    """Tell whether the first row is a header beyond doubt: above values, or of words that stand nowhere below."""
    is_named, _ = has_header(rows)
    names = {cell.strip() for cell in rows[0] if cell.strip()}
    return is_named and names.isdisjoint(cell.strip() for row in rows[1:101] for cell in row)


def _has_row_names(rows: Sequence[Sequence[str]], delimiter: str) -> bool:
    """Tell whether every row has one cell more than the header, a running number or (between blanks and tabs) a name in front."""
    body = rows[1:]
    if len(body) < 2 or any(len(row) != len(rows[0]) + 1 for row in body) or not any(row[-1].strip() for row in body):
        return False
    first = [row[0] for row in body]
    is_running = first in ([str(n) for n in range(1, len(first) + 1)], [str(n) for n in range(len(first))])
    return is_running or (delimiter in (SPACE, BLANKS, "\t") and len(set(first)) == len(first))


def count_footers(records: Sequence[Record], width: int) -> int:
    """Return how many of the last records are remarks about the table, blank ones between them included."""
    records = list(records)
    count = _count_remarks(records, width)
    if count:
        return count
    n_blank = 0
    for place in range(len(records) - 1, max(len(records) - 1 - TAIL, 0), -1):
        (line, fields), above = records[place], records[place - 1][0]
        n_lines = 1 + sum(cell.count("\n") for cell in fields)
        if not any(map(str.strip, fields)):
            n_blank += 1
        elif (width > 1 and _is_bare_total(records[: place + 1])) or _is_footer(
            fields, width, after_gap=line - above > n_lines or not any(map(str.strip, records[place - 1][1])), is_last=not count
        ):
            count, n_blank = count + 1 + n_blank, 0
        else:
            break
    return count


def _is_bare_total(records: Sequence[Record]) -> bool:
    """Tell whether the last record says "total" and nothing else, below one that fills more than one cell."""
    filled = [[cell for cell in fields if cell.strip()] for _, fields in records[-2 * TAIL :]]
    above = next((cells for cells in reversed(filled[:-1]) if cells), [])
    return len(filled[-1]) == 1 and says_total(filled[-1]) and len(above) > 1


def _count_remarks(records: Sequence[Record], width: int) -> int:
    """Return how many of the last records, below a gap, fill one cell each and hold a sentence among them."""
    place, n_words = len(records), 0
    while place > 0 and width > 1 and _is_single(records[place - 1][1]):
        place -= 1
        n_words += any(" " in cell for cell in records[place][1])
    if not 0 < place < len(records) or not n_words:
        return 0
    (line, fields), above = records[place], records[place - 1]
    is_below_gap = not any(map(str.strip, fields)) or line - above[0] > 1 + sum(cell.count("\n") for cell in fields)
    return len(records) - place if is_below_gap else 0


def _is_single(fields: Sequence[str]) -> bool:
    """Tell whether nothing but the first cell holds anything, and that no value."""
    return not any(map(str.strip, fields[1:])) and not (fields[0].strip() and is_value(fields[0]))


def _is_footer(fields: Sequence[str], width: int, *, after_gap: bool, is_last: bool) -> bool:
    """Tell whether a record is a remark: words that do not fill the table, below a gap or a sentence above other remarks."""
    cells = [cell.strip() for cell in fields]
    if width < 2 or not cells[0] or (len(cells) == width and any(cells[1:])):
        return False
    is_sentence = after_gap or (not is_last and cells[0].count(" ") >= LONG_REMARK)
    is_remark = is_sentence and len(cells) == 1 and " " in cells[0] and not is_value(cells[0])
    return is_remark or bool(FOOTER.fullmatch(" ".join(cells)))


def may_be_total(fields: Sequence[str]) -> bool:
    """Tell whether a record is worth a sum: it speaks of one, or holds numbers beside a cell that is empty."""
    cells = [cell.strip() for cell in fields]
    is_open = not cells[0] and any(cells)
    return any(map(is_value, cells)) and (is_open or says_total(fields))


def says_total(fields: Sequence[str]) -> bool:
    """Tell whether a cell says "total"."""
    return any(TOTAL.fullmatch(cell.strip()) for cell in fields if cell.strip())


def holds_sums(fields: Sequence[str], sums: Mapping[int, Summed]) -> bool:
    """Tell whether a record holds the sums of the rows above, by column.

    One sum is enough where the record says so in a word (a price is averaged, not summed), or where it has no name and the sum is
    far above each of its parts; else all cells must be.
    """
    matching = [entry for entry in sums.values() if abs(entry.above) >= 1 and entry.is_sum]
    n_values = sum(map(is_value, fields))
    is_large = not fields[0].strip() and any(abs(entry.above) > FAR_ABOVE * entry.largest for entry in matching)
    return bool(matching) and (says_total(fields) or is_large or len(matching) == n_values)


def count_above(rows: Sequence[Sequence[str]], place: int) -> Counter[str]:
    """Return how often each cell stands in a column of some rows."""
    return Counter(row[place].strip() for row in rows if place < len(row))
