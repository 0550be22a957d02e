"""The scores of every k in, one advice out: which k, how sure, and why, in words made from the numbers.

The rule, for 2 to 15 segments: every segment must be large enough to act on, the weakest must be found again in subsamples,
and the customers must be more clustered than an evenly filled space. Among the numbers that hold, the best separated wins. The
highest silhouette alone would recommend 439 customers against a single one; that is why it comes last.

When nothing holds, the advice says so, and still names a number to look at: the tree is worth seeing either way.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from segmentiq.ml.cut import cut_k
from segmentiq.ml.stability import subsample_size
from segmentiq.ml.thresholds import DOUBTFUL, MODERATE, STABLE, STRONG
from segmentiq.ml.values import Advice, KScore, TopTree, Verdict

AUTO_RANGE = range(2, 16)
SMALLEST_SHARE = 0.02
CLEAR_EVIDENCE = 2.5
"""Standard deviations above the evenly filled boxes."""
RUNNERS_UP = 4


@dataclass(frozen=True, kw_only=True, slots=True)
class _Case:
    """One number of segments before the court; `faults` are the reasons against it, empty when it holds."""

    score: KScore
    faults: tuple[str, ...]
    large_enough: bool

    @property
    def k(self) -> int:
        return self.score.k


def advise(scores: Iterable[KScore], top: TopTree, *, evidence: Mapping[int, float] | None = None) -> Advice:
    """Recommend a number of segments.

    Parameters
    ----------
    scores : iterable of KScore
        Those outside 2 to 15 are not looked at. Stability is judged when the scores carry it.
    top : TopTree
    evidence : mapping of int to float, optional
        What `gap.gap_of` found; left out, nothing is asked of it.

    Returns
    -------
    Advice
        `verdict` is "none" when no number holds; `k` is then the least bad one.
    """
    cases = [_try(score, top, evidence) for score in scores if score.k in AUTO_RANGE]
    if not cases:
        return Advice(k=min(2, top.n), verdict="none", sentence="There are too few customers to find segments among them.")
    checked = any(case.score.stability is not None for case in cases)
    holding = [case for case in cases if not case.faults]
    firm = [case for case in holding if not checked or (case.score.stability or 0.0) >= STABLE]
    if not holding:
        return _nothing(cases, top, checked=checked)
    rivals = firm or holding
    best = max(rivals, key=lambda case: case.score.silhouette)
    reasons = (_why(best, rivals, checked=checked), *_runners_up(best, cases))
    verdict = _verdict(best.score)
    return Advice(k=best.k, verdict=verdict, sentence=_sentence(best.score, top.n), reasons=reasons)


def _try(score: KScore, top: TopTree, evidence: Mapping[int, float] | None) -> _Case:
    """Collect what speaks against one number of segments."""
    faults = []
    large_enough = score.smallest >= max(2.0, SMALLEST_SHARE * top.n)
    if not large_enough:
        faults.append(f"the smallest would hold {_customers(score.smallest)} of {top.n:,}, too few to act on")
    if score.stability is not None and score.stability < DOUBTFUL:
        faults.append(f"only {_percent(score.stability)} of the weakest segment is found again")
    if evidence is not None and evidence.get(score.k, 0.0) < CLEAR_EVIDENCE:
        faults.append("customers spread evenly over the same space would fall apart just as well")
    if score.silhouette <= 0:
        faults.append("the segments do not lie apart")
    return _Case(score=score, faults=tuple(faults), large_enough=large_enough)


def _verdict(score: KScore) -> Verdict:
    doubtful = score.stability is not None and score.stability < STABLE
    if score.silhouette < MODERATE or doubtful:
        return "weak"
    return "strong" if score.silhouette >= STRONG else "moderate"


def _sentence(score: KScore, n: int) -> str:
    """Say how clear and how stable the structure is."""
    structure = "strong" if score.silhouette >= STRONG else "moderate" if score.silhouette >= MODERATE else "weak"
    if score.stability is None:
        return f"The structure is {structure} ({_explained(score)}); whether it is stable was not checked."
    found = f"{_percent(score.stability)} of the weakest segment is found again when {_again(n)}."
    if score.stability >= STABLE:
        return f"The structure is {structure} {'but' if structure == 'weak' else 'and'} stable: {found}"
    return f"The structure is {structure} {'and' if structure == 'weak' else 'but'} uncertain: only {found}"


def _explained(score: KScore) -> str:
    return f"silhouette {score.silhouette:.2f}, where 1 is perfectly separate and 0 is no separation"


def _again(n: int) -> str:
    if subsample_size(n) >= round(0.8 * n):
        return "a fifth of the customers is left out"
    return f"only {subsample_size(n):,} of the customers are looked at"


def _why(best: _Case, rivals: list[_Case], *, checked: bool) -> str:
    """Say why this number won."""
    asked = (
        ("passes every check", "pass every check") if checked else ("gives large enough segments", "give large enough segments")
    )
    if len(rivals) == 1:
        return f"Why {best.k}: no other number of segments up to {AUTO_RANGE[-1]} {asked[0]} ({_explained(best.score)})."
    numbers = f"of the {len(rivals)} numbers of segments that {asked[1]}"
    return f"Why {best.k}: {numbers}, {best.k} lie farthest apart ({_explained(best.score)})."


def _runners_up(best: _Case, cases: list[_Case]) -> list[str]:
    """Say of the next best separated numbers why they lost, one sentence each."""
    others = sorted((case for case in cases if case is not best), key=lambda case: -case.score.silhouette)
    return [_lost(case, best) for case in others[:RUNNERS_UP]]


def _lost(case: _Case, best: _Case) -> str:
    start = f"Not {case.k} (silhouette {case.score.silhouette:.2f}): "
    if case.faults:
        return f"{start}{' and '.join(case.faults[:2])}."
    if case.score.silhouette <= best.score.silhouette:
        return f"{start}the segments lie less far apart than {best.k} do."
    found = _percent(case.score.stability or 0.0)
    return f"{start}only {found} of the weakest segment is found again; {_percent(STABLE)} is asked for."


def _nothing(cases: list[_Case], top: TopTree, *, checked: bool) -> Advice:
    """Say that nothing holds, and pick what is the least bad to look at."""
    usable = [case for case in cases if case.large_enough]
    shown = max(usable, key=lambda case: case.score.silhouette) if usable else _most_even(cases, top)
    what = "no stable segmentation" if checked else "no usable segmentation"
    too_small = f"every number of segments up to {cases[-1].k} splits off groups too small to act on"
    why = shown.faults[0] if usable else too_small
    sentence = f"There is {what} here: {why}. {shown.k} segments are shown so that there is something to look at."
    others = sorted((case for case in cases if case is not shown), key=lambda case: -case.score.silhouette)
    return Advice(
        k=shown.k, verdict="none", sentence=sentence, reasons=tuple(_lost(case, shown) for case in [shown, *others[:RUNNERS_UP]])
    )


def _most_even(cases: list[_Case], top: TopTree) -> _Case:
    """Return the first case whose largest segment leaves a tenth to the others, else the one that leaves them most.

    The best separated one would be one customer against all others: nothing to look at.
    """
    largest = {case.k: cut_k(top, case.k)[0].size for case in cases}
    return next((case for case in cases if largest[case.k] <= 0.9 * top.n), min(cases, key=lambda case: largest[case.k]))


def _percent(share: float) -> str:
    return f"{100 * share:.0f} %"


def _customers(count: int) -> str:
    return "1 customer" if count == 1 else f"{count:,} customers"
