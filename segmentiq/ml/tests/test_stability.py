"""What subsamples say about planted and about empty structure, branch by branch."""

from __future__ import annotations

import numpy as np
import pytest

from segmentiq.ml.cut import cut_k
from segmentiq.ml.stability import add_stability, stability_of, subsample_size
from segmentiq.ml.tests.oracles import Grown, Matrix, grower, labels_of, planted
from segmentiq.ml.values import KScore, TopTree


def _judged(values: Matrix, **options: object) -> TopTree:
    grow = grower()
    top, order = grow(values)
    return stability_of(values, top, order, grow=grow, **options)  # type: ignore[arg-type]


def _worst(top: TopTree, k: int) -> float:
    return min(branch.found or 0.0 for branch in cut_k(top, k))


def test_planted_segments_are_found_again_and_their_halves_are_not() -> None:
    top = _judged(planted(4, 300, 4, seed=0))
    assert all(branch.found is not None and 0 <= branch.found <= 1 for branch in top.branches)
    assert top.branches[0].found == 1
    assert _worst(top, 4) > 0.95
    assert max(_worst(top, k) for k in range(5, 16)) < 0.75


def test_an_evenly_filled_space_is_not_found_again() -> None:
    top = _judged(np.random.default_rng(1).uniform(size=(600, 3)), n_subsamples=20)
    assert max(_worst(top, k) for k in range(2, 16)) < 0.7


def test_a_branch_is_matched_with_every_branch_of_the_other_tree() -> None:
    """One subsample, counted by hand: the best Jaccard overlap over all cuts of the other tree."""
    values = planted(3, 120, 3, seed=4)
    grow = grower()
    top, order = grow(values)
    seen: list[tuple[Matrix, Grown]] = []

    def watch(sample: Matrix) -> Grown:
        seen.append((sample, grow(sample)))
        return seen[-1][1]

    judged = stability_of(values, top, order, grow=watch, n_subsamples=1)
    sample, (other, leaves) = seen[0]
    home = {tuple(row): position for position, row in enumerate(values[order].tolist())}
    members = [home[tuple(row)] for row in sample[leaves].tolist()]
    for branch in judged.branches:
        ours = {position for position in members if branch.start <= position < branch.stop}
        overlaps = [
            len(ours & (theirs := set(members[entry.start : entry.stop]))) / len(ours | theirs) for entry in other.branches
        ]
        assert branch.found == pytest.approx(max(overlaps))


def test_a_segment_that_joins_its_neighbours_in_another_order_is_still_found() -> None:
    """Four tight groups on a square: which two join first is chance, but every group is there in every subsample."""
    corners = np.array([[0.0, 0.0], [0.0, 10.0], [10.0, 0.0], [10.0, 10.0]])
    values = np.repeat(corners, 40, axis=0) + np.random.default_rng(0).normal(size=(160, 2)) * 0.3
    top = _judged(values)
    assert _worst(top, 4) == 1
    assert min(branch.found or 0.0 for branch in cut_k(top, 3)) < 0.9


def test_scores_take_the_weakest_and_the_average() -> None:
    top = _judged(planted(3, 200, 3, seed=1), n_subsamples=5)
    bare = [KScore(k=k, silhouette=0.5, calinski_harabasz=1.0, davies_bouldin=1.0, smallest=10) for k in range(2, 6)]
    for score in add_stability(bare, top):
        cut = cut_k(top, score.k)
        found = [branch.found or 0.0 for branch in cut]
        assert score.stability == min(found)
        assert score.found_again == pytest.approx(np.average(found, weights=[branch.size for branch in cut]))


def test_scores_without_a_check_stay_as_they_are() -> None:
    score = KScore(k=2, silhouette=0.5, calinski_harabasz=1.0, davies_bouldin=1.0, smallest=10)
    assert add_stability([score], grower()(planted(2, 40, 2, seed=0))[0]) == (score,)


def test_a_large_table_is_judged_by_samples_of_2000() -> None:
    assert subsample_size(1_000) == 800
    assert subsample_size(1_000_000) == 2_000
    sizes = []
    values = planted(3, 6_000, 3, seed=2)
    grow = grower()
    top, order = grow(values)

    def watch(sample: Matrix) -> Grown:
        sizes.append(len(sample))
        return grow(sample)

    assert _worst(stability_of(values, top, order, grow=watch, n_subsamples=3), 3) > 0.95
    assert sizes == [2_000] * 3


def test_the_same_seed_says_the_same() -> None:
    values = np.random.default_rng(3).normal(size=(80, 2))
    assert _judged(values, seed=5, n_subsamples=5) == _judged(values, seed=5, n_subsamples=5)
    assert _judged(values, seed=5, n_subsamples=5) != _judged(values, seed=6, n_subsamples=5)


@pytest.mark.parametrize("n", [2, 9])
def test_few_customers_cannot_be_left_out(n: int) -> None:
    assert all(branch.found is None for branch in _judged(np.arange(n, dtype=float)[:, None]).branches)


def test_progress_is_told_up_to_one() -> None:
    told: list[float] = []
    _judged(planted(2, 60, 2, seed=1), n_subsamples=4, on_share=told.append)
    assert told == [0.25, 0.5, 0.75, 1.0]


def test_a_segment_no_subsample_contains_does_not_divide_by_zero() -> None:
    values = np.concatenate([np.zeros((39, 1)), [[9.0]]])
    grow = grower()
    top, order = grow(values)
    judged = [stability_of(values, top, order, grow=grow, n_subsamples=1, seed=seed) for seed in range(12)]
    lone = next(branch.id for branch in cut_k(top, 2) if branch.size == 1)
    assert {tree.branches[lone].found for tree in judged} == {0.0, 1.0}
    assert labels_of(top, order, 2)[39] == 1
