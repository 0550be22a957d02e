"""TopTree and k in, the dendrogram as SVG text out: for the page (classes, coloured by the style sheet) or to keep (own colours).

Pure Python on at most 99 branches, so the web process draws any cut without matplotlib. The page's script recolours this same
drawing when the cut moves: every coloured shape names its branch, the coloured layer is clipped at the cut line, and what is
above it is grey. Names are escaped, cut to 40 characters and stripped of control characters, which XML cannot hold.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from html import escape

from clustering.layout import BOTTOM, LEFT, RIGHT, TOP, WIDTH, TreeLayout, lay_out, owners
from segmentiq.ml.cut import cut_k, height_of
from segmentiq.ml.values import Branch, TopTree

BAND = 14.0
FOOT = 48.0
LABEL_Y = (BOTTOM + BAND + 18, BOTTOM + BAND + 33)
"""Baselines of a segment's number and size."""
LEGEND_ROW = 20.0
LABEL_LENGTH = 40
FILLS = ("#0072b2", "#e69f00", "#009e73", "#cc79a7", "#56b4e9", "#d55e00", "#f0e442", "#4a4a4a")
LINES = ("#0072b2", "#b87800", "#008a64", "#b55f8f", "#2b8fc7", "#c95800", "#918600", "#3a3a3a")
GREY, INK, HUSH = "#a3a19a", "#1a1b1e", "#575a61"
FONT = "system-ui, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif"
NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def label(text: str) -> str:
    """Make a name safe and short for a drawing."""
    clean = NOT_XML.sub("\ufffd", text)
    return escape(clean if len(clean) <= LABEL_LENGTH else clean[: LABEL_LENGTH - 1] + "…")


def page_svg(top: TopTree, k: int, names: Mapping[int, str]) -> str:
    """Draw for the result page: shapes carry classes and branch ids, no colour."""
    parts = [
        f'<svg class="tree" viewBox="0 0 {WIDTH:g} {BOTTOM + FOOT:g}" role="img" aria-labelledby="tree-title" data-tree>',
        *_drawing(top, k, names, page=True),
        "</svg>",
    ]
    return "".join(parts)


def file_svg(top: TopTree, k: int, names: Mapping[int, str], title: str) -> str:
    """Draw to keep: a complete SVG file on white, with its title and the names of the segments."""
    segments = cut_k(top, k)
    height = BOTTOM + FOOT + 44 + LEGEND_ROW * math.ceil(len(segments) / 2)
    parts = [
        '<?xml version="1.0" encoding="UTF-8"?>\n',
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH:g}" height="{height:g}" viewBox="0 -32 {WIDTH:g} {height:g}" ',
        f'font-family="{FONT}" font-size="12" fill="{INK}">',
        f"<title>{label(title)}</title>",
        f'<rect y="-32" width="{WIDTH:g}" height="{height:g}" fill="#ffffff"/>',
        f'<text x="16" y="-10" font-size="15" font-weight="600">{label(title)}</text>',
        *_drawing(top, k, names, page=False),
        *_legend(top, segments, names),
        "</svg>\n",
    ]
    return "".join(parts)


def _drawing(top: TopTree, k: int, names: Mapping[int, str], *, page: bool) -> Iterator[str]:
    layout = lay_out(top)
    segments = cut_k(top, k)
    held = owners(top, tuple(branch.id for branch in segments))
    cut = layout.y(height_of(top, k))
    yield from _axis(layout, page)
    yield f'<path {_style(page, "above", stroke=GREY)} d="{"".join(_grey(top, layout))}"/>'
    yield f'<clipPath id="below-cut"><rect data-clip="" x="0" y="{cut:.1f}" width="{WIDTH:g}" height="{BOTTOM:g}"/></clipPath>'
    yield '<g clip-path="url(#below-cut)">'
    yield from _limbs(top, layout, held, page)
    yield "</g>"
    yield from _bands(top, layout, held, page)
    yield f'<g {_style(page, "tree-labels", fill=INK)} data-labels="" text-anchor="middle">'
    yield from _labels(layout, segments, names)
    yield "</g>"
    yield from _cut_line(cut, k, top.max_k, page)


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


def _axis(layout: TreeLayout, page: bool) -> Iterator[str]:
    yield f'<g {_style(page, "axis", fill=HUSH)} text-anchor="end">'
    yield f'<text x="{LEFT - 12:g}" y="{TOP - 18:g}">joined at height</text>'
    for tick in _ticks(layout.tallest):
        yield f'<text x="{LEFT - 12:g}" y="{layout.y(tick) + 4:.1f}">{tick:,g}</text>'
    yield "</g>"


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


def _limbs(top: TopTree, layout: TreeLayout, held: Mapping[int, int], page: bool) -> Iterator[str]:
    for branch in top.branches:
        hue = layout.hues[held[branch.id]] if branch.id in held else 0
        mark = f' data-branch="{branch.id}"' if page else ""
        if page or hue:
            yield f'<path {_style(page, "limb", hue, stroke=LINES[hue - 1])}{mark} d="{_limb(branch, top, layout)}"/>'
        if branch.split is None and (page or hue):
            yield f'<path {_style(page, "tuft", hue, fill=FILLS[hue - 1])}{mark} d="{_tuft(branch, layout)}"/>'


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


def _cut_line(y: float, k: int, max_k: int, page: bool) -> Iterator[str]:
    ends = f'x1="{LEFT - 4:g}" x2="{WIDTH - RIGHT + 8:g}" y1="0" y2="0"'
    words = f"{k} segments"
    if not page:
        yield f'<g transform="translate(0 {y:.1f})"><line {ends} stroke="{INK}" stroke-dasharray="5 4"/>'
        yield f'<text x="{WIDTH - RIGHT + 8:g}" y="-6" text-anchor="end" font-weight="600">{words}</text></g>'
        return
    yield f'<g class="cut" data-cut="" data-max="{max_k}" transform="translate(0 {y:.1f})">'
    yield f'<rect class="cut-reach" x="{LEFT - 8:g}" y="-14" width="{WIDTH - LEFT - RIGHT + 20:g}" height="28"/>'
    yield f'<line {ends}/><circle cx="{WIDTH - RIGHT + 8:g}" cy="0" r="5"/>'
    yield f'<text x="{WIDTH - RIGHT + 8:g}" y="-10" text-anchor="end" data-cut-words="">{words}</text></g>'


def _legend(top: TopTree, segments: tuple[Branch, ...], names: Mapping[int, str]) -> Iterator[str]:
    hues = lay_out(top).hues
    rows = math.ceil(len(segments) / 2)
    for index, branch in enumerate(segments):
        x = LEFT + (index // rows) * (WIDTH - LEFT - RIGHT) / 2
        y = BOTTOM + FOOT + 22 + LEGEND_ROW * (index % rows)
        share = f"{branch.size:,} customers, {100 * branch.size / top.n:.1f} %"
        yield f'<rect x="{x:g}" y="{y - 10:g}" width="4" height="13" fill="{FILLS[hues[branch.id] - 1]}"/>'
        yield f'<text x="{x + 12:g}" y="{y:g}"><tspan font-weight="600">{index + 1} {label(names.get(branch.id, ""))}</tspan>'
        yield f' <tspan fill="{HUSH}">{share}</tspan></text>'
