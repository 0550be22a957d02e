"""Scores by fifths: the rule for equal values, and what the order of customers must not change."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from datasets.orders.groups import DEFAULT_GROUPS, OTHERS, Group
from datasets.orders.rfm import name_groups, score_fifths

VALUES = st.lists(st.integers(-5, 40), min_size=1, max_size=60)


@pytest.mark.parametrize(
    ("values", "scores"),
    [
        (range(10), [1, 1, 2, 2, 3, 3, 4, 4, 5, 5]),
        (range(100, 105), [1, 2, 3, 4, 5]),
        ([7], [3]),
        ([2, 2, 2], [3, 3, 3]),
        ([1, 2], [1, 3]),
        ([1] * 7 + [2] * 2 + [9], [1] * 7 + [4] * 2 + [5]),
        ([], []),
    ],
)
def test_a_score_says_how_many_fifths_do_worse(values: object, scores: list[int]) -> None:
    assert score_fifths(np.array(list(values), dtype=float)).tolist() == scores  # type: ignore[call-overload]


@settings(max_examples=100, deadline=None)
@given(values=VALUES)
def test_scores_rise_with_the_values_and_are_equal_where_these_are(values: list[int]) -> None:
    scores = score_fifths(np.array(values))
    for value, score in zip(values, scores, strict=True):
        n_below = sum(other < value for other in values)
        assert score == (3 if len(set(values)) == 1 else 1 + 5 * n_below // len(values))


@settings(max_examples=50, deadline=None)
@given(values=VALUES, seed=st.integers(0, 2**32 - 1))
def test_scores_follow_the_customers(values: list[int], seed: int) -> None:
    order = np.random.default_rng(seed).permutation(len(values))
    assert score_fifths(np.array(values)[order]).tolist() == score_fifths(np.array(values))[order].tolist()


def test_the_first_group_that_matches_gives_the_name() -> None:
    scores = {
        score: np.array(values) for score, values in {"recency": [5, 5, 1], "frequency": [5, 1, 1], "monetary": [5, 5, 1]}.items()
    }
    groups = [Group(name="Best", recency=(5, 5), frequency=(5, 5)), Group(name="Rich", monetary=(4, 5))]
    assert name_groups(scores, groups).tolist() == ["Best", "Rich", OTHERS]


def test_every_group_that_is_proposed_is_somebodys() -> None:
    cells = np.indices((5, 5, 5)).reshape(3, -1) + 1
    names = name_groups(dict(zip(("recency", "frequency", "monetary"), cells, strict=True)), DEFAULT_GROUPS)
    assert set(names) == {group.name for group in DEFAULT_GROUPS}
