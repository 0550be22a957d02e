"""A person's choices for a new run in; out comes what they would take, or why not and which one change helps.

The engine refuses in the words of the API, because that is who asks it most. On a page the same refusal names the choices as they
are written there, and every remedy is a button: one change of the form that was tried and passes the very same check.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.forms import BoundField
from django.http import QueryDict

from clustering.forms import LINKAGES, RunForm
from clustering.pages import forecast_words
from clustering.questions import check_question
from segmentiq.ml.effort import RunForecast
from segmentiq.ml.errors import Refusal
from segmentiq.ml.facts import opening
from segmentiq.ml.spec import SegmentationSpec
from segmentiq.ml.values import MAX_SEGMENTS
from segmentiq.words import count, duration, plural

if TYPE_CHECKING:
    from clustering.models import Run
    from datasets.models import Column, Dataset

FEW = 24
"""Columns up to which they stand as in the file; above it the chosen ones come first."""
MOST_REMEDIES = 2
SEGMENTS = f"The number of segments is a whole number from 2 to {MAX_SEGMENTS}, and less than the number of customers."
COMPONENTS = "Principal components take a whole number of them, or a share of the variance such as 0.9; left empty they are off."
SENTENCES = {
    "invalid_n_clusters": SEGMENTS,
    "out_of_range": SEGMENTS,
    "no_features": "No column is chosen. Choose at least one that tells customers apart.",
    "invalid_seed": "The seed is a whole number from 0 to 4,294,967,295.",
}
LIGHTER = ({"approximate": "on"}, {"stability": ""}, {"linkage": "ward", "metric": "euclidean"}, {"linkage": "single"})
REMEDIES: Mapping[str, tuple[Mapping[str, str], ...]] = {
    "too_large": LIGHTER,
    "too_slow": LIGHTER,
    "incompatible_metric": ({"metric": "euclidean"}, {"linkage": "average"}),
    "invalid_pca": ({"pca": ""}, {"metric": "euclidean"}),
    "invalid_n_clusters": ({"how_many": "auto"},),
    "out_of_range": ({"how_many": "auto"},),
    "invalid_seed": ({"seed": "0"},),
}
"""By code of a refusal: the changes of the form that may help, the nearest first."""
WORDS = {
    "approximate": "Allow an approximate tree",
    "stability": "Leave out the check of what is found again",
    "metric": "Measure by Euclidean distance",
    "pca": "Leave out the components",
    "how_many": "Let the data decide how many",
    "seed": "Take seed 0",
}
INITIAL = {
    name: "on" if field.initial is True else str(field.initial)
    for name, field in RunForm.base_fields.items()
    if field.initial not in (None, False)
}
REST = ("metric", "scaling", "log", "missing", "pca", "seed", "stability", "approximate")


@dataclass(frozen=True, kw_only=True, slots=True)
class Choice:
    """One column one may cluster on."""

    name: str
    title: str
    """What people call it."""
    kind: str
    chosen: bool
    why_not: str
    missing: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Remedy:
    """One change that makes a refused run possible: its words, and the change as a query."""

    words: str
    change: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Expectation:
    """What the choices would take; or why they cannot be run, and what would help."""

    sentence: str
    is_refused: bool = False
    remedies: tuple[Remedy, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class NewRunPage:
    form: RunForm
    rest: tuple[BoundField, ...]
    """What is folded away; open where something in it was chosen."""
    is_open: bool
    choices: tuple[Choice, ...]
    left_out: tuple[Choice, ...]
    has_many: bool
    tally: str
    customers: str
    expected: Expectation
    methods: Mapping[str, tuple[str, str]]


def proposed(dataset: Dataset, columns: Iterable[Column], asked: QueryDict, like: Run | None = None) -> QueryDict:
    """Return the form as it is first shown: as a run was asked for, or the defaults; and what the address says."""
    said = QueryDict(mutable=True)
    said.update(INITIAL if like is None else _as_asked(like.spec))
    if like is None:
        said["log"] = dataset.overrides.get("advice", {}).get("log", "none")
    for name in asked.keys() & RunForm.base_fields.keys():
        said[name] = str(asked[name])
    chosen = asked.getlist("columns") or (like.spec["columns"] if like else None)
    said.setlist("columns", chosen or [column.name for column in columns if column.role == "feature"])
    return said


def _as_asked(spec: Mapping[str, Any]) -> dict[str, str]:
    """Return a run's specification as the form says it; what the form does not offer is left out."""
    fixed = spec["n_clusters"] != "auto"
    said = {name: str(spec[name]) for name in ("linkage", "metric", "scaling", "missing", "seed")}
    said |= {"how_many": "fixed", "n_clusters": str(spec["n_clusters"])} if fixed else {"how_many": "auto"}
    said |= {"log": spec["log"]} if spec["log"] in ("none", "auto") else {"log": "none"}
    said |= {"pca": str(spec["pca"])} if spec["pca"] is not None else {}
    flags = {"stability": spec["stability"], "approximate": spec["approximate"] == "allow"}
    return said | {name: "on" for name, is_on in flags.items() if is_on}


def changed(said: QueryDict, change: str) -> QueryDict:
    """Return the form with one change made to it; an empty value takes a choice back."""
    found = said.copy()
    for name, value in QueryDict(change).items():
        if name in RunForm.base_fields:
            found[name] = str(value)
        if not value:
            found.pop(name, None)
    return found


def spec_of(said: QueryDict, columns: Iterable[Column]) -> SegmentationSpec:
    """Build the specification that the form asks for. Raises SpecRefused; ValueError for what no form of ours sends."""
    form = RunForm(said)
    if not form.is_valid():
        raise ValueError
    return form.spec(said.getlist("columns"), (column.name for column in columns if column.role == "feature"))


def expect(dataset: Dataset, columns: list[Column], said: QueryDict) -> Expectation:
    """Say what these choices would take here."""
    try:
        return Expectation(sentence=forecast_words(_check(dataset, columns, said)))
    except ValueError:
        return Expectation(sentence="")
    except Refusal as refusal:
        remedies = tuple(_remedies(dataset, columns, said, refusal))[:MOST_REMEDIES]
        return Expectation(sentence=_sentence(refusal, said), is_refused=True, remedies=remedies)


def _check(dataset: Dataset, columns: list[Column], said: QueryDict) -> RunForecast:
    return check_question(dataset, columns, spec_of(said, columns))


def _sentence(refusal: Refusal, said: QueryDict) -> str:
    method = LINKAGES.get(said.get("linkage", ""), ("This method", ""))[0]
    if refusal.code == "incompatible_metric":
        return f"{method} works with Euclidean distance only; {str(said['metric']).capitalize()} is chosen."
    if refusal.code == "invalid_pca":
        return COMPONENTS if " must be " in refusal.message else refusal.message.replace("pca asks", "Principal components ask")
    if refusal.code in ("too_large", "too_slow"):
        return refusal.message.replace(f"Linkage {said.get('linkage')}", f"{method} linkage")
    return SENTENCES.get(refusal.code, refusal.sentence)


def _remedies(dataset: Dataset, columns: list[Column], said: QueryDict, refusal: Refusal) -> Iterator[Remedy]:
    """Try the changes that may help, and offer those that do."""
    for change in REMEDIES.get(refusal.code, ()):
        query = urlencode(change)
        if all(said.get(name, "") == value for name, value in change.items()):
            continue
        try:
            takes = _check(dataset, columns, changed(said, query))
        except (Refusal, ValueError):
            continue
        yield Remedy(words=f"{_words(change)} (about {duration(max(takes.seconds, 1))})", change=query)


def _words(change: Mapping[str, str]) -> str:
    return f"Take the method {LINKAGES[change['linkage']][0]}" if "linkage" in change else WORDS[next(iter(change))]


def new_run_page(dataset: Dataset, columns: list[Column], said: QueryDict) -> NewRunPage:
    """Offer the columns: features and descriptors to choose, the others named with why not."""
    chosen = set(said.getlist("columns"))
    every = [_choice(column, chosen) for column in columns]
    offered = [choice for choice in every if not choice.why_not]
    has_many, form = len(offered) > FEW, RunForm(said)
    return NewRunPage(
        form=form,
        rest=tuple(form[name] for name in REST),
        is_open=any(said.get(name, "") != INITIAL.get(name, "") for name in REST),
        choices=tuple(sorted(offered, key=lambda choice: not choice.chosen) if has_many else offered),
        left_out=tuple(choice for choice in every if choice.why_not),
        has_many=has_many,
        tally=f"{count(sum(choice.chosen for choice in offered))} of {plural(len(offered), 'column')} chosen",
        customers=plural(dataset.n_rows or 0, "customer"),
        expected=expect(dataset, columns, said),
        methods=LINKAGES,
    )


def _choice(column: Column, chosen: set[str]) -> Choice:
    usable = column.role in ("feature", "descriptor") and column.kind in ("number", "category", "date", "boolean")
    return Choice(
        name=column.name,
        title=opening(column.name, column.dataset.labels),
        kind=column.kind,
        chosen=column.name in chosen,
        why_not="" if usable else (column.kind if column.kind in ("id", "text", "constant") else column.role),
        missing=f"{count(column.n_missing)} missing" if column.n_missing else "",
    )
