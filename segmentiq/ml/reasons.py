"""The cases of the advice in, its sentences out: how clear the structure is, why this number, and why the runners-up lost.

The words are kept apart from the decision so that each can be read at a glance. They name what a person can check on the page (a
size, a share that is found again, a silhouette) and claim no more than was tested.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from segmentiq.ml.stability import subsample_size
from segmentiq.ml.thresholds import MODERATE, STABLE, STRONG
from segmentiq.ml.values import KScore


@dataclass(frozen=True, kw_only=True, slots=True)
class Case:
    """One number of segments before the court; `faults` are the reasons against it, empty when it holds."""

    score: KScore
    faults: tuple[str, ...]
    large_enough: bool

    @property
    def k(self) -> int:
        return self.score.k

    @property
    def found(self) -> float:
        """Share that is found again on average; of the weakest segment where no more is known, and 1 where nothing is."""
        known = (self.score.found_again, self.score.stability)
        return next((share for share in known if share is not None), 1.0)


def sentence_of(case: Case, n: int) -> str:
    """Say how clear and how stable the structure is."""
    score = case.score
    structure = "strong" if score.silhouette >= STRONG else "moderate" if score.silhouette >= MODERATE else "weak"
    if score.stability is None:
        return f"The structure is {structure} ({_explained(score)}); whether it is stable was not checked."
    again, weakest = f"when {_again(n)}.", percent(score.stability)
    but = "but" if structure == "weak" else "and"
    if score.stability >= STABLE:
        return f"The structure is {structure} {but} stable: {weakest} of the weakest segment is found again {again}"
    if case.found >= STABLE:
        average = f"on average {percent(case.found)} of a segment is found again, of the weakest {weakest},"
        return f"The structure is {structure} {but} mostly stable: {average} {again}"
    but = "and" if structure == "weak" else "but"
    return f"The structure is {structure} {but} uncertain: only {weakest} of the weakest segment is found again {again}"


def _explained(score: KScore) -> str:
    return f"silhouette {score.silhouette:.2f}, where 1 is perfectly separate and 0 is no separation"


def _again(n: int) -> str:
    if subsample_size(n) >= round(0.8 * n):
        return "a fifth of the customers is left out"
    return f"only {subsample_size(n):,} of the customers are looked at"


def why_detail(best: Case, n_rivals: int, most: int) -> str:
    """Say why the most detailed number won."""
    if n_rivals == 1:
        return f"Why {best.k}: no other number of segments up to {most} passes every check ({_explained(best.score)})."
    return (
        f"Why {best.k}: of the {n_rivals} numbers of segments that pass every check, {best.k} is the most detailed that "
        f"cuts no single group in two ({_explained(best.score)})."
    )


def why_separation(best: Case, n_rivals: int, most: int, *, checked: bool) -> str:
    """Say why the best separated number won."""
    one, many = ("passes every check", "pass every check") if checked else (f"gives {ENOUGH}", f"give {ENOUGH}")
    if n_rivals == 1:
        return f"Why {best.k}: no other number of segments up to {most} {one} ({_explained(best.score)})."
    numbers = f"of the {n_rivals} numbers of segments that {many}"
    return f"Why {best.k}: {numbers}, {best.k} lie farthest apart ({_explained(best.score)})."


ENOUGH = "large enough segments"


def no_division() -> str:
    """Say that the number is a convenience."""
    return (
        "No single division lies farther apart than the halves of one stretched-out group would: how many segments to take is "
        "a matter of convenience."
    )


def why_not(case: Case, best: Case, *, cut_groups: Collection[int], by_detail: bool) -> str:
    """Say why a number lost; `cut_groups` are those found to cut a single group in two."""
    start = f"Not {case.k} (silhouette {case.score.silhouette:.2f}): "
    if case.faults:
        return f"{start}{' and '.join(case.faults[:2])}."
    if case.found < STABLE <= best.found:
        average = "of it" if case.score.found_again is None else "of a segment, on average,"
        return f"{start}only {percent(case.found)} {average} is found again; {percent(STABLE)} is asked for."
    if case.k in cut_groups:
        return f"{start}it cuts a single group in two, whose halves lie no farther apart than any group's would."
    if by_detail and case.k < best.k:
        farther = case.score.silhouette > best.score.silhouette
        holds = "one of them" if farther else "one of its segments"
        return f"{start}{'its segments lie farther apart, but ' if farther else ''}{holds} holds groups that can be told apart."
    return f"{start}the segments lie less far apart than {best.k} do."


def percent(share: float) -> str:
    return f"{100 * share:.0f} %"


def customers(count: int) -> str:
    return "1 customer" if count == 1 else f"{count:,} customers"
