"""Any orders and any rules, beside a slow and plain way to count the same: every line once, every customer once, every sum."""

from __future__ import annotations

import random
from collections import Counter, defaultdict
from datetime import datetime
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from datasets.orders import Turned
from datasets.orders.tests.orders import fates, turn_lines
from segmentiq.ml.errors import RunRefused

PARTS = "customer date invoice product quantity price"
SWITCHES = ("cancelled", "returns", "zero_prices", "duplicates")
Line = dict[str, Any]

DAYS = st.datetimes(datetime(2023, 1, 1), datetime(2024, 12, 31)).map(
    lambda moment: moment.replace(microsecond=0, minute=0).isoformat()
)
LINE = st.fixed_dictionaries(
    {
        "customer": st.none() | st.sampled_from(["ann", "bob", "cid", "dee", "007"]),
        "date": st.none() | DAYS,
        "invoice": st.none() | st.sampled_from(["1", "2", "3", "44", "55", "C1"]),
        "product": st.none() | st.sampled_from(["tea", "jam"]),
        "quantity": st.none() | st.integers(-2, 5),
        "price": st.none() | st.integers(-100, 5_000).map(lambda cents: cents / 100),
    }
)
ORDERS = st.lists(LINE, max_size=30).map(lambda lines: lines + lines[: len(lines) // 4])
RULES = st.fixed_dictionaries({rule: st.booleans() for rule in SWITCHES})


def turned_or_nothing(lines: list[Line], rules: dict[str, bool]) -> Turned | None:
    try:
        return turn_lines(lines, PARTS, rules=rules)
    except RunRefused:
        return None


def is_cancelled(lines: list[Line], line: Line) -> bool:
    numbers = {entry["invoice"] for entry in lines if entry["invoice"]}
    return line["invoice"] == "C1" and len(numbers) >= 2


def is_returned(line: Line) -> bool:
    return line["quantity"] is not None and line["quantity"] <= 0


def fate_of(lines: list[Line], position: int, rules: dict[str, bool]) -> str:
    line = lines[position]
    applies = {
        "missing_customer": line["customer"] is None,
        "missing_date": line["date"] is None,
        "cancelled": is_cancelled(lines, line),
        "returns": is_returned(line),
        "zero_prices": line["price"] is None or line["price"] <= 0 or line["quantity"] is None,
        "duplicates": line in lines[:position],
    }
    return next((rule for rule, hit in applies.items() if hit and rules.get(rule, True)), "kept")


def described(lines: list[Line], kept: list[Line]) -> dict[str, dict[str, Any]]:
    """Describe the customers, one line at a time."""
    by_customer = defaultdict(list)
    for line in kept:
        by_customer[line["customer"]].append(line)
    snapshot = max(pd.Timestamp(line["date"]) for line in kept) + pd.Timedelta(days=1)
    found = {}
    for customer, own in by_customer.items():
        dates = [pd.Timestamp(line["date"]) for line in own]
        orders = {line["invoice"] or pd.Timestamp(line["date"]).normalize() for line in own}
        everything = [line for line in lines if line["customer"] == customer and line["date"] is not None]
        paid = sum((line["quantity"] or 0) * (line["price"] or 0) for line in own)
        interval = (max(dates) - min(dates)) / pd.Timedelta(days=1) / (len(orders) - 1) if len(orders) > 1 else None
        found[customer] = {
            "recency_days": (snapshot - max(dates)).days,
            "frequency": len(orders),
            "monetary": pytest.approx(paid, abs=1e-9),
            "average_order_value": pytest.approx(paid / len(orders), abs=1e-9),
            "items": sum(line["quantity"] or 0 for line in own),
            "distinct_products": len({line["product"] for line in own} - {None}),
            "tenure_days": (snapshot - min(dates)).days,
            "mean_interval_days": None if interval is None else pytest.approx(interval),
            "share_of_returns": pytest.approx(
                sum(is_cancelled(lines, x) or is_returned(x) for x in everything) / len(everything)
            ),
            "first_order": min(dates),
            "last_order": max(dates),
        }
    return found


@settings(max_examples=150, deadline=None)
@given(lines=ORDERS, rules=RULES)
def test_lines_are_counted_and_customers_described_as_by_hand(lines: list[Line], rules: dict[str, bool]) -> None:
    turned = turned_or_nothing(lines, rules)
    by_hand = [fate_of(lines, position, rules) for position in range(len(lines))]
    if turned is None:
        assert "kept" not in by_hand
        return
    assert fates(turned) == Counter(by_hand)
    assert sum(entry["rows"] for entry in turned.ledger) == len(lines)
    kept = [line for line, fate in zip(lines, by_hand, strict=True) if fate == "kept"]
    frame = turned.table.frame.set_index("Client")
    expected = described(lines, kept)
    assert frame.index.tolist() == sorted(expected)
    for customer, facts in expected.items():
        found = frame.loc[customer, list(facts)].to_dict()
        assert {name: None if pd.isna(value) else value for name, value in found.items()} == facts
    paid = sum((line["quantity"] or 0) * (line["price"] or 0) for line in kept)
    assert frame["monetary"].sum() == pytest.approx(paid, abs=1e-8)


@settings(max_examples=75, deadline=None)
@given(lines=ORDERS, rules=RULES, seed=st.integers(0, 2**32 - 1))
def test_the_order_of_the_lines_changes_nothing(lines: list[Line], rules: dict[str, bool], seed: int) -> None:
    shuffled = list(lines)
    random.Random(seed).shuffle(shuffled)
    first, second = (turned_or_nothing(entry, rules) for entry in (lines, shuffled))
    assert (first is None) == (second is None)
    if first is not None and second is not None:
        pd.testing.assert_frame_equal(first.table.frame, second.table.frame, check_exact=True)
        assert (first.ledger, first.decisions, first.warnings) == (second.ledger, second.decisions, second.warnings)
