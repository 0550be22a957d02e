"""The walk: Table -> FeatureMatrix -> LinkageTree -> TopTree -> scores, advice, profiles and map.

Flows in: a typed table and a specification. Flows out: one `Segmentation`. Nothing is computed here; this module alone knows the
order of the stages, their share of the time, and how the answer k comes about.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

import numpy as np
from numpy.typing import NDArray

from segmentiq.ml.advice import advise
from segmentiq.ml.approximation import Approximation, say, weigh
from segmentiq.ml.cut import k_at_height, reaches
from segmentiq.ml.describe import describe
from segmentiq.ml.division import division_of
from segmentiq.ml.effort import EVIDENCE_SAMPLE, ROOM, seconds_for_tree
from segmentiq.ml.errors import RunRefused
from segmentiq.ml.features import MAX_FEATURES, build_features
from segmentiq.ml.gap import gap_of
from segmentiq.ml.linkage import build_tree
from segmentiq.ml.linkage.condensed import measure_cophenetic
from segmentiq.ml.linkage.forecast import AS_MODELLED, count_fitting
from segmentiq.ml.linkage.micro import straighten
from segmentiq.ml.machine import Gauge, find_budget
from segmentiq.ml.money import find_money
from segmentiq.ml.profiles import profile_branches
from segmentiq.ml.projection import apply_pca, customer_map
from segmentiq.ml.silhouette import measure, score_cuts
from segmentiq.ml.spec import SegmentationSpec
from segmentiq.ml.stability import add_stability, stability_of
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
    limit_s: float | None = None,
    speeds: Mapping[str, float] = AS_MODELLED,
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
    limit_s : float or None
        Seconds the run may take; where approximate answers are allowed, a tree too slow for it is approximated.
    speeds : mapping of str to float
        How many times as long as modelled each kernel and stage takes here.
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
        with Gauge() as gauge:
            tree = _grow_tree(values, spec, memory_bytes=memory_bytes, limit_s=limit_s, speeds=speeds, tell=tell)
        top, order = describe(tree, values, linkage=spec.linkage, metric=spec.metric)
        cophenetic = measure_cophenetic(tree, values, spec.metric)
    with walk.stage("scores"):
        measured = measure(values, order, top, spec.metric, seed=spec.seed)
        scores = score_cuts(values, order, top, measured)
    with walk.stage("stability") as tell:
        part = 1.0 if tree.exact else 0.5
        top, scores, advice = _test_structure(values, top, order, spec=spec, scores=scores, tell=lambda share: tell(part * share))
        k, warnings = _answer(spec, tree, top, advice)
        approximation = _weigh(
            values, tree, top, order, spec=spec, k=k, memory_bytes=memory_bytes, tell=lambda share: tell(0.5 + share / 2)
        )
    with walk.stage("profiles"):
        money = find_money(table, features.rows)
        profiles = profile_branches(table, features, top, order, money=money, seed=spec.seed)
    with walk.stage("map"):
        sketch = customer_map(values, order, top, spec.seed)
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
        approximation=approximation,
        distances=measured.distances,
        segment_silhouettes=measured.of_segments(top),
        money=money,
        seconds=walk.seconds,
        linking=(gauge.seconds, gauge.bytes),
        warnings=(say(approximation) if approximation else ()) + warnings,
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


def _grow_tree(
    values: Matrix,
    spec: SegmentationSpec,
    *,
    memory_bytes: int | None,
    limit_s: float | None,
    speeds: Mapping[str, float],
    tell: Callable[[float], None],
) -> LinkageTree:
    n, d = values.shape
    return build_tree(
        values,
        spec.linkage,
        spec.metric,
        memory_bytes=memory_bytes,
        approximate=spec.approximate == "allow",
        limit_s=seconds_for_tree(n, d, spec, limit_s=limit_s, speeds=speeds),
        speeds=speeds,
        on_progress=lambda _, share: tell(0.9 * share),
    )


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
) -> tuple[TopTree, tuple[KScore, ...], Advice]:
    """Ask subsamples what is stable, filled boxes whether there is structure at all, and clouds which divisions are real."""
    if not spec.stability:
        return top, scores, advise(scores, top)

    def grow(sample: Matrix, linkage: str = spec.linkage, metric: str = spec.metric) -> tuple[TopTree, NDArray[np.int64]]:
        return describe(build_tree(sample, linkage, metric), sample, linkage=linkage, metric=metric)

    def divides(k: int) -> float:
        parent = next(branch for branch in top.branches if branch.split == k - 1)
        customers = values[order[parent.start : parent.stop]]
        return division_of(customers, halve=lambda rows: grow(rows, "ward", "euclidean"), metric=spec.metric, seed=spec.seed)

    top = stability_of(values, top, order, grow=grow, seed=spec.seed, on_share=lambda share: tell(share / 2))
    scores = add_stability(scores, top)
    evidence = gap_of(values, grow=grow, metric=spec.metric, seed=spec.seed, on_share=lambda share: tell((1 + share) / 2))
    return top, scores, advise(scores, top, evidence=evidence, divides=divides)


def _weigh(
    values: Matrix,
    tree: LinkageTree,
    top: TopTree,
    order: NDArray[np.int64],
    *,
    spec: SegmentationSpec,
    k: int,
    memory_bytes: int | None,
    tell: Callable[[float], None],
) -> Approximation | None:
    """Measure what an approximate tree cost, on the largest sample up to 20,000 whose exact tree fits."""
    if tree.groups is None:
        return None
    room = max(find_budget() if memory_bytes is None else memory_bytes, ROOM)

    def grow(sample: Matrix) -> tuple[TopTree, NDArray[np.int64]]:
        exact = build_tree(sample, spec.linkage, spec.metric, memory_bytes=room)
        return describe(exact, sample, linkage=spec.linkage, metric=spec.metric)

    return weigh(
        values,
        straighten(values, spec.metric),
        tree.groups,
        top,
        order,
        k=k,
        grow=grow,
        n_sample=count_fitting(EVIDENCE_SAMPLE, values.shape[1], spec.linkage, spec.metric, room),
        seed=spec.seed,
        on_share=tell,
    )


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
