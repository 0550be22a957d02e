"""The segments of a cut as plain records, for REST.

The tree, the profiles and people's names flow in, JSON-able data flows out.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from clustering import artifacts
from clustering.cutting import Cut
from clustering.layout import hues_of
from clustering.models import Run, SegmentName
from segmentiq.ml.values import Branch, Profile, TopTree

if TYPE_CHECKING:
    from segmentiq.ml.cohesion import Cohesion

TOLD = ("facts", "numbers", "levels", "rule", "worth", "typical", "typical_ids", "unusual", "unusual_ids")
"""What the record tells of a branch's profile."""


def segment_records(run: Run, cut: Cut) -> list[dict[str, Any]]:
    """List the segments of a cut, the largest first, numbered from 1."""
    profiles = {profile.branch: profile for profile in artifacts.load_profiles(run)}
    said = {entry.branch: entry for entry in run.names.all()}
    nothing, n = SegmentName(), sum(branch.size for branch in cut.branches)
    return [
        {
            "segment": number,
            "share": branch.size / n,
            "silhouette": silhouette,
            **_record(branch, profiles[branch.id], said.get(branch.id, nothing)),
        }
        for number, (branch, silhouette) in enumerate(zip(cut.branches, _silhouettes(run, cut), strict=True), start=1)
    ]


def _silhouettes(run: Run, cut: Cut) -> tuple[float | None, ...]:
    """Return the mean silhouette of every segment of a cut, None where nobody was measured."""
    unknown = (None,) * cut.k
    if not cut.is_picked:
        return tuple(artifacts.load_evaluation(run)["silhouettes"].get(cut.k, unknown))
    cohesion = cohesion_in(run, artifacts.load_top(run), cut)
    return tuple(round(mean, 4) for mean in cohesion.segments) if cohesion else unknown


def cohesion_in(run: Run, top: TopTree, cut: Cut) -> Cohesion | None:
    """Return how well customers lie in the segments of any cut; None in a run that kept nothing to tell it from."""
    from segmentiq.ml.cohesion import cohesion_of

    stored = artifacts.load_cohesion(run)
    return cohesion_of(stored, top, cut.ids) if stored else None


def _record(branch: Branch, profile: Profile, said: SegmentName) -> dict[str, Any]:
    told = profile.to_json()
    return {
        "branch": branch.id,
        "size": branch.size,
        "found": branch.found,
        "name": said.name or profile.name,
        "named": bool(said.name),
        "note": said.note,
        "hue": said.hue,
        **{name: told[name] for name in TOLD},
    }


def branch_record(run: Run, said: SegmentName) -> dict[str, Any]:
    """Return how a branch is called and coloured now: what a person said, else what the tree says."""
    name, hue = proposed(run, said.branch)
    return {
        "branch": said.branch,
        "name": said.name or name,
        "named": bool(said.name),
        "note": said.note,
        "hue": said.hue or hue,
    }


def proposed(run: Run, branch: int) -> tuple[str, int]:
    """Return the name and the colour that a branch has when nobody has said anything about it."""
    name = next((profile.name for profile in artifacts.load_profiles(run) if profile.branch == branch), "")
    return name, hues_of(artifacts.load_top(run)).get(branch, 0)


def shown_names(run: Run) -> dict[int, str]:
    """Return every branch's name as shown."""
    return names_of(artifacts.load_profiles(run), {entry.branch: entry.name for entry in run.names.all()})


def names_of(profiles: Iterable[Profile], given: Mapping[int, str]) -> dict[int, str]:
    """Call every branch as a person did, else as the tree suggests."""
    return {profile.branch: given.get(profile.branch) or profile.name for profile in profiles}


def given_hues(run: Run) -> dict[int, int]:
    """Return the colours that people chose, by branch."""
    return {entry.branch: entry.hue for entry in run.names.all() if entry.hue}
