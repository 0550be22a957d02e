"""The numbers of one branch in, sentences and a short name out: what sets these customers apart, in the reader's units.

Pure words: everything measured comes from `NumberFact` and `LevelFact`. Effects are standardised differences, never p-values: for
the columns that were clustered on, a significance test would only repeat that they were clustered on.

A column goes by the name it has in the file; one that we made ourselves has a `Label`, and goes by that.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta

from segmentiq.ml.values import Kind, Label, LevelFact, NumberFact

NOTICEABLE = 0.2
CLEAR = 0.5
VERY_CLEAR = 1.5
SENTENCES = 3
EPOCH = date(1970, 1, 1)
LONGEST_LEVEL = 40
MUTE = frozenset({"yes", "true", "false", "none", "unknown", "missing", "other", "others"})

Fact = NumberFact | LevelFact
Labels = Mapping[str, Label]
"""Column to what people call it, where its own name is not for people."""
NO_LABELS: Labels = {}


def strongest(facts: Iterable[Fact]) -> list[Fact]:
    """Return the strongest fact of every column, strongest first; of two mirrored levels the one that is over-represented."""
    best: dict[str, Fact] = {}
    for fact in facts:
        if fact.column not in best or _strength(fact) > _strength(best[fact.column]):
            best[fact.column] = fact
    return sorted(best.values(), key=_strength, reverse=True)


def say(facts: Sequence[Fact], kinds: Mapping[str, Kind], labels: Labels = NO_LABELS) -> tuple[str, ...]:
    """Say the strongest differences, three at most, as sentences."""
    told = [fact for fact in strongest(_own(facts, labels)) if abs(fact.effect) >= NOTICEABLE][:SENTENCES]
    if not told and facts:
        return ("Close to the average of all customers in every column.",)
    return tuple(_sentence(fact, kinds[fact.column], labels) for fact in told)


def names(facts: Sequence[Fact], kinds: Mapping[str, Kind], labels: Labels = NO_LABELS) -> Iterator[str]:
    """Suggest names, the shortest telling one first; later ones name more effects, for a sibling that took the first."""
    told = [_present(fact, facts) for fact in strongest(_own(facts, labels)) if abs(fact.effect) >= NOTICEABLE]
    phrases = list(dict.fromkeys(_phrase(fact, kinds[fact.column], labels) for fact in _unlike(told)))
    if not phrases:
        yield "Close to average"
        return
    for count in (2, 3, 4):
        yield _capital(", ".join(phrases[:count]))
    for other in phrases[2:]:
        yield _capital(f"{phrases[0]}, {other}")


def repeats(column: str, labels: Labels) -> bool:
    """Tell whether a column only says once more what another one says."""
    return column in labels and labels[column].repeats


def relabelled(sentence: str, labels: Labels) -> str:
    """Put what people call our own columns in the place of their names in one of our sentences."""
    if not labels:
        return sentence
    names = "|".join(map(re.escape, sorted(labels, key=len, reverse=True)))
    return re.sub(rf"\b({names})\b", lambda found: (noun if found.start() else opening)(found[0], labels), sentence)


def noun(column: str, labels: Labels) -> str:
    """Return what people call a column."""
    return labels[column].noun if column in labels else column


def opening(column: str, labels: Labels) -> str:
    """Return the same for the start of a line; a name of the file stays as it is there."""
    return _capital(labels[column].noun) if column in labels else column


def short_noun(column: str, labels: Labels) -> str:
    """Return what people call a column beside a drawing."""
    return labels[column].short or labels[column].noun if column in labels else column


def number(value: float, digits: int = 3) -> str:
    """Write a number with thousands separators and at most three significant digits: 12,300, 4.27, 0.0123."""
    rounded = float(f"{value:.{digits - 1}e}")
    if rounded == 0:
        return "0"
    if abs(rounded) >= 1e15:
        return f"{rounded:.{digits - 1}e}"
    exponent = int(f"{abs(rounded):e}".split("e")[1])
    text = f"{rounded:,.{max(digits - 1 - exponent, 0)}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def month(days: float) -> str:
    """Write days since 1970 as a month: March 2021."""
    try:
        return (EPOCH + timedelta(days=days)).strftime("%B %Y")
    except OverflowError:
        return f"{number(days)} days after 1970"


def _own(facts: Sequence[Fact], labels: Labels) -> list[Fact]:
    return [fact for fact in facts if not repeats(fact.column, labels)]


def _strength(fact: Fact) -> tuple[float, float]:
    return round(abs(fact.effect), 9), fact.effect


def _present(fact: Fact, facts: Sequence[Fact]) -> Fact:
    """Swap a level these customers lack for one they have instead, if that is noticeable: a name says what people are."""
    if not isinstance(fact, LevelFact) or fact.effect > 0:
        return fact
    levels = [other for other in facts if isinstance(other, LevelFact) and other.column == fact.column]
    best = max(levels, key=lambda level: round(level.effect, 9))
    return best if best.effect >= NOTICEABLE else fact


def _unlike(facts: Sequence[Fact]) -> Iterator[Fact]:
    """Leave out a level that divides the customers as one before it does: who has no phone has no second line."""
    seen = set()
    for fact in facts:
        if isinstance(fact, LevelFact):
            if divides(fact) in seen:
                continue
            seen.add(divides(fact))
        yield fact


def divides(fact: LevelFact) -> tuple[float, float]:
    """Return how a level divides the customers: the same for one that says the same again."""
    return round(fact.share, 3), round(fact.overall, 3)


def _sentence(fact: Fact, kind: Kind, labels: Labels) -> str:
    name = opening(fact.column, labels)
    if isinstance(fact, LevelFact):
        return f"{name}: {_level(fact)} for {_percent(fact.share)}; of all customers {_percent(fact.overall)}."
    if kind == "boolean":
        return f"{name}: yes for {_percent(fact.mean)}; of all customers {_percent(fact.overall)}."
    here, everywhere = told_apart(fact, kind)
    return f"{name}: {here} on average; all customers {everywhere}."


def told_apart(fact: NumberFact, kind: Kind) -> tuple[str, str]:
    """Write the mean here and that of all customers, with as many digits as it takes to tell them apart."""
    if kind == "date":
        return month(fact.mean), month(fact.overall)
    digits = next((d for d in range(3, 9) if number(fact.mean, d) != number(fact.overall, d)), 3)
    return number(fact.mean, digits), number(fact.overall, digits)


def _phrase(fact: Fact, kind: Kind, labels: Labels) -> str:
    """Name one effect in a few words: "mostly Online", "newsletter: no", "very high age", "signed up late"."""
    label = labels.get(fact.column)
    column, more = label.noun if label else _plain(fact.column), fact.effect > 0
    if isinstance(fact, LevelFact):
        return _level_phrase(fact, column)
    if kind == "boolean":
        if (fact.mean >= 0.5) == more:
            return f"{column}: {'yes' if more else 'no'}"
        return f"{'more' if more else 'less'} often {column}"
    if kind == "date":
        return f"{column} {'late' if more else 'early'}"
    degree = "very " if abs(fact.effect) >= VERY_CLEAR else "" if abs(fact.effect) >= CLEAR else "rather "
    if label and label.much:
        return degree + (label.much if more else label.little)
    return f"{degree}{'high' if more else 'low'} {column}"


def _level_phrase(fact: LevelFact, column: str) -> str:
    """Name one level, with its column where the level alone says nothing: "Response: 1", not "mostly 1"."""
    amount = ("mostly" if fact.share >= 0.5 else "more often") if fact.effect > 0 else ("never" if fact.share == 0 else "rarely")
    if _speaks(fact.level):
        return f"{amount} {_level(fact)}"
    return f"{column}: {_level(fact)}" if amount == "mostly" else f"{amount} {column}: {_level(fact)}"


def _plain(column: str) -> str:
    """Turn a header into words: without units in brackets, underscores or capitals (abbreviations keep theirs)."""
    words = re.sub(r"[\(\[][^\)\]]*[\)\]]", " ", column).replace("_", " ").split()
    words = [word if word.isupper() and len(word) <= 4 else re.sub(r"(?<=[a-z])(?=[A-Z])", " ", word).lower() for word in words]
    return " ".join(words) or column


def _level(fact: LevelFact) -> str:
    return fact.level if len(fact.level) <= LONGEST_LEVEL else f"{fact.level[: LONGEST_LEVEL - 1]}…"


def _speaks(level: str) -> bool:
    """Say whether a level tells something without its column's name: "North" does; "no", "3" and "1.0" do not."""
    return len(level) > 2 and level.casefold() not in MUTE and any(map(str.isalpha, level))


def _percent(share: float) -> str:
    return f"{100 * share:.0f} %" if share == 0 or 0.01 <= share <= 0.99 or share == 1 else f"{number(100 * share)} %"


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
