"""Columns that seem to name or reach a person: cells and the column's name flow in, what they look like flows out.

Such a column makes no group of customers, and its values have no place on a page about segments; the export keeps it. The
judgement looks at some hundred different cells, so it costs the same for any number of rows. Dates of birth are not among it: age
may matter.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from datasets.doctor.actions import Finding, finding, give_role
from datasets.doctor.view import View, shown
from datasets.reader.roles import ENTITY_WORDS
from datasets.reader.words import split_name
from segmentiq.ml.values import Column, Role

LOOKED_AT, FEW_ROWS = 200, 5_000
"""Different cells that are judged, and evenly spaced rows that mostly hold as many."""
FEWEST_DIALLED = 10**5
"""Whole numbers from here on may be telephone numbers."""
FEWEST = 3
PHONE_WORDS = frozenset(
    ("phone", "telephone", "mobile", "tel", "telefon", "telefono", "téléphone", "handy", "cell", "cellphone", "fax", "whatsapp")
)
NAME_WORDS = frozenset(
    (
        "firstname", "lastname", "fullname", "surname", "forename", "givenname", "familyname", "vorname", "nachname",
        "familienname", "prenom", "prénom", "apellido", "apellidos", "cognome", "sobrenome", "voornaam", "achternaam",
        "imie", "imię", "nazwisko", "jmeno", "jméno", "prijmeni", "příjmení", "fornavn", "etternavn", "förnamn", "efternamn"
    )
)  # fmt: skip
WHOSE_NAME = ENTITY_WORDS | {"first", "last", "full", "middle", "given", "family", "contact", "person", "holder", "owner"}
MAYBE_NAME = frozenset(("name", "names", "nom", "nome", "nombre", "naam", "navn", "namn"))
ADDRESS_WORDS = frozenset(("address", "street", "adresse", "strasse", "straße", "rue", "calle", "via", "indirizzo", "addr"))
NOT_A_PERSON = frozenset(
    (
        "product", "item", "article", "description", "company", "firm", "brand", "category", "title", "city", "town", "country",
        "region", "state", "district", "store", "shop", "plan", "campaign", "department", "job", "occupation", "profession",
        "industry", "sector", "model", "service", "project", "event", "stock", "type", "group", "segment", "artist", "album",
        "track", "movie", "book", "file", "sheet", "reason", "comment"
    )
)  # fmt: skip
EMAIL = re.compile(r"[^@\s]+@[^@\s.]+(?:\.[^@\s.]+)*\.[^@\s.\d]{2,}")
PHONE = re.compile(r"(?:\+|00)?[\d\s()/.–-]{6,24}(?:\s?(?:x|ext\.?)\s?\d{1,6})?")
DIALLED = re.compile(r"\+|\(0\d|\(\d{3}\) ?\d{3}|00[1-9]\d{0,2}[ /-]\d|0[1-9]\d{1,4}[ /-]\d{3}|\d{3}-\d{3}-\d{4}$")
IBAN = re.compile(r"[A-Z]{2}\d{2}(?: ?[A-Z0-9]){11,30}")
CARD = re.compile(r"\d(?:[ -]?\d){12,18}")
INTERNET = re.compile(r"(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)\.){3}(?:25[0-5]|2[0-4]\d|1?\d?\d)")
FULL_NAME = re.compile(
    r"(?:(?:Mr|Mrs|Ms|Miss|Dr|Prof|Herr|Frau|Mme|M)\.? )*[^\W\d_][^\W\d_'’.-]*[\w'’.-]*,?"
    r"(?: (?:[^\W\d_]\.?|[^\W\d_][\w'’.-]+)){1,3}"
)
WORDS = re.compile(r"[^\d@#/\\|_]{2,60}")


@dataclass(frozen=True, kw_only=True, slots=True)
class Suspect:
    """A column's name in words, and different cells of it as text."""

    words: frozenset[str]
    cells: list[str]
    is_crowded: bool
    """Whether more than half of the rows hold different cells."""

    def share(self, fits: Callable[[str], object]) -> float:
        """Return the share of cells that fit."""
        return sum(1 for cell in self.cells if fits(cell)) / len(self.cells)


def find_personal(view: View) -> list[Finding]:
    """Name the columns that seem to hold personal data."""
    found = []
    for column in view.table.columns:
        suspect = _suspect(view, column)
        what = next((words for words, is_it in KINDS.items() if is_it(suspect)), None) if suspect else None
        if what:
            found.append(_tell(column, what))
    return found


def _suspect(view: View, column: Column) -> Suspect | None:
    """Return what there is to judge; whole numbers large enough to be dialled are judged as they are written."""
    if column.kind not in ("id", "text", "category", "number"):
        return None
    if column.kind == "number" and view.statistics.get(column.name, {}).get("max", 0) < FEWEST_DIALLED:
        return None
    cells = _different_cells(view, column)
    cells = cells[:: max(1, len(cells) // LOOKED_AT)][:LOOKED_AT]
    if column.kind == "number":
        numbers = np.asarray(cells, dtype=np.float64)
        if len(numbers) == 0 or (numbers % 1).any() or numbers.min() < FEWEST_DIALLED or numbers.max() >= 2**63:
            return None
        cells = numbers.astype(np.int64)
    texts = [str(cell).strip() for cell in cells]
    n_present = view.n_rows - view.n_missing(column)
    if len(texts) < FEWEST:
        return None
    crowded = view.n_distinct(column) > n_present / 2
    return Suspect(words=frozenset(split_name(column.name)), cells=texts, is_crowded=crowded)


def _different_cells(view: View, column: Column) -> Any:
    """Return different cells of a column: all levels of a category, else those of some rows, or of more where they are few."""
    if column.kind == "category":
        return np.array(view.levels(column), dtype=object)
    few = view.cells(column, FEW_ROWS).dropna().unique()
    return few if len(few) >= LOOKED_AT else view.cells(column).dropna().unique()


def _is_email(suspect: Suspect) -> bool:
    return suspect.share(EMAIL.fullmatch) >= 0.6


def _is_iban(suspect: Suspect) -> bool:
    return suspect.share(_checks_as_iban) >= 0.8


def _checks_as_iban(cell: str) -> bool:
    if not IBAN.fullmatch(cell):
        return False
    plain = cell.replace(" ", "")
    return int("".join(str(int(letter, 36)) for letter in plain[4:] + plain[:4])) % 97 == 1


def _is_card(suspect: Suspect) -> bool:
    return suspect.share(_checks_as_card) >= 0.9


def _checks_as_card(cell: str) -> bool:
    """Tell whether the digits have the check digit of a card (Luhn's)."""
    if not CARD.fullmatch(cell):
        return False
    digits = [int(letter) for letter in reversed(cell) if letter.isdigit()]
    doubled = [digit if index % 2 == 0 else sum(divmod(2 * digit, 10)) for index, digit in enumerate(digits)]
    return sum(doubled) % 10 == 0


def _is_internet(suspect: Suspect) -> bool:
    return suspect.share(INTERNET.fullmatch) >= 0.9


def _is_phone(suspect: Suspect) -> bool:
    """By name, anything that can be dialled; by content alone, what starts or is grouped as only telephone numbers are."""
    if PHONE_WORDS & suspect.words:
        return suspect.share(_can_be_dialled) >= 0.6
    return suspect.share(lambda cell: _can_be_dialled(cell) and _is_dialled(cell)) >= 0.8


def _can_be_dialled(cell: str) -> bool:
    return bool(PHONE.fullmatch(cell)) and 6 <= sum(letter.isdigit() for letter in cell) <= 15


def _is_dialled(cell: str) -> bool:
    return bool(DIALLED.match(cell)) and sum(letter.isdigit() for letter in cell) >= 8


def _is_name(suspect: Suspect) -> bool:
    """By the column's name where it says so, by the form of the cells where it says nothing else."""
    if suspect.words & NOT_A_PERSON:
        return False
    if suspect.words & NAME_WORDS or (suspect.words & MAYBE_NAME and suspect.words & WHOSE_NAME):
        return suspect.share(WORDS.fullmatch) >= 0.8
    return suspect.is_crowded and len(suspect.cells) >= 10 and suspect.share(_is_full_name) >= 0.9


def _is_full_name(cell: str) -> bool:
    """Tell whether a cell is two to four words that all start with a capital, as names do and descriptions seldom."""
    return bool(FULL_NAME.fullmatch(cell)) and cell == cell.strip() and all(word[0].isupper() for word in cell.split())


def _is_address(suspect: Suspect) -> bool:
    if not ADDRESS_WORDS & suspect.words or not suspect.is_crowded:
        return False
    return suspect.share(lambda cell: " " in cell and any(letter.isdigit() for letter in cell)) >= 0.6


KINDS: dict[str, Callable[[Suspect], bool]] = {
    "e-mail addresses": _is_email,
    "bank account numbers (IBAN)": _is_iban,
    "payment card numbers": _is_card,
    "internet addresses": _is_internet,
    "telephone numbers": _is_phone,
    "postal addresses": _is_address,
    "names of people": _is_name,
}
"""What a column may hold, and the judgement; the first that fits wins."""


def _tell(column: Column, what: str) -> Finding:
    message = f"{shown(column.name)} seems to hold {what}: personal data is not clustered on; the export keeps it."
    back: Role = "feature" if column.kind in ("category", "number") else "descriptor"
    label = "Use it after all" if back == "feature" else "Describe segments by it after all"
    actions = [] if column.kind == "id" else [give_role(back, column.name, label)]
    return finding("personal_data", message, column.name, actions)
