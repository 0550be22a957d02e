"""Rules against planted groups, against all rules there are, and against the table filtered by their own words."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from segmentiq.ml import rules
from segmentiq.ml.cells import Cells, read_cells
from segmentiq.ml.cut import cut_k
from segmentiq.ml.rules import ROUND_LOSS, WORTH_TELLING, find_rules
from segmentiq.ml.tests.oracles import Matrix, grower
from segmentiq.ml.values import Branch, Column, Kind, Rule, TopTree

GROUPS = np.repeat([0, 1, 2], [60, 50, 40])
NO = np.nan


def grow(groups: Any = GROUPS) -> tuple[TopTree, Any]:
    """Grow a tree whose cut into as many segments is exactly these groups."""
    noise = np.random.default_rng(0).normal(size=(len(groups), 2))
    return grower()(np.column_stack([np.asarray(groups) * 1000.0, np.asarray(groups) ** 2 * 300.0]) + noise)


def rules_of(groups: Any, *columns: tuple[str, Kind, Any]) -> dict[int, Rule | None]:
    """Return the rule of every group, by its number."""
    top, order = grow(groups)
    cells = []
    for name, kind, values in columns:
        dtype = {"number": "float64", "category": "string", "boolean": "boolean", "date": "datetime64[us]"}[kind]
        read = read_cells(Column(name=name, kind=kind, role="feature"), pd.Series(values, dtype=dtype).iloc[order])
        assert read is not None
        cells.append(read)
    found = find_rules(cells, top)
    ordered = np.asarray(groups)[order]
    return {int(ordered[branch.start]): found[branch.id] for branch in cut_k(top, len(np.unique(groups)))}


def words_of(rule: Rule | None) -> tuple[str, ...]:
    assert rule is not None
    return rule.words


def spread(low: float, high: float, n: int = len(GROUPS)) -> Matrix:
    return np.linspace(low, high, n)


def test_one_number_tells_two_groups() -> None:
    spend = np.where(GROUPS == 2, spread(1_300, 9_000), spread(10.5, 1_100.5))
    found = rules_of(GROUPS, ("monetary", "number", spend))[2]
    assert found == Rule(words=("monetary at least 6,000",), precision=1.0, recall=1.0)


def test_a_level_tells_a_group() -> None:
    plan = np.array(["basic", "plus", "pro"])[GROUPS]
    found = rules_of(GROUPS, ("plan", "category", plan))
    assert {number: words_of(rule) for number, rule in found.items()} == {
        0: ("plan is basic",), 1: ("plan is plus",), 2: ("plan is pro",),
    }  # fmt: skip


def test_what_a_group_is_not_tells_it_too() -> None:
    plan = np.where(GROUPS == 0, "basic", np.where(np.arange(150) % 2 == 0, "plus", "pro"))
    assert words_of(rules_of(GROUPS > 0, ("plan", "category", plan))[1]) == ("plan is not basic",)


def test_a_boolean_and_a_day_tell_groups() -> None:
    days = pd.Timestamp("2020-06-01") + pd.to_timedelta(np.where(GROUPS == 1, 400, 0) + np.arange(150) % 30, unit="D")
    assert words_of(rules_of(GROUPS, ("member", "boolean", GROUPS == 2))[2]) == ("member is yes",)
    assert words_of(rules_of(GROUPS, ("joined", "date", days))[1]) == ("joined from 1 January 2021",)


def test_whole_numbers_are_counted_and_an_only_one_is_named() -> None:
    orders = np.where(GROUPS == 0, 1, np.where(GROUPS == 1, 4 + np.arange(150) % 3, 20 + np.arange(150) % 9))
    found = rules_of(GROUPS, ("frequency", "number", orders))
    assert words_of(found[0]) == ("frequency is 1",)
    assert words_of(found[1]) == ("frequency at least 4 and at most 6",)
    assert words_of(found[2]) == ("frequency at least 20",)


def test_two_columns_are_needed_where_neither_tells_alone() -> None:
    member, recent = np.isin(GROUPS, [0, 1]), np.isin(GROUPS, [0, 2])
    found = rules_of(GROUPS, ("member", "boolean", member), ("recency", "number", np.where(recent, 5.0, 300.0)))[0]
    assert found is not None
    assert sorted(found.words) == ["member is yes", "recency is 5"]
    assert (found.precision, found.recall) == (1.0, 1.0)


def test_a_further_condition_must_earn_its_place() -> None:
    random = np.random.default_rng(3)
    number = GROUPS * 10.0 + random.normal(size=150)
    noise: list[tuple[str, Kind, Any]] = [(f"noise {i}", "number", random.normal(size=150)) for i in range(6)]
    (only,) = words_of(rules_of(GROUPS, ("plain", "number", number), *noise)[2])
    assert only.startswith("plain at least ")


def test_a_missing_cell_meets_no_condition() -> None:
    plan = pd.Series(np.array(["a", "b", "c"])[GROUPS], dtype="string").mask(GROUPS == 2)
    spend = np.where(GROUPS == 2, NO, np.where(GROUPS == 1, 5.0, 1.0))
    for column in (("plan", "category", plan), ("spend", "number", spend)):
        assert rules_of(GROUPS, column)[2] is None
    found = rules_of(GROUPS, ("spend", "number", np.where(np.arange(150) % 4 == 0, NO, GROUPS * 1.0)))[2]
    assert found is not None
    assert found.precision == 1.0
    assert found.recall == np.mean(np.arange(110, 150) % 4 != 0)


def test_groups_that_nothing_tells_have_no_rule() -> None:
    noise = np.random.default_rng(5).normal(size=150)
    found = rules_of(np.repeat(np.arange(10), 15), ("noise", "number", noise))
    assert None in found.values()


def test_the_root_and_a_table_without_columns_have_none() -> None:
    top, _ = grow()
    assert find_rules([], top) == (None,) * len(top.branches)
    constant = Cells("same", "number", np.ones(top.n))
    empty = Cells("empty", "category", np.full(top.n, NO), ())
    assert find_rules([constant, empty], top) == (None,) * len(top.branches)
    assert find_rules([Cells("a", "number", np.arange(150.0))], top)[0] is None


def test_the_same_table_has_the_same_rules() -> None:
    columns = _columns(np.random.default_rng(1), 150)
    top, _ = grow()
    assert find_rules(columns, top) == find_rules(columns, top)


# --- the table filtered by a rule's own words --------------------------------------------------------------------------------

PHRASE = re.compile(r"(?P<column>c\d) (?P<rest>.*)")
BOUND = {"at least": np.greater_equal, "at most": np.less_equal}


def _meets(phrase: str, columns: dict[str, Cells]) -> Any:
    match = PHRASE.fullmatch(phrase)
    assert match is not None
    cells = columns[match["column"]]
    met = ~np.isnan(cells.values)
    if cells.levels:
        is_not = match["rest"].startswith("is not ")
        level = match["rest"].removeprefix("is not ").removeprefix("is ")
        return met & ((cells.values == cells.levels.index(level)) != is_not)
    for bound in match["rest"].split(" and "):
        sign, _, number = bound.rpartition(" ")
        with np.errstate(invalid="ignore"):
            met &= (np.equal if sign == "is" else BOUND[sign])(cells.values, float(number.replace(",", "")))
    return met


def _columns(random: np.random.Generator, n: int) -> list[Cells]:
    """Make four columns of all kinds, with gaps, ties and long tails."""
    numbers = [random.lognormal(sigma=2, size=n), random.integers(0, 5, size=n).astype(float)]
    levels = random.integers(0, 3, size=n).astype(float)
    truth = random.integers(0, 2, size=n).astype(float)
    for values in (*numbers, levels, truth):
        values[random.random(n) < 0.1] = NO
    kinds: list[tuple[Kind, Any, tuple[str, ...]]] = [
        ("number", numbers[0], ()), ("number", numbers[1], ()), ("category", levels, ("x", "y", "z")),
        ("boolean", truth, ("no", "yes")),
    ]  # fmt: skip
    return [Cells(f"c{at}", kind, values, names) for at, (kind, values, names) in enumerate(kinds)]


def _check(found: tuple[Rule | None, ...], columns: list[Cells], top: TopTree) -> None:
    named = {cells.name: cells for cells in columns}
    for branch, rule in zip(top.branches, found, strict=True):
        if rule is None:
            continue
        assert 1 <= len(rule.words) <= 3
        meets = np.logical_and.reduce([_meets(phrase, named) for phrase in rule.words])
        inside = np.count_nonzero(meets[branch.start : branch.stop])
        assert rule.precision == inside / np.count_nonzero(meets)
        assert rule.recall == inside / branch.size
        assert rule.f1 >= WORTH_TELLING


@settings(max_examples=40, deadline=None)
@given(n=st.integers(3, 90), seed=st.integers(0, 2**16))
def test_precision_and_recall_are_those_of_the_table_filtered_by_the_words(n: int, seed: int) -> None:
    random = np.random.default_rng(seed)
    top, _ = grower()(random.normal(size=(n, 2)))
    columns = _columns(random, n)
    _check(find_rules(columns, top), columns, top)


def test_rules_of_a_sample_are_counted_over_everyone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rules, "SAMPLE", 200)
    monkeypatch.setattr(rules, "LEAST", 4)
    random = np.random.default_rng(2)
    values = random.normal(size=(2_000, 3))
    top, order = grower()(values)
    columns = [*(Cells(f"c{at}", "number", values[order, at]) for at in range(3)), *_columns(random, 2_000)[2:3]]
    columns[3] = columns[3]._replace(name="c3")
    assert len(rules.draw_sample(top, 0).positions) < 500
    found = find_rules(columns, top)
    _check(found, columns, top)
    told = [found[branch.id] for branch in cut_k(top, 4)]
    assert all(rule is not None and rule.f1 > 0.6 for rule in told)


def test_the_sample_stands_for_everyone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rules, "SAMPLE", 300)
    monkeypatch.setattr(rules, "LEAST", 5)
    top, _ = grower()(np.random.default_rng(4).normal(size=(1_500, 2)))
    sample = rules.draw_sample(top, 0)
    assert sample.weights.sum() == pytest.approx(1_500)
    finest = [branch for branch in top.branches if branch.split is None]
    for branch in finest:
        inside = (sample.positions >= branch.start) & (sample.positions < branch.stop)
        assert np.count_nonzero(inside) >= min(branch.size, 5)
        assert sample.weights[inside].sum() == pytest.approx(branch.size)


# --- all rules there are -----------------------------------------------------------------------------------------------------


def _every_condition(cells: Cells) -> list[Any]:
    known = ~np.isnan(cells.values)
    values = np.unique(cells.values[known])
    if cells.levels:
        return [side for value in values for side in (cells.values == value, (cells.values != value) & known)]
    return [side for value in values[:-1] for side in (cells.values <= value, (cells.values > value) & known)]


def _best(masks: Any, branch: Branch) -> float:
    """Return the best F1 of masks (..., n)."""
    inside = masks[..., branch.start : branch.stop].sum(axis=-1)
    return float((2 * inside / (branch.size + masks.sum(axis=-1))).max())


@pytest.mark.parametrize("seed", range(6))
def test_no_single_condition_is_better_and_few_threes_are(seed: int) -> None:
    random = np.random.default_rng(seed)
    top, _ = grower()(random.normal(size=(16, 2)))
    columns = _columns(random, 16)[1:]
    found = find_rules(columns, top)
    alone = np.array([mask for cells in columns for mask in _every_condition(cells)])
    threes = alone[:, None, None] & alone[:, None] & alone  # of one or two as well: a condition may be named twice
    ratios = []
    for branch in top.branches[1:]:
        rule, single, best = found[branch.id], _best(alone, branch), _best(threes, branch)
        reached = 0.0 if rule is None else rule.f1
        assert single - ROUND_LOSS <= reached or (rule is None and single < WORTH_TELLING)
        assert reached <= best + 1e-9
        ratios += [reached / best] if best >= WORTH_TELLING else []
    assert np.mean(ratios) > 0.9
