"""Samples that hold some of every finest branch, and as many places as there are, shared out fairly."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from segmentiq.ml.cut import finest_of
from segmentiq.ml.strata import allot, draw
from segmentiq.ml.tests.oracles import grower


@given(sizes=st.lists(st.integers(1, 10_000), min_size=1, max_size=50), most=st.integers(500, 5_000), least=st.integers(0, 10))
def test_places_are_shared_out(sizes: list[int], most: int, least: int) -> None:
    given_sizes = np.array(sizes)
    taken = allot(given_sizes, most, least)
    assert (taken <= given_sizes).all()
    assert (taken >= np.minimum(given_sizes, least)).all()
    assert taken.sum() <= max(most, np.minimum(given_sizes, least).sum())
    if given_sizes.sum() <= most:
        assert taken.tolist() == sizes
    else:
        assert taken.sum() > most - len(sizes)
    more = taken > np.minimum(given_sizes, least)
    if more.sum() > 1 and given_sizes.sum() > most:
        shares = taken[more] / given_sizes[more]
        assert (np.abs(shares - shares.max()) <= 1 / given_sizes[more]).all()


def test_the_same_seed_draws_the_same_customers_of_every_branch() -> None:
    top, _ = grower()(np.random.default_rng(0).normal(size=(700, 2)))
    taken = allot(np.array([branch.size for branch in finest_of(top)]), 300, 3)
    first, again, other = (draw(top, taken, seed) for seed in (1, 1, 2))
    assert (np.diff(first) > 0).all()
    assert first.tolist() == again.tolist() != other.tolist()
    for branch, take in zip(finest_of(top), taken, strict=True):
        assert np.count_nonzero((first >= branch.start) & (first < branch.stop)) == take
