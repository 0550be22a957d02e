"""A small tree in, its dendrogram out: geometry, hues, escaping, and a file that stands alone."""

from __future__ import annotations

import re
from xml.etree import ElementTree as ET

import pytest

from clustering.cutting import cut_of
from clustering.drawing import FILLS, LABEL_LENGTH, file_svg, label, page_svg
from clustering.layout import LEFT, RIGHT, WIDTH, heights_of, hues_of, ladder_x, lay_out, owners, steps_of
from clustering.merges import merge_rows
from clustering.tests.trees import chained_tree, small_tree, uneven_tree
from segmentiq.ml.cut import cut_k
from segmentiq.words import plural

SVG = "{http://www.w3.org/2000/svg}"


def test_leaves_fill_the_width_side_by_side() -> None:
    layout = lay_out(small_tree())
    spans = [layout.spans[leaf] for leaf in (3, 4, 2)]
    assert spans[0][0] == pytest.approx(LEFT)
    assert spans[-1][1] == pytest.approx(WIDTH - RIGHT)
    assert spans[0][1] == pytest.approx(spans[1][0])
    assert spans[1][1] == pytest.approx(spans[2][0])


def test_a_branch_spans_its_children_and_stands_midway() -> None:
    layout = lay_out(small_tree())
    assert layout.spans[0] == (layout.spans[3][0], layout.spans[2][1])
    assert layout.stems[1] == pytest.approx((layout.stems[3] + layout.stems[4]) / 2)


def test_more_customers_make_a_wider_leaf() -> None:
    layout = lay_out(small_tree())
    small, large = (layout.spans[i][1] - layout.spans[i][0] for i in (3, 4))
    assert large > small


def test_a_split_keeps_the_hue_on_its_larger_child() -> None:
    hues = hues_of(small_tree())
    assert hues[1] == hues[0] == hues[4] == 1
    assert len({hues[4], hues[2], hues[3]}) == 3


def test_hues_do_not_depend_on_the_cut() -> None:
    tree = chained_tree(60)
    assert set(hues_of(tree).values()) == set(range(1, 9))


def test_owners_name_the_segment_of_everything_below_the_cut() -> None:
    assert owners(small_tree(), (1, 2)) == {1: 1, 3: 1, 4: 1, 2: 2}


@pytest.mark.parametrize("k", [1, 2, 3])
def test_the_file_is_well_formed_and_says_k(k: int) -> None:
    root = ET.fromstring(file_svg(small_tree(), cut_of(small_tree(), k=k), {}, "Ten customers"))
    words = " ".join(root.itertext())
    assert plural(k, "segment") in words
    assert "Ten customers" in words


def test_the_deepest_tree_is_drawn_without_recursion() -> None:
    assert ET.fromstring(file_svg(chained_tree(5_000), cut_of(chained_tree(5_000), k=50), {}, "Chain")) is not None


def test_the_file_brings_its_own_colours_and_the_page_brings_none() -> None:
    file, page = file_svg(small_tree(), cut_of(small_tree(), k=3), {}, ""), page_svg(small_tree(), cut_of(small_tree(), k=3), {})
    assert FILLS[0] in file
    assert "#" not in page.replace("url(#below-cut)", "")
    assert "style=" not in file + page


def test_every_coloured_shape_of_the_page_names_its_branch() -> None:
    page = page_svg(small_tree(), cut_of(small_tree(), k=2), {})
    assert set(re.findall(r'data-branch="(\d+)"', page)) == {"0", "1", "2", "3", "4"}
    assert 'class="limb" data-branch="0"' in page


@pytest.mark.parametrize("name", ['<script>alert("x")</script>', "a & b", "\x00\x1f bell", "\ud800", "$$ $\\frac{", "x" * 20_000])
def test_a_name_is_escaped_and_short(name: str) -> None:
    svg = file_svg(small_tree(), cut_of(small_tree(), k=2), {1: name, 2: name}, name)
    words = [text for text in ET.fromstring(svg).itertext() if text]
    assert "<script" not in svg
    assert max(map(len, words)) <= LABEL_LENGTH + 20


def test_a_label_keeps_forty_characters() -> None:
    assert label("x" * 41) == "x" * 39 + "…"
    assert label("x" * 40) == "x" * 40


def test_a_straight_cut_is_one_step_at_its_height() -> None:
    tree = small_tree()
    layout = lay_out(tree)
    assert steps_of(tree, layout, cut_of(tree, k=2)) == ((WIDTH - RIGHT, layout.y(7.0)),)


def test_a_picked_cut_steps_within_each_segment_between_its_own_two_merges() -> None:
    tree = uneven_tree()
    cut = cut_of(tree, branches=[1, 5, 6])
    assert cut.is_picked
    layout = lay_out(tree)
    steps = steps_of(tree, layout, cut)
    assert [right for right, _ in steps] == [layout.spans[b][1] for b in (1, 5, 6)]
    for (_, y), number in zip(steps, (1, 5, 6), strict=True):
        branch = tree.branches[number]
        assert layout.y(tree.branches[branch.parent or 0].height) < y < layout.y(branch.height)


def test_a_picked_cut_is_drawn_with_as_many_steps_as_it_has_segments() -> None:
    tree = uneven_tree()
    picked, straight = (page_svg(tree, cut_of(tree, **asked), {}) for asked in ({"branches": [1, 5, 6]}, {"k": 3}))
    paths = [re.search(r'class="cut-line" d="([^"]+)"', page) for page in (picked, straight)]
    assert [path and path[1].count("V") for path in paths] == [2, 0]
    assert "3 segments, picked" in picked
    assert 'class="rung" stroke-linecap="round" d=""' in picked


def test_what_lies_above_a_picked_cut_is_grey_and_what_lies_below_wears_its_segment() -> None:
    page = page_svg(uneven_tree(), cut_of(uneven_tree(), branches=[1, 5, 6]), {})
    hues = {number: hue for hue, number in re.findall(r'class="limb( s\d)?" data-branch="(\d)"', page)}
    assert hues["0"] == hues["2"] == ""
    assert hues["3"] == hues["4"] == hues["1"] != ""
    assert hues["5"] != hues["6"]


def test_every_branch_below_the_cut_says_who_is_in_it() -> None:
    page = page_svg(small_tree(), cut_of(small_tree(), k=2), {1: "Regulars", 2: "Rare <b>"})
    assert "<title>Regulars: 6 customers, 60 %</title>" in page
    assert "<title>Rare &lt;b&gt;: 4 customers, 40 %</title>" in page
    assert "10 customers" not in page


def test_a_hue_that_was_chosen_is_worn_by_that_branch_alone() -> None:
    hues = hues_of(small_tree(), {1: 6})
    assert (hues[1], hues[4], hues[2]) == (6, 1, 2)
    assert f'fill="{FILLS[5]}"' in file_svg(small_tree(), cut_of(small_tree(), k=2), {}, "", {1: 6})


def test_the_rung_of_a_cut_reaches_over_the_heights_that_give_it() -> None:
    tree = small_tree()
    layout = lay_out(tree)
    assert heights_of(tree) == (10.0, 4.0, 2.0)
    page = page_svg(tree, cut_of(tree, k=2), {})
    assert f'd="M{ladder_x(2, 3):.1f} {layout.y(10.0):.1f}V{layout.y(4.0):.1f}"' in page


def test_merges_are_listed_highest_first_with_the_segment_that_holds_them() -> None:
    rows = merge_rows(uneven_tree(), cut_of(uneven_tree(), branches=[1, 5, 6]))
    assert [(row.k, row.branch, row.parts) for row in rows] == [(2, 0, "6 + 4"), (3, 1, "2 + 4"), (4, 2, "1 + 3")]
    assert [row.place for row in rows] == ["above the cut", "in segment 1", "above the cut"]


def test_segments_are_numbered_largest_first() -> None:
    root = ET.fromstring(
        file_svg(small_tree(), cut_of(small_tree(), k=3), {b.id: f"name {b.id}" for b in cut_k(small_tree(), 3)}, "")
    )
    legend = [span.text for span in root.iter(f"{SVG}tspan") if span.get("font-weight")]
    assert legend == ["1 name 4", "2 name 2", "3 name 3"] or legend == ["1 name 2", "2 name 4", "3 name 3"]
