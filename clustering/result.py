"""A finished run and a cut in, the result page as one frozen object out.

Template and script show the same words because both read `BranchWords`; what the script needs to re-cut without a request is in
`ResultPage.data`. Each view of the page has a figure of its own here, drawn for the cut at hand.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

from django.utils.safestring import SafeString, mark_safe

from clustering import artifacts
from clustering.answer import Answer, Score, answer_words, cohesion_words, question, score_words, standing_of, way_back
from clustering.charts import CurveFigure, HeatFigure, draw_curve, draw_heat
from clustering.cutting import Cut, answer_of, asked_cut, cut_of
from clustering.drawing import page_svg
from clustering.figures import Figures, draw_figures
from clustering.found import Found, load_found
from clustering.layout import N_HUES, lay_out, owners
from clustering.mapping import MapFigure, apart_on, draw_map
from clustering.merges import MergeRow, merge_rows
from clustering.models import Run
from clustering.page_data import page_data
from clustering.particulars import Remedy, approximation_of, ledger_of, notes_of, particulars_of, remedy_of
from clustering.segments import cohesion_in
from clustering.titles import titles_of
from clustering.wording import BranchWords, TableRow, blank_words, branch_words, table_rows
from segmentiq.ml.errors import Refusal
from segmentiq.ml.values import Advice, TopTree
from segmentiq.words import count, plural

if TYPE_CHECKING:
    from segmentiq.ml.cohesion import Cohesion

Means = tuple[float | None, ...]
"""The mean silhouette of each segment, None where nobody was measured."""


@dataclass(frozen=True, kw_only=True, slots=True)
class SegmentCard:
    number: int
    words: BranchWords
    cohesion: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Stepper:
    k: int
    less: int | None
    more: int | None
    most: int


@dataclass(frozen=True, kw_only=True, slots=True)
class ResultPage:
    run: Run
    customers: str
    cut: Cut
    answer: Answer
    titles: Mapping[str, str]
    question: str
    way_back: str
    stepper: Stepper
    is_answer: bool
    can_undo: bool
    advice: Advice
    score: str
    ledger: str
    approximation: str
    remedy: Remedy | None
    tree: SafeString
    merges: tuple[MergeRow, ...]
    tree_note: str
    map: MapFigure
    curve: CurveFigure | None
    heat: HeatFigure | None
    figures: Figures
    cards: tuple[SegmentCard, ...]
    rows: tuple[TableRow, ...]
    blank: SegmentCard
    report: tuple[tuple[str, str], ...]
    notes: tuple[str, ...]
    data: Mapping[str, Any] = field(repr=False)
    hues: range = range(1, N_HUES + 1)

    @property
    def cut_value(self) -> str:
        """Return the cut as a form sends it: under the name `k`, or `branches` where it was picked."""
        return self.cut.query.partition("=")[2]


def result_page(run: Run, params: Mapping[str, str]) -> ResultPage:
    """Build the page of a finished run, cut as the address asks, or into its answer."""
    found = load_found(run)
    top, advice = found.top, found.advice
    cut = _shown_cut(run, top, params)
    layout = lay_out(top)
    words = {
        p.branch: branch_words(p, top=top, hues=found.hues, names=found.given, shown=found.shown) for p in found.profiles.values()
    }
    segments = tuple(words[branch.id] for branch in cut.branches)
    cohesion, drawn = cohesion_in(run, top, cut), artifacts.load_map(run)
    lies = apart_on(drawn)
    score, means = _standing(found, cut, cohesion)
    return ResultPage(
        run=run,
        customers=plural(top.n, "customer"),
        cut=cut,
        answer=answer_words(top.n, cut.k, advice, score, is_picked=cut.is_picked),
        titles=titles_of(top, cut, lies(cut)),
        question=question(advice),
        way_back=way_back(advice),
        stepper=_stepper(cut, top),
        is_answer=cut == answer_of(run, top),
        can_undo=run.kept_cuts.count() > 1,
        advice=advice,
        score=score_words(score),
        ledger=ledger_of(run),
        approximation=" ".join(approximation_of(run)),
        remedy=remedy_of(run, advice),
        merges=merge_rows(top, cut),
        tree=mark_safe(page_svg(top, cut, found.names, found.hues)),  # noqa: S308 - drawing.py escapes
        tree_note=_tree_note(top),
        map=draw_map(drawn, top, found.hues, owners(top, cut.ids)),
        curve=draw_curve(tuple(found.scores.values()), cut.k, advice),
        heat=draw_heat(found.profiles, top, layout, found.shown.columns, found.shown.labels),
        figures=draw_figures(found, cut, cohesion),
        cards=_cards(segments, means),
        rows=table_rows(found.profiles[0], found.shown, segments),
        blank=SegmentCard(number=0, words=blank_words()),
        report=particulars_of(run),
        notes=notes_of(run),
        data=page_data(found, cut, layout=layout, words=words, lies=lies),
    )


def _cards(segments: tuple[BranchWords, ...], means: Means) -> tuple[SegmentCard, ...]:
    return tuple(
        SegmentCard(number=number, words=words, cohesion=cohesion_words(mean))
        for number, (words, mean) in enumerate(zip(segments, means, strict=True), start=1)
    )


def _shown_cut(run: Run, top: TopTree, params: Mapping[str, str]) -> Cut:
    """Return the cut asked for; of a number beyond the tree the nearest, and of any other wish that cannot be met the answer."""
    try:
        cut = asked_cut(run, top, params)
    except Refusal as refusal:
        if (refusal.code, refusal.field) != ("out_of_range", "k"):
            return answer_of(run, top)
        cut = cut_of(top, k=min(max(int(params["k"]), 1), top.max_k))
    return cut if cut.k > 1 or top.max_k == 1 else cut_of(top, k=2)


def _standing(found: Found, cut: Cut, measured: Cohesion | None) -> tuple[Score | None, Means]:
    """Return how well the cut stands, and the mean silhouette of each of its segments; a picked one as it was `measured`."""
    unknown: Means = (None,) * cut.k
    if not cut.is_picked:
        return found.scores.get(cut.k), tuple(found.silhouettes.get(cut.k, unknown))
    if measured is None:
        return standing_of(cut), unknown
    return standing_of(cut, measured.silhouette, measured.interval), measured.segments


def cut_words(run: Run, params: Mapping[str, str]) -> dict[str, Any]:
    """Say what the cut of an address is worth, as the page would. Raises Refusal."""
    found = load_found(run)
    cut = asked_cut(run, found.top, params)
    score, means = _standing(found, cut, cohesion_in(run, found.top, cut) if cut.is_picked else None)
    answer = answer_words(found.top.n, cut.k, found.advice, score, is_picked=cut.is_picked)
    titles = titles_of(found.top, cut, apart_on(artifacts.load_map(run))(cut))
    return {**asdict(answer), "score": score_words(score), "silhouettes": means, "titles": titles}


def _stepper(cut: Cut, top: TopTree) -> Stepper:
    k = cut.k
    return Stepper(k=k, less=k - 1 if k > 2 else None, more=k + 1 if k < top.max_k else None, most=top.max_k)


def _tree_note(top: TopTree) -> str:
    drawn = f"the top {count(top.max_k)} are drawn" if top.max_k < top.n else "every customer is drawn"
    return f"The lower two branches meet, the more alike their customers. A branch is as wide as the customers it holds; {drawn}."
