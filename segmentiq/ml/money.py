"""Columns in, the one that tells what customers have spent out, or none: a segment's worth is its share of that sum.

Only a sum can be shared out, so averages, rates, prices, counts and what customers own or owe are left out by name, and a column
with a negative number by its cells. Where the names leave a doubt, there is no money column: nothing said beats a wrong figure.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping

import numpy as np
from numpy.typing import NDArray

from segmentiq.ml.values import Table

WORDS: Mapping[str, str] = {
    "money": """
        monetary money revenue revenues sales spend spent spending spendings turnover expenditure expenditures expenses amount amt
        gmv charges billed billings paid takings
        umsatz umsatze umsaetze erlos erloes erlose betrag ausgaben einnahmen bestellwert warenwert einkaufswert
        montant ventes depenses recettes affaires ventas gasto gastos importe monto ingresos facturacion valor
        fatturato spesa vendite importo ricavi omzet bedrag uitgaven faturamento receita vendas
        omsattning belopp omsetning omsaetning belob obrot kwota przychod sprzedaz trzby obrat castka ciro tutar liikevaihto
        myynti
    """,
    "not a sum": """
        average avg mean median min minimum max maximum typical per rate ratio share percent percentage pct index score rank
        decile quintile quartile percentile group tier class level category segment count number num no n nr qty quantity items
        orders visits days weeks date time first last recent since price unit discount tax taxes vat fee fees shipping cost costs
        limit balance debt income salary earnings credit loan target budget goal expected predicted forecast potential growth
        change hike increase decrease difference delta trend margin refund refunds refunded returns returned cashback coupon
        coupons voucher points log std sd variance id code flag has is type method channel currency
        durchschnitt mittel mittelwert anteil anzahl rang quote preis rabatt steuer kosten einkommen gehalt wachstum letzter
        letzte erster moyenne moyen nombre taux prix remise revenu promedio medio media numero tasa precio descuento gemiddeld
        aantal prijs korting
    """,
    "plain": """
        total totals overall sum gesamt summe somme totale totaal lifetime net gross netto brutto eur euro euros usd dollar
        dollars gbp chf pound pounds customer client kunde kunden cliente klant value in of the by de du des la le chiffre all
    """,
}
MONEY, NOT_A_SUM, PLAIN = (frozenset(words.split()) for words in WORDS.values())
"""Words for money that was spent, words that make another figure of it, and words that change nothing."""
COMPOUND = 6
"""Letters from which on a word is also known at the end of a longer one: Jahresumsatz."""
LETTERS = str.maketrans({"ß": "ss", "ø": "o", "ł": "l", "æ": "ae", "ı": "i", "å": "a"})


def find_money(table: Table, rows: NDArray[np.int64]) -> str | None:
    """Find the column whose sum over customers is money they have spent.

    Parameters
    ----------
    table : Table
    rows : ndarray of int
        The table rows that were clustered.

    Returns
    -------
    str or None
        Its name; None where no name says so, where several say it with other words beside, or where a cell is negative.
    """
    named = [
        (_count_other_words(column.name), at)
        for at, column in enumerate(table.columns)
        if column.kind == "number" and column.role in ("feature", "descriptor") and is_money(column.name)
    ]
    found = [(others, at) for others, at in named if _adds_up(table, at, rows)]
    if not found:
        return None
    fewest, at = min(found)
    if fewest and sum(others == fewest for others, _ in found) > 1:
        return None
    return table.columns[at].name


def is_money(name: str) -> bool:
    """Tell whether a column's name speaks of a sum of money.

    Examples
    --------
    >>> [is_money(name) for name in ("Monetary", "TotalSpend", "Jahresumsatz", "avg_revenue", "Spending Score (1-100)", "Income")]
    [True, True, True, False, False, False]
    """
    words = _words(name)
    return any(_speaks(word, MONEY) for word in words) and not any(word in NOT_A_SUM or _is_average(word) for word in words)


def _count_other_words(name: str) -> int:
    return sum(not _speaks(word, MONEY) and word not in PLAIN for word in _words(name))


def _words(name: str) -> list[str]:
    """Return the words of a name in lower case, without accents and signs; what is written as one is taken apart."""
    apart = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name.translate(LETTERS))
    letters = "".join(letter for letter in unicodedata.normalize("NFKD", apart) if not unicodedata.combining(letter))
    return re.findall(r"[a-z]+|[0-9]+", letters.lower())


def _speaks(word: str, known: Iterable[str]) -> bool:
    return any(word == other or (len(other) >= COMPOUND and word.endswith(other)) for other in known)


def _is_average(word: str) -> bool:
    return any(word.startswith(other) for other in ("durchschnitt", "mittel", "anzahl", "average", "max", "min"))


def _adds_up(table: Table, at: int, rows: NDArray[np.int64]) -> bool:
    cells = table.frame.iloc[:, at].to_numpy(dtype=np.float64, na_value=np.nan)[rows]
    known = cells[np.isfinite(cells)]
    return bool(len(known)) and bool((known >= 0).all()) and float(known.sum()) > 0
