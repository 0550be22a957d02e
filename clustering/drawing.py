"""TopTree and a cut in, the dendrogram as SVG out: for the page (classes, coloured by the style sheet) or to keep (own colours).

Pure Python on at most 99 branches, so the web process draws any cut without matplotlib. The page's script recolours this same
drawing when the cut moves, and draws it anew on another scale of heights: every coloured shape names its branch, the coloured
layer is clipped at the cut line, which has one step per segment where they were picked by hand, and what is above it is grey.
Names are escaped, cut to 40 characters and stripped of control characters, which XML cannot hold.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator, Mapping
from html import escape
from itertools import pairwise

from clustering.cutting import Cut
from clustering.layout import (
    BOTTOM,
    LADDER_LEFT,
    LADDER_RIGHT,
    LADDER_TICKS,
    LEFT,
    NO_HUES,
    RIGHT,
    TOP,
    WIDTH,
    TreeLayout,
    heights_of,
    hues_of,
    ladder_x,
    lay_out,
    owners,
    steps_of,
)
from segmentiq.ml.values import Branch, TopTree
from segmentiq.words import plural, share

BAND = 14.0
FOOT = 54.0
LABEL_Y = (BOTTOM + BAND + 18, BOTTOM + BAND + 33)
"""Baselines of a segment's number and size."""
LEGEND_ROW = 20.0
MARGIN = 16.0
TICK_ROOM = 17.0
LABEL_LENGTH = 40
FILLS = ("#0072b2", "#e69f00", "#009e73", "#cc79a7", "#56b4e9", "#d55e00", "#f0e442", "#4a4a4a")
LINES = ("#0072b2", "#b87800", "#008a64", "#b55f8f", "#2b8fc7", "#c95800", "#918600", "#3a3a3a")
GREY, INK, HUSH = "#a3a19a", "#1a1b1e", "#575a61"
FONT = "system-ui, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif"
FRAME = {
    "left": LEFT,
    "right": WIDTH - RIGHT,
    "top": TOP,
    "bottom": BOTTOM,
    "foot": BOTTOM + FOOT,
    "band": BAND,
    "labels": LABEL_Y,
    "ladder": (LADDER_LEFT, LADDER_RIGHT),
}
"""Where the page's script draws the same things."""
NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def label(text: str) -> str:
    """Make a name safe and short for a drawing."""
    clean = NOT_XML.sub("\ufffd", text)
    return escape(clean if len(clean) <= LABEL_LENGTH else clean[: LABEL_LENGTH - 1] + "…")


def page_svg(top: TopTree, cut: Cut, names: Mapping[int, str], hues: Mapping[int, int] = NO_HUES) -> str:
    """Draw for the result page: shapes carry classes and branch ids, no colour; `hues` are those that people chose."""
    parts = [
        f'<svg class="tree" viewBox="0 0 {WIDTH:g} {BOTTOM + FOOT:g}" role="img" aria-labelledby="tree-title" ',
        f'data-tree data-drawing data-frame="{escape(json.dumps(FRAME))}">',
        *_drawing(top, cut, names, hues, page=True),
        "</svg>",
    ]
    return "".join(parts)


def file_svg(top: TopTree, cut: Cut, names: Mapping[int, str], title: str, hues: Mapping[int, int] = NO_HUES) -> str:
    """Draw to keep: a complete SVG file on white, with its title and the names of the segments."""
    width, height = WIDTH + 2 * MARGIN, BOTTOM + FOOT + 44 + LEGEND_ROW * cut.k
    parts = [
        '<?xml version="1.0" encoding="UTF-8"?>\n',
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width:g}" height="{height:g}" ',
        f'viewBox="{-MARGIN:g} -32 {width:g} {height:g}" ',
        f'font-family="{FONT}" font-size="12" fill="{INK}">',
        f"<title>{label(title)}</title>",
        f'<rect x="{-MARGIN:g}" y="-32" width="{width:g}" height="{height:g}" fill="#ffffff"/>',
        f'<text x="0" y="-10" font-size="15" font-weight="600">{label(title)}</text>',
        *_drawing(top, cut, names, hues, page=False),
        *_legend(top, cut, names, hues),
        "</svg>\n",
    ]
    return "".join(parts)


def _drawing(top: TopTree, cut: Cut, names: Mapping[int, str], hues: Mapping[int, int], *, page: bool) -> Iterator[str]:
    layout = lay_out(top, hues)
    held = owners(top, cut.ids)
    steps = steps_of(top, layout, cut)
    yield from _axis(top, layout, page)
    yield from _ladder(top, layout, cut, page)
    yield f'<clipPath id="below-cut"><path data-clip="" d="M0 {steps[0][1]:.1f}{_stairs(steps)}V{BOTTOM:g}H0Z"/></clipPath>'
    yield '<g data-drawn="">' if page else "<g>"
    yield f'<path {_style(page, "above", stroke=GREY)} d="{"".join(_grey(top, layout))}"/>'
    yield '<g clip-path="url(#below-cut)">'
    yield from _limbs(top, layout, held, names, page)
    yield "</g>"
    yield from _bands(top, layout, held, page)
    yield f'</g><g {_style(page, "tree-labels", fill=INK)} data-labels="" text-anchor="middle">'
    yield from _labels(layout, cut.branches, names)
    yield "</g>"
    yield from _cut_line(steps, cut, top.max_k, page)


def _style(page: bool, kind: str, hue: int = 0, **attributes: str) -> str:
    if page:
        return f'class="{kind}"' if not hue else f'class="{kind} s{hue}"'
    if "stroke" in attributes:
        attributes |= {"fill": "none", "stroke-width": "1.5"}
    return " ".join(f'{name}="{value}"' for name, value in attributes.items())


def _ticks(tallest: float) -> Iterator[float]:
    """Yield 0 and three to five round heights."""
    if tallest <= 0:
        return
    rough = tallest / 4
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(power * factor for factor in (1, 2, 2.5, 5, 10) if power * factor >= rough)
    yield from (step * index for index in range(int(tallest / step) + 1))


def _axis(top: TopTree, layout: TreeLayout, page: bool) -> Iterator[str]:
    linkage = "Ward" if top.linkage == "ward" else top.linkage
    yield f'<g {_style(page, "axis", fill=HUSH)} text-anchor="end"{" data-axis" if page else ""}>'
    yield f'<text x="0" y="{TOP - 18:g}" text-anchor="start">merge distance ({label(linkage)})</text>'
    for tick in _ticks(layout.tallest):
        yield f'<text x="{LEFT - 12:g}" y="{layout.y(tick) + 4:.1f}">{tick:,g}</text>'
    yield "</g>"


def _ladder(top: TopTree, layout: TreeLayout, cut: Cut, page: bool) -> Iterator[str]:
    """Draw the heights of the merges beside the tree, highest first, and over it the rung of the cut that is shown."""
    ys = [layout.y(height) for height in heights_of(top)]
    if len(ys) < 3:
        return
    xs = [ladder_x(k, top.max_k) for k in range(2, len(ys) + 1)]
    stairs = "".join(f"H{x:.1f}V{y:.1f}" for x, y in zip(xs, ys[1:], strict=True))
    yield f"<g {_style(page, 'ladder', fill=HUSH)}{' data-ladder' if page else ''}>"
    yield f'<path {_style(page, "stairs", stroke=GREY)} d="M{xs[0]:.1f} {ys[0]:.1f}{stairs}"/>'
    rung = "" if cut.is_picked or cut.k < 2 else f"M{xs[cut.k - 2]:.1f} {ys[cut.k - 2]:.1f}V{ys[cut.k - 1]:.1f}"
    if page or rung:
        yield f'<path {_style(page, "rung", stroke=INK)} stroke-linecap="round" d="{rung}"/>'
    told = -math.inf
    for k in LADDER_TICKS:
        if k <= top.max_k and xs[k - 2] - told >= TICK_ROOM:
            told = xs[k - 2]
            yield f'<text {_style(page, "axis")} x="{told:.1f}" y="{LABEL_Y[0]:g}" text-anchor="middle">{k}</text>'
    yield f'<text {_style(page, "axis")} x="{LADDER_LEFT - 6:g}" y="{LABEL_Y[1]:g}">segments</text></g>'


def _limb(branch: Branch, top: TopTree, layout: TreeLayout) -> str:
    x, y = layout.stems[branch.id], layout.y(branch.height)
    if branch.parent is None:
        return f"M{x:.1f} {TOP - 12:g}V{y:.1f}"
    joint = layout.y(top.branches[branch.parent].height)
    return f"M{layout.stems[branch.parent]:.1f} {joint:.1f}H{x:.1f}V{y:.1f}"


def _tuft(branch: Branch, layout: TreeLayout) -> str:
    """Outline what is below a finest branch: a wedge from its own height down to its customers."""
    left, right = layout.spans[branch.id]
    gap = min(1.0, (right - left) / 6)
    return f"M{layout.stems[branch.id]:.1f} {layout.y(branch.height):.1f}L{right - gap:.1f} {BOTTOM:g}H{left + gap:.1f}Z"


def _grey(top: TopTree, layout: TreeLayout) -> Iterator[str]:
    for branch in top.branches:
        yield _limb(branch, top, layout)
        if branch.split is None:
            yield _tuft(branch, layout)


def _limbs(top: TopTree, layout: TreeLayout, held: Mapping[int, int], names: Mapping[int, str], page: bool) -> Iterator[str]:
    for branch in top.branches:
        hue = layout.hues[held[branch.id]] if branch.id in held else 0
        if not page and not hue:
            continue
        mark = f' data-branch="{branch.id}"' if page else ""
        title = f"<title>{_told(branch, top, names)}</title>" if hue else ""
        yield f'<path {_style(page, "limb", hue, stroke=LINES[hue - 1])}{mark} d="{_limb(branch, top, layout)}">{title}</path>'
        if branch.split is None:
            yield f'<path {_style(page, "tuft", hue, fill=FILLS[hue - 1])}{mark} d="{_tuft(branch, layout)}">{title}</path>'


def _told(branch: Branch, top: TopTree, names: Mapping[int, str]) -> str:
    size = f"{plural(branch.size, 'customer')}, {share(branch.size / top.n)}"
    return f"{label(names[branch.id])}: {size}" if names.get(branch.id) else size


def _bands(top: TopTree, layout: TreeLayout, held: Mapping[int, int], page: bool) -> Iterator[str]:
    for branch in top.branches:
        if branch.split is None:
            left, right = layout.spans[branch.id]
            hue = layout.hues[held[branch.id]]
            mark = f' data-branch="{branch.id}"' if page else ""
            box = f'x="{left:.2f}" y="{BOTTOM + 3:g}" width="{right - left + 0.3:.2f}" height="{BAND:g}"'
            yield f"<rect {_style(page, 'band', hue, fill=FILLS[hue - 1])}{mark} {box}/>"


def _labels(layout: TreeLayout, segments: tuple[Branch, ...], names: Mapping[int, str]) -> Iterator[str]:
    for number, branch in enumerate(segments, start=1):
        left, right = layout.spans[branch.id]
        x, width = (left + right) / 2, right - left
        title = f"<title>{label(names.get(branch.id, ''))}: {branch.size:,}</title>"
        if width >= 7 * len(str(number)):
            yield f'<text x="{x:.1f}" y="{LABEL_Y[0]:g}" font-weight="600">{number}{title}</text>'
        if width >= max(7 * len(str(number)), 8 * len(f"{branch.size:,}")):
            yield f'<text x="{x:.1f}" y="{LABEL_Y[1]:g}" opacity="0.75">{branch.size:,}</text>'


def _stairs(steps: tuple[tuple[float, float], ...]) -> str:
    """Go from the left end of the cut line, at the height of its first step, along all of them to the right end."""
    rises = "".join(f"H{right:.1f}V{y:.1f}" for (right, _), (_, y) in pairwise(steps))
    return f"{rises}H{WIDTH - RIGHT + 8:g}"


def _cut_line(steps: tuple[tuple[float, float], ...], cut: Cut, max_k: int, page: bool) -> Iterator[str]:
    path = f'd="M{LEFT - 4:g} {steps[0][1]:.1f}{_stairs(steps)}"'
    end = f'transform="translate({WIDTH - RIGHT + 8:g} {steps[-1][1]:.1f})"'
    words = f"{plural(cut.k, 'segment')}{', picked' if cut.is_picked else ''}"
    if not page:
        yield f'<path {path} fill="none" stroke="{INK}" stroke-dasharray="5 4"/>'
        yield f'<text {end} y="-6" text-anchor="end" font-weight="600">{words}</text>'
        return
    yield f'<g class="cut" data-cut="" data-max="{max_k}"><path class="cut-reach" {path}/><path class="cut-line" {path}/>'
    yield f'<g class="cut-end" {end}><circle r="5"/><text y="-10" text-anchor="end">{words}</text></g></g>'


def _legend(top: TopTree, cut: Cut, names: Mapping[int, str], given: Mapping[int, int]) -> Iterator[str]:
    hues = hues_of(top, given)
    for index, branch in enumerate(cut.branches):
        y = BOTTOM + FOOT + 22 + LEGEND_ROW * index
        size = f"{branch.size:,} customers, {100 * branch.size / top.n:.1f} %"
        yield f'<rect x="{LEFT:g}" y="{y - 10:g}" width="4" height="13" fill="{FILLS[hues[branch.id] - 1]}"/>'
        yield f'<text x="{LEFT + 12:g}" y="{y:g}"><tspan font-weight="600">{index + 1} {label(names.get(branch.id, ""))}</tspan>'
        yield f' <tspan fill="{HUSH}">{size}</tspan></text>'
