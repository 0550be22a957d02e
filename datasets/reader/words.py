"""Words of the reader: which cells mean "missing", which look like numbers, and the words a column's name is made of.

Light (only regular expressions), because both the quick check in the web process and the full reading speak with them.
"""

from __future__ import annotations

import re
import unicodedata

ERROR_CELLS = frozenset(
    (
        "#n/a", "#n/a!", "#null!", "#ref!", "#value!", "#div/0!", "#name?", "#num!", "#nv", "#wert!", "#bezug!", "#zahl!",
        "#valeur!", "#nombre!", "#nom?", "#valor!", "#¡valor!", "#¡ref!", "#¡div/0!", "#¡num!", "#¿nombre?", "#valore!", "#rif!",
        "#n/d", "#n/d!", "#waarde!", "#verw!", "#deel/0!", "#getal!", "#n/b", "#arg!", "#adr!", "#liczba!", "#nazwa?", "#знач!",
        "#ссылка!", "#дел/0!", "#число!", "#имя?", "#н/д", "#värde!", "#saknas!", "#i/t",
    )
)  # fmt: skip
"""What spreadsheets show for a formula that fails, in their languages."""
MISSING = frozenset(("", "null", "n/a", "nan", "?", "-", "<na>", "\\n")) | ERROR_CELLS
"""Missing in any spelling. `NA` is not here: it is a region and a surname, and counts as missing only among numbers and dates."""
PLACEHOLDERS = frozenset(("?", "-"))
"""Missing among levels, numbers and dates; in free text they are text."""
MAYBE_MISSING = frozenset(
    (
        "NA", "na", "Na", "N.A.", "n.a.", "n. a.", "NaT", "nat", "None", "none", "NONE", "nil", "--", "---", "–", "—", ".", "..",
        "*", "…", "...", ":", "/",
        "(null)", "[null]", "(NULL)", "[NULL]", "(blank)", "(leer)", "(vide)", "(empty)", "(Empty)", "(none)", "(None)",
        "(no value)", "(No value)", "(not set)", "k.A.", "k. A.", "k.A", "s.o.", "n/d", "N/D", "ND",
        "0000-00-00", "0000-00-00 00:00:00", "0000-00-00T00:00:00", "00/00/0000", "00.00.0000", "00-00-0000",
    )
)  # fmt: skip
"""Missing where all the other cells are numbers, dates or truths."""
TRUTHS = (
    ("true", "false"), ("wahr", "falsch"), ("vrai", "faux"), ("verdadero", "falso"), ("verdadeiro", "falso"), ("vero", "falso"),
    ("waar", "onwaar"), ("prawda", "fałsz"), ("sant", "falskt"), ("sann", "usann"), ("sand", "falsk"),
)  # fmt: skip
"""What spreadsheets write for true and false; yes and no are levels, because they answer a question."""
TICKS = frozenset("x✓✔☑")
"""Marks for yes in lists where no is left empty."""
MOST_TRUTHS = 8
"""Spellings of two truths: TRUE, True, true, ..."""
LARGEST_EXACT = 2**53
"""Whole numbers beyond are numbers of something, and a float could not hold them to the last digit."""
NON_FINITE = frozenset(
    ("nan", "inf", "+inf", "-inf", "infinity", "+infinity", "-infinity", "1.#inf", "-1.#inf", "1.#qnan", "∞", "-∞")
)
CODES = (
    "EUR|USD|GBP|CHF|JPY|CNY|RMB|INR|RUB|KRW|TRY|PLN|CZK|HUF|SEK|NOK|DKK|ISK|RON|BGN|HRK|RSD|UAH|BRL|MXN|ARS|CLP|COP|PEN|CAD|AUD|NZD"
    "|ZAR|ILS|AED|SAR|EGP|NGN|KES|THB|VND|IDR|MYR|SGD|HKD|TWD|PHP|PKR|BDT|LKR|DEM|FRF|ITL|ESP|ATS|KZT|GEL|MAD|TND"
)
"""Currencies; not any three capitals, because SKU 1001 is no amount."""
SYMBOL = (
    r"[$€£¥₹₽₩₺₫₴₪฿￥￡＄\\円元원]|(?:US|CA|AU|A|C|R|S|HK|NT|NZ)\$|[kK]r\.?|zł|Kč|Ft|lei|din\.?|лв\.?|руб\.?|р\.|грн\.?|Fr\.?|Rs\.?"
    rf"|{CODES}"
)
"""How amounts of money are marked; a backslash is what old Japanese and Korean code pages have for yen and won."""
NUMBER = re.compile(
    rf"\s*[(]?[+\-−–]?\s*(?:%|[A-Z]{{3}}|{SYMBOL})?\s*[+\-−–]?(?:\d[\d.,'’´\s\u00a0\u202f\u2009]*|[.,]\d+)(?:(?<=[.,])(?:--?|—))?"
    rf"(?:[eE][+\-]?\d+)?\s*(?:%|TL|[A-Z]{{3}}|{SYMBOL})?\s*[)]?[+-]?\s*",
    re.ASCII,
)
DAY = re.compile(r"\s*\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}(?:[T\s].*)?")
DIGIT = re.compile(r"(?![0-9])\d")
PLAIN_MARKS = str.maketrans("٫٬．，％٪－＋（）／：", ".,.,%%-+()/:")
"""The marks that are written beside Arabic, Persian and full-width digits."""
LONGEST_VALUE = 64
"""Nobody writes a longer number or date, and the patterns above need not be tried on what is longer."""
_SPLIT = re.compile(
    r"[\W_]+|(?<=[a-zß-ÿа-я0-9])(?=[A-ZА-Я])|(?<=[A-Z])(?=[A-Z][a-z])|(?<=[A-Za-z])(?=\d)"
    r"|(?<=[\u3040-\u9fff\uac00-\ud7a3])(?=[0-9A-Za-z]|(?:番号|コード|编号|编码|號碼|번호|코드|日期|日時|年月日|日)$)"
)
"""Chinese, Japanese and Korean have no spaces: what the last characters say is a word of its own."""


def is_missing(cell: str) -> bool:
    """Tell whether a cell says "nothing here"."""
    return cell.strip().lower() in MISSING


def is_value(cell: str) -> bool:
    """Tell whether a cell looks like a number or a date, which names of columns do not."""
    if len(cell) > LONGEST_VALUE:
        return False
    plain = cell if cell.isascii() else plain_digits(cell)
    return bool(NUMBER.fullmatch(plain) or DAY.fullmatch(plain))


def plain_digits(text: str) -> str:
    """Return a text whose digits of other scripts (Arabic, Persian, full-width, ...) are those of ours, and their marks too."""
    plain, n_digits = DIGIT.subn(lambda digit: str(unicodedata.decimal(digit[0])), text)
    return plain.translate(PLAIN_MARKS) if n_digits else text


def split_name(name: str) -> tuple[str, ...]:
    """Return the lower-case words of a column's name: CustomerID and customer_id give ("customer", "id")."""
    plain = unicodedata.normalize("NFKC", name.replace("N°", "No ").replace("n°", "no "))
    return tuple(word.lower() for word in _SPLIT.split(plain) if word)
