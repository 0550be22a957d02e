"""A finished run in, everything it found out: its files and what people said about its branches, read once for a page.

Whatever draws or words a cut takes a `Found`; nothing reads the same file twice, and the page and its fragments start from the
same facts.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from clustering import artifacts
from clustering.layout import hues_of
from clustering.models import Run
from clustering.segments import names_of
from clustering.wording import Names, Shown, shown_of
from segmentiq.ml.values import Advice, KScore, Profile, TopTree


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Found:
    """The tree of a run with what is known of its branches (by branch id) and of every number of segments (by k)."""

    run: Run
    top: TopTree
    profiles: Mapping[int, Profile]
    scores: Mapping[int, KScore]
    silhouettes: Mapping[int, list[float]]
    advice: Advice
    shown: Shown
    given: Names
    hues: Mapping[int, int]

    @property
    def names(self) -> dict[int, str]:
        """Return every branch's name as shown."""
        return names_of(self.profiles.values(), {branch: name for branch, (name, _) in self.given.items()})


def load_found(run: Run) -> Found:
    """Load what a run found. Raises Refusal when a file is missing or damaged."""
    top = artifacts.load_top(run)
    profiles = {profile.branch: profile for profile in artifacts.load_profiles(run)}
    evaluation = artifacts.load_evaluation(run)
    said = list(run.names.all())
    kinds = dict(run.dataset.columns.values_list("name", "kind"))
    return Found(
        run=run,
        top=top,
        profiles=profiles,
        scores={score.k: score for score in artifacts.scores_in(evaluation)},
        silhouettes=evaluation["silhouettes"],
        advice=Advice.from_json(run.advice),
        shown=shown_of(profiles, kinds, evaluation["money"], run.dataset.labels),
        given={entry.branch: (entry.name, entry.note) for entry in said},
        hues=hues_of(top, {entry.branch: entry.hue for entry in said if entry.hue}),
    )
