"""A tree and what was asked for in, one cut out: by number of segments, by height, by hand, or the run's answer.

A cut is the branches that are its segments, largest first, so a segment's number is its place plus one on the page, in the
export, in REST and in every drawing. Whoever shows a cut takes a `Cut`, and none of them can number the segments otherwise.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from segmentiq.ml.cut import cut_branches, cut_k, k_at_height, reaches
from segmentiq.ml.errors import SpecRefused
from segmentiq.ml.values import Branch, TopTree

if TYPE_CHECKING:
    from clustering.models import KeptCut, Run

BRANCHES = re.compile(r"\d{1,3}(?:,\d{1,3})*", re.ASCII)


@dataclass(frozen=True, kw_only=True, slots=True)
class Cut:
    """The segments of a tree, largest first; `is_picked` where no number of segments gives these branches."""

    branches: tuple[Branch, ...]
    is_picked: bool = False

    @property
    def k(self) -> int:
        return len(self.branches)

    @property
    def ids(self) -> tuple[int, ...]:
        return tuple(branch.id for branch in self.branches)

    @property
    def query(self) -> str:
        """Return the part of an address that asks for this cut."""
        return f"branches={','.join(map(str, sorted(self.ids)))}" if self.is_picked else f"k={self.k}"


def cut_of(top: TopTree, *, k: int | None = None, height: float | None = None, branches: Iterable[int] | None = None) -> Cut:
    """Cut by exactly one of the three. Raises SpecRefused."""
    if sum(choice is not None for choice in (k, height, branches)) != 1:
        raise SpecRefused(
            "A cut is made by a number of segments, by a height, or by its branches.",
            code="invalid_value",
            field="k",
            hint="Give exactly one of k, height and branches.",
        )
    if branches is not None:
        return _picked(top, cut_branches(top, branches))
    return Cut(branches=cut_k(top, _k_at(top, height) if height is not None else k))  # type: ignore[arg-type]


def _k_at(top: TopTree, height: float) -> int:
    if not reaches(top, height):
        raise SpecRefused(
            f"At this height the customers are in more than the {top.max_k} segments that a tree is kept for.",
            code="out_of_range",
            field="height",
            hint="Cut further up.",
        )
    return k_at_height(top, height)


def _picked(top: TopTree, branches: tuple[Branch, ...]) -> Cut:
    return Cut(branches=branches, is_picked=set(branches) != set(cut_k(top, len(branches))))


def answer_of(run: Run | KeptCut, top: TopTree) -> Cut:
    """Return the cut that is the run's answer, or was when it was kept."""
    return cut_of(top, branches=run.branches) if run.branches else cut_of(top, k=min(run.k or 2, top.max_k))


def asked_cut(run: Run, top: TopTree, params: Mapping[str, str]) -> Cut:
    """Return the cut an address asks for with `k`, `height` or `branches`; without them the run's answer. Raises SpecRefused."""
    given = {name: params[name].strip() for name in ("k", "height", "branches") if params.get(name, "").strip()}
    if not given:
        return answer_of(run, top)
    return cut_of(top, **{name: READERS[name](words) for name, words in given.items()})  # type: ignore[arg-type]


def _whole(words: str) -> int:
    if not (words.isascii() and words.isdecimal() and len(words) <= 4):
        raise SpecRefused("k is a whole number of segments.", code="invalid_value", field="k", hint="Write it like 5.")
    return int(words)


def _height(words: str) -> float:
    try:
        height = float(words)
    except ValueError:
        height = -1.0
    if not 0 <= height < float("inf"):
        raise SpecRefused("height is a number from 0 up.", code="invalid_value", field="height", hint="Write it like 12.5.")
    return height


def _numbers(words: str) -> list[int]:
    if not BRANCHES.fullmatch(words):
        raise SpecRefused(
            "branches are numbers with commas between them.",
            code="invalid_branches",
            field="branches",
            hint="Write them like 1,5,6.",
        )
    return [int(number) for number in words.split(",")]


READERS = {"k": _whole, "height": _height, "branches": _numbers}
"""How each of the three is read from an address."""
