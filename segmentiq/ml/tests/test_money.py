"""Which column is money: named like a sum, without a negative cell, and never by guess."""

from __future__ import annotations

import numpy as np
import pytest

from segmentiq.ml.money import find_money, is_money
from segmentiq.ml.tests.tables import make_table
from segmentiq.ml.values import Column, Table


def found(**columns: object) -> str | None:
    table = make_table(**columns)
    return find_money(table, np.arange(len(table.frame)))


@pytest.mark.parametrize(
    "name",
    [
        "monetary",
        "Monetary",
        "total_revenue",
        "TotalCharges",
        "Umsatz (EUR)",
        "Jahresumsatz",
        "Chiffre d'affaires",
        "sales",
        "annual_spend",
        "Omsättning",
        "Gesamtbetrag",
        "revenue_2023",
        "customer spend",
        "GMV",
    ],
)
def test_sums_of_money_are_known_by_name(name: str) -> None:
    assert is_money(name)


@pytest.mark.parametrize(
    "name",
    [
        "Spending Score (1-100)",
        "Annual Income (k$)",
        "average_order_value",
        "avg_revenue",
        "sales_count",
        "n_sales",
        "Age",
        "CashbackAmount",
        "OrderAmountHikeFromlastYear",
        "monetary_score",
        "unit_price",
        "NumWebPurchases",
        "PaymentMethod",
        "revenue_growth",
        "Durchschnittsumsatz",
        "returned_amount",
        "credit_amount",
    ],
)
def test_what_is_no_sum_of_money_is_not(name: str) -> None:
    assert not is_money(name)


def test_the_plainest_name_wins_and_of_two_the_first() -> None:
    assert found(age=[1, 2], monthly_charges=[3, 4], total_charges=[5, 6]) == "total_charges"
    assert found(revenue=[1, 2], amount=[3, 4]) == "revenue"


def test_where_names_leave_a_doubt_nothing_is_said() -> None:
    assert found(spend_grocery=[1, 2], spend_fashion=[3, 4]) is None
    assert found(revenue_2022=[1, 2], revenue_2023=[3, 4]) is None


@pytest.mark.parametrize("cells", [[5.0, -1.0, 2.0], [0.0, 0.0, 0.0], [None, None, None], [None, float("inf"), None]])
def test_a_column_that_does_not_add_up_is_no_money(cells: list[float | None]) -> None:
    assert found(revenue=cells) is None


def test_only_customers_who_were_clustered_count() -> None:
    table = make_table(revenue=[5.0, -1.0, 2.0])
    assert find_money(table, np.array([0, 2])) == "revenue"


def test_a_gap_is_no_hindrance() -> None:
    assert found(revenue=[5.0, None, 2.0]) == "revenue"


def test_only_numbers_that_are_profiled_are_asked() -> None:
    table = make_table(revenue=("category", ["1", "2"]), spend=[1.0, 2.0])
    ignored = tuple(Column(name=c.name, kind=c.kind, role="ignored") for c in table.columns)
    assert find_money(table, np.arange(2)) == "spend"
    assert find_money(Table(frame=table.frame, columns=ignored), np.arange(2)) is None
