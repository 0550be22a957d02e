"""The advice sits an examination: twenty tables whose number of segments is known, and tables that have none.

The tables are the first ones drawn for each number of segments, not picked. On seeds drawn after the rule was settled (200 to
205), 20 of the 22 tables that the tree holds were counted right; of all tables, held or not, about two thirds are.
"""

from __future__ import annotations

from itertools import islice

import pandas as pd
import pytest

from segmentiq.ml.pipeline import segment
from segmentiq.ml.spec import SegmentationSpec
from segmentiq.ml.tests.mixtures import LARGEST_ERROR, draw_mixture, empty_table, held_tables, planted_table
from segmentiq.ml.tests.oracles import Matrix
from segmentiq.ml.tests.tables import numbers_of
from segmentiq.ml.values import Advice

N_TABLES = {2: 3, 3: 3, 4: 3, 5: 3, 6: 3, 7: 3, 8: 2}


def _advised(rows: Matrix) -> Advice:
    return segment(numbers_of(pd.DataFrame(rows)), SegmentationSpec()).advice


@pytest.mark.slow
def test_eighteen_of_twenty_planted_tables_are_counted_right() -> None:
    told = [(k, _advised(rows)) for k, n in N_TABLES.items() for rows in islice(held_tables(k), n)]
    assert len(told) == 20
    assert sum(advice.k == k and advice.verdict != "none" for k, advice in told) >= 18


@pytest.mark.slow
@pytest.mark.parametrize("shape", ["box", "cloud", "correlated"])
def test_tables_without_segments_have_no_stable_segmentation(shape: str) -> None:
    for seed, d in enumerate((2, 3, 5, 10)):
        advice = _advised(empty_table(shape, d, seed))
        assert (advice.verdict, "no stable segmentation" in advice.sentence) == ("none", True)


def test_the_examination_is_what_it_says() -> None:
    for k in range(2, 9):
        mixture, error = draw_mixture(k, 1)
        assert 0 <= error <= LARGEST_ERROR + 0.02
        assert mixture.shares.sum() == pytest.approx(1)
        assert mixture.shares.min() >= (0.3 if k == 2 else 0.05)
        rows, of, _ = planted_table(k, 1)
        assert set(of) == set(range(k))
        assert 1_000 <= len(rows) <= 2_000
        assert 2 <= rows.shape[1] <= 12
