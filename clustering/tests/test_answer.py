"""The heading claims no more than the scores bear, whatever number of segments is looked at."""

from __future__ import annotations

from dataclasses import replace

import pytest

from clustering.answer import Answer, answer_words, is_uncertain, question, way_back
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
