"""What the names of columns speak of: a name flows in, the ideas in it flow out.

Names come in many languages and are often written as one word: Kundennr, ORDERDATE, priceeach. A word is looked up whole
first and then taken apart into known words; whatever is not understood is `UNKNOWN`, so that a rule can ask for names that say
one thing and nothing else (a customer's number, but not a customer's age).
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from functools import lru_cache

from datasets.reader.words import split_name

UNKNOWN = "unknown"
WORDS: Mapping[str, str] = {
    "customer": """
        customer client buyer shopper member user account subscriber guest household consumer donor cust kunde kunden
        kund kaeufer kaufer debitor auftraggeber besteller mitglied acheteur utilisateur cliente comprador usuario
        acquirente utente klant klient klienta zakaznik zakaznika musteri asiakas
    """,
    "company": "company firma unternehmen entreprise societe empresa azienda bedrijf",
    "contact": "email mail phone mobile telephone tel telefon telefono courriel correo",
    "id": """
        id ids n no nr num number nummer numero key code kode codigo kennung identifier uuid guid hash ref reference
        referenz cislo numer codice card karte carte tarjeta kaart
    """,
    "unique": "unique",
    "name": "name names nom nombre nome naam namn title titel",
    "description": "description desc beschreibung bezeichnung descripcion designation descrizione descricao omschrijving",
    "order": """
        order invoice transaction receipt basket checkout ticket bill bestellung bestell bestelling beleg rechnung
        rechnungs auftrag auftrags bon vorgang buchung facture commande panier pedido factura ordine fattura factuur
        fatura encomenda zamowienie zamowienia faktura faktury ordre objednavka objednavky siparis ordered placed
    """,
    "trade": """
        sale purchase purchased sold kauf verkauf verkaufs einkauf einkaufs achat vente compra venta acquisto vendita
        verkoop aankoop
    """,
    "date": "date datum tarih fecha data dato day tag jour dia time timestamp datetime zeit zeitpunkt uhrzeit hora created ts dt",
    "person's date": """
        birth birthday born geburt geburts geburtstag naissance nacimiento nascita join joined signup registration
        registered register anmeldung anmelde enroll enrolled since seit expiry expires expiration opened
    """,
    "other date": """
        ship shipped shipping delivery delivered liefer lieferung versand livraison entrega envio consegna due faellig
        fallig payment paid zahlung estimated approved update updated modified return returned retoure cancel
        cancelled
    """,
    "product": """
        product produkt prod stock item article artikel sku produit producto prodotto produto articulo articolo ware
        upc ean gtin isbn material asin
    """,
    "quantity": """
        quantity qty quantities menge anzahl anz mng stuck stueck stuckzahl stueckzahl stk quantite qte cantidad cant unidades
        unites quantita qta aantal quantidade qtd antal antall ilosc mnozstvi adet units items pieces pcs einheiten
    """,
    "price": "price preis prix precio prezzo preco prijs pris cena fiyat",
    "total": "total gesamt subtotal sum summe somme suma totale totaal grand",
    "amount": """
        amount betrag umsatz revenue turnover value wert warenwert spend spent dollars euros erlos erloes montant
        importe monto valor importo bedrag omzet kwota belopp belop belob castka tutar gmv paid payment zahlung
    """,
    "sales": "sales ventes ventas vendite",
    "deducted": """
        tax taxes vat mwst ust steuer discount rabatt nachlass shipping freight versand porto cost costs kosten profit
        margin gewinn marge fee fees gebuhr gebuehr tip balance saldo refund tva taxe remise frais livraison descuento
        impuesto envio coste costo iva sconto weight gewicht lifetime avg average mean max min last limit income
        einkommen credit
    """,
    "line": "line lineitem zeile zeilen position positions ligne linea",
    "filler": """
        of the de du des la le del der die das per pro par por je in on at unit each einzel unitaire unitario unitaria
        net netto brutto gross eur euro usd gbp chf dollar pound currency local fk pk dim std ttc ht
    """,
    "including": "incl inkl including inc excl exkl excluding ex",
}
"""An idea, and the words for it, in lower case and without accents; a word may speak of more than one."""
LINKS = ("", "s", "n", "en", "es", "e")
"""What stands between the words of a compound: Rechnung-s-nummer."""
PLAIN = str.maketrans({"ß": "ss", "ø": "o", "ł": "l", "æ": "ae", "ı": "i"})
SHORTEST_PART = 2
LONGEST_WORD = 40


def _ideas_of_words() -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for idea, words in WORDS.items():
        for word in words.split():
            found.setdefault(word, set()).add(idea)
    return {word: frozenset(ideas) for word, ideas in found.items()}


IDEAS = _ideas_of_words()


def ideas_of(name: str) -> frozenset[str]:
    """Return what a column's name speaks of."""
    return frozenset().union(*(_ideas_of_word(_plain(word)) for word in split_name(name))) - {"filler"}


def _plain(word: str) -> str:
    """Return the word without accents."""
    decomposed = unicodedata.normalize("NFKD", word)
    return "".join(character for character in decomposed if not unicodedata.combining(character)).translate(PLAIN)


def _ideas_of_word(word: str) -> frozenset[str]:
    if word in IDEAS:
        return IDEAS[word]
    parts = _take_apart(word) if len(word) <= LONGEST_WORD else None
    return frozenset((UNKNOWN,)) if parts is None else frozenset().union(*(IDEAS[part] for part in parts))


@lru_cache(maxsize=1024)
def _take_apart(word: str) -> tuple[str, ...] | None:
    """Return the known words that a compound is made of, the longest first one tried first; None when there is another rest."""
    if word in IDEAS and len(word) >= SHORTEST_PART:
        return (word,)
    for end in range(len(word) - SHORTEST_PART, SHORTEST_PART, -1):
        if word[:end] not in IDEAS:
            continue
        for link in LINKS:
            rest = _take_apart(word[end + len(link) :]) if word.startswith(link, end) else None
            if rest is not None:
                return (word[:end], *rest)
    return None
