"""Lines stand where a number or a level tells a branch apart, once for each column."""

from __future__ import annotations

from clustering.differences import level_differences, number_differences
from segmentiq.ml.values import Label, LevelFact, NumberFact


def level(column: str, name: str, share: float, overall: float) -> LevelFact:
    return LevelFact(column=column, level=name, share=share, overall=overall, effect=(share - overall) / 0.4)


def number(column: str, mean: float, overall: float, effect: float) -> NumberFact:
    return NumberFact(column=column, mean=mean, median=mean, q1=mean, q3=mean, overall=overall, effect=effect)


def test_an_average_stands_beside_everybodys_the_farthest_first() -> None:
    numbers = [number("age", 31.2, 40, -0.4), number("spend", 1234, 400, 2.0), number("visits", 3.1, 3, 0.1)]
    told = [(line.name, line.here, line.everyone, line.width) for line in number_differences(numbers, {}, {})]
    assert told == [("spend", "1,230", "400", ""), ("age", "31.2", "40", "")]


def test_a_yes_is_told_as_a_share_with_its_bar() -> None:
    (line,) = number_differences([number("member", 0.82, 0.4, 0.9)], {"member": "boolean"}, {})
    assert (line.here, line.everyone, line.width, line.mark) == ("82\u00a0%", "40\u00a0%", "82.0", "40.0")


def test_a_level_is_told_beside_everybody() -> None:
    (line,) = level_differences([level("plan", "premium", 0.6, 0.2)], {})
    assert (line.name, line.here, line.everyone) == ("plan: premium", "60\u00a0%", "20\u00a0%")
    assert (line.width, line.mark) == ("60.0", "20.0")


def test_each_column_has_one_line_and_the_strongest_come_first() -> None:
    lines = level_differences(
        [
            level("yes or no", "yes", 0.7, 0.5),
            level("yes or no", "no", 0.3, 0.5),
            level("region", "north", 0.9, 0.3),
            level("tier", "gold", 0.21, 0.2),
        ],
        {},
    )
    assert [line.name for line in lines] == ["region: north", "yes or no: yes"]


def test_at_most_three_levels_are_told() -> None:
    assert len(level_differences([level(f"c{i}", "x", 0.9 - i / 100, 0.2) for i in range(6)], {})) == 3


def test_levels_that_divide_alike_have_one_line_and_of_two_mirrored_ones_the_frequent_one_is_told() -> None:
    alike = [level("security", "none", 1.0, 0.2), level("backup", "none", 1.0, 0.2), level("senior", "0", 0.1, 0.6)]
    assert [line.name for line in level_differences(alike, {})] == ["security: none", "senior: 0"]
    (line,) = level_differences([level("senior", "0", 0.1, 0.6), level("senior", "1", 0.9, 0.4)], {})
    assert line.name == "senior: 1"


def test_a_column_that_divides_as_one_before_it_has_no_second_best_line() -> None:
    internet = [level("internet", "no", 1.0, 0.2), level("internet", "fibre", 0.0, 0.4)]
    backup = [level("backup", "no internet", 1.0, 0.2), level("backup", "no", 0.0, 0.5)]
    (line,) = level_differences([*internet, *backup], {})
    assert line.name == "internet: no"


def test_a_column_goes_by_its_label_and_one_that_repeats_another_is_not_told() -> None:
    labels = {"score": Label(noun="order score", repeats=True), "group": Label(noun="RFM group")}
    (line,) = level_differences([level("score", "5", 1.0, 0.2), level("group", "Lost", 0.8, 0.2)], labels)
    assert line.name == "RFM group: Lost"
    assert number_differences([number("score", 5, 3, 2.0)], {}, labels) == ()
