"""A finished run and its artifacts in, the result page as one frozen object out.

The page carries what the browser needs to re-cut without a request (`ResultPage.data`): the top tree's branches with their
words already written, and the height of every cut. Template and script show the same words because both read `BranchWords`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from django.utils.safestring import SafeString, mark_safe

from clustering import artifacts
from clustering.answer import Answer, answer_words, question, way_back
from clustering.charts import CurveFigure, HeatFigure, MapFigure, draw_curve, draw_heat, draw_map
from clustering.cutting import cut_of
from clustering.drawing import LABEL_Y, page_svg
from clustering.layout import TreeLayout, lay_out, owners
from clustering.models import Run
from clustering.wording import BranchWords, TableRow, blank_words, branch_words, inertia_words, shown_of, table_rows
from segmentiq.ml.cut import cut_k, height_of
from segmentiq.ml.values import Advice, KScore, TopTree
from segmentiq.words import count, duration, figure, filesize, plural, unbroken

Spots = Mapping[int, tuple[float, float]]


@dataclass(frozen=True, kw_only=True, slots=True)
class SegmentCard:
    number: int
    words: BranchWords
    spot: tuple[str, str] | None = None


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
    answer: Answer
    question: str
    way_back: str
    stepper: Stepper
    is_answer: bool
    advice: Advice
    score: str
    ledger: str
    approximation: str
    tree: SafeString
    tree_note: str
    map: MapFigure
    curve: CurveFigure | None
    heat: HeatFigure | None
    cards: tuple[SegmentCard, ...]
    rows: tuple[TableRow, ...]
    blank: SegmentCard
    report: tuple[tuple[str, str], ...]
    notes: tuple[str, ...]
    data: Mapping[str, Any]


def result_page(run: Run, asked: int | None) -> ResultPage:
    """Build the page of a finished run, cut into the segments asked for, or into its answer."""
    top = artifacts.load_top(run)
    k = min(max(asked or run.k or 2, 1 if top.max_k < 2 else 2), top.max_k)
    profiles = {profile.branch: profile for profile in artifacts.load_profiles(run)}
    scores = artifacts.load_scores(run)
    advice = Advice.from_json(run.advice)
    layout = lay_out(top)
    names = segment_names(run)
    shown = shown_of(profiles, dict(run.dataset.columns.values_list("name", "kind")))
    words = {p.branch: branch_words(p, top=top, layout=layout, names=names, shown=shown) for p in profiles.values()}
    active = cut_k(top, k)
    held = owners(top, tuple(branch.id for branch in active))
    places = draw_map(artifacts.load_map(run), top, layout.hues, held)
    return ResultPage(
        run=run,
        customers=plural(top.n, "customer"),
        answer=answer_words(top.n, k, advice, score_of(scores, k)),
        question=question(advice),
        way_back=way_back(advice),
        stepper=Stepper(k=k, less=k - 1 if k > 2 else None, more=k + 1 if k < top.max_k else None, most=top.max_k),
        is_answer=k == run.k,
        advice=advice,
        score=score_words(scores, k),
        ledger=_ledger(run),
        approximation=" ".join(approximation_of(run)),
        tree=mark_safe(page_svg(top, cut_of(top, k=k), {i: w.name for i, w in words.items()})),  # noqa: S308 - drawing.py escapes
        tree_note=_tree_note(top),
        map=places,
        curve=draw_curve(scores, k, advice),
        heat=draw_heat(profiles, top, layout, shown.columns),
        cards=tuple(
            SegmentCard(number=n, words=words[b.id], spot=_spot(places.spots.get(b.id))) for n, b in enumerate(active, start=1)
        ),
        rows=table_rows(profiles[0], shown, tuple(words[b.id] for b in active)),
        blank=SegmentCard(number=0, words=blank_words()),
        report=_report(run),
        notes=_notes(run),
        data=_data(run, top, layout=layout, words=words, scores=scores, advice=advice, spots=places.spots),
    )


def segment_names(run: Run) -> dict[int, tuple[str, str]]:
    """Return what people call the branches of this run: id -> (name, note)."""
    return {entry.branch: (entry.name, entry.note) for entry in run.names.all()}


def shown_names(run: Run) -> dict[int, str]:
    """Return every branch's name as shown: the person's, else the suggested one."""
    names = {profile.branch: profile.name for profile in artifacts.load_profiles(run)}
    return names | {branch: name for branch, (name, _) in segment_names(run).items() if name}


def score_of(scores: Sequence[KScore], k: int) -> KScore | None:
    return next((score for score in scores if score.k == k), None)


def score_words(scores: Sequence[KScore], k: int) -> str:
    """Explain the silhouette of this cut where it stands."""
    score = score_of(scores, k)
    if score is None:
        return ""
    return f"Silhouette {score.silhouette:.2f}, where 1 is perfectly separate and 0 is no separation."


def approximation_of(run: Run) -> tuple[str, ...]:
    """Return what must be said beside the answer of a tree that is not exact: what was gathered, and what it cost."""
    return tuple((run.report.get("approximation") or {}).get("sentences", ()))


def _notes(run: Run) -> tuple[str, ...]:
    said = set(approximation_of(run))
    return (*run.report.get("notes", ()), *(note for note in run.report.get("warnings", ()) if note not in said))


def _ledger(run: Run) -> str:
    if not run.n_set_aside:
        return ""
    rows, kept = plural(run.n_rows or 0, "row"), count(run.n_clustered)
    return f"{rows} in the file = {kept} clustered + {count(run.n_set_aside)} set aside."


def _tree_note(top: TopTree) -> str:
    drawn = f"the top {count(top.max_k)} are drawn" if top.max_k < top.n else "every customer is drawn"
    return f"The lower two branches meet, the more alike their customers. A branch is as wide as the customers it holds; {drawn}."


def _spot(place: tuple[float, float] | None) -> tuple[str, str] | None:
    return (str(place[0]), str(place[1])) if place else None


def _report(run: Run) -> tuple[tuple[str, str], ...]:
    spec, report = run.spec, run.report
    seconds = report.get("seconds", {})
    engine = report.get("engine")
    facts = [
        ("Columns", ", ".join(spec["columns"]) if spec["columns"] else "every column that is a feature"),
        ("Weight of the columns", unbroken(inertia_words(report.get("inertia", {})))),
        ("Linkage and distance", f"{spec['linkage']}, {spec['metric']}"),
        ("Scaling", str(spec["scaling"])),
        ("Logarithm", spec["log"] if isinstance(spec["log"], str) else ", ".join(spec["log"])),
        ("Missing cells", {"impute": "filled in", "drop": "rows set aside"}[spec["missing"]]),
        ("Principal components", "off" if spec["pca"] is None else str(spec["pca"])),
        ("Engine", f"{engine.get('kernel', '')}, {'exact' if engine.get('exact', True) else 'approximate'}" if engine else ""),
        ("Time", duration(sum(seconds.values())) if seconds else "–"),
        ("Slowest stages", ", ".join(f"{s} {figure(t)} s" for s, t in sorted(seconds.items(), key=lambda e: -e[1])[:3]) or "–"),
        ("Forecast and truth", forecast_and_truth(report)),
        ("Cophenetic correlation", figure(report.get("cophenetic"))),
        ("Seed", str(spec["seed"])),
        ("Stamp", run.stamp),
    ]
    return tuple((name, words) for name, words in facts if words)


def forecast_and_truth(report: Mapping[str, Any]) -> str:
    """Say what was forecast, and what it took; nothing about a run of before there were forecasts."""
    told, took = report.get("forecast"), report.get("took")
    return f"{_cost(told)} were forecast; it took {_cost(took)}." if told and took else ""


def _cost(of: Mapping[str, Any]) -> str:
    memory = "" if of["tree"]["bytes"] is None else f" and {filesize(of['tree']['bytes'])}"
    return f"{duration(of['seconds'])}, of which the tree {duration(of['tree']['seconds'])}{memory},"


def _data(
    run: Run,
    top: TopTree,
    *,
    layout: TreeLayout,
    words: Mapping[int, BranchWords],
    scores: Sequence[KScore],
    advice: Advice,
    spots: Spots,
) -> dict[str, Any]:
    branches = [
        {
            "parent": b.parent,
            "born": b.born,
            "split": b.split,
            "start": b.start,
            "n": b.size,
            "spot": spots.get(b.id),
            "span": [round(edge, 1) for edge in layout.spans[b.id]],
            **asdict(words[b.id]),
        }
        for b in top.branches
    ]
    cuts = {
        str(k): {
            "y": round(layout.y(height_of(top, k)), 1),
            "score": score_words(scores, k),
            **asdict(answer_words(top.n, k, advice, score_of(scores, k))),
        }
        for k in range(2, top.max_k + 1)
    }
    splits = sorted((b.height for b in top.branches if b.split is not None), reverse=True)
    return {
        "answer": run.k,
        "advised": advice.k,
        "branches": branches,
        "cuts": cuts,
        "split_y": [round(layout.y(height), 2) for height in splits],
        "label_y": LABEL_Y,
    }
