"""Levels of categories that are no group of customers: words that say "unknown", and levels too rare to stand alone."""

from __future__ import annotations

import re

from datasets.doctor.actions import Finding, finding, keep, treat_as_missing
from datasets.doctor.view import View, per_cent, shown
from datasets.reader.findings import count_of
from segmentiq.ml.values import Column
from segmentiq.ml.variables import ONE_HOT_LEVELS, RARE

UNKNOWN = frozenset(
    (
        "unknown", "unkn", "unk", "not known", "unspecified", "not specified", "not stated", "not available", "not provided",
        "not given", "not set", "not recorded", "not reported", "no data", "no answer", "no response", "no information",
        "missing", "undefined", "undisclosed", "not disclosed", "prefer not to say", "prefer not to answer", "rather not say",
        "do not know", "don't know", "dont know", "refused", "n.a.", "n.a", "n.k.", "nd", "tbd", "xna", "unbekannt",
        "keine angabe", "keine angaben", "k.a.", "k. a.", "k.a", "nicht bekannt", "inconnu", "inconnue", "non renseigné",
        "non précisé",
        "desconocido", "desconocida", "sin datos", "sconosciuto", "sconosciuta", "non specificato", "desconhecido",
        "desconhecida", "não informado", "onbekend", "okänd", "ukjent", "ukendt", "nieznany", "nieznana", "neznámý", "neznámá",
        "tuntematon", "неизвестно", "неизвестен", "不明", "未知",
    )
)  # fmt: skip
"""In lower case, without the brackets and underscores that machines write around and into them."""
FEW_RARE = 2


def find_unknown_levels(view: View) -> list[Finding]:
    """Name the categories of which some levels say that nobody knows."""
    found = []
    for column in view.features("category"):
        levels = [level for level in view.levels(column) if says_unknown(level)]
        if levels and len(levels) < view.n_distinct(column):
            found.append(_tell_unknown(view, column, levels))
    return found


def says_unknown(level: str) -> bool:
    """Tell whether a level means that nobody knows: unknown, (not set), No_Answer."""
    plain = re.sub(r"[\s_]+", " ", level.lower()).strip(" ()[]<>{}*-\"'")
    return plain in UNKNOWN


def _tell_unknown(view: View, column: Column, levels: list[str]) -> Finding:
    name, n_cells = column.name, view.count(column, levels)
    hold = "holds a word that means" if n_cells == 1 else "hold a word that means"
    message = (
        f"{shown(name)}: {count_of(n_cells, 'cell')} ({per_cent(n_cells / view.n_rows)}) {hold} “not known”, "
        "which would count as a group of its own."
    )
    words = sorted({level.strip().lower() for level in levels})
    choices = [
        treat_as_missing(name, words, "Treat it as missing"),
        keep("Keep it as a group", "unknown_levels", name),
    ]
    return finding("unknown_levels", message, name, choices)


def find_rare_levels(view: View) -> list[Finding]:
    """Name the categories whose rare levels the engine clusters together."""
    return [told for column in view.features("category") for told in _tell_rare(view, column)]


def _tell_rare(view: View, column: Column) -> list[Finding]:
    """Count as the engine does: of the most frequent levels, those with at least one customer in a hundred stand alone."""
    most_frequent = view.statistics.get(column.name, {}).get("levels", [])[:ONE_HOT_LEVELS]
    frequent = [count for _, count in most_frequent if count >= RARE * view.n_rows]
    n_rare = view.n_distinct(column) - len(frequent)
    if not frequent or n_rare < FEW_RARE:
        return []
    message = (
        f"{shown(column.name)}: {n_rare} of {view.n_distinct(column)} levels are rare "
        f"(below {per_cent(RARE)} of the rows, or beyond the {ONE_HOT_LEVELS} most frequent): clustered together as “Other”."
    )
    return [finding("rare_levels", message, column.name)]
