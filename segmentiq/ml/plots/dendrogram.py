"""TopTree -> dendrogram: the top of the tree, coloured below the cut, grey above it.

Flows in: the top tree and k. Flows out: a matplotlib Figure. Branches are laid out in one pass over their ids, children before
parents, because a child's id is always larger: nothing recurses, however deep the chain. Each leaf of the drawing is a branch,
labelled with the number of its customers; segments are numbered as everywhere, the largest first.
"""

from __future__ import annotations

from collections.abc import Mapping

from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import FuncFormatter

from segmentiq.ml.cut import cut_k, height_of
from segmentiq.ml.plots.figures import GREY, INK, PLAIN, colour_of, cut_label, save_figure
from segmentiq.ml.values import Branch, TopTree

__all__ = ["dendrogram_figure", "save_figure"]

LEAVES = 30
LEGEND_SEGMENTS = 12
Line = tuple[tuple[float, float], tuple[float, float]]


def dendrogram_figure(top: TopTree, k: int, *, title: str | None = None, names: Mapping[int, str] | None = None) -> Figure:
    """Draw the dendrogram.

    Parameters
    ----------
    top : TopTree
    k : int
        Number of segments that are coloured.
    title : str or None
        None tells customers and segments.
    names : mapping of int to str, or None
        Segment number to name, for the legend.

    Returns
    -------
    Figure
        30 leaves, or k when that is more; as many as there are when that is fewer.
    """
    segments = cut_k(top, k)
    shown = min(max(LEAVES, k), top.max_k)
    places = _place(top, shown)
    cut = height_of(top, k)
    has_legend = bool(names) and k <= LEGEND_SEGMENTS
    figure = Figure(figsize=(11, 6), facecolor="white")
    axes = figure.add_axes((0.08, 0.17, 0.56 if has_legend else 0.86, 0.73))
    _draw_lines(axes, top, places, _own(top, segments), cut)
    _draw_labels(axes, top, segments, places, shown)
    _draw_frame(axes, top, cut, k)
    axes.set_title(cut_label(title or f"{top.n:,} customers in {k} segments"), loc="left", fontsize=13, pad=14, **PLAIN)
    if names and has_legend:
        _draw_legend(axes, segments, names)
    return figure


def _place(top: TopTree, shown: int) -> dict[int, float]:
    """Return the x of every drawn branch: leaves side by side, parents midway between their children."""
    leaves = sorted(cut_k(top, shown), key=lambda branch: branch.start)
    places = {leaf.id: float(at) for at, leaf in enumerate(leaves)}
    for branch in reversed(top.branches):
        if branch.left in places and branch.right in places and branch.id not in places:
            places[branch.id] = (places[branch.left] + places[branch.right]) / 2
    return places


def _own(top: TopTree, segments: tuple[Branch, ...]) -> dict[int, int]:
    """Return the segment number of every branch inside a segment; parents come before children."""
    owners = {segment.id: number for number, segment in enumerate(segments, 1)}
    for branch in top.branches:
        if branch.parent in owners:
            owners[branch.id] = owners[branch.parent]
    return owners


def _draw_lines(axes: Axes, top: TopTree, places: dict[int, float], owners: dict[int, int], cut: float) -> None:
    lines: list[Line] = []
    colours: list[str] = []

    def add(line: Line, colour: str) -> None:
        lines.append(line)
        colours.append(colour)

    for branch in top.branches:
        if branch.id not in places:
            continue
        x, colour = places[branch.id], _colour(owners, branch.id)
        inner = branch.left in places and branch.right in places
        if inner and branch.left is not None and branch.right is not None:
            add(((places[branch.left], branch.height), (places[branch.right], branch.height)), colour)
        if branch.parent is None:
            continue
        bottom, ceiling = branch.height if inner else 0.0, top.branches[branch.parent].height
        if branch.id in owners and branch.parent not in owners:
            bend = min(max(cut, bottom), ceiling)
            add(((x, bottom), (x, bend)), colour)
            add(((x, bend), (x, ceiling)), GREY)
        else:
            add(((x, bottom), (x, ceiling)), colour)
    axes.add_collection(LineCollection(lines, colors=colours, linewidths=1.4, capstyle="projecting"))


def _colour(owners: dict[int, int], branch: int) -> str:
    return colour_of(owners[branch]) if branch in owners else GREY


def _draw_labels(axes: Axes, top: TopTree, segments: tuple[Branch, ...], places: dict[int, float], shown: int) -> None:
    """Write customers under each leaf, and under them the number of the segment."""
    leaves = sorted(cut_k(top, shown), key=lambda branch: branch.start)
    small = 8 if shown <= LEAVES else 6.5
    along = axes.get_xaxis_transform()
    for leaf in leaves:
        turn = 90 if shown > 12 else 0
        axes.text(
            places[leaf.id],
            -0.015,
            f"{leaf.size:,}",
            transform=along,
            ha="center",
            va="top",
            rotation=turn,
            fontsize=small,
            **PLAIN,
        )
    for number, segment in enumerate(segments, 1):
        inside = [places[leaf.id] for leaf in leaves if segment.start <= leaf.start < segment.stop]
        axes.plot(
            [min(inside) - 0.3, max(inside) + 0.3], [-0.095] * 2, color=colour_of(number), lw=4, transform=along, clip_on=False
        )
        centre = (min(inside) + max(inside)) / 2
        axes.text(centre, -0.11, str(number), transform=along, ha="center", va="top", fontsize=10, weight="bold", **PLAIN)
    axes.set_xlim(-0.6, len(leaves) - 0.4)


def _draw_frame(axes: Axes, top: TopTree, cut: float, k: int) -> None:
    axes.set_ylim(0, max(top.branches[0].height, cut) * 1.05 or 1.0)
    axes.axhline(cut, color=INK, linewidth=1, linestyle=(0, (4, 3)))
    axes.text(1.008, cut, f"k = {k}", transform=axes.get_yaxis_transform(), va="center", fontsize=10, **PLAIN)
    axes.set_xticks([])
    axes.set_xlabel("customers per branch, and the number of their segment", labelpad=56, fontsize=9, **PLAIN)
    axes.set_ylabel(f"merge distance ({top.linkage.capitalize()})", fontsize=10, **PLAIN)
    axes.yaxis.set_major_formatter(FuncFormatter(lambda height, _: f"{height:,.6g}"))
    axes.spines[["top", "right", "bottom"]].set_visible(False)


def _draw_legend(axes: Axes, segments: tuple[Branch, ...], names: Mapping[int, str]) -> None:
    entries = []
    for number, segment in enumerate(segments, 1):
        words = cut_label(f"{number} {names.get(number, '')}".strip())
        entries.append(Line2D([], [], color=colour_of(number), linewidth=4, label=f"{words}: {segment.size:,}"))
    legend = axes.legend(handles=entries, loc="upper left", bbox_to_anchor=(1.09, 1.0), frameon=False, fontsize=8)
    for text in legend.get_texts():
        text.set_parse_math(False)
