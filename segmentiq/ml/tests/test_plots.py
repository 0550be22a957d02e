"""Dendrograms as files: the same bytes every time, whatever the labels hold."""

from __future__ import annotations

import io
import subprocess
import sys
import xml.etree.ElementTree as ET
from typing import Any, Literal, cast

import numpy as np
import pytest
from matplotlib.collections import LineCollection
from matplotlib.colors import to_hex
from matplotlib.figure import Figure
from numpy.typing import NDArray

from segmentiq.ml.cut import cut_k, height_of
from segmentiq.ml.describe import describe
from segmentiq.ml.linkage import build_tree
from segmentiq.ml.plots.dendrogram import dendrogram_figure, save_figure
from segmentiq.ml.plots.figures import GREY, colour_of, cut_label
from segmentiq.ml.values import TopTree


def top_of(values: NDArray[np.float64], linkage: str = "ward") -> TopTree:
    return describe(build_tree(values, linkage, "euclidean"), values, linkage=linkage, metric="euclidean")[0]


def cloud(n: int = 200) -> NDArray[np.float64]:
    return np.random.default_rng(0).normal(size=(n, 3))


def texts_of(figure: Figure) -> list[str]:
    axes = figure.axes[0]
    return [text.get_text() for text in axes.texts] + [axes.get_ylabel(), axes.get_title(loc="left")]


def save(figure: Figure, format: Literal["png", "svg"]) -> bytes:
    file = io.BytesIO()
    save_figure(figure, file, format)
    return file.getvalue()


def test_pyplot_is_never_imported() -> None:
    script = "import sys, segmentiq.ml.plots.dendrogram; print('matplotlib.pyplot' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


def test_the_drawing_says_what_it_shows() -> None:
    texts = texts_of(dendrogram_figure(top_of(cloud()), 4))
    assert {"k = 4", "merge distance (Ward)", "200 customers in 4 segments", "1", "4"} <= set(texts)


def test_leaves_carry_counts_that_add_up() -> None:
    top = top_of(cloud())
    counts = [text for text in texts_of(dendrogram_figure(top, 2)) if text.isdigit()]
    assert len(counts) == 30 + 2
    assert sum(map(int, counts)) == 200 + 1 + 2


def test_colours_below_the_cut_follow_the_segment_numbers_and_above_is_grey() -> None:
    top = top_of(cloud())
    axes = dendrogram_figure(top, 3).axes[0]
    lines = next(entry for entry in axes.collections if isinstance(entry, LineCollection))
    cut = height_of(top, 3)
    for (start, stop), colour in zip(lines.get_segments(), cast("list[Any]", lines.get_colors()), strict=True):
        above = min(start[1], stop[1]) >= cut - 1e-9
        assert (to_hex(colour) == GREY) == above
    leaves = sorted(cut_k(top, 30), key=lambda branch: branch.start)
    for number, branch in enumerate(cut_k(top, 3), 1):
        first = next(at for at, leaf in enumerate(leaves) if leaf.start == branch.start)
        stem = next(
            colour
            for (start, _), colour in zip(lines.get_segments(), cast("list[Any]", lines.get_colors()), strict=True)
            if start[0] == first and start[1] == 0
        )
        assert to_hex(stem) == colour_of(number)


@pytest.mark.parametrize("k", [1, 2, 9, 30, 50])
def test_every_k_can_be_drawn(k: int) -> None:
    assert save(dendrogram_figure(top_of(cloud()), k), "png")[:4] == b"\x89PNG"


@pytest.mark.parametrize("values", [np.array([[0.0], [1.0]]), np.zeros((5, 2)), np.array([[0.0], [1e-200], [1e9]])])
def test_small_flat_and_steep_trees_can_be_drawn(values: Any) -> None:
    assert save(dendrogram_figure(top_of(values), 2), "svg")


def test_a_chain_of_many_customers_is_drawn_without_recursion() -> None:
    chain = np.cumsum(np.linspace(1, 2, 1500))[:, None]
    assert save(dendrogram_figure(top_of(chain, "single"), 50), "png")


@pytest.mark.parametrize("format", ["png", "svg"])
def test_the_same_figure_is_the_same_bytes(format: Any) -> None:
    top = top_of(cloud())
    assert save(dendrogram_figure(top, 4), format) == save(dendrogram_figure(top, 4), format)


def test_names_of_customers_are_words_not_formulas() -> None:
    names = {1: "$$ \\frac{", 2: "x" * 20_000, 3: "<b>&\x00\x07"}
    figure = dendrogram_figure(top_of(cloud()), 3, title="$$ 100 % \\alpha_", names=names)
    drawn = "".join(ET.fromstring(save(figure, "svg")).itertext())
    assert "$$ \\frac{" in drawn
    assert "$$ 100 % \\alpha_" in drawn
    assert "x" * 40 not in drawn


def test_labels_are_cut_to_forty_characters() -> None:
    assert cut_label("a" * 40) == "a" * 40
    assert cut_label("a" * 41) == "a" * 39 + "…"


def test_colours_repeat_after_eight() -> None:
    assert len({colour_of(number) for number in range(1, 9)}) == 8
    assert colour_of(9) == colour_of(1)
