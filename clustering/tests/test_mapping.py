"""The stored map in, dots and numbers out."""

from __future__ import annotations

import random
import re
from itertools import accumulate
from typing import Any

from clustering.cutting import cut_of
from clustering.layout import hues_of, owners
from clustering.mapping import LETTER, LINE, MOST_COMPARED, MapFigure, apart_on, draw_map
from clustering.tests.trees import balanced_tree, chained_tree, small_tree
from segmentiq.ml.values import TopTree

MOVE = re.compile(r"[Mm](-?\d+) ?(-?\d+)h0")


def draw(tree: TopTree, points: list[list[float]], positions: list[int], active: tuple[int, ...], **more: Any) -> MapFigure:
    data = {"points": points, "positions": positions, "shares": [0.5, 0.3], **more}
    return draw_map(data, tree, hues_of(tree), owners(tree, active))


def draw_ten() -> MapFigure:
    return draw(small_tree(), [[float(i), 0.0] for i in range(10)], list(range(10)), (1, 2))


def places(path: str) -> list[tuple[int, int]]:
    """Follow a path as the browser does: the first move is absolute, the others start where the one before ended."""
    moves = [(int(x), int(y)) for x, y in MOVE.findall(path)]
    assert "".join(match.group() for match in MOVE.finditer(path)) == path
    return list(zip(accumulate(x for x, _ in moves), accumulate(y for _, y in moves), strict=True))


def test_every_customer_of_the_sample_is_a_dot() -> None:
    assert {dots.branch: len(places(dots.path)) for dots in draw_ten().dots} == {3: 2, 4: 4, 2: 4}


def test_dots_stand_in_leaf_order_where_their_points_are() -> None:
    drawn = [place for dots in draw_ten().dots for place in places(dots.path)]
    assert drawn == [(round(60 + i * 1880 / 9), 500) for i in range(10)]


def test_dots_say_who_they_are_unless_everyone_is_drawn() -> None:
    assert [dots.at for dots in draw_ten().dots] == ["", "", ""]
    figure = draw(small_tree(), [[0.0, 0.0], [1.0, 2.0], [3.0, 1.0], [2.0, 2.0]], [9, 3, 5, 2], (1, 2))
    found = {dots.branch: dots.at for dots in figure.dots}
    assert found == {4: "0 1 2", 2: "3"}
    assert sum(len(places(dots.path)) for dots in figure.dots) == 4


def test_dots_wear_the_hue_of_the_segment_that_holds_them() -> None:
    hues = {dots.branch: dots.hue for dots in draw_ten().dots}
    assert hues[3] == hues[4] == 1
    assert hues[2] == 2


def test_a_segment_has_its_number_amid_its_dots() -> None:
    first, second = draw_ten().numbers
    assert (first.number, second.number) == (1, 2)
    assert first.x < second.x
    assert first.y == second.y == 500


def test_numbers_never_cover_each_other() -> None:
    tree = chained_tree(60)
    draws = random.Random(1)
    points = [[draws.gauss(0, 1), draws.gauss(0, 1)] for _ in range(60)]
    segments = tuple(branch.id for branch in tree.branches if branch.split is None)
    numbers = draw(tree, points, list(range(60)), segments).numbers
    assert [number.number for number in numbers] == list(range(1, 51))
    for one in numbers:
        for other in numbers[one.number :]:
            room = LETTER * (len(str(one.number)) + len(str(other.number))) / 2
            assert abs(one.x - other.x) >= room - 1 or abs(one.y - other.y) >= LINE - 1, (one, other)


def test_a_map_of_one_point_is_drawn() -> None:
    figure = draw(small_tree(), [[1.0, 1.0]], [0], (0,))
    assert [dots.path for dots in figure.dots] == ["M1000 500h0"]
    assert figure.view == "0 0 2000 1000"


def test_a_segment_without_a_dot_has_no_number() -> None:
    figure = draw(balanced_tree(), [[0.0, 0.0], [1.0, 1.0]], [0, 8], (1, 2))
    assert [number.number for number in figure.numbers] == [1]


def test_the_words_say_how_much_the_map_keeps_and_who_is_drawn() -> None:
    figure = draw_ten()
    kept = "The map shows 80 % of what tells customers apart, 50 % across and 30 % upwards."
    assert figure.note == f"Every dot is a customer; close dots are alike. {kept}"
    poor = draw(small_tree(), [[0.0, 0.0], [1.0, 1.0]], [0, 8], (1, 2), shares=[0.2, 0.1])
    assert "only 30 %" in poor.note
    assert poor.note.startswith("2 of 10 customers, drawn from every branch")
    assert "may be far apart" in poor.note


def test_five_thousand_customers_take_little_room() -> None:
    """In 66 kilobytes with who they are, as the page promises; clustered points, as customers are."""
    tree = balanced_tree()
    draws = random.Random(3)
    grown = TopTree.from_json({**tree.to_json(), "n": 1_000_000, "branches": [
        {**branch, "start": branch["start"] * 50_000, "stop": branch["stop"] * 50_000} for branch in tree.to_json()["branches"]
    ]})  # fmt: skip
    positions = sorted(draws.sample(range(1_000_000), 5_000))
    points = [[draws.gauss(position // 50_000 % 5, 0.5), draws.gauss(position // 50_000 // 5, 0.5)] for position in positions]
    figure = draw(grown, points, positions, (3, 4, 5, 6))
    assert sum(len(dots.path) + len(dots.at) for dots in figure.dots) <= 66_000
    assert sum(len(places(dots.path)) for dots in figure.dots) == 5_000


def test_segments_whose_dots_are_near_their_own_middle_lie_apart() -> None:
    tree = small_tree()
    points = [
        [0.0, 0.0],
        [0.2, 0.0],
        [0.1, 0.1],
        [0.0, 0.2],
        [0.2, 0.2],
        [0.1, 0.0],
        [9.0, 0.0],
        [9.1, 0.0],
        [9.0, 0.1],
        [9.1, 0.1],
    ]
    lies = apart_on({"points": points, "positions": list(range(10))})
    assert all(value > 0.9 for value in lies(cut_of(tree, k=2)))
    mixed = lies(cut_of(tree, k=3))
    assert [value > 0.5 for value in mixed] == [branch.start == 6 for branch in cut_of(tree, k=3).branches]


def test_of_many_segments_and_of_one_nothing_is_told() -> None:
    chain = chained_tree(60)
    lies = apart_on({"points": [[float(i), 0.0] for i in range(60)], "positions": list(range(60))})
    assert lies(cut_of(chain, k=MOST_COMPARED + 1)) == lies(cut_of(chain, k=1)) == ()
