"""A run and its words in, what the result page's script needs out: the tree's records and every cut's height and sentence.

The browser re-cuts with this alone. Words are written on the server, for all branches and all cuts, so that the page says the
same with and without a script; what cannot be known beforehand (the silhouette of a cut picked by hand) is asked for by address.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict
from typing import Any

from django.urls import reverse

from clustering.answer import COHESION, answer_words, score_words
from clustering.cutting import Cut, answer_of, cut_of
from clustering.drawing import LABEL_Y
from clustering.found import Found
from clustering.layout import TreeLayout
from clustering.titles import titles_of
from clustering.wording import BranchWords
from segmentiq.ml.cut import height_of
from segmentiq.ml.values import Branch, TopTree

Lies = Callable[[Cut], tuple[float, ...]]
"""How far apart the segments of a cut lie on the map."""
ROUTES = {"segment": "run_segment", "cut": "run_cut_words", "figures": "run_figures", "subtree": "run_subtree"}


def page_data(found: Found, shown: Cut, *, layout: TreeLayout, words: Mapping[int, BranchWords], lies: Lies) -> dict[str, Any]:
    """Return what the script starts from, as plain data."""
    run, top = found.run, found.top
    answer = answer_of(run, top)
    return {
        "n": top.n,
        "answer": {"k": answer.k, "branches": answer.ids},
        "shown": shown.ids,
        "advised": found.advice.k,
        "branches": [_branch(b, layout, words[b.id]) for b in top.branches],
        "cuts": {str(k): _cut(found, k, layout, lies) for k in range(2, top.max_k + 1)},
        "silhouettes": {str(k): [round(value, 3) for value in means] for k, means in found.silhouettes.items()},
        "cohesion": COHESION,
        "split_y": [round(layout.y(height), 2) for height in _split_heights(top)],
        "label_y": LABEL_Y,
        "urls": {name: reverse(route, args=[run.pk]) for name, route in ROUTES.items()},
    }


def _branch(branch: Branch, layout: TreeLayout, words: BranchWords) -> dict[str, Any]:
    said = asdict(words)
    said["cells"] = [[cell.words, int(cell.telling), cell.index] for cell in words.cells]
    return {
        "parent": branch.parent,
        "born": branch.born,
        "split": branch.split,
        "start": branch.start,
        "n": branch.size,
        "height": round(branch.height, 6),
        "span": [round(edge, 1) for edge in layout.spans[branch.id]],
        **said,
    }


def _cut(found: Found, k: int, layout: TreeLayout, lies: Lies) -> dict[str, Any]:
    top, score, cut = found.top, found.scores.get(k), cut_of(found.top, k=k)
    height = height_of(top, k)
    return {
        "y": round(layout.y(height), 1),
        "height": round(height, 6),
        "score": score_words(score),
        "titles": titles_of(top, cut, lies(cut)),
        **asdict(answer_words(top.n, k, found.advice, score)),
    }


def _split_heights(top: TopTree) -> list[float]:
    return sorted((branch.height for branch in top.branches if branch.split is not None), reverse=True)
