"""One cut, however it was asked for."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from clustering.cutting import answer_of, asked_cut, cut_of
from clustering.tests.trees import balanced_tree
from segmentiq.ml.cut import height_of
from segmentiq.ml.errors import SpecRefused

TOP = balanced_tree()


def run(**fields: Any) -> Any:
    return SimpleNamespace(**{"k": 3, "branches": [], **fields})


def test_a_number_of_segments_a_height_and_branches_give_the_same_cut() -> None:
    by_k = cut_of(TOP, k=3)
    assert cut_of(TOP, height=height_of(TOP, 3)) == by_k
    assert cut_of(TOP, branches=by_k.ids) == by_k
    assert by_k.k == 3
    assert by_k.query == "k=3"
    assert not by_k.is_picked


def test_segments_come_largest_first() -> None:
    sizes = [branch.size for branch in cut_of(TOP, k=TOP.max_k).branches]
    assert sizes == sorted(sizes, reverse=True)


def test_branches_at_different_heights_are_picked_by_hand() -> None:
    cut = cut_of(TOP, branches=[6, 1, 5])
    assert cut.is_picked
    assert cut.ids == (1, 5, 6)
    assert cut.query == "branches=1,5,6"
    assert asked_cut(run(), TOP, {"branches": "1,5,6"}) == cut


def test_without_a_wish_the_cut_is_the_answer_of_the_run() -> None:
    assert asked_cut(run(), TOP, {}) == cut_of(TOP, k=3)
    assert asked_cut(run(), TOP, {"k": " "}) == cut_of(TOP, k=3)
    picked = cut_of(TOP, branches=[1, 5, 6])
    assert answer_of(run(branches=list(picked.ids)), TOP) == picked


@pytest.mark.parametrize(
    ("params", "code"),
    [
        ({"k": "many"}, "invalid_value"),
        ({"k": "0"}, "out_of_range"),
        ({"k": "99999"}, "invalid_value"),
        ({"k": "²"}, "invalid_value"),
        ({"height": "nan"}, "invalid_value"),
        ({"height": "-1"}, "invalid_value"),
        ({"height": "0.1"}, "out_of_range"),
        ({"branches": "1;2"}, "invalid_branches"),
        ({"branches": "1"}, "invalid_branches"),
        ({"branches": "1,1"}, "invalid_branches"),
        ({"k": "2", "height": "1"}, "invalid_value"),
    ],
)
def test_a_wish_that_cannot_be_met_is_refused(params: dict[str, str], code: str) -> None:
    with pytest.raises(SpecRefused) as refused:
        asked_cut(run(), TOP, params)
    assert refused.value.code == code
