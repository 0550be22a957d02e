"""A line's name stands clear of every line, and nearest to its own."""

from __future__ import annotations

import random

import pytest

from clustering.labels import FALL, RISE, Box, Line, place_label

FRAME = (0.0, 0.0, 400.0, 140.0)


def crosses(box: Box, line: Line) -> bool:
    return any(box.x <= x <= box.right and box.y - RISE < y < box.y + FALL for x, y in line)


@pytest.mark.parametrize("seed", range(20))
def test_two_names_cross_no_line_and_not_each_other(seed: int) -> None:
    generator = random.Random(seed)
    own = [(10.0 + 10 * i, 110.0 + generator.uniform(-8, 8)) for i in range(39)]
    other = [(10.0 + 10 * i, 50.0 + generator.uniform(-25, 25)) for i in range(20)]
    first = place_label("silhouette", own, [other], [], FRAME)
    second = place_label("weakest found again", other, [own], [first], FRAME)
    for box in (first, second):
        assert not crosses(box, own)
        assert not crosses(box, other)
        assert box.right <= 400
    assert first.right < second.x or second.right < first.x or abs(first.y - second.y) >= RISE + FALL


def test_a_line_that_fills_the_frame_is_named_at_its_start() -> None:
    own = [(10.0 * i, 140.0 * (i % 2)) for i in range(40)]
    assert place_label("silhouette", own, [], [], FRAME).x == 0.0
