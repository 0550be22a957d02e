"""The figures below the segments say what the profiles and silhouettes say, and keep apart what would cover each other."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise
from typing import Any

import numpy as np
import pytest

from clustering.boxes import draw_boxes
from clustering.cutting import Cut, cut_of
from clustering.figures import figures_of
from clustering.silhouette_figure import POINTS, draw_silhouettes
from clustering.snake import BOTTOM, LABEL_GAP, draw_snake
from clustering.tests.trees import balanced_tree
from segmentiq.ml.cohesion import Cohesion
from segmentiq.ml.values import Label, NumberFact, Profile

pytestmark = pytest.mark.once

TOP = balanced_tree()
CUT = cut_of(TOP, k=3)
NAMES = {branch.id: f"branch {branch.id}" for branch in TOP.branches}
HUES = dict.fromkeys(NAMES, 1) | {2: 5}


def number(column: str, effect: float, *, low: float | None = 1.0) -> NumberFact:
    middle = 10 + 2 * effect
    return NumberFact(
        column=column,
        mean=middle,
        median=middle,
        q1=middle - 1,
        q3=middle + 1,
        overall=10.0,
        effect=effect,
        low=low,
        high=None if low is None else 20.0,
    )


def profiles(effects: dict[int, dict[str, float]], *, low: float | None = 1.0) -> dict[int, Profile]:
    return {
        branch.id: Profile(
            branch=branch.id,
            size=branch.size,
            name="",
            facts=(),
            numbers=tuple(number(c, e, low=low) for c, e in effects.get(branch.id, {"income": 0.0, "age": 0.0}).items()),
            levels=(),
        )
        for branch in TOP.branches
    }


def test_a_snake_has_a_line_for_every_segment_in_its_colour_and_says_who_stands_out() -> None:
    told = profiles({2: {"income": 2.0, "age": -0.5}})
    snake = draw_snake(CUT, told, ["income", "age"], NAMES, HUES)
    assert snake is not None
    assert [line.number for line in snake.lines] == [1, 2, 3]
    place = CUT.ids.index(2)
    assert snake.lines[place].hue == 5
    assert snake.lines[place].values == ("+2.0", "-0.5")
    assert snake.title == f"Segment {place + 1} stands out most: income far above the average"


def test_columns_with_a_label_are_drawn_under_it() -> None:
    labels = {"income": Label(noun="money of a year", short="a year's money")}
    told = profiles({2: {"income": 2.0, "age": -0.5}})
    snake = draw_snake(CUT, told, ["income", "age"], NAMES, HUES, labels=labels)
    assert snake is not None
    assert snake.title.endswith(": money of a year far above the average")
    assert [(column.name, column.short) for column in snake.columns] == [("money of a year", "a year's money"), ("age", "age")]
    (box, _) = draw_boxes(CUT, told, ["income", "age"], {}, HUES, labels=labels)
    assert box.title.startswith("Money of a year: segment ")


def test_one_column_makes_no_snake() -> None:
    assert draw_snake(CUT, profiles({}), ["income"], NAMES, HUES) is None


def test_numbers_at_the_ends_of_the_lines_never_cover_each_other() -> None:
    snake = draw_snake(CUT, profiles({}), ["income", "age"], NAMES, HUES)
    assert snake is not None
    places = sorted(float(line.label_y) for line in snake.lines)
    assert all(after - before >= LABEL_GAP - 0.1 for before, after in pairwise(places))
    low = {branch.id: {"income": 0.0, "age": -3.0} for branch in TOP.branches}
    crowded = draw_snake(CUT, profiles(low), ["income", "age"], NAMES, HUES)
    assert crowded is not None
    assert max(float(line.label_y) for line in crowded.lines) <= BOTTOM


def test_a_box_plot_names_the_segment_that_lies_apart() -> None:
    (income,) = draw_boxes(CUT, profiles({2: {"income": 2.0}}), ["income"], {"income": "number"}, HUES)
    place = CUT.ids.index(2)
    assert income.title == f"income: segment {place + 1} lies higher"
    assert income.boxes[place].words == ("1", "13", "14", "15", "20")
    assert [box.number for box in income.boxes] == [1, 2, 3]


def test_a_column_in_which_nobody_stands_apart_says_so() -> None:
    (income,) = draw_boxes(CUT, profiles({}), ["income"], {"income": "number"}, HUES)
    assert income.title == "income: no segment stands apart"


def test_runs_of_before_and_truths_have_no_boxes() -> None:
    assert draw_boxes(CUT, profiles({}, low=None), ["income"], {"income": "number"}, HUES) == ()
    assert draw_boxes(CUT, profiles({}), ["income"], {"income": "boolean"}, HUES) == ()


def cohesion(values: list[float]) -> Cohesion:
    return Cohesion(
        silhouette=sum(values) / len(values),
        interval=None,
        segments=(0.0,) * CUT.k,
        positions=np.arange(len(values)),
        values=np.array(values, dtype=np.float32),
    )


def test_silhouettes_stand_in_the_shape_of_their_segment() -> None:
    values = [0.5] * TOP.n
    values[CUT.branches[1].start] = -0.25
    figure = draw_silhouettes(CUT, cohesion(values), HUES, TOP.n)
    assert figure is not None
    assert figure.title == "5.0 % of the customers lie nearer to another segment"
    assert [shape.n for shape in figure.shapes] == [str(branch.size) for branch in CUT.branches]
    assert [shape.below for shape in figure.shapes].count("0 %") == CUT.k - 1


def test_a_large_segment_is_drawn_through_a_hundred_of_its_customers() -> None:
    everybody = Cut(branches=(replace(TOP.branches[0], stop=5_000),))
    figure = draw_silhouettes(everybody, cohesion([0.1] * 5_000), HUES, 5_000)
    assert figure is not None
    assert figure.shapes[0].path.count("L") == POINTS


def test_without_measured_customers_there_are_no_silhouettes() -> None:
    assert draw_silhouettes(CUT, None, HUES, TOP.n) is None


@pytest.mark.django_db
@pytest.mark.parametrize("query", [{}, {"k": "2"}, {"k": "4"}])
def test_the_figures_of_a_run_follow_the_cut(make_run: Callable[..., Any], query: dict[str, str]) -> None:
    run = make_run()
    figures = figures_of(run, query)
    k = int(query.get("k", run.k))
    assert figures.snake is not None
    assert figures.silhouettes is not None
    assert len(figures.snake.lines) == len(figures.silhouettes.shapes) == k
    assert all(len(box.boxes) == k for box in figures.boxes)
    assert sum(int(shape.n.replace(",", "")) for shape in figures.silhouettes.shapes) == run.n_clustered
