"""A small tree in, its dendrogram out: geometry, hues, escaping, and a file that stands alone."""

from __future__ import annotations

import re
from xml.etree import ElementTree as ET

import pytest

from clustering.cutting import cut_of
from clustering.drawing import FILLS, LABEL_LENGTH, file_svg, label, page_svg
from clustering.layout import LEFT, RIGHT, WIDTH, hues_of, lay_out, owners
from clustering.tests.trees import chained_tree, small_tree
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


def test_segments_are_numbered_largest_first() -> None:
    root = ET.fromstring(
        file_svg(small_tree(), cut_of(small_tree(), k=3), {b.id: f"name {b.id}" for b in cut_k(small_tree(), 3)}, "")
    )
    legend = [span.text for span in root.iter(f"{SVG}tspan") if span.get("font-weight")]
    assert legend == ["1 name 4", "2 name 2", "3 name 3"] or legend == ["1 name 2", "2 name 4", "3 name 3"]
