"""Numbers in, the words people read out."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from segmentiq.words import ago, count, duration, figure, filesize, plural, share


@pytest.mark.parametrize(
    ("number", "words"),
    [(0, "0"), (0.38999, "0.39"), (12, "12"), (54.321, "54.3"), (1234.5, "1,230"), (-4567890, "-4,570,000"), (999.96, "1,000"),
     (0.000012, "1.20e-05"), (1e200, "1.00e+200"), (float("nan"), "–"), (None, "–")],
)  # fmt: skip
def test_a_figure_has_three_significant_digits(number: float | None, words: str) -> None:
    assert figure(number) == words


@pytest.mark.parametrize(
    ("part", "words"), [(0, "0 %"), (0.0004, "under 0.1 %"), (0.034, "3.4 %"), (0.333, "33 %"), (1, "100 %")]
)
def test_a_share_is_in_per_cent(part: float, words: str) -> None:
    assert share(part) == words


@pytest.mark.parametrize(
    ("size", "words"), [(None, "–"), (3, "3 bytes"), (3981, "3.9 KiB"), (209_715_200, "200 MiB"), (5 * 2**40, "5,120 GiB")]
)
def test_a_size_is_readable(size: int | None, words: str) -> None:
    assert filesize(size) == words


@pytest.mark.parametrize(("seconds", "words"), [(None, "–"), (0.2, "under 1 s"), (4.4, "4 s"), (125, "2 min 5 s")])
def test_a_duration_is_readable(seconds: float | None, words: str) -> None:
    assert duration(seconds) == words


def test_counts_are_exact_and_agree_with_their_noun() -> None:
    assert (count(None), count(4338), plural(1, "customer"), plural(4338, "customer")) == (
        "–",
        "4,338",
        "1 customer",
        "4,338 customers",
    )


@pytest.mark.parametrize(("seconds", "words"), [(5, "just now"), (120, "2 minutes ago"), (61, "1 minute ago")])
def test_moments_are_told_from_now(seconds: int, words: str) -> None:
    assert ago(timezone.now() - timedelta(seconds=seconds)) == words


def test_long_ago_is_a_date() -> None:
    assert ago(timezone.now() - timedelta(days=400))[-4:].isdigit()
    assert ago(None) == "–"
