"""Profiles in, the words about every branch out: its card, its row of figures, and which columns are worth a row.

Words are written once, here, for all the branches of the top tree; template and script place the same ones whatever cut is shown.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from clustering.differences import BLANK, Difference, level_differences, number_differences
from segmentiq.ml.facts import NO_LABELS, Labels, month, noun, opening, repeats
from segmentiq.ml.thresholds import DOUBTFUL, HIGHLY_STABLE, STABLE
from segmentiq.ml.values import Profile, TopTree
from segmentiq.words import count, figure, plural, share, unbroken

LONGEST_ID = 40
NUMBER_ROWS = 14
LEVEL_ROWS = 10
INERTIA_TOLD = 8
TELLING = 0.8
"""Standardised difference from which a figure in the table stands out: Cohen's "large"."""

Names = Mapping[int, tuple[str, str]]
"""Branch to the name and note a person gave it."""
Hues = Mapping[int, int]
"""Branch to the colour it has."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Shown:
    """The columns and levels the profile table has rows for, most telling first."""

    columns: tuple[str, ...]
    levels: tuple[tuple[str, str], ...]
    kinds: Mapping[str, str]
    money: str | None = None
    """The column that tells what customers are worth, if there is one."""
    labels: Labels = field(default_factory=dict)

    def noun(self, column: str) -> str:
        return noun(column, self.labels)


@dataclass(frozen=True, kw_only=True, slots=True)
class Cell:
    """A figure of the profile table; `index` is the same where the average of all customers is 100."""

    words: str
    telling: bool
    index: str = "–"


@dataclass(frozen=True, kw_only=True, slots=True)
class BranchWords:
    """What is said about one branch, whichever number it has in the cut at hand; `suggested` is its name before a person's."""

    id: int
    hue: int
    name: str
    suggested: str
    note: str
    size: str
    share: str
    share_width: str
    worth: str
    facts: tuple[str, ...]
    apart: tuple[Difference, ...]
    rule: str
    rule_worth: str
    found: str
    typical: str
    cells: tuple[Cell, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class TableRow:
    name: str
    overall: str
    cells: tuple[Cell, ...]


def shown_of(
    profiles: Mapping[int, Profile], kinds: Mapping[str, str], money: str | None = None, labels: Labels = NO_LABELS
) -> Shown:
    """Choose what the profile table tells."""
    columns = tuple(column for column in _telling_columns(profiles) if not repeats(column, labels))
    levels = tuple(level for level in _telling_levels(profiles) if not repeats(level[0], labels))
    return Shown(
        columns=columns[:NUMBER_ROWS], levels=tuple(sorted(levels[:LEVEL_ROWS])), kinds=kinds, money=money, labels=labels
    )


def _telling_columns(profiles: Mapping[int, Profile]) -> tuple[str, ...]:
    """Order the numeric columns by how far any branch is from the average, most telling first."""
    strength: dict[str, float] = {}
    for profile in profiles.values():
        for fact in profile.numbers:
            strength[fact.column] = max(strength.get(fact.column, 0.0), abs(fact.effect) * profile.size**0.5)
    return tuple(sorted(strength, key=lambda column: -strength[column]))


def _telling_levels(profiles: Mapping[int, Profile]) -> tuple[tuple[str, str], ...]:
    """Order the levels of categories in the same way."""
    strength: dict[tuple[str, str], float] = {}
    for profile in profiles.values():
        for fact in profile.levels:
            key = (fact.column, fact.level)
            strength[key] = max(strength.get(key, 0.0), abs(fact.effect) * profile.size**0.5)
    overall = {(fact.column, fact.level): fact.overall for fact in profiles[0].levels}
    told = [key for key in strength if not _is_mirror(key, overall)]
    return tuple(sorted(told, key=lambda key: -strength[key]))


def _is_mirror(key: tuple[str, str], overall: Mapping[tuple[str, str], float]) -> bool:
    """Tell whether a level only repeats its column's other level: of two, the rarer one is shown."""
    pair = sorted((portion, other) for other, portion in overall.items() if other[0] == key[0])
    return len(pair) == 2 and key == pair[1][1]


def branch_words(profile: Profile, *, top: TopTree, hues: Hues, names: Names, shown: Shown) -> BranchWords:
    """Write everything that is said about a branch."""
    branch = top.branches[profile.branch]
    given, note = names.get(branch.id, ("", ""))
    apart = _apart(profile, shown) if branch.parent is not None else ()
    return BranchWords(
        id=branch.id,
        hue=hues[branch.id],
        name=given or profile.name,
        suggested=profile.name,
        note=note,
        size=plural(branch.size, "customer"),
        share=share(branch.size / top.n),
        share_width=f"{100 * branch.size / top.n:.2f}",
        worth=unbroken(f"{share(profile.worth)} of {shown.noun(shown.money)}")
        if profile.worth is not None and shown.money
        else "",
        facts=tuple(map(unbroken, profile.facts)),
        apart=apart,
        rule=_rule(profile, shown.labels),
        rule_worth=_rule_worth(profile),
        found=unbroken(found_words(branch.found)),
        typical=_typical(profile),
        cells=_cells(profile, shown),
    )


def found_words(found: float | None) -> str:
    """Say how much of a branch is found again when customers are left out, and what that is worth; nothing where not checked."""
    if found is None:
        return ""
    again = f"{share(found)} of it is found again when customers are left out"
    if found >= STABLE:
        return f"{again}: {'highly stable' if found >= HIGHLY_STABLE else 'stable'}."
    return f"Only {again}: {'doubtful' if found >= DOUBTFUL else 'not to be relied on'}."


def _apart(profile: Profile, shown: Shown) -> tuple[Difference, ...]:
    numbers = number_differences(profile.numbers, shown.kinds, shown.labels)
    return (*numbers, *level_differences(profile.levels, shown.labels))


def _rule(profile: Profile, labels: Labels) -> str:
    return unbroken(" and ".join(_labelled(phrase, labels) for phrase in profile.rule.words)) if profile.rule else ""


def _labelled(phrase: str, labels: Labels) -> str:
    """Put what people call a column in the place of its name, with which a phrase begins."""
    column = next((column for column in labels if phrase.startswith(f"{column} ")), "")
    return labels[column].noun + phrase.removeprefix(column) if column else phrase


def _rule_worth(profile: Profile) -> str:
    """Say what the rule is worth without the two words people mix up."""
    if profile.rule is None:
        return ""
    return unbroken(
        f"Right for {share(profile.rule.precision)} of those it picks; finds {share(profile.rule.recall)} of the segment."
    )


def _typical(profile: Profile) -> str:
    most = _named(profile.typical, profile.typical_ids)
    least = _named(profile.unusual, profile.unusual_ids)
    return f"Most typical: {most}." + (f" Least: {least}." if least and profile.size > len(profile.typical) else "")


def _named(rows: Sequence[int], ids: Sequence[str]) -> str:
    if ids:
        return ", ".join(map(_short, ids))
    places = ", ".join(count(row + 1) for row in rows)
    return f"{'row' if len(rows) == 1 else 'rows'} {places} of the table" if rows else ""


def _short(name: str) -> str:
    return name if len(name) <= LONGEST_ID else f"{name[: LONGEST_ID - 1]}…"


def _cells(profile: Profile, shown: Shown) -> tuple[Cell, ...]:
    numbers = {fact.column: fact for fact in profile.numbers}
    shares = {(fact.column, fact.level): fact for fact in profile.levels}
    cells = []
    for column in shown.columns:
        fact = numbers.get(column)
        kind = shown.kinds.get(column, "number")
        index = _index(fact.mean, fact.overall) if fact and kind != "date" else "–"
        words = _mean(fact.mean, kind) if fact else "–"
        cells.append(Cell(words=words, telling=bool(fact and abs(fact.effect) >= TELLING), index=index))
    for key in shown.levels:
        level = shares.get(key)
        index = _index(level.share, level.overall) if level else "–"
        telling = bool(level and abs(level.effect) >= TELLING)
        cells.append(Cell(words=share(level.share) if level else "–", telling=telling, index=index))
    return tuple(cells)


def _index(value: float, overall: float) -> str:
    """Return a mean in per cent of everybody's; nothing where that has no sense, at or below zero."""
    return f"{100 * value / overall:,.0f}" if overall > 0 and value >= 0 else "–"


def _mean(value: float, kind: str) -> str:
    """Write the mean of a column in the units a person reads: dates, which are averaged as days, as a month."""
    if kind == "date":
        return month(value)
    return share(value) if kind == "boolean" else figure(value)


def table_rows(root: Profile, shown: Shown, segments: Sequence[BranchWords]) -> tuple[TableRow, ...]:
    names = [
        *(opening(column, shown.labels) for column in shown.columns),
        *(f"{opening(column, shown.labels)}: {level}" for column, level in shown.levels),
    ]
    overall = _cells(root, shown)
    return tuple(
        TableRow(name=name, overall=overall[index].words, cells=tuple(words.cells[index] for words in segments))
        for index, name in enumerate(names)
    )


def inertia_words(inertia: Mapping[str, float], labels: Labels = NO_LABELS) -> str:
    """Say how much of all the differences between customers each column makes, the weightiest first."""
    told = sorted(inertia.items(), key=lambda entry: -entry[1])
    parts = [f"{noun(column, labels)} {share(part)}" for column, part in told[:INERTIA_TOLD]]
    rest = told[INERTIA_TOLD:]
    if rest:
        parts.append(f"{plural(len(rest), 'other column')} {share(sum(part for _, part in rest))} together")
    return ", ".join(parts)


def blank_words() -> BranchWords:
    """Return the words of the card that a script copies and fills."""
    texts = dict.fromkeys(("name", "suggested", "note", "size", "share", "worth", "rule", "rule_worth", "found", "typical"), "")
    return BranchWords(id=0, hue=1, share_width="0", facts=(), apart=(BLANK,), cells=(), **texts)
