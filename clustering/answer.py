"""What was found, in a heading and a sentence, for any number of segments one may look at.

Advice and scores flow in, the words at the top of the result page flow out. "Fall into" is claimed for the advised number alone,
and only where its segments are found again; any other number is a cut somebody chose, and the words say what is known about it.
"""

from __future__ import annotations

from dataclasses import dataclass

from segmentiq.ml.thresholds import MODERATE, STABLE
from segmentiq.ml.values import Advice, KScore
from segmentiq.words import plural, share, unbroken


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    headline: str
    sentence: str


def answer_words(n: int, k: int, advice: Advice, score: KScore | None) -> Answer:
    """Say what a cut into k segments is worth; `score` is that cut's own."""
    return Answer(headline=_headline(n, k, advice, score), sentence=unbroken(_sentence(k, advice, score)))


def question(advice: Advice) -> str:
    """Name the fold that holds the reasons."""
    return "Why not?" if advice.verdict == "none" else f"Why {advice.k}?"


def way_back(advice: Advice) -> str:
    return f"Back to {advice.k}" if advice.verdict == "none" else f"Back to the advised {advice.k}"


def _headline(n: int, k: int, advice: Advice, score: KScore | None) -> str:
    customers, segments = plural(n, "customer"), plural(k, "segment")
    if advice.verdict == "none" or (k == advice.k and is_uncertain(score)):
        return f"No stable segmentation of {customers}."
    if k != advice.k:
        return f"{customers} in {segments}."
    overlap = "overlapping " if score is not None and score.silhouette < MODERATE else ""
    return f"{customers} {'falls' if n == 1 else 'fall'} into {k} {overlap}segments."


def is_uncertain(score: KScore | None) -> bool:
    """Tell whether the cut's segments were looked for in subsamples and, on average over the customers, too little was found."""
    if score is None or score.stability is None:
        return False
    return (score.stability if score.found_again is None else score.found_again) < STABLE


def _sentence(k: int, advice: Advice, score: KScore | None) -> str:
    if k == advice.k:
        return advice.sentence
    advised = "No number of segments is stable here." if advice.verdict == "none" else f"{advice.k} segments are advised."
    if score is None or score.stability is None:
        return f"{advised} Whether these {k} are stable was not checked."
    only = "only " if score.stability < STABLE else ""
    return f"{advised} Of these {k}, {only}{share(score.stability)} of the weakest is found again when customers are left out."
