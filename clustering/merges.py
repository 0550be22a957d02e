"""TopTree and a cut in, the merges of the top of the tree out as rows: what the drawing shows, for whoever reads tables."""

from __future__ import annotations

from dataclasses import dataclass

from clustering.cutting import Cut
from clustering.layout import owners
from segmentiq.ml.values import TopTree


@dataclass(frozen=True, kw_only=True, slots=True)
class MergeRow:
    """One merge, seen from above: a cut just below it makes `k` segments."""

    k: int
    branch: int
    height: str
    size: str
    parts: str
    place: str


def merge_rows(top: TopTree, cut: Cut) -> tuple[MergeRow, ...]:
    """List the merges, highest first."""
    held = owners(top, cut.ids)
    numbers = {branch: place for place, branch in enumerate(cut.ids, start=1)}
    split = sorted((b for b in top.branches if b.split is not None), key=lambda b: b.split or 0)
    return tuple(
        MergeRow(
            k=(b.split or 0) + 1,
            branch=b.id,
            height=f"{b.height:,.4g}" if b.height < 1e4 else f"{b.height:,.0f}",
            size=f"{b.size:,}",
            parts=" + ".join(f"{top.branches[child or 0].size:,}" for child in (b.left, b.right)),
            place=f"in segment {numbers[held[b.id]]}" if b.id in held else "above the cut",
        )
        for b in split
    )
