"""Columns in, findings out: each finding on a table where it must be made and on one where it must not."""

from __future__ import annotations

import random
import time
from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
import pytest

from datasets.doctor import examine
from datasets.doctor.levels import says_unknown
from datasets.reader.statistics import describe_column
from datasets.tests.examined import examined, told
from segmentiq.ml.spec import SegmentationSpec
from segmentiq.ml.values import Column, Table
from segmentiq.ml.variables import fit_variable

pytestmark = pytest.mark.once

N = 60
DRAW = np.random.default_rng(7)
NORMAL = [f"{value:.3f}" for value in DRAW.normal(50, 5, N)]
OTHER = [f"{value:.3f}" for value in DRAW.normal(10, 1, N)]
LONG_TAIL = [f"{value:.2f}" for value in DRAW.lognormal(3, 1.5, N)]
IDS = [f"C{number:04d}" for number in range(N)]
HALVES = ["a", "b"] * (N // 2)


def test_rows_that_repeat_are_counted() -> None:
    columns = {"height": [*NORMAL, *NORMAL[:3]], "group": [*HALVES, *HALVES[:3]]}
    assert [finding["message"] for finding in told(columns, "duplicate_rows")] == [
        "3 rows repeat another row in every column; each of them counts."
    ]
    assert not told({"height": NORMAL, "group": HALVES}, "duplicate_rows")


def test_one_differing_cell_is_no_repeated_row() -> None:
    columns = {"height": [*NORMAL, *NORMAL[:2]], "group": [*HALVES, "b", "b"]}
    assert "1 row repeats" in told(columns, "duplicate_rows")[0]["message"]


def test_missing_cells_repeat_too() -> None:
    columns = {"height": [*NORMAL, "", ""], "group": [*HALVES, "a", "a"]}
    assert "1 row repeats" in told(columns, "duplicate_rows")[0]["message"]


def test_customers_alike_but_for_their_id_are_counted_apart() -> None:
    columns = {"customer_id": [*IDS, "C9998", "C9999"], "height": [*NORMAL, *NORMAL[:2]], "group": [*HALVES, *HALVES[:2]]}
    (finding,) = told(columns, "alike_but_for_id")
    assert "2 rows equal an earlier one in everything but customer_id" in finding["message"]
    assert not told(columns, "duplicate_rows")
    assert not told({"customer_id": IDS, "height": NORMAL}, "alike_but_for_id")


def test_a_table_that_tells_little_makes_no_customer_a_double() -> None:
    assert not told({"customer_id": IDS, "group": HALVES}, "alike_but_for_id")


def test_repeated_rows_are_counted_as_pandas_counts_them() -> None:
    levels, tenths = DRAW.choice(np.array(["x", "y", None], dtype=object), 5000), DRAW.random(5000).round(1)
    frame = pd.DataFrame({"a": DRAW.integers(0, 4, 5000), "b": levels, "c": tenths})
    columns = (Column(name="a", kind="number", role="feature"), Column(name="b", kind="category", role="feature"))
    table = Table(frame=frame, columns=(*columns, Column(name="c", kind="number", role="feature")))
    found = examine(table, {name: {"n_distinct": int(frame[name].nunique())} for name in "abc"})
    message = next(finding["message"] for finding in found if finding["code"] == "duplicate_rows")
    assert message.startswith(f"{int(frame.duplicated().sum()):,} rows")


def test_numbers_that_move_together_are_named_with_both_ways_out() -> None:
    doubled = [f"{-2 * float(value) + 7:.3f}" for value in NORMAL]
    (finding,) = told({"height": NORMAL, "depth": doubled, "width": OTHER}, "near_duplicates")
    assert "height and depth move together (|r| = 1)" in finding["message"]
    ways = [(action["action"], action["column"]) for action in finding["actions"]]
    assert ways == [("set", "depth"), ("set", "height"), ("keep", "height")]
    assert not told({"height": NORMAL, "width": OTHER}, "near_duplicates")


def test_numbers_are_compared_where_both_are_present() -> None:
    gappy = ["" if row % 3 == 0 else f"{3 * float(value):.3f}" for row, value in enumerate(NORMAL)]
    assert told({"height": NORMAL, "depth": gappy}, "near_duplicates")


def test_many_pairs_are_told_in_one_line() -> None:
    columns = {f"height {number}": [f"{float(value) * (number + 1):.4f}" for value in NORMAL] for number in range(6)}
    found = told(columns, "near_duplicates")
    assert len(found) == 11
    assert found[-1]["message"].startswith("5 more pairs")


def test_a_category_in_other_words_is_named() -> None:
    thirds = ["Germany", "France", "Spain"] * (N // 3)
    coded = [{"Germany": "DE", "France": "FR", "Spain": "ES"}[value] for value in thirds]
    (finding,) = told({"country": thirds, "iso": coded, "half": HALVES}, "recoded_category")
    assert "country and iso say the same in other words: 3 levels" in finding["message"]
    coded[0] = "FR"
    assert not told({"country": thirds, "iso": coded, "half": HALVES}, "recoded_category")


def test_a_long_tail_gets_the_logarithm_that_the_engine_would_take() -> None:
    (finding,) = told({"spending": LONG_TAIL, "height": NORMAL}, "skewed")
    assert finding["message"].startswith("spending leans far to the right")
    assert (finding["actions"][0]["action"], finding["actions"][0]["value"]) == ("log", "auto")
    assert not told({"height": NORMAL, "width": OTHER}, "skewed")
    logged = SegmentationSpec.from_mapping({"log": "auto"})
    for name, cells, expected in (("spending", LONG_TAIL, True), ("height", NORMAL, False)):
        variable = fit_variable(Column(name=name, kind="number", role="feature"), pd.Series(map(float, cells)), logged, [])
        assert variable is not None
        assert variable.log is expected


def test_a_column_that_is_mostly_missing_is_named() -> None:
    (finding,) = told({"height": NORMAL, "width": [*OTHER[:20], *[""] * (N - 20)]}, "mostly_missing")
    assert "width is mostly missing: 40 cells (67 %)" in finding["message"]
    assert not told({"height": NORMAL, "width": [*OTHER[:40], *[""] * (N - 40)]}, "mostly_missing")


@pytest.mark.parametrize("word", ["unknown", "Unknown", "(not set)", "No_Answer", "UNBEKANNT", "k.A.", "prefer not to say"])
def test_words_for_nobody_knows_are_found(word: str) -> None:
    levels = ["red", "blue", word] * (N // 3)
    (finding,) = told({"colour": levels, "height": NORMAL}, "unknown_levels")
    assert "20 cells (33 %)" in finding["message"]
    assert finding["actions"][0]["value"] == [word.lower()]


@pytest.mark.parametrize("word", ["None", "Other", "No", "Unknown Mortal Orchestra", "known", "NA"])
def test_other_words_are_levels(word: str) -> None:
    assert not says_unknown(word)


def test_rare_levels_are_told_as_the_engine_collects_them() -> None:
    levels = [*["red"] * 150, *["blue"] * 147, "lime", "teal", "puce"]
    numbers = [f"{value:.3f}" for value in DRAW.normal(50, 5, 300)]
    (finding,) = told({"colour": levels, "height": numbers}, "rare_levels")
    assert "3 of 5 levels are rare" in finding["message"]
    assert "actions" not in finding
    assert not told({"colour": HALVES, "height": NORMAL}, "rare_levels")


@pytest.mark.parametrize(
    ("name", "numbers", "is_code"),
    [
        ("product line", [1, 7, 8, 22] * 15, True),
        ("branch opened by", list(range(3, 63)), True),
        ("children", [0, 1, 2, 3] * 15, False),
        ("discount", [0, 10, 20, 30] * 15, False),
        ("score", [1, 7, 8, 22] * 15, False),
        ("visits", list(range(60)), False),
    ],
)
def test_numbers_that_may_be_codes_are_asked_about(name: str, numbers: Sequence[int], is_code: bool) -> None:
    mixed = random.Random(3).sample(list(numbers), len(numbers))
    assert bool(told({name: mixed, "height": NORMAL}, "maybe_code")) is is_code


def test_codes_under_an_ordered_name_may_be_numbers() -> None:
    (finding,) = told({"city tier": [1, 2, 3] * 20, "height": NORMAL}, "maybe_number")
    assert finding["actions"][0]["value"] == {"kind": "number", "role": "feature"}
    assert not told({"region": [1, 2, 3] * 20, "height": NORMAL}, "maybe_number")


def test_no_message_and_no_action_holds_a_cell() -> None:
    secret = "Xq7secret"
    levels = [secret, "unknown", "b"] * (N // 3)
    columns = {
        "colour": levels,
        "hue": [f"{level}!" for level in levels],
        "e-mail": [f"{secret}{number}@example.org" for number in range(N)],
        "contact name": [f"{secret.title()} Miller"] * 30 + [f"Anna {secret.title()}"] * 30,
        "height": NORMAL,
        "depth": [f"{2 * float(value):.3f}" for value in NORMAL],
        "spending": ["7770777.77", *LONG_TAIL[1:]],
    }
    found = examined({name: [*cells, *cells[:2]] for name, cells in columns.items()})
    codes = {finding["code"] for finding in found}
    assert {"duplicate_rows", "near_duplicates", "recoded_category", "skewed", "unknown_levels", "personal_data"} <= codes
    assert secret.lower() not in repr(found).lower()
    assert "7770777" not in repr(found)


def test_an_empty_table_and_a_single_row_are_no_problem() -> None:
    assert examined({"height": NORMAL[:1], "group": ["a"]}) == []


def test_a_million_rows_take_about_a_second() -> None:
    n = 1_000_000
    levels = pd.array([f"level {number}" for number in range(30)], dtype="str")
    series: dict[str, Any] = {f"number {index}": pd.Series(DRAW.lognormal(3, 1, n)) for index in range(6)}
    series |= {f"level {index}": pd.Series(levels.take(DRAW.integers(0, 30, n))) for index in range(5)}
    series["customer"] = pd.Series([f"C{number}" for number in range(n)], dtype="str")
    kinds: dict[str, Any] = {"n": "number", "l": "category", "c": "id"}
    columns = tuple(Column(name=name, kind=kinds[name[0]], role="id" if name == "customer" else "feature") for name in series)
    statistics = {column.name: describe_column(series[column.name], column.kind) for column in columns}
    table = Table(frame=pd.DataFrame(series), columns=columns)
    started = time.process_time()
    found = examine(table, statistics)
    assert time.process_time() - started < 4  # about one second on a machine with nothing else to do
    assert "told from 100,000 of 1,000,000 rows" in next(told["message"] for told in found if told["code"] == "skewed")
