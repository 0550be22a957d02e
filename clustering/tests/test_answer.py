"""The heading claims no more than the scores bear, whatever number of segments is looked at."""

from __future__ import annotations

from dataclasses import replace

import pytest

from clustering.answer import (
    Answer,
    answer_words,
    cohesion_words,
    is_uncertain,
    question,
    score_words,
    standing_of,
    way_back,
)
from clustering.cutting import cut_of
from clustering.tests.trees import balanced_tree
from segmentiq.ml.values import Advice, KScore, Verdict


def advice(verdict: Verdict, k: int = 5) -> Advice:
    return Advice(k=k, verdict=verdict, sentence="The structure is told: 83 % of it.")


def score(k: int, silhouette: float, stability: float | None) -> KScore:
    return KScore(k=k, silhouette=silhouette, calinski_harabasz=1.0, davies_bouldin=1.0, smallest=10, stability=stability)


@pytest.mark.parametrize(
    ("verdict", "silhouette", "stability", "headline"),
    [
        ("strong", 0.6, 0.98, "2,000 customers fall into 5 segments."),
        ("moderate", 0.3, None, "2,000 customers fall into 5 segments."),
        ("weak", 0.2, 0.9, "2,000 customers fall into 5 overlapping segments."),
        ("weak", 0.4, 0.66, "No stable segmentation of 2,000 customers."),
        ("none", 0.1, 0.5, "No stable segmentation of 2,000 customers."),
        ("none", 0.1, None, "No stable segmentation of 2,000 customers."),
    ],
)
def test_the_heading_of_the_advised_number_is_honest(
    verdict: Verdict, silhouette: float, stability: float | None, headline: str
) -> None:
    told = answer_words(2000, 5, advice(verdict), score(5, silhouette, stability))
    assert told == Answer(headline=headline, sentence="The structure is told: 83\u00a0% of it.")


def test_one_doubtful_segment_among_stable_ones_does_not_make_the_answer_uncertain() -> None:
    mostly = replace(score(5, 0.4, 0.66), found_again=0.84)
    assert answer_words(2000, 5, advice("moderate"), mostly).headline == "2,000 customers fall into 5 segments."
    assert is_uncertain(replace(mostly, found_again=0.7))


def test_any_other_number_is_a_cut_and_its_own_stability_is_told() -> None:
    told = answer_words(2000, 9, advice("strong"), score(9, 0.4, 0.56))
    assert told.headline == "2,000 customers in 9 segments."
    assert told.sentence == (
        "5 segments are advised. Of these 9, only 56\u00a0% of the weakest is found again when customers are left out."
    )
    assert "only" not in answer_words(2000, 4, advice("strong"), score(4, 0.4, 0.99)).sentence


def test_what_was_not_checked_is_said() -> None:
    expected = "5 segments are advised. Whether these 40 are stable was not checked."
    assert answer_words(2000, 40, advice("strong"), score(40, 0.4, None)).sentence == expected
    assert answer_words(2000, 40, advice("none"), None).sentence.startswith("No number of segments is stable here.")


def test_nothing_is_called_advised_where_nothing_holds() -> None:
    assert (question(advice("none")), way_back(advice("none"))) == ("Why not?", "Back to 5")
    assert (question(advice("weak")), way_back(advice("weak"))) == ("Why 5?", "Back to the advised 5")


def test_a_cut_picked_by_hand_is_called_so_and_stands_on_its_branches() -> None:
    tree = balanced_tree()
    branches = tuple(replace(branch, found=0.9 - branch.id / 10) for branch in tree.branches)
    standing = standing_of(cut_of(replace(tree, branches=branches), branches=[1, 5, 6]), 0.41, (0.38, 0.44))
    assert standing.stability == pytest.approx(0.3)
    assert standing.found_again == pytest.approx((12 * 0.8 + 5 * 0.4 + 3 * 0.3) / 20)
    told = answer_words(20, 3, advice("strong"), standing, is_picked=True)
    assert told.headline == "20 customers in 3 segments, picked by hand."
    assert told.sentence == (
        "5 segments are advised. Of these 3, only 30\u00a0% of the weakest is found again when customers are left out."
    )
    assert score_words(standing) == "Silhouette 0.41 ± 0.03, where 1 is perfectly separate and 0 is no separation."


def test_a_picked_cut_with_the_advised_number_is_not_called_the_advised_one() -> None:
    standing = standing_of(cut_of(balanced_tree(), branches=[1, 5, 6]))
    told = answer_words(20, 3, advice("strong", k=3), standing, is_picked=True)
    assert "fall into" not in told.headline
    assert told.sentence == "3 other segments are advised. Whether these 3 are stable was not checked."
    assert score_words(standing) == ""


@pytest.mark.parametrize(
    ("silhouette", "words"),
    [
        (0.61, "Silhouette 0.61: clearly apart."),
        (0.3, "Silhouette 0.30: moderately apart."),
        (0.0, "Silhouette 0.00: close to others."),
        (-0.1, "Silhouette -0.10: overlaps others."),
        (None, ""),
    ],
)
def test_a_silhouette_has_a_word(silhouette: float | None, words: str) -> None:
    assert cohesion_words(silhouette) == words
