"""What was found, in a heading and a sentence, for any number of segments one may look at.

Advice and scores flow in, the words at the top of the result page flow out. "Fall into" is claimed for the advised number alone,
and only where its segments are found again; any other number is a cut somebody chose, and the words say what is known about it.
"""

from __future__ import annotations

from dataclasses import dataclass

from clustering.cutting import Cut
from segmentiq.ml.thresholds import MODERATE, STABLE, STRONG
from segmentiq.ml.values import Advice, KScore
from segmentiq.words import plural, share, unbroken


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    headline: str
    sentence: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Standing:
    """How well a cut that was picked by hand stands: what `KScore` tells of a number of segments."""

    silhouette: float | None
    stability: float | None
    found_again: float | None
    interval: tuple[float, float] | None = None


def standing_of(cut: Cut, silhouette: float | None = None, interval: tuple[float, float] | None = None) -> Standing:
    """Judge a picked cut by its branches: how much of each is found again was measured whatever cut it is part of."""
    found = [(branch.found, branch.size) for branch in cut.branches if branch.found is not None]
    whole = len(found) == cut.k
    return Standing(
        silhouette=silhouette,
        stability=min(part for part, _ in found) if whole else None,
        found_again=sum(part * size for part, size in found) / sum(size for _, size in found) if whole else None,
        interval=interval,
    )


Score = KScore | Standing


def answer_words(n: int, k: int, advice: Advice, score: Score | None, *, is_picked: bool = False) -> Answer:
    """Say what a cut into k segments is worth; `score` is that cut's own."""
    if is_picked:
        headline = f"{plural(n, 'customer')} in {plural(k, 'segment')}, picked by hand."
        return Answer(headline=headline, sentence=unbroken(_other_sentence(k, advice, score)))
    return Answer(headline=_headline(n, k, advice, score), sentence=unbroken(_sentence(k, advice, score)))


def score_words(score: Score | None) -> str:
    """Explain the silhouette of a cut where it stands."""
    if score is None or score.silhouette is None:
        return ""
    margin = "" if score.interval is None else f" ± {(score.interval[1] - score.interval[0]) / 2:.2f}"
    return f"Silhouette {score.silhouette:.2f}{margin}, where 1 is perfectly separate and 0 is no separation."


def cohesion_words(silhouette: float | None) -> str:
    """Say in a word how well the customers of one segment lie in it."""
    if silhouette is None:
        return ""
    word = next(word for bound, word in COHESION if silhouette >= bound)
    return f"Silhouette {silhouette:.2f}: {word}."


COHESION = ((STRONG, "clearly apart"), (MODERATE, "moderately apart"), (0.0, "close to others"), (-1.0, "overlaps others"))
"""From which mean silhouette on a segment is called what."""


def question(advice: Advice) -> str:
    """Name the fold that holds the reasons."""
    return "Why not?" if advice.verdict == "none" else f"Why {advice.k}?"


def way_back(advice: Advice) -> str:
    return f"Back to {advice.k}" if advice.verdict == "none" else f"Back to the advised {advice.k}"


def _headline(n: int, k: int, advice: Advice, score: Score | None) -> str:
    customers, segments = plural(n, "customer"), plural(k, "segment")
    if advice.verdict == "none" or (k == advice.k and is_uncertain(score)):
        return f"No stable segmentation of {customers}."
    if k != advice.k:
        return f"{customers} in {segments}."
    overlap = "overlapping " if score is not None and (score.silhouette or 0.0) < MODERATE else ""
    return f"{customers} {'falls' if n == 1 else 'fall'} into {k} {overlap}segments."


def is_uncertain(score: Score | None) -> bool:
    """Tell whether the cut's segments were looked for in subsamples and, on average over the customers, too little was found."""
    if score is None or score.stability is None:
        return False
    return (score.stability if score.found_again is None else score.found_again) < STABLE


def _sentence(k: int, advice: Advice, score: Score | None) -> str:
    return advice.sentence if k == advice.k else _other_sentence(k, advice, score)


def _other_sentence(k: int, advice: Advice, score: Score | None) -> str:
    advised = f"{advice.k} {'other ' if advice.k == k else ''}segments are advised."
    if advice.verdict == "none":
        advised = "No number of segments is stable here."
    if score is None or score.stability is None:
        return f"{advised} Whether these {k} are stable was not checked."
    only = "only " if score.stability < STABLE else ""
    return f"{advised} Of these {k}, {only}{share(score.stability)} of the weakest is found again when customers are left out."
