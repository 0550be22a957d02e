"""What a column is for: facts about a column flow in, its kind and role with a reason flow out.

The rules are apart from the parsing so that they can be read as a list. The first that applies wins. Every reason is a sentence a
person can check against the file, and every judgement can be overruled on the dataset page.
"""

from __future__ import annotations

from dataclasses import dataclass

from segmentiq.ml.values import Kind, Role

ENTITY_WORDS = frozenset(
    (
        "customer", "client", "user", "member", "account", "cust", "kunde", "kunden", "subscriber", "guest",
        "patient", "household", "person", "acct", "mbr", "kd", "mitglied", "mitglieder", "mitglieds", "nutzer",
        "benutzer", "konto", "patienten", "teilnehmer", "abonnent", "abonnenten", "käufer", "kaeufer", "besteller",
        "debitor", "debitoren", "gast", "haushalt", "cliente", "clienti", "clientes", "usuario", "utente",
        "utilisateur", "membre", "socio", "compte", "cuenta", "klient", "klienta", "kund", "kunder", "klant",
        "klanten", "medlem", "asiakas", "abonné", "abonne", "zákazníka", "zákazník", "ügyfél", "müşteri",
        "клиента", "клиент", "клієнт", "клієнта", "покупателя", "абонента", "πελάτη", "πελάτης", "会員", "顧客", "会员", "客户",
        "用户", "회원", "고객",
    )
)  # fmt: skip
CONTACT_WORDS = frozenset(
    (
        "email", "mail", "phone", "mobile", "telephone", "tel", "uuid", "guid", "telefon", "telefono", "teléfono",
        "téléphone", "telefoon", "telefone", "handy", "mobil", "movil", "móvil", "rufnummer", "telefonnummer",
        "handynummer", "mobilnummer", "correo", "courriel", "mailadresse", "emailadresse", "fax", "телефон", "τηλέφωνο",
        "電話", "电话",
    )
)  # fmt: skip
ID_WORDS = frozenset(
    (
        "id", "ids", "no", "nr", "number", "num", "key", "code", "uuid", "guid", "identifier", "ref", "reference",
        "nummer", "numer", "numero", "número", "numéro", "nro", "kennung", "kennziffer", "schlüssel", "schluessel",
        "codigo", "código", "codice", "kod", "matricule", "identifiant", "identificador", "clave", "clé", "číslo",
        "cislo", "iban", "ean", "isbn", "gtin", "cpf", "cnpj", "nip", "pesel", "azonosító", "код", "номер", "κωδικός",
        "αριθμός", "番号", "コード", "编号", "编码", "號碼", "번호", "코드",
    )
)  # fmt: skip
POSTAL_WORDS = frozenset(
    (
        "zip", "zipcode", "postal", "postcode", "plz", "postleitzahl", "postnummer", "postnr", "postinumero", "cep", "pincode",
        "pocztowy", "psč", "psc", "irányítószám", "индекс", "індекс", "κώδικας", "郵便", "邮编", "邮政", "우편",
    )
)  # fmt: skip
"""Names of postal codes, which say where somebody lives and not who it is, even where each stands once."""
JOINED = frozenset(f"{entity}{word}" for entity in ENTITY_WORDS for word in ID_WORDS)
"""Names without capitals or underscores: customerid."""
CODE_WORDS = frozenset(
    (
        "channel", "region", "tier", "segment", "cluster", "group", "type", "class", "category", "cat", "code",
        "zone", "area", "district", "branch", "gender", "sex", "marital", "education", "status", "flag", "plan",
        "state", "country", "city", "sector", "industry", "occupation", "profession", "department", "brand", "model",
        "method", "mode", "label", "bucket", "band", "quarter", "weekday", "zip", "zipcode", "postal", "postcode",
        "plz", "race", "religion", "language", "id", "nr", "no", "kanal", "gruppe", "typ", "klasse", "kategorie",
        "filiale", "geschlecht", "familienstand", "tarif", "bundesland", "land", "stadt", "branche", "beruf",
        "abteilung", "marke", "modell", "sprache", "stufe", "canal", "grupo", "groupe", "gruppo", "tipo", "clase",
        "classe", "categoria", "categoría", "catégorie", "genre", "sexe", "sexo", "sesso", "pays", "país", "paese",
        "ville", "ciudad", "città", "región", "région", "regione", "zona", "postleitzahl",
    )
)  # fmt: skip
DIGIT_WORDS = frozenset(
    (
        "zip", "zipcode", "postal", "postcode", "plz", "code", "phone", "mobile", "telephone", "tel", "id", "no",
        "nr", "key", "ref", "postleitzahl", "postnummer", "cp", "nummer", "numero", "número", "numéro", "codigo",
        "código", "codice", "kod", "telefon", "telefono", "teléfono", "téléphone", "telefoon", "handy", "rufnummer",
        "telefonnummer", "fax",
    )
)  # fmt: skip
"""Last words of names whose digits are no quantity, however many there are: postal codes, order numbers."""
COUNT_WORDS = frozenset(
    (
        "num", "number", "count", "n", "qty", "quantity", "total", "sum", "avg", "average", "mean", "amount", "age",
        "year", "years", "month", "months", "days", "hours", "minutes", "kids", "children", "visits", "purchases",
        "orders", "score", "rating", "size", "rate", "share", "spend", "income", "revenue", "price", "anzahl",
        "menge", "summe", "umsatz", "betrag", "preis", "wert", "alter", "jahr", "jahre", "monat", "monate", "tage",
        "stunden", "kinder", "einkommen", "gehalt", "besuche", "käufe", "bestellungen", "punkte", "quantité",
        "montant", "prix", "âge", "année", "mois", "jours", "cantidad", "importe", "precio", "edad", "año", "años",
        "meses", "días", "quantità", "importo", "prezzo", "età", "anni",
    )
)  # fmt: skip
TIME_WORDS = frozenset(
    (
        "year", "date", "day", "week", "month", "time", "age", "jahr", "monat", "tag", "woche", "zeit", "alter",
        "année", "mois", "año", "mes", "anno", "mese",
    )
)  # fmt: skip

MAX_CODES = 10
MAX_LEVELS = 50
UNIQUE = 0.95
MIXED = 0.8
MOST_ORDERS = 10
"""Rows of one customer, on average, up to which a few repeating numbers are customers rather than groups of them."""
FEW = 20
"""Rows below which "every value is different" says little."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Facts:
    """What is known about a column that is neither empty nor constant."""

    words: tuple[str, ...]
    n_rows: int
    n_present: int
    n_distinct: int

    @property
    def is_unique(self) -> bool:
        return self.n_present > 1 and self.n_distinct >= UNIQUE * self.n_present


@dataclass(frozen=True, kw_only=True, slots=True)
class NumberFacts(Facts):
    """...and the column holds numbers."""

    is_whole: bool
    lowest: float
    highest: float
    is_running: bool
    """Whether every row is the one above plus 1."""


@dataclass(frozen=True, kw_only=True, slots=True)
class TextFacts(Facts):
    """...and the column holds text."""

    has_spaces: bool
    """Whether more than a twentieth of the distinct values contain a space."""
    mean_length: float
    longest: int
    has_leading_zeros: bool = False
    is_quantity: bool = False
    """Whether all of them are times of day, lengths of time, or numbers with one and the same unit."""
    share_of_numbers: float = 0.0
    """Share of the rows whose cell is a plain number."""

    @property
    def is_mixed(self) -> bool:
        """Return whether these are numbers with some words among them, rather than names."""
        return MIXED <= self.share_of_numbers < 1 and not self.has_leading_zeros and not is_id_name(self.words)


@dataclass(frozen=True, kw_only=True, slots=True)
class Judgement:
    """A column's kind and role, and why."""

    kind: Kind
    role: Role
    reason: str


def judge_number(facts: NumberFacts) -> Judgement:
    """Return what a column of numbers is."""
    if facts.is_whole and facts.lowest >= 0:
        identifier = _judge_identifier(facts)
        if identifier:
            return identifier
        if facts.is_running and facts.n_rows >= FEW and not TIME_WORDS.intersection(facts.words):
            return Judgement(kind="id", role="id", reason="A running number: every row is one more than the row above.")
        code = _judge_code(facts)
        if code:
            return code
    what = "Whole numbers" if facts.is_whole else "Decimal numbers"
    return Judgement(kind="number", role="feature", reason=f"{what}, {facts.n_distinct:,} different ones.")


def _judge_identifier(facts: Facts) -> Judgement | None:
    if not is_id_name(facts.words):
        return None
    if facts.is_unique:
        return Judgement(
            kind="id", role="id", reason=f"Named like an identifier, and {_unique_share(facts)} of its values are unique."
        )
    is_large = facts.n_distinct > MAX_LEVELS or MOST_ORDERS * facts.n_distinct >= facts.n_present
    if is_customer_id(facts.words) and is_large:
        reason = f"Named like a customer's number; {facts.n_distinct:,} customers repeat over {facts.n_present:,} rows."
        return Judgement(kind="id", role="id", reason=reason)
    return None


def _unique_share(facts: Facts) -> str:
    return "all" if facts.n_distinct == facts.n_present else f"{100 * facts.n_distinct / facts.n_present:.1f} %"


def is_id_name(words: tuple[str, ...]) -> bool:
    """Tell whether a name says "identifier": it ends in id, no, key, ... or is a customer, client, e-mail, ..."""
    return bool(words) and words[-1] in ID_WORDS | ENTITY_WORDS | CONTACT_WORDS | JOINED and POSTAL_WORDS.isdisjoint(words)


def is_customer_id(words: tuple[str, ...]) -> bool:
    """Tell whether a name says whose number it is: customer id, client no, member key."""
    last = words[-1] if words else ""
    is_of_one = last in ENTITY_WORDS and not ID_WORDS.isdisjoint(words)  # code client, N° client
    return last in JOINED or is_of_one or (last in ID_WORDS and not ENTITY_WORDS.isdisjoint(words))


def _judge_code(facts: NumberFacts) -> Judgement | None:
    """Return the judgement for whole numbers that stand for something: flags, channels, regions, postal codes."""
    is_count = not COUNT_WORDS.isdisjoint(facts.words) and not CODE_WORDS.intersection(facts.words[-1:])
    is_flag = facts.n_distinct == 2 and facts.lowest in (0, 1) and facts.highest == facts.lowest + 1
    is_named = not CODE_WORDS.isdisjoint(facts.words)
    if facts.n_distinct <= MAX_CODES and not is_count:
        if is_flag:
            which = f"{int(facts.lowest)} and {int(facts.highest)}"
            return Judgement(
                kind="category", role="feature", reason=f"Holds {which} only: a code for two groups, not a quantity."
            )
        if is_named:
            reason = f"{facts.n_distinct} small whole numbers, and its name speaks of a group: a code, not a quantity."
            return Judgement(kind="category", role="feature", reason=reason)
    are_digits = not DIGIT_WORDS.isdisjoint(facts.words[-1:]) or not POSTAL_WORDS.isdisjoint(facts.words)
    if are_digits and not is_count:
        kind: Kind = "category" if facts.n_distinct <= MAX_LEVELS else "text"
        role: Role = "feature" if kind == "category" else "descriptor"
        return Judgement(kind=kind, role=role, reason="Its name says that these digits are a code, not a quantity.")
    return None


def judge_text(facts: TextFacts) -> Judgement:
    """Return what a column of text is."""
    zeros = "Leading zeros are kept as text. " if facts.has_leading_zeros else ""
    identifier = _judge_identifier(facts)
    if identifier:
        return Judgement(kind="id", role="id", reason=zeros + identifier.reason)
    is_other = facts.is_quantity or facts.is_mixed or not POSTAL_WORDS.isdisjoint(facts.words)
    if facts.n_distinct == facts.n_present >= FEW and not (facts.has_spaces or is_other or facts.longest > 64):
        return Judgement(kind="id", role="id", reason=f"{zeros}Every value is different and a single word.")
    crowded = facts.n_present >= FEW and facts.n_distinct > facts.n_present / 2
    if facts.n_distinct > MAX_LEVELS or crowded:
        return _judge_free_text(facts, zeros, crowded=crowded)
    return Judgement(
        kind="category", role="feature", reason=f"{zeros}{facts.n_distinct} different values in {facts.n_present:,} rows."
    )


def _judge_free_text(facts: TextFacts, zeros: str, *, crowded: bool) -> Judgement:
    if facts.is_quantity:
        return Judgement(kind="text", role="descriptor", reason="Times, or numbers with a unit: kept as they are written.")
    if not POSTAL_WORDS.isdisjoint(facts.words):
        reason = f"{zeros}Postal codes: {facts.n_distinct:,} different ones, too many for a category (at most {MAX_LEVELS})."
        return Judgement(kind="text", role="descriptor", reason=reason)
    if crowded or facts.mean_length > 40:
        return Judgement(kind="text", role="ignored", reason=f"{zeros}Free text: {facts.n_distinct:,} different values.")
    reason = f"{zeros}{facts.n_distinct:,} different values, too many for a category (at most {MAX_LEVELS})."
    return Judgement(kind="text", role="descriptor", reason=reason)
