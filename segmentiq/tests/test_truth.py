"""One tree, one truth: whatever cut of whatever run is asked for, every view of it says the same.

The reference is the whole tree as the engine merged it: a segment is the customers below one of its nodes, counted here anew.
"""

from __future__ import annotations

import csv
import io
import json
import random
import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from rest_framework.test import APIClient

from clustering import artifacts, services
from clustering.cutting import Cut, cut_of
from clustering.drawing import FILLS
from clustering.layout import hues_of
from clustering.models import Run
from clustering.segments import given_hues, shown_names
from segmentiq.ml.values import TopTree
from segmentiq.testing import factories
from segmentiq.testing.tables import three_groups

pytestmark = pytest.mark.once

RUNS = "/api/v1/clustering/runs"
SPLITS = (2, 3, 5, 8, 13, 21)
Rows = frozenset[int]


def blobs(seed: int = 1, n: int = 80) -> str:
    """Return customers with a category, money and holes, nobody like another."""
    draw = random.Random(seed)
    lines = ["customer_id,plan,spend,visits,age"]
    for number in range(n):
        centre = number % 5
        age = "" if number % 9 == 0 else f"{draw.gauss(30 + 9 * centre, 4):.1f}"
        plan = "basic" if draw.random() < centre / 5 else "plus"
        lines.append(f"{number:04d},{plan},{draw.gauss(100 * centre, 30):.2f},{draw.gauss(20 - 3 * centre, 2):.1f},{age}")
    return "\n".join(lines) + "\n"


def ties() -> str:
    """Return customers on a small grid, most of them more than once: heights and sizes tie everywhere."""
    draw = random.Random(2)
    return "a,b\n" + "".join(f"{draw.randrange(9)},{draw.randrange(9)}\n" for _ in range(150))


TREES: dict[str, tuple[str, dict[str, Any]]] = {
    "ward, three groups": (three_groups(per_group=16), {}),
    "average, ties and duplicates": (ties(), {"linkage": "average"}),
    "single, chains": (three_groups(per_group=18, seed=3), {"linkage": "single", "columns": ["age", "spending"]}),
    "complete and gower, rows set aside": (blobs(), {"linkage": "complete", "metric": "gower", "missing": "drop"}),
    "weighted and manhattan, names and colours given": (blobs(seed=4), {"linkage": "weighted", "metric": "manhattan"}),
}


@pytest.fixture(params=TREES, ids=list(TREES))
def run(request: pytest.FixtureRequest, owner: Any) -> Run:
    source, spec = TREES[request.param]
    made = factories.run(factories.dataset(source, owner=owner), **spec)
    if "given" in request.param:
        for branch, name in ((1, "=Loyal & <b>"), (2, "Lapsed"), (5, "Big")):
            services.name_segment(made, branch, name, hue=branch % 8 + 1)
    return made


@pytest.fixture
def api(owner: Any) -> APIClient:
    client = APIClient(raise_request_exception=True)
    client.force_authenticate(owner)
    return client


def cuts(top: TopTree) -> Iterator[Cut]:
    """Yield every number of segments, and some cuts picked by hand: random branches split from the root down."""
    yield from (cut_of(top, k=k) for k in range(2, top.max_k + 1))
    draw = random.Random(5)
    for splits in SPLITS:
        ids = [0]
        for _ in range(splits):
            divided = draw.choice([number for number in ids if top.branches[number].left is not None])
            ids.remove(divided)
            ids += [top.branches[divided].left or 0, top.branches[divided].right or 0]
        yield cut_of(top, branches=ids)


def nodes_of(run: Run) -> set[Rows]:
    """Return the rows of the table below every node of the whole tree."""
    import numpy as np

    with artifacts.open_file(run, "tree.npz") as stream, np.load(stream, allow_pickle=False) as arrays:
        merges = arrays["merges"][:, :2].astype(int).tolist()
    below = [frozenset([row]) for row in artifacts.load_labels(run).rows.tolist()]
    for left, right in merges:
        below.append(below[left] | below[right])
    return set(below)


def streamed(answer: Any) -> str:
    assert answer.status_code == 200
    return b"".join(answer.streaming_content).decode()


def members(numbers: list[int], k: int) -> list[Rows]:
    """Return the rows of every segment, from the segment of every row."""
    return [frozenset(row for row, found in enumerate(numbers) if found == number) for number in range(1, k + 1)]


LEGEND = re.compile(
    r'width="4" height="13" fill="(#\w{6})"/><text[^>]*><tspan[^>]*>(\d+) ([^<]*)</tspan> <tspan[^>]*>([\d,]+) customer'
)
CARD = re.compile(r'<article class="segment s(\d)" data-card="(\d+)"[^>]*>(.*?)</article>', re.DOTALL)
NUMBER, SIZE = re.compile(r'data-field="number">(\d+)<'), re.compile(r'data-field="size">([\d,]+) customer')


def whole(words: str) -> int:
    return int(words.replace(",", ""))


def test_every_view_of_every_cut_says_the_same(run: Run, api: APIClient) -> None:
    top, nodes, path, names = artifacts.load_top(run), nodes_of(run), f"{RUNS}/{run.pk}", shown_names(run)
    hues = hues_of(top, given_hues(run))
    seen = 0
    for cut in cuts(top):
        rows = list(csv.reader(io.StringIO(streamed(api.get(f"{path}/assignments?format=csv&{cut.query}")), newline="")))[1:]
        parts = members([int(row[-2] or 0) for row in rows], cut.k)
        sizes = [len(part) for part in parts]
        assert all(part in nodes for part in parts), cut.query
        assert sum(sizes) == run.n_clustered == len(rows) - run.n_set_aside
        assert sizes == sorted(sizes, reverse=True) == [branch.size for branch in cut.branches]

        typed = json.loads(streamed(api.get(f"{path}/assignments?{cut.query}")))["assignments"]
        assert members([row["segment"] or 0 for row in typed], cut.k) == parts

        told = api.get(f"{path}/segments?{cut.query}").json()["segments"]
        assert [(entry["size"], entry["name"]) for entry in told] == [
            (size, names[number]) for size, number in zip(sizes, cut.ids, strict=True)
        ]

        legend = LEGEND.findall(streamed(api.get(f"{path}/dendrogram?format=svg&{cut.query}")))
        assert [(int(number), whole(size)) for _, number, _, size in legend] == list(enumerate(sizes, start=1))
        assert [fill for fill, *_ in legend] == [FILLS[hues[number] - 1] for number in cut.ids]
        seen += 1
    assert seen == top.max_k - 1 + len(SPLITS)


def test_the_page_shows_the_same_sizes_and_colours(run: Run, client: Client, owner: Any) -> None:
    client.force_login(owner)
    top = artifacts.load_top(run)
    for cut in [*cuts(top)][:: max(1, top.max_k // 6)]:
        page = client.get(f"{reverse('run', args=[run.pk])}?{cut.query}").content.decode()
        cards = [(branch, hue, NUMBER.findall(card), SIZE.findall(card)) for hue, branch, card in CARD.findall(page)]
        data = json.loads(re.findall(r'<script id="run-data" type="application/json">(.*?)</script>', page, re.DOTALL)[0])
        sent = {str(branch["id"]): branch for branch in data["branches"]}
        shown = cards[: cut.k]
        assert [int(branch) for branch, *_ in shown] == list(cut.ids)
        assert [(int(number), whole(size)) for *_, [number], [size] in shown] == [
            (number, branch.size) for number, branch in enumerate(cut.branches, start=1)
        ]
        assert [(int(hue), sent[branch]["n"]) for branch, hue, *_ in shown] == [
            (sent[branch]["hue"], part.size) for (branch, *_), part in zip(shown, cut.branches, strict=True)
        ]


def test_what_is_kept_has_the_sizes_that_were_shown(run: Run, api: APIClient, owner: Any) -> None:
    first = (run.k, run.branches, run.sizes, run.silhouette)
    kept = [*cuts(artifacts.load_top(run))]
    for cut in kept:
        services.keep_cut(run, cut, owner)
        stored = Run.objects.get(pk=run.pk)
        assert (stored.k, stored.branches, stored.sizes) == (cut.k, list(cut.ids), [branch.size for branch in cut.branches])
        assert stored.silhouette is not None
    assert api.get(f"{RUNS}/{run.pk}/segments").json()["branches"] == list(kept[-1].ids)
    for _ in range(run.kept_cuts.count() - 1):
        services.undo_cut(run)
    services.keep_cut(run, cut_of(artifacts.load_top(run), branches=first[1]), owner)
    assert (run.k, run.branches, run.sizes, run.silhouette) == first
