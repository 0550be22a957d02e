"""Bars stand where a level tells a branch apart, once for each column."""

from __future__ import annotations

from clustering.bars import share_bars
from segmentiq.ml.values import LevelFact


def level(column: str, name: str, share: float, overall: float) -> LevelFact:
    return LevelFact(column=column, level=name, share=share, overall=overall, effect=(share - overall) / 0.4)


def test_a_level_more_frequent_than_on_average_tells_how_many_times() -> None:
    (bar,) = share_bars([level("plan", "premium", 0.6, 0.2)])
    assert bar.words == "plan: premium 60\u00a0%, 3 times the average"
    assert (bar.width, bar.overall) == ("60.0", "20.0")


def test_a_level_that_is_rare_here_is_told_beside_everybody() -> None:
    (bar,) = share_bars([level("plan", "premium", 0.1, 0.5)])
    assert bar.words == "plan: premium 10\u00a0%, of all 50\u00a0%"


def test_each_column_has_one_bar_and_the_strongest_come_first() -> None:
    bars = share_bars(
        [
            level("yes or no", "yes", 0.7, 0.5),
            level("yes or no", "no", 0.3, 0.5),
            level("region", "north", 0.9, 0.3),
            level("tier", "gold", 0.21, 0.2),
        ]
    )
    assert [bar.words.split(":")[0] for bar in bars] == ["region", "yes or no"]


def test_at_most_three_bars_are_shown() -> None:
    assert len(share_bars([level(f"c{i}", "x", 0.9 - i / 100, 0.2) for i in range(6)])) == 3


def test_levels_that_divide_alike_have_one_bar_and_of_two_mirrored_ones_the_frequent_one_is_shown() -> None:
    bars = share_bars([level("security", "none", 1.0, 0.2), level("backup", "none", 1.0, 0.2), level("senior", "0", 0.1, 0.6)])
    assert [bar.words.split(":")[0] for bar in bars] == ["security", "senior"]
    (bar,) = share_bars([level("senior", "0", 0.1, 0.6), level("senior", "1", 0.9, 0.4)])
    assert bar.words.startswith("senior: 1 90")
