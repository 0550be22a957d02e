"""What stands above the tree and the map is what they show, for any cut."""

from __future__ import annotations

import pytest

from clustering.cutting import cut_of
from clustering.tests.trees import balanced_tree, chained_tree, uneven_tree
from clustering.titles import map_title, tree_title


def test_the_tree_names_the_segments_that_its_highest_merge_joins_last() -> None:
    tree = balanced_tree()
    assert tree_title(tree, cut_of(tree, k=2)) == "The customers part into 2 segments"
    assert tree_title(tree, cut_of(tree, k=3)) == "Segment 1 differs most from the rest"
    assert tree_title(tree, cut_of(tree, k=4)) == "Segments 3 and 4 differ most from the rest"
    uneven = uneven_tree()
    assert tree_title(uneven, cut_of(uneven, branches=[1, 5, 6])) == "Segment 1 differs most from the rest"


def test_many_segments_are_counted_and_not_listed() -> None:
    chain = chained_tree(60)
    assert tree_title(chain, cut_of(chain, k=50)) == "Segment 2 differs most from the rest"


@pytest.mark.parametrize(
    ("lies", "title"),
    [
        ((), "Every dot is a customer; close dots are alike"),
        ((0.5, 0.6), "The segments lie side by side"),
        ((0.6, 0.1), "The segments run into each other"),
        ((0.1, -0.1, 0.2), "The segments run into each other"),
        ((-0.1, 0.47, 0.7, 0.1, 0.2), "Segment 3 lies apart; the others run into each other"),
        ((0.6, 0.5, 0.3), "Segments 1 and 2 lie apart; segment 3 is close to others"),
        ((0.5,) * 5 + (0.1,) * 2, "5 segments lie apart; the others run into each other"),
    ],
)
def test_the_map_says_which_segments_lie_apart(lies: tuple[float, ...], title: str) -> None:
    assert map_title(lies) == title
