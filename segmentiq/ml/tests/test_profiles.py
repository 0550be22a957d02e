"""Profiles against pandas, in original units, and the sentences made from them."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray

from segmentiq.ml.cut import cut_k
from segmentiq.ml.profiles import profile_branches
from segmentiq.ml.tests.oracles import Grown, grower
from segmentiq.ml.values import Column, FeatureMatrix, FeatureSpace, Kind, Profile, Role, Table, TopTree

Profiled = tuple[FeatureMatrix, TopTree, NDArray[np.int64], tuple[Profile, ...]]
KINDS: dict[str, tuple[Kind, Role]] = {
    "customer_id": ("id", "id"),
    "spend": ("number", "feature"),
    "visits": ("number", "feature"),
    "region": ("category", "feature"),
    "member": ("boolean", "descriptor"),
    "joined": ("date", "descriptor"),
    "remark": ("text", "ignored"),
}


@pytest.fixture
def table() -> Table:
    """Return 120 customers in three groups, every seventh cell missing, the last 20 rows not clustered."""
    generator = np.random.default_rng(0)
    group = np.arange(120) % 3
    frame = pd.DataFrame(
        {
            "customer_id": [f"{number:05d}" for number in range(120)],
            "spend": group * 10_000.0 + generator.normal(size=120) * 100,
            "visits": (5 - group * 2 + generator.integers(0, 2, size=120)),
            "region": pd.Series(np.array(["North", "South", "West"])[group], dtype="string"),
            "member": pd.Series(group == 2, dtype="boolean"),
            "joined": pd.Timestamp("2020-01-15") + pd.to_timedelta(group * 365, unit="D"),
            "remark": "x",
        }
    )
    for at, name in enumerate(["spend", "region", "member", "joined"]):
        frame.loc[np.arange(at, 120, 7), name] = None
    return Table(frame=frame, columns=tuple(Column(name=n, kind=k, role=r) for n, (k, r) in KINDS.items()))


def _cluster(table: Table) -> tuple[FeatureMatrix, Grown]:
    """Cluster the first 100 rows on the group alone."""
    values = (np.arange(100) % 3)[:, None] * 10 + np.random.default_rng(1).normal(size=(100, 2))
    features = FeatureMatrix(
        values=values,
        names=("a", "b"),
        rows=np.arange(100)[::-1].copy(),
        n_table_rows=len(table.frame),
        space=FeatureSpace(variables=()),
    )
    return features, grower()(values)


@pytest.fixture
def profiled(table: Table) -> Profiled:
    features, (top, order) = _cluster(table)
    return features, top, order, profile_branches(table, features, top, order)


def test_every_number_is_pandas_number(table: Table, profiled: Profiled) -> None:
    features, top, order, profiles = profiled
    clustered = table.frame.iloc[features.rows]
    for branch, profile in zip(top.branches, profiles, strict=True):
        assert (profile.branch, profile.size) == (branch.id, branch.size)
        inside = table.frame.iloc[features.rows[order[branch.start : branch.stop]]]
        for fact in profile.numbers:
            column, everyone = inside[fact.column], clustered[fact.column]
            if fact.column == "joined":
                column, everyone = ((cells - pd.Timestamp(0)) / pd.Timedelta(days=1) for cells in (column, everyone))
            column, everyone = column.astype("Float64").dropna().astype(float), everyone.astype("Float64").dropna().astype(float)
            found = (fact.mean, fact.low, fact.q1, fact.median, fact.q3, fact.high, fact.overall, fact.effect)
            effect = (column.mean() - everyone.mean()) / everyone.std(ddof=0)
            quantiles = column.quantile([0.05, 0.25, 0.5, 0.75, 0.95])
            expected = (column.mean(), *quantiles, everyone.mean(), effect)
            assert found == pytest.approx(expected, rel=1e-9, abs=1e-9)
        for level in profile.levels:
            share = (inside["region"].dropna() == level.level).mean()
            overall = (clustered["region"].dropna() == level.level).mean()
            effect = (share - overall) / np.sqrt(overall * (1 - overall))
            assert (level.share, level.overall, level.effect) == pytest.approx((share, overall, effect))


def test_features_and_descriptors_are_profiled_ids_and_ignored_columns_are_not(
    profiled: Profiled,
) -> None:
    root = profiled[-1][0]
    assert [fact.column for fact in root.numbers] == ["spend", "visits", "member", "joined"]
    assert {level.level for level in root.levels} == {"North", "South", "West"}
    assert (root.name, root.facts) == ("All customers", ())


def test_the_facts_are_sentences_in_the_tables_units(
    profiled: Profiled,
) -> None:
    _, top, _, profiles = profiled
    told = [profiles[branch.id] for branch in cut_k(top, 3)]
    assert len({profile.name for profile in told}) == 3
    sentences = {sentence for profile in told for sentence in profile.facts}
    assert sorted(len(profile.facts) for profile in told) == [2, 3, 3]
    assert any(sentence.startswith("member: yes for 100 %; of all customers ") for sentence in sentences)
    assert any(sentence.startswith("region: ") and " for 100 %; of all customers " in sentence for sentence in sentences)
    assert any(sentence.startswith(("spend: 20,000 on average", "visits: ")) for sentence in sentences)


def test_typical_customers_carry_their_identifiers(table: Table, profiled: Profiled) -> None:
    for profile in profiled[3]:
        assert profile.typical_ids == tuple(f"{row:05d}" for row in profile.typical)


def test_typical_customers_stay_rows_where_an_identifier_is_missing(table: Table) -> None:
    features, (top, order) = _cluster(table)
    table.frame["customer_id"] = None
    assert {profile.typical_ids for profile in profile_branches(table, features, top, order)} == {()}


def test_typical_customers_are_the_nearest_to_the_centre(
    profiled: Profiled,
) -> None:
    features, top, order, profiles = profiled
    for branch, profile in zip(top.branches, profiles, strict=True):
        inside = order[branch.start : branch.stop]
        distances = np.linalg.norm(features.values[inside] - features.values[inside].mean(axis=0), axis=1)
        of_row = dict(zip(features.rows[inside].tolist(), distances.tolist(), strict=True))
        assert [of_row[row] for row in profile.typical] == pytest.approx(sorted(of_row.values())[:3])
        assert len(profile.typical) < 2 or len(of_row) > 2 or profile.typical == tuple(sorted(of_row))


def test_the_unusual_customer_is_the_farthest_from_the_centre(profiled: Profiled) -> None:
    features, top, order, profiles = profiled
    for branch, profile in zip(top.branches, profiles, strict=True):
        inside = order[branch.start : branch.stop]
        distances = np.linalg.norm(features.values[inside] - features.values[inside].mean(axis=0), axis=1)
        assert profile.unusual == ((features.rows[inside[np.argmax(distances)]],) if branch.size > 3 else ())
        assert profile.unusual_ids == tuple(f"{row:05d}" for row in profile.unusual)


def test_nobody_is_unusual_among_customers_who_are_alike() -> None:
    table = Table(frame=pd.DataFrame({"a": [1.0] * 9}), columns=(Column(name="a", kind="number", role="feature"),))
    values = np.ones((9, 1))
    features = FeatureMatrix(values=values, names=("a",), rows=np.arange(9), n_table_rows=9, space=FeatureSpace(variables=()))
    assert {profile.unusual for profile in profile_branches(table, features, *grower()(values))} == {()}


def test_worth_is_the_share_of_the_money_columns_sum(table: Table) -> None:
    features, (top, order) = _cluster(table)
    spend = table.frame["spend"].abs()
    table.frame["spend"] = spend
    for branch, profile in zip(top.branches, profile_branches(table, features, top, order, money="spend"), strict=True):
        inside = spend.iloc[features.rows[order[branch.start : branch.stop]]].sum()
        assert profile.worth == pytest.approx(inside / spend.iloc[features.rows].sum())


def test_without_a_money_column_nothing_is_worth_anything(profiled: Profiled) -> None:
    assert {profile.worth for profile in profiled[-1]} == {None}


def test_what_was_stored_before_there_were_rules_still_loads(profiled: Profiled) -> None:
    stored = profiled[-1][1].to_json()
    for name in ("rule", "worth", "unusual", "unusual_ids", "typical_ids"):
        del stored[name]
    stored["numbers"] = [{name: cell for name, cell in fact.items() if name not in ("low", "high")} for fact in stored["numbers"]]
    old = Profile.from_json(json.loads(json.dumps(stored)))
    assert (old.rule, old.worth, old.unusual, old.unusual_ids, old.typical_ids) == (None, None, (), (), ())
    assert {(fact.low, fact.high) for fact in old.numbers} == {(None, None)}


def test_profiles_survive_json_without_nan(profiled: Profiled) -> None:
    for profile in profiled[-1]:
        assert Profile.from_json(json.loads(json.dumps(profile.to_json(), allow_nan=False))) == profile


@pytest.mark.parametrize(
    ("kind", "cells"),
    [
        ("number", [None] * 6),
        ("number", [3.0] * 6),
        ("category", [None] * 6),
        ("category", ["A"] * 6),
        ("boolean", [True] * 6),
        ("date", [None] * 6),
    ],
)
def test_a_column_that_says_nothing_breaks_nothing(kind: Kind, cells: list[object]) -> None:
    dtype = {"number": "float64", "category": "string", "boolean": "boolean", "date": "datetime64[ns]"}[kind]
    frame = pd.DataFrame({"only": pd.Series(cells, dtype=dtype)})
    table = Table(frame=frame, columns=(Column(name="only", kind=kind, role="feature"),))
    values = np.arange(6, dtype=float)[:, None]
    features = FeatureMatrix(values=values, names=("a",), rows=np.arange(6), n_table_rows=6, space=FeatureSpace(variables=()))
    for profile in profile_branches(table, features, *grower()(values)):
        assert all(fact.effect == 0 for fact in profile.numbers)
        assert all(level.effect == 0 for level in profile.levels)
        json.dumps(profile.to_json(), allow_nan=False)


def test_the_mall_segments_are_named_by_income_and_score(shared_data: Path) -> None:
    frame = pd.read_csv(shared_data / "mall_customers.csv").iloc[:, 3:5]
    table = Table(frame=frame, columns=tuple(Column(name=name, kind="number", role="feature") for name in frame.columns))
    values = frame.to_numpy(dtype=np.float64)
    features = FeatureMatrix(
        values=values, names=tuple(frame.columns), rows=np.arange(200), n_table_rows=200, space=FeatureSpace(variables=())
    )
    top, order = grower()(values)
    profiles = profile_branches(table, features, top, order)
    told = [profiles[branch.id] for branch in cut_k(top, 5)]
    assert [profile.name for profile in told] == [
        "Close to average",
        "High spending score, high annual income",
        "Low spending score, high annual income",
        "Low annual income, low spending score",
        "Low annual income, high spending score",
    ]
    assert told[1].facts == (
        "Spending Score (1-100): 82.1 on average; all customers 50.2.",
        "Annual Income (k$): 86.5 on average; all customers 60.6.",
    )
