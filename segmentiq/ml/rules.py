"""Cells and a TopTree in, one short rule per branch out: one to three conditions that tell its customers from all others.

    F1 = 2 tp / (size of the branch + customers who meet the rule), tp = those of them who are in the branch

Rules are searched in a sample that has customers of every finest branch, each counting for as many as it stands for, and then
counted over everyone: the precision and recall that are told are those of the table. The search is greedy with a beam: the best
conditions alone, then the best with one more, as long as that one earns its place; then every threshold is moved to where it is
best beside the others, and rounded as far as that costs nothing.

All thresholds of all columns are tried at once (`grid`, `counting`).

References
----------
Lavrac, Kavsek, Flach, Todorovski (2004), Subgroup Discovery with CN2-SD.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from segmentiq.ml.cells import Cells
from segmentiq.ml.conditions import Condition, phrases_of
from segmentiq.ml.counting import tell
from segmentiq.ml.cut import finest_of
from segmentiq.ml.grid import Grid, lay_grid
from segmentiq.ml.strata import allot, draw
from segmentiq.ml.values import Branch, Rule, TopTree

MOST_CONDITIONS = 3
BEAM = 3
GAIN = 0.02
"""What a further condition must add to F1."""
WORTH_TELLING = 0.3
"""F1 from which on a rule is told."""
SAMPLE, LEAST = 4_000, 40
"""Customers that rules are searched in, and how many of every finest branch there are at least."""
ROUND_LOSS = 0.005
"""What a rounder number may cost in F1."""


class Sample(NamedTuple):
    """The customers that rules are searched in: leaf `positions` (m,), ascending, how many each stands for (`weights`, (m,)), and
    the `stratum` (m,) of each: its finest branch, in leaf order."""

    positions: NDArray[np.int64]
    weights: NDArray[np.float64]
    stratum: NDArray[np.int64]


class Tried(NamedTuple):
    """Conditions of the grid that were tried together, and how well they tell the branch."""

    f1: float
    conditions: tuple[int, ...] = ()


def draw_sample(top: TopTree, seed: int) -> Sample:
    """Draw the customers that rules are searched in; everyone where there are few."""
    finest = finest_of(top)
    sizes = np.array([branch.size for branch in finest])
    taken = allot(sizes, SAMPLE + LEAST * len(finest), LEAST)
    return Sample(draw(top, taken, seed), np.repeat(sizes / taken, taken), np.repeat(np.arange(len(finest)), taken))


def find_rules(columns: Sequence[Cells], top: TopTree, *, seed: int = 0) -> tuple[Rule | None, ...]:
    """Find a rule for every branch of the top tree.

    Parameters
    ----------
    columns : sequence of Cells
        Every customer's, in leaf order.
    top : TopTree
    seed : int
        Of the sample.

    Returns
    -------
    tuple of Rule or None
        In the order of the branches' ids; None for the root and where no rule is worth telling.
    """
    sample = draw_sample(top, seed)
    named = {cells.name: cells for cells in columns}
    found = search([cells.at(sample.positions) for cells in columns], sample, top)
    return count_rules(found, named.__getitem__, top)


def search(columns: Sequence[Cells], sample: Sample, top: TopTree) -> tuple[tuple[Condition, ...], ...]:
    """Search the conditions of every branch's rule in the sample; none for the root, nor where no column tells anything."""
    grid = lay_grid(columns, sample.stratum)
    named = {cells.name: cells for cells in columns}
    return tuple(
        () if branch.parent is None or not len(grid.column) else _search_branch(_Hunt(grid, sample, branch), named)
        for branch in top.branches
    )


def count_rules(found: Sequence[tuple[Condition, ...]], read: Callable[[str], Cells], top: TopTree) -> tuple[Rule | None, ...]:
    """Count over all customers how well the rules tell their branches; `read` returns a column of all, by its name."""
    met = {at: np.full(-(-top.n // 8), 255, dtype=np.uint8) for at, conditions in enumerate(found) if conditions}
    for name in dict.fromkeys(condition.column for conditions in found for condition in conditions):
        cells = read(name)
        for at, conditions in enumerate(found):
            for condition in conditions:
                if condition.column == name:
                    met[at] &= np.packbits(condition.holds(cells))
    return tuple(_rule(found[branch.id], met, branch, top.n) for branch in top.branches)


def _rule(conditions: tuple[Condition, ...], met: dict[int, NDArray[np.uint8]], branch: Branch, n: int) -> Rule | None:
    if not conditions:
        return None
    meets = np.unpackbits(met[branch.id], count=n)
    inside, everyone = int(np.count_nonzero(meets[branch.start : branch.stop])), int(np.count_nonzero(meets))
    rule = Rule(words=phrases_of(conditions), precision=inside / everyone if everyone else 0.0, recall=inside / branch.size)
    return rule if rule.f1 >= WORTH_TELLING else None


class _Hunt:
    """The search for one branch's rule: its share of the sample, and what conditions score beside others."""

    def __init__(self, grid: Grid, sample: Sample, branch: Branch) -> None:
        self.grid, self.weights = grid, sample.weights
        self.start, self.stop = np.searchsorted(sample.positions, [branch.start, branch.stop]).tolist()
        self.size = float(self.weights[self.start : self.stop].sum())
        self.every_column = np.arange(len(grid.columns))

    def score(self, mask: NDArray[np.bool_], columns: NDArray[np.int64]) -> NDArray[np.float64]:
        """Return the F1 of every condition of these columns beside those that made the mask, 0 elsewhere, shape (c,)."""
        where = np.flatnonzero(mask)
        first, last = np.searchsorted(where, [self.start, self.stop]).tolist()
        histograms, scores = np.empty((2, self.grid.n_bins + 1)), np.empty(len(self.grid.column))
        tell(self.grid.codes, columns, where, (first, last), self.weights, self.grid.spans, self.size, histograms, scores)
        return scores

    def mask(self, conditions: Sequence[int]) -> NDArray[np.bool_]:
        """Tell who of the sample meets all of the conditions."""
        mask = np.ones(len(self.weights), dtype=np.bool_)
        for at in conditions:
            mask &= self.grid.mask(at)
        return mask

    def f1(self, mask: NDArray[np.bool_]) -> float:
        """Return how well those of the mask are the branch."""
        inside = float(self.weights[self.start : self.stop][mask[self.start : self.stop]].sum())
        return 2 * inside / (self.size + float(self.weights[mask].sum()))


def _search_branch(hunt: _Hunt, named: dict[str, Cells]) -> tuple[Condition, ...]:
    beam = _widen(hunt, [Tried(0.0)])
    alone = best = beam[0]
    for count in range(2, MOST_CONDITIONS + 1):
        if best.f1 + GAIN > 1:
            break
        beam = _widen(hunt, beam)
        if beam[0].f1 >= best.f1 + GAIN * (count - len(best.conditions)):
            best = beam[0]
    best = _simplify(hunt, best)
    return _round(hunt, tuple(map(hunt.grid.condition, (best if len(best.conditions) > 1 else alone).conditions)), named)


def _simplify(hunt: _Hunt, tried: Tried) -> Tried:
    """Move every bound to where it is best, and leave out what does not earn its place then."""
    tried = _refine(hunt, tried)
    while len(tried.conditions) > 1:
        fewer = max((_without(hunt, tried, place) for place in range(len(tried.conditions))), key=lambda other: other.f1)
        if fewer.f1 <= tried.f1 - GAIN:
            break
        tried = _refine(hunt, fewer)
    return tried


def _without(hunt: _Hunt, tried: Tried, place: int) -> Tried:
    others = tried.conditions[:place] + tried.conditions[place + 1 :]
    return Tried(hunt.f1(hunt.mask(others)), others)


def _widen(hunt: _Hunt, beam: Sequence[Tried]) -> list[Tried]:
    """Add to every rule of the beam the best conditions there are, one of each kind, and keep the best rules."""
    found: dict[frozenset[int], Tried] = {}
    for tried in beam:
        scores = hunt.score(hunt.mask(tried.conditions), hunt.every_column)
        for at in tried.conditions:  # asked again, a column bounded from one side says nothing new
            scores[hunt.grid.group_of(at) if hunt.grid.is_bound(at) else at] = 0.0
        tops = np.maximum.reduceat(scores, hunt.grid.groups)
        for group in np.argsort(-tops, kind="stable")[:BEAM]:
            span = hunt.grid.group_of(int(hunt.grid.groups[group]))
            at = span.start + int(np.argmax(scores[span]))
            found.setdefault(frozenset((*tried.conditions, at)), Tried(float(scores[at]), (*tried.conditions, at)))
    return sorted(found.values(), key=lambda tried: -tried.f1)[:BEAM]


def _refine(hunt: _Hunt, tried: Tried) -> Tried:
    """Move every bound to where it is best beside the others."""
    for place in range(len(tried.conditions)) if len(tried.conditions) > 1 else ():
        others = tried.conditions[:place] + tried.conditions[place + 1 :]
        span = hunt.grid.group_of(tried.conditions[place])
        scores = hunt.score(hunt.mask(others), hunt.grid.column[span][:1])[span]
        at = int(np.argmax(scores))
        if scores[at] > tried.f1:
            tried = Tried(float(scores[at]), (*tried.conditions[:place], span.start + at, *tried.conditions[place + 1 :]))
    return tried


def _round(hunt: _Hunt, conditions: tuple[Condition, ...], named: dict[str, Cells]) -> tuple[Condition, ...]:
    """Round every bound as far as it costs nothing that counts."""
    masks = [condition.holds(named[condition.column]) for condition in conditions]
    enough = hunt.f1(np.logical_and.reduce(masks)) - ROUND_LOSS
    rounded = list(conditions)
    for place, condition in enumerate(conditions):
        others = np.logical_and.reduce([np.ones_like(masks[0]), *masks[:place], *masks[place + 1 :]])
        for simpler in condition.rounder():
            rounded[place], masks[place] = simpler, simpler.holds(named[condition.column])
            if hunt.f1(others & masks[place]) >= enough:
                break
    return tuple(rounded)
