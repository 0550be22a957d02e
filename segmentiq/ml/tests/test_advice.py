"""The advice on k: right on planted segments, silent where there are none, and never one customer against all."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from segmentiq.ml.advice import advise
from segmentiq.ml.cut import cut_k
from segmentiq.ml.division import division_of
from segmentiq.ml.gap import gap_of
from segmentiq.ml.silhouette import score_all
from segmentiq.ml.stability import add_stability, stability_of
from segmentiq.ml.tests.oracles import Matrix, grower, planted
from segmentiq.ml.values import Advice, KScore, TopTree


def _advice(values: Matrix, linkage: str = "ward", *, stability: bool = True) -> Advice:
    """Do what the pipeline does from the matrix to the advice."""
    grow = grower(linkage)
    top, order = grow(values)
    scores = score_all(values, order, top, "euclidean", ks=range(2, 16))
    if not stability:
        return advise(scores, top)
    top = stability_of(values, top, order, grow=grow, n_subsamples=20)
    evidence = gap_of(values, grow=grow, metric="euclidean", n_references=20)

    def divides(k: int) -> float:
        parent = next(branch for branch in top.branches if branch.split == k - 1)
        return division_of(values[order[parent.start : parent.stop]], halve=grower())

    return advise(add_stability(scores, top), top, evidence=evidence, divides=divides)


def _z(values: Matrix) -> Matrix:
    scaled: Matrix = (values - values.mean(axis=0)) / values.std(axis=0)
    return scaled


@pytest.mark.parametrize("k", [2, 3, 4, 5, 6])
@pytest.mark.parametrize("stability", [True, False])
def test_planted_segments_are_counted_right(k: int, stability: bool) -> None:
    right = [_advice(planted(k, 150 + 40 * seed, 3, seed=seed), stability=stability).k == k for seed in range(4)]
    assert all(right)


def test_planted_segments_are_called_stable() -> None:
    advice = _advice(planted(4, 300, 4, seed=9))
    assert advice.verdict in ("strong", "moderate")
    assert advice.sentence.endswith("of the weakest segment is found again when a fifth of the customers is left out.")
    assert advice.reasons[0].startswith("Why 4: ")
    assert len(advice.reasons) == 5
    assert all(reason.startswith("Not ") for reason in advice.reasons[1:])


@pytest.mark.parametrize("seed", [0, 1])
@pytest.mark.parametrize("shape", ["uniform", "normal"])
@pytest.mark.parametrize("d", [2, 4])
def test_one_box_and_one_cloud_have_no_stable_segmentation(shape: str, d: int, seed: int) -> None:
    generator = np.random.default_rng(seed)
    advice = _advice(getattr(generator, shape)(size=(300, d)))
    assert advice.verdict == "none"
    assert advice.sentence.startswith("There is no stable segmentation here")
    assert 2 <= advice.k <= 15


@pytest.mark.parametrize("linkage", ["single", "complete", "average"])
@pytest.mark.parametrize("stability", [True, False])
def test_one_customer_against_all_is_never_recommended(shared_data: Path, linkage: str, stability: bool) -> None:
    spend = pd.read_csv(shared_data / "wholesale_customers.csv").iloc[:, 2:].to_numpy(dtype=np.float64)
    advice = _advice(_z(spend), linkage, stability=stability)
    assert advice.verdict == "none"
    assert advice.k != 2


@pytest.mark.parametrize("stability", [True, False])
def test_the_mall_has_five_segments_by_income_and_score(shared_data: Path, stability: bool) -> None:
    values = pd.read_csv(shared_data / "mall_customers.csv").iloc[:, 3:5].to_numpy(dtype=np.float64)
    for matrix in (values, _z(values)):
        advice = _advice(matrix, stability=stability)
        assert (advice.k, advice.verdict) == (5, "strong")


def _cases(*scores: tuple[int, float, float | None]) -> list[KScore]:
    return [
        KScore(k=k, silhouette=silhouette, calinski_harabasz=1.0, davies_bouldin=1.0, smallest=10, stability=stability)
        for k, silhouette, stability in scores
    ]


@pytest.fixture
def top() -> TopTree:
    return grower()(np.random.default_rng(0).normal(size=(200, 2)))[0]


def test_the_best_separated_of_the_stable_ones_wins(top: TopTree) -> None:
    advice = advise(_cases((2, 0.3, 0.9), (3, 0.4, 0.8), (4, 0.6, 0.7), (5, 0.7, 0.2)), top)
    assert (advice.k, advice.verdict) == (3, "moderate")
    assert advice.sentence == (
        "The structure is moderate and stable: 80 % of the weakest segment is found again "
        "when a fifth of the customers is left out."
    )
    assert advice.reasons == (
        "Why 3: of the 2 numbers of segments that pass every check, 3 lie farthest apart "
        "(silhouette 0.40, where 1 is perfectly separate and 0 is no separation).",
        "Not 2 (silhouette 0.30): the segments lie less far apart than 3 do.",
        "Not 4 (silhouette 0.60): only 70 % of it is found again; 75 % is asked for.",
        "Not 5 (silhouette 0.70): only 20 % of the weakest segment is found again.",
    )


def test_every_last_division_must_be_real_and_none_above_it(top: TopTree) -> None:
    """A cloud of many groups looks like one cloud; what is divided again later needs no evidence of its own."""
    splits = {branch.split: branch for branch in top.branches}
    scores = _cases(*((k, 0.5 - 0.01 * k, 0.9) for k in range(2, 8)))
    for k in range(2, 8):
        divided = {splits[at].id for at in range(1, k)}
        last = {at for at in range(1, k) if not {splits[at].left, splits[at].right} & divided}
        evidence = {step: 9.0 if step - 1 in last else 0.0 for step in range(2, 8)}
        assert advise(scores, top, divides=evidence.__getitem__).k == k


def test_the_most_detailed_number_that_cuts_no_group_goes_before_the_best_separated(top: TopTree) -> None:
    asked: list[int] = []

    def divides(k: int) -> float:
        asked.append(k)
        return {2: 9.0, 3: 2.4, 4: 3.0, 5: 1.2}[k]

    advice = advise(_cases((2, 0.6, 0.9), (3, 0.5, 0.9), (4, 0.45, 0.9), (5, 0.44, 0.8), (6, 0.4, 0.3)), top, divides=divides)
    assert advice.k == 4
    assert asked[0] == 5
    assert len(set(asked)) == len(asked)
    assert advice.reasons == (
        "Why 4: of the 4 numbers of segments that pass every check, 4 is the most detailed that cuts no single group in two "
        "(silhouette 0.45, where 1 is perfectly separate and 0 is no separation).",
        "Not 2 (silhouette 0.60): its segments lie farther apart, but one of them holds groups that can be told apart.",
        "Not 3 (silhouette 0.50): its segments lie farther apart, but one of them holds groups that can be told apart.",
        "Not 5 (silhouette 0.44): it cuts a single group in two, whose halves lie no farther apart than any group's would.",
        "Not 6 (silhouette 0.40): only 30 % of the weakest segment is found again.",
    )


def test_where_no_division_is_real_the_best_separated_wins_and_it_is_said(top: TopTree) -> None:
    advice = advise(_cases((2, 0.3, 0.9), (3, 0.4, 0.8)), top, divides=lambda k: 1.0)
    assert advice.k == 3
    assert advice.verdict == "weak"
    assert "matter of convenience" in advice.reasons[1]


def test_one_doubtful_segment_among_stable_ones_is_told_and_does_not_decide(top: TopTree) -> None:
    doubtful = replace(_cases((3, 0.4, 0.65))[0], found_again=0.83)
    advice = advise([*_cases((2, 0.3, 0.9)), doubtful], top, divides=lambda k: 9.0)
    assert (advice.k, advice.verdict) == (3, "moderate")
    assert advice.sentence == (
        "The structure is moderate and mostly stable: on average 83 % of a segment is found again, of the weakest 65 %, "
        "when a fifth of the customers is left out."
    )


def test_where_no_division_is_real_a_stable_number_goes_before_a_better_separated_one(top: TopTree) -> None:
    doubtful = replace(_cases((3, 0.4, 0.65))[0], found_again=0.83)
    assert advise([*_cases((2, 0.3, 0.9)), doubtful], top, divides=lambda k: 0.0).k == 2


def test_a_small_segment_that_comes_and_goes_is_not_split_off(top: TopTree) -> None:
    """Below 5 % of the customers a segment must be found again itself, however stable the others are."""
    smallest = min(cut_k(top, 3), key=lambda branch: branch.size)
    branches = tuple(replace(branch, found=0.65 if branch.id == smallest.id else 0.95) for branch in top.branches)
    cases = [*_cases((2, 0.3, 0.9)), replace(_cases((3, 0.4, 0.65))[0], found_again=0.9)]
    for n, k in ((10, 3), (30, 2)):  # times the smallest segment
        told = advise(
            [replace(case, smallest=smallest.size) for case in cases],
            replace(top, branches=branches, n=n * smallest.size),
            divides=lambda k: 9.0,
        )
        assert told.k == k


def test_a_doubtful_one_is_advised_and_flagged_when_no_other_holds(top: TopTree) -> None:
    advice = advise(_cases((2, 0.3, 0.5), (3, 0.55, 0.65)), top)
    assert (advice.k, advice.verdict) == (3, "weak")
    assert advice.sentence == (
        "The structure is strong but uncertain: only 65 % of the weakest segment is found again "
        "when a fifth of the customers is left out."
    )


def test_without_stability_the_sentence_says_it_was_not_checked(top: TopTree) -> None:
    advice = advise(_cases((2, 0.3, None), (3, 0.2, None)), top)
    assert (advice.k, advice.verdict) == (2, "moderate")
    assert advice.sentence.endswith("whether it is stable was not checked.")


def test_nothing_holds_without_evidence(top: TopTree) -> None:
    advice = advise(_cases((2, 0.3, 0.9), (3, 0.4, 0.9)), top, evidence={2: 0.1, 3: -4.0})
    assert (advice.k, advice.verdict) == (3, "none")
    assert "no stable segmentation" in advice.sentence
    assert "3 segments are shown" in advice.sentence


def test_numbers_above_fifteen_are_not_advised(top: TopTree) -> None:
    assert advise(_cases((2, 0.3, None), (16, 0.9, None)), top).k == 2


@pytest.mark.parametrize("n", [2, 3, 5])
def test_a_handful_of_customers_still_gets_a_number(n: int) -> None:
    advice = _advice(np.arange(n, dtype=float)[:, None] ** 2)
    assert 2 <= advice.k <= n


def test_customers_who_are_all_alike_have_no_segments() -> None:
    assert _advice(np.ones((40, 2))).verdict == "none"


def test_a_large_table_is_told_what_was_looked_at() -> None:
    large = grower()(planted(2, 3_000, 2, seed=0))[0]
    score = replace(_cases((2, 0.5, 0.8))[0], smallest=900)
    assert "only 2,000 of the customers are looked at" in advise([score], large).sentence


def test_an_advice_survives_json(top: TopTree) -> None:
    advice = advise(_cases((2, 0.3, 0.9)), top)
    assert Advice.from_json(advice.to_json()) == advice
