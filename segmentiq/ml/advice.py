"""The scores of every k in, one advice out: which k, how sure, and why, in words made from the numbers.

The rule, for 2 to 15 segments: every segment must be large enough to act on, none may be lost in subsamples (a small one must be
stable), the customers must be more clustered than an evenly filled space, and the segments must lie apart. Of the numbers that
hold, those stable on average go first, and of these the *most detailed* that cuts no single group in two: of every two segments
that are the halves of one branch, the halves explain more than the halves of one cloud would (`division`).

The best separated number would be the obvious choice and is the wrong one: groups of segments are better separated than segments
are, and 439 customers against one are separated best of all. It decides where every division cuts a group, among the numbers
whose weakest segment is stable.

When nothing holds, the advice says so, and still names a number to look at: the tree is worth seeing either way.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import cache

from segmentiq.ml.cut import cut_k
from segmentiq.ml.reasons import Case, customers, no_division, percent, sentence_of, why_detail, why_not, why_separation
from segmentiq.ml.thresholds import CLEAR, DOUBTFUL, MODERATE, REAL, STABLE, STRONG
from segmentiq.ml.values import Advice, Branch, KScore, TopTree, Verdict

AUTO_RANGE = range(2, 16)
SMALLEST_SHARE = 0.02
SMALL_SHARE = 0.05
"""A segment below this share of the customers must be stable itself: what is small and comes and goes cannot be acted on."""
RUNNERS_UP = 4


def advise(
    scores: Iterable[KScore],
    top: TopTree,
    *,
    evidence: Mapping[int, float] | None = None,
    divides: Callable[[int], float] | None = None,
) -> Advice:
    """Recommend a number of segments.

    Parameters
    ----------
    scores : iterable of KScore
        Those outside 2 to 15 are not looked at. Stability is judged when the scores carry it.
    top : TopTree
    evidence : mapping of int to float, optional
        What `gap.gap_of` found; left out, nothing is asked of it.
    divides : callable, optional
        k -> what `division.division_of` finds in the branch that the step from k - 1 to k segments divides. Asked as seldom as
        settles the matter; left out, the best separated number wins.

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
    if not holding:
        return _nothing(cases, top, checked=checked)
    rivals = [case for case in holding if case.found >= STABLE] or holding
    detailed, cut_groups = _most_detailed(rivals, top, cache(divides)) if divides else (None, set())
    if detailed is None:
        rivals = [case for case in rivals if (case.score.stability or 0.0) >= STABLE] or rivals
    best = detailed or max(rivals, key=lambda case: case.score.silhouette)
    why = (
        why_detail(best, len(rivals), AUTO_RANGE[-1])
        if detailed
        else why_separation(best, len(rivals), AUTO_RANGE[-1], checked=checked)
    )
    undivided = bool(cut_groups) and detailed is None
    lost = (why_not(case, best, cut_groups=cut_groups, by_detail=bool(detailed)) for case in _runners_up(best, cases))
    return Advice(
        k=best.k,
        verdict="weak" if undivided else _verdict(best),
        sentence=sentence_of(best, top.n),
        reasons=(why, *((no_division(),) if undivided else ()), *lost),
    )


def _try(score: KScore, top: TopTree, evidence: Mapping[int, float] | None) -> Case:
    """Collect what speaks against one number of segments."""
    faults = []
    large_enough = score.smallest >= max(2.0, SMALLEST_SHARE * top.n)
    if not large_enough:
        faults.append(f"the smallest would hold {customers(score.smallest)} of {top.n:,}, too few to act on")
    if score.stability is not None and score.stability < DOUBTFUL:
        faults.append(f"only {percent(score.stability)} of the weakest segment is found again")
    elif small := _small_and_doubtful(score.k, top):
        faults.append(f"only {percent(small.found or 0.0)} of a segment of {customers(small.size)} is found again")
    if evidence is not None and evidence.get(score.k, 0.0) < CLEAR:
        faults.append("customers spread evenly over the same space would fall apart just as well")
    if score.silhouette <= 0:
        faults.append("the segments do not lie apart")
    return Case(score=score, faults=tuple(faults), large_enough=large_enough)


def _small_and_doubtful(k: int, top: TopTree) -> Branch | None:
    """Return the smallest segment that is both, if there is one."""
    segments = reversed(cut_k(top, k))
    doubtful = (branch for branch in segments if branch.found is not None and branch.found < STABLE)
    return next((branch for branch in doubtful if branch.size < SMALL_SHARE * top.n), None)


def _most_detailed(rivals: list[Case], top: TopTree, divides: Callable[[int], float]) -> tuple[Case | None, set[int]]:
    """Return the most detailed rival that cuts no single group in two, and the more detailed ones that do."""
    cut_groups: set[int] = set()
    for case in sorted(rivals, key=lambda case: -case.k):
        if all(divides(split + 1) >= REAL for split in _last_splits(top, case.k)):
            return case, cut_groups
        cut_groups.add(case.k)
    return None, cut_groups


def _last_splits(top: TopTree, k: int) -> list[int]:
    """Return the splits whose halves are both segments of the cut, the latest first; those above hold more than one group."""
    cut = {branch.id for branch in cut_k(top, k)}
    return sorted((branch.split for branch in top.branches if branch.split and {branch.left, branch.right} <= cut), reverse=True)


def _verdict(case: Case) -> Verdict:
    if case.score.silhouette < MODERATE or case.found < STABLE:
        return "weak"
    return "strong" if case.score.silhouette >= STRONG else "moderate"


def _runners_up(best: Case, cases: list[Case]) -> list[Case]:
    """Return the two numbers beside the best one, then the best separated others, in their order."""
    others = [case for case in cases if case is not best]
    others.sort(key=lambda case: (abs(case.k - best.k) > 1, -case.score.silhouette))
    return sorted(others[:RUNNERS_UP], key=lambda case: case.k)


def _nothing(cases: list[Case], top: TopTree, *, checked: bool) -> Advice:
    """Say that nothing holds, and pick what is the least bad to look at."""
    usable = [case for case in cases if case.large_enough]
    shown = max(usable, key=lambda case: case.score.silhouette) if usable else _most_even(cases, top)
    what = "no stable segmentation" if checked else "no usable segmentation"
    too_small = f"every number of segments up to {cases[-1].k} splits off groups too small to act on"
    why = shown.faults[0] if usable else too_small
    sentence = f"There is {what} here: {why}. {shown.k} segments are shown so that there is something to look at."
    lost = [why_not(case, shown, cut_groups=(), by_detail=False) for case in [shown, *_runners_up(shown, cases)]]
    return Advice(k=shown.k, verdict="none", sentence=sentence, reasons=tuple(lost))


def _most_even(cases: list[Case], top: TopTree) -> Case:
    """Return the first case whose largest segment leaves a tenth to the others, else the one that leaves them most.

    The best separated one would be one customer against all others: nothing to look at.
    """
    largest = {case.k: cut_k(top, case.k)[0].size for case in cases}
    return next((case for case in cases if largest[case.k] <= 0.9 * top.n), min(cases, key=lambda case: largest[case.k]))
