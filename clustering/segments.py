"""The segments of a cut as plain records, for REST.

The tree, the profiles and people's names flow in, JSON-able data flows out.
"""

from __future__ import annotations

from typing import Any

from clustering import artifacts
from clustering.cutting import Cut
from clustering.layout import hues_of
from clustering.models import Run, SegmentName
from segmentiq.ml.values import Branch, Profile

SAID = ("facts", "numbers", "levels", "typical", "typical_ids")
"""What the record tells of a branch's profile."""


def segment_records(run: Run, cut: Cut) -> list[dict[str, Any]]:
    """List the segments of a cut, the largest first, numbered from 1."""
    profiles = {profile.branch: profile for profile in artifacts.load_profiles(run)}
    said = {entry.branch: entry for entry in run.names.all()}
    nothing = SegmentName()
    n = sum(branch.size for branch in cut.branches)
    return [
        {"segment": number, "share": branch.size / n, **_record(branch, profiles[branch.id], said.get(branch.id, nothing))}
        for number, branch in enumerate(cut.branches, start=1)
    ]


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
        **{name: told[name] for name in SAID},
    }


def branch_record(run: Run, said: SegmentName) -> dict[str, Any]:
    """Return how a branch is called and coloured now: what a person said, else what the tree says."""
    suggested = next(profile.name for profile in artifacts.load_profiles(run) if profile.branch == said.branch)
    hue = said.hue or hues_of(artifacts.load_top(run))[said.branch]
    return {"branch": said.branch, "name": said.name or suggested, "named": bool(said.name), "note": said.note, "hue": hue}


def given_hues(run: Run) -> dict[int, int]:
    """Return the colours that people chose, by branch."""
    return {entry.branch: entry.hue for entry in run.names.all() if entry.hue}
