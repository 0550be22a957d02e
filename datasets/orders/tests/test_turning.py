"""Small files of orders, counted by hand: who the customers are, what is set aside, and what is said about it."""

from __future__ import annotations

import pandas as pd
import pytest

from datasets.orders import RULES, turn
from datasets.orders.fates import FATES
from datasets.orders.tests.orders import column, decided, fates, line, recipe_for, table_of, turn_lines
from segmentiq.ml.errors import RunRefused
from segmentiq.problems import CODES

WHOLE = "customer date invoice product quantity price"
BOUGHT = [
    line("ann", "2024-01-01 10:00", invoice="1", product="tea", quantity=2, price=1.5),
    line("ann", "2024-01-01 10:00", invoice="1", product="jam", quantity=1, price=4),
    line("ann", "2024-01-11 22:00", invoice="2", product="tea", quantity=1, price=1.5),
    line("bob", "2024-01-31 12:00", invoice="3", product="tea", quantity=10, price=1),
]


def test_customers_are_described_by_their_orders() -> None:
    turned = turn_lines(BOUGHT, WHOLE)
    found = turned.table.frame.set_index("Client")
    assert found.loc["ann"].to_dict() == {
        "recency_days": 20,
        "frequency": 2,
        "monetary": 8.5,
        "average_order_value": 4.25,
        "items": 4,
        "distinct_products": 2,
        "tenure_days": 31,
        "mean_interval_days": 10.5,
        "share_of_returns": 0.0,
        "first_order": pd.Timestamp("2024-01-01 10:00"),
        "last_order": pd.Timestamp("2024-01-11 22:00"),
        "recency_score": "1",
        "frequency_score": "3",
        "monetary_score": "1",
        "rfm_group": "At risk",
    }
    assert column(turned, "mean_interval_days")["bob"] is None
    assert column(turned, "recency_days")["bob"] == 1


def test_every_column_has_a_kind_a_role_and_a_reason() -> None:
    columns = turn_lines(BOUGHT, WHOLE).table.columns
    assert (columns[0].name, columns[0].kind, columns[0].role) == ("Client", "id", "id")
    roles = {entry.name: (entry.kind, entry.role) for entry in columns[1:]}
    assert {name for name, facts in roles.items() if facts == ("number", "feature")} == {
        "recency_days", "frequency", "monetary", "average_order_value", "items", "distinct_products", "tenure_days",
        "mean_interval_days", "share_of_returns",
    }  # fmt: skip
    assert [name for name, facts in roles.items() if facts == ("date", "descriptor")] == ["first_order", "last_order"]
    assert [name for name, facts in roles.items() if facts == ("category", "descriptor")] == [
        "recency_score", "frequency_score", "monetary_score", "rfm_group",
    ]  # fmt: skip
    assert all(entry.reason.endswith(".") for entry in columns)


SET_ASIDE = [
    *BOUGHT,
    line(None, "2024-01-01", invoice="4", product="tea", quantity=1, price=1),
    line("ann", None, invoice="5", product="tea", quantity=1, price=1),
    line(None, None, invoice="C5", product="tea", quantity=-1, price=0),
    line("ann", "2024-01-02", invoice="C1", product="tea", quantity=-1, price=1.5),
    line("ann", "2024-01-02", invoice="6", product="tea", quantity=-1, price=0),
    line("bob", "2024-01-02", invoice="6", product="tea", quantity=1, price=0),
    line("bob", "2024-01-02", invoice="6", product="tea", quantity=1, price=None),
    line("cid", "2024-01-02", invoice="7", product="tea", quantity=0, price=3),
    BOUGHT[0],
]


def test_every_line_is_counted_once_by_the_first_rule_that_applies() -> None:
    turned = turn_lines(SET_ASIDE, WHOLE)
    assert fates(turned) == {"missing_customer": 2, "missing_date": 1, "cancelled": 1, "returns": 2, "zero_prices": 2, "kept": 5}
    assert [entry["is_kept"] for entry in turned.ledger] == [False] * 5 + [True]
    assert all(entry["reason"].endswith(".") for entry in turned.ledger)


def test_there_is_a_switch_for_every_rule_in_the_order_in_which_they_are_asked() -> None:
    assert [rule for rule in FATES if rule != "after_snapshot"] == list(RULES)


def test_a_rule_that_is_off_sets_nothing_aside_and_tells_how_much_it_would() -> None:
    assert "off: 1 line is kept" in decided(turn_lines(SET_ASIDE, WHOLE), "duplicates")[1]
    turned = turn_lines(SET_ASIDE, WHOLE, rules={"returns": False, "duplicates": True})
    assert fates(turned) == {
        "missing_customer": 2,
        "missing_date": 1,
        "cancelled": 1,
        "zero_prices": 3,
        "duplicates": 1,
        "kept": 5,
    }
    assert "off: 2 lines are kept" in decided(turned, "returns")[1]
    assert column(turned, "items") == {"ann": 4, "bob": 10, "cid": 0}


def test_without_rules_everything_of_somebody_counts_and_unpaid_lines_are_worth_nothing() -> None:
    off = dict.fromkeys(("cancelled", "returns", "zero_prices", "duplicates"), False)
    turned = turn_lines(SET_ASIDE, WHOLE, rules=off)
    assert fates(turned) == {"missing_customer": 2, "missing_date": 1, "kept": 10}
    assert column(turned, "monetary") == {"ann": 10.0, "bob": 10.0, "cid": 0.0}


def test_the_share_of_returns_is_over_all_of_a_customers_lines() -> None:
    assert column(turn_lines(SET_ASIDE, WHOLE), "share_of_returns") == {"ann": 2 / 6, "bob": 0.0}


def test_customers_without_a_line_that_counts_are_counted() -> None:
    warned = {warning["code"]: warning["message"] for warning in turn_lines(SET_ASIDE, WHOLE).warnings}
    assert warned["customers_set_aside"].startswith("1 customer ")
    assert "customers_set_aside" not in {warning["code"] for warning in turn_lines(BOUGHT, WHOLE).warnings}


def test_without_a_number_of_the_order_days_are_counted() -> None:
    days = ["2024-01-01 09:00", "2024-01-01 17:00", "2024-01-03 09:00"]
    turned = turn_lines([line("ann", day, amount=2) for day in days], "customer date amount")
    assert column(turned, "frequency") == {"ann": 2}
    assert decided(turned, "frequency")[0] == "days of Day"


def test_orders_without_a_number_among_others_with_one_are_counted_by_day() -> None:
    lines = [
        line("ann", f"2024-01-0{day}", invoice=number, amount=1) for day, number in ((1, "1"), (1, None), (2, None), (2, None))
    ]
    assert column(turn_lines(lines, "customer date invoice amount"), "frequency") == {"ann": 3}


def test_one_number_used_by_two_customers_is_an_order_of_each() -> None:
    lines = [line(name, "2024-01-01", invoice="1", amount=1) for name in ("ann", "bob")]
    assert column(turn_lines(lines, "customer date invoice amount"), "frequency") == {"ann": 1, "bob": 1}


@pytest.mark.parametrize(
    ("snapshot", "recency", "kept"),
    [
        (None, {"ann": 11, "bob": 1}, 3),
        ("2024-01-31", {"ann": 10, "bob": 0}, 3),
        ("2024-02-10", {"ann": 20, "bob": 10}, 3),
        ("2024-02-10T11:00", {"ann": 20, "bob": 9}, 3),
        ("2024-01-31T11:59:59", {"ann": 10}, 2),
        ("2024-01-21", {"ann": 0}, 2),
        ("2024-01-20", {"ann": 19}, 1),
    ],
)
def test_a_snapshot_is_the_end_of_its_day_and_later_lines_are_set_aside(
    snapshot: str | None, recency: dict[str, int], kept: int
) -> None:
    days = (("ann", "2024-01-01 08:00"), ("ann", "2024-01-21 09:00"), ("bob", "2024-01-31 12:00"))
    turned = turn_lines([line(name, day, amount=1) for name, day in days], "customer date amount", snapshot=snapshot)
    assert column(turned, "recency_days") == recency
    assert fates(turned) == {"kept": kept, **({"after_snapshot": 3 - kept} if kept < 3 else {})}


def test_the_snapshot_is_told() -> None:
    assert decided(turn_lines(BOUGHT, WHOLE), "snapshot")[0] == "2024-02-01 12:00:00"
    assert decided(turn_lines(BOUGHT, WHOLE, snapshot="2024-03-01"), "snapshot")[0] == "2024-03-01"


def test_a_column_of_customers_keeps_its_name_beside_ours() -> None:
    table = table_of([line(name, "2024-01-01", amount=1) for name in ("ann", "bob", "cid")], ["customer", "date", "amount"])
    renamed = {"Client": "Monetary", "Day": "recency_days"}
    named = type(table)(
        frame=table.frame.rename(columns=renamed),
        columns=tuple(type(c)(name=renamed.get(c.name, c.name), kind=c.kind, role=c.role) for c in table.columns),
    )
    recipe = type(recipe_for(table)).from_mapping(
        {"columns": {"customer": "Monetary", "date": "recency_days", "amount": "Paid"}}, named.columns
    )
    names = turn(named, recipe).table.frame.columns.tolist()
    assert names[0] == "Monetary"
    assert "monetary_of_orders" in names
    assert len({name.casefold() for name in names}) == len(names)


def test_groups_of_ones_own_are_used_and_who_is_outside_is_told() -> None:
    lines = [line(f"c{i}", f"2024-01-{1 + i:02d}", amount=i + 1) for i in range(10)]
    groups = [{"name": "Good", "monetary": [4, 5]}, {"name": "Fresh", "recency": [3, 5]}]
    turned = turn_lines(lines, "customer date amount", groups=groups)
    assert list(column(turned, "rfm_group").values()) == ["Others"] * 4 + ["Fresh"] * 2 + ["Good"] * 4
    assert next(w["message"] for w in turned.warnings if w["code"] == "customers_without_group").startswith("4 customers")


@pytest.mark.parametrize(("amounts", "is_told"), [([7, 7, 7], True), ([7, 7, 8], False), ([7], False)])
def test_an_amount_that_is_the_same_on_every_line_of_an_order_may_be_its_total(amounts: list[int], is_told: bool) -> None:
    lines = [line("ann", "2024-01-01", invoice=f"{n}", amount=amount * n) for n in range(1, 9) for amount in amounts]
    codes = {warning["code"] for warning in turn_lines(lines, "customer date invoice amount").warnings}
    assert ("repeated_totals" in codes) is is_told


def refused(lines: list[dict[str, object]]) -> RunRefused:
    with pytest.raises(RunRefused) as caught:
        turn_lines(lines, "customer date amount")
    return caught.value


@pytest.mark.parametrize("lines", [[], [line(None, "2024-01-01", amount=1)], [line("ann", "2024-01-01", amount=0)]])
def test_orders_of_which_nothing_is_left_are_refused(lines: list[dict[str, object]]) -> None:
    assert refused(lines).code == "no_rows_left"


def test_sums_beyond_all_numbers_are_refused() -> None:
    refusal = refused([line("ann", "2024-01-01", amount=1.7e308), line("ann", "2024-01-02", amount=1.7e308)])
    assert CODES[refusal.code].status == 422
    assert refusal.code == "numeric_overflow"


def test_progress_is_told_and_never_goes_back() -> None:
    told: list[float] = []
    table = table_of(BOUGHT, WHOLE.split())
    turn(table, recipe_for(table), on_progress=lambda stage, share: told.append(share))
    assert told == sorted(told)
    assert 0 <= min(told) <= max(told) <= 1


def test_the_orders_are_left_as_they_were() -> None:
    table = table_of(SET_ASIDE, WHOLE.split())
    before = table.frame.copy(deep=True)
    turn(table, recipe_for(table, rules={"duplicates": True}))
    pd.testing.assert_frame_equal(table.frame, before, check_exact=True)
