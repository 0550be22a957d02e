"""The segments of a cut as plain records, for REST.

The tree, the profiles and people's names flow in, JSON-able data flows out.
"""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from clustering import artifacts
from clustering.models import Run
from segmentiq.ml.cut import cut_k
from segmentiq.ml.values import TopTree


def segment_records(run: Run, top: TopTree, k: int) -> list[dict[str, Any]]:
    """List the segments of the cut into k, the largest first, numbered from 1."""
    profiles = {profile.branch: profile.to_json() for profile in artifacts.load_profiles(run)}
    said = {entry.branch: entry for entry in run.names.all()}
    return [_record(number, asdict(branch), top.n, profiles, said) for number, branch in enumerate(cut_k(top, k), start=1)]


def _record(
    number: int, branch: dict[str, Any], n: int, profiles: dict[int, dict[str, Any]], said: dict[int, Any]
) -> dict[str, Any]:
    profile, entry, size = profiles[branch["id"]], said.get(branch["id"]), branch["stop"] - branch["start"]
    given = entry.name if entry else ""
    return {
        "segment": number,
        "branch": branch["id"],
        "size": size,
        "share": size / n,
        "found": branch["found"],
        "name": given or profile["name"],
        "named": bool(given),
        "note": entry.note if entry else "",
        **{name: profile[name] for name in ("facts", "numbers", "levels", "typical")},
    }
