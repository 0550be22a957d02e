"""The walk: Table -> FeatureMatrix -> LinkageTree -> TopTree -> scores, advice, profiles and map.

Flows in: a typed table and a specification. Flows out: one `Segmentation`. Nothing is computed here; this module alone knows the
order of the stages, their share of the time, and how the answer k comes about.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from segmentiq.ml.advice import advise
from segmentiq.ml.cut import k_at_height, reaches
from segmentiq.ml.describe import describe
from segmentiq.ml.errors import RunRefused
from segmentiq.ml.features import MAX_FEATURES, build_features
from segmentiq.ml.gap import gap_of
from segmentiq.ml.linkage import build_tree
from segmentiq.ml.linkage.condensed import measure_cophenetic
from segmentiq.ml.profiles import profile_branches
from segmentiq.ml.projection import apply_pca, customer_map
from segmentiq.ml.silhouette import score_all
from segmentiq.ml.spec import SegmentationSpec
from segmentiq.ml.stability import stability_of
from segmentiq.ml.values import Advice, KScore, LinkageTree, OnProgress, Segmentation, Stage, Table, TopTree

Matrix = NDArray[np.float64]

SHARES: dict[Stage, float] = {
    "features": 0.05,
    "tree": 0.30,
    "scores": 0.25,
    "stability": 0.30,
    "profiles": 0.07,
    "map": 0.03,
}


def segment(
    table: Table,
    spec: SegmentationSpec,
    *,
    on_progress: OnProgress | None = None,
    memory_bytes: int | None = None,
    max_features: int = MAX_FEATURES,
) -> Segmentation:
    """Segment the customers of a table.

    Parameters
    ----------
    table : Table
    spec : SegmentationSpec
    on_progress : callable or None
        Called with the stage and the share of the whole that is done; what it raises ends the run.
    memory_bytes : int or None
        Budget of the tree; None means half of the machine's memory.
    max_features : int
        Most features after encoding.

    Returns
    -------
    Segmentation

    Raises
    ------
    SpecRefused, RunRefused
        See `build_features`, `apply_pca` and `build_tree`; ``too_few_rows_after_cleaning`` when more segments are asked for
        than there are customers to divide.
    """
    walk = _Walk(on_progress)
    with walk.stage("features"):
        features = apply_pca(build_features(table, spec, max_features=max_features), spec)
        values = features.values
        _refuse_too_many_segments(spec, len(values))
    with walk.stage("tree") as tell:
        tree = build_tree(
            values, spec.linkage, spec.metric, memory_bytes=memory_bytes, on_progress=lambda _, share: tell(0.9 * share)
        )
        top, order = describe(tree, values, linkage=spec.linkage, metric=spec.metric)
        cophenetic = measure_cophenetic(tree, values, spec.metric)
    with walk.stage("scores"):
        scores = score_all(values, order, top, spec.metric, seed=spec.seed)
    with walk.stage("stability") as tell:
        scores, evidence = _test_structure(values, top, order, spec=spec, scores=scores, tell=tell)
        advice = advise(scores, top, evidence=evidence)
    with walk.stage("profiles"):
        profiles = profile_branches(table, features, top, order)
    with walk.stage("map"):
        sketch = customer_map(values, order, spec.seed)
    k, warnings = _answer(spec, tree, top, advice)
    return Segmentation(
        features=features,
        tree=tree,
        top=top,
        order=order,
        scores=scores,
        advice=advice,
        k=k,
        profiles=profiles,
        map=sketch,
        cophenetic=cophenetic,
        seconds=walk.seconds,
        warnings=warnings,
    )


class _Walk:
    """Times the stages and turns a stage's share into a share of the whole."""

    def __init__(self, on_progress: OnProgress | None) -> None:
        self.seconds: dict[str, float] = {}
        self._on_progress = on_progress or (lambda stage, share: None)
        self._done = 0.0

    @contextmanager
    def stage(self, name: Stage) -> Iterator[Callable[[float], None]]:
        begun = time.perf_counter()
        self._on_progress(name, self._done)
        yield lambda share: self._on_progress(name, self._done + SHARES[name] * share)
        self._done = min(self._done + SHARES[name], 1.0)
        self.seconds[name] = time.perf_counter() - begun
        self._on_progress(name, self._done)


def _refuse_too_many_segments(spec: SegmentationSpec, n: int) -> None:
    if spec.n_clusters != "auto" and spec.n_clusters > n - 1:
        raise RunRefused(
            f"{spec.n_clusters} segments were asked for, but only {n:,} customers are left after cleaning.",
            code="too_few_rows_after_cleaning",
            field="n_clusters",
            hint=f"Ask for 2 to {n - 1} segments." if n > 3 else "Ask for 2 segments.",
        )


def _test_structure(
    values: Matrix,
    top: TopTree,
    order: NDArray[np.int64],
    *,
    spec: SegmentationSpec,
    scores: tuple[KScore, ...],
    tell: Callable[[float], None],
) -> tuple[tuple[KScore, ...], dict[int, float] | None]:
    """Ask subsamples how stable each k is, and evenly filled boxes whether there is structure at all."""
    if not spec.stability:
        return scores, None

    def grow(sample: Matrix) -> tuple[TopTree, NDArray[np.int64]]:
        return describe(build_tree(sample, spec.linkage, spec.metric), sample, linkage=spec.linkage, metric=spec.metric)

    found = stability_of(values, top, order, grow=grow, seed=spec.seed, on_share=lambda share: tell(share / 2))
    scores = tuple(replace(score, stability=found.get(score.k)) for score in scores)
    evidence = gap_of(values, grow=grow, metric=spec.metric, seed=spec.seed, on_share=lambda share: tell((1 + share) / 2))
    return scores, evidence


def _answer(spec: SegmentationSpec, tree: LinkageTree, top: TopTree, advice: Advice) -> tuple[int, tuple[str, ...]]:
    """Return k as asked for, as the height says, or as advised; and what must be said about it."""
    warnings = []
    k = advice.k if spec.n_clusters == "auto" else spec.n_clusters
    if spec.distance_threshold is not None:
        k = k_at_height(top, spec.distance_threshold)
        if not reaches(top, spec.distance_threshold):
            warnings.append(
                f"The height {spec.distance_threshold:g} makes more than {top.max_k} segments; {top.max_k} are shown."
            )
        if k == 1:
            warnings.append(
                f"The height {spec.distance_threshold:g} is above the whole tree ({top.branches[0].height:g}), "
                "which leaves one segment; two are shown."
            )
            k = 2
    n_distinct = 1 + int(np.count_nonzero(tree.merges[:, 2]))
    if k > n_distinct:
        alike = "All customers are alike" if n_distinct == 1 else f"There are only {n_distinct} different customers"
        warnings.append(f"{alike}, so some of the {k} segments are too.")
    return k, tuple(warnings)
