"""Lines of a chart in, a place beside one of them for its name out, clear of every line and of the other names.

Direct labels replace a legend, so they may neither cross a line nor stand nearer to another one. Every place along the line is
tried, above and below; the closest that is clear wins.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

STEP = 4.0
GAP = 7.0
"""Between a line, whose points are up to five wide, and the letters."""
RISE, FALL = 11.0, 3.0
"""How far letters reach above and below their baseline."""
LETTER = 7.8
"""Width of a letter at the largest size the page uses."""

Line = Sequence[tuple[float, float]]
"""Points from left to right."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Box:
    """Where a label stands: x of its start, baseline y, width."""

    x: float
    y: float
    width: float

    @property
    def right(self) -> float:
        return self.x + self.width


def place_label(
    words: str, own: Line, others: Sequence[Line], taken: Sequence[Box], frame: tuple[float, float, float, float]
) -> Box:
    """Return the clear place closest to its own line; where none is clear, the start of the line."""
    width = LETTER * len(words)
    best, closest = None, float("inf")
    for box in _candidates(width, own, frame):
        if any(_touches(box, line) for line in (own, *others)) or any(_overlap(box, other) for other in taken):
            continue
        distance = _distance(box, own)
        if distance < closest and all(distance < _distance(box, line) for line in others):
            best, closest = box, distance
    return best or Box(x=own[0][0], y=max(own[0][1] - GAP, frame[1] + RISE), width=width)


def _candidates(width: float, own: Line, frame: tuple[float, float, float, float]) -> Iterator[Box]:
    left, top, right, bottom = frame
    x = max(left, own[0][0])
    while x + width <= right:
        heights = _heights(own, x, x + width)
        for y in (min(heights, default=0.0) - GAP, max(heights, default=0.0) + GAP + RISE):
            if heights and y - RISE >= top and y + FALL <= bottom:
                yield Box(x=x, y=y, width=width)
        x += STEP


def _heights(line: Line, left: float, right: float) -> list[float]:
    """Sample a line between two places."""
    inside = [y for x, y in line if left <= x <= right]
    return inside + [y for y in (_at(line, left), _at(line, right)) if y is not None]


def _at(line: Line, x: float) -> float | None:
    for (x1, y1), (x2, y2) in pairwise(line):
        if x1 <= x <= x2:
            return y1 + (y2 - y1) * (x - x1) / (x2 - x1) if x2 > x1 else y1
    return None


def _touches(box: Box, line: Line) -> bool:
    heights = _heights(line, box.x - GAP, box.right + GAP)
    return bool(heights) and min(heights) < box.y + FALL + GAP / 2 and max(heights) > box.y - RISE - GAP / 2


def _overlap(one: Box, other: Box) -> bool:
    return one.x < other.right and other.x < one.right and abs(one.y - other.y) < RISE + FALL


def _distance(box: Box, line: Line) -> float:
    """Return the mean distance between the label's middle and the line above or below it."""
    middle = box.y - RISE / 2 + FALL / 2
    places = [box.x + box.width * part / 6 for part in range(7)]
    found = [abs(y - middle) for y in (_at(line, x) for x in places) if y is not None]
    return sum(found) / len(found) + GAP * (len(places) - len(found)) if found else float("inf")
