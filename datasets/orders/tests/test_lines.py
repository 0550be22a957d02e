"""What single lines say: whose they are, which order is cancelled, what was given back, and what was paid."""

from __future__ import annotations

import pytest

from datasets.orders.tests.orders import column, decided, fates, line, turn_lines
from segmentiq.ml.errors import RunRefused


@pytest.mark.parametrize(
    ("numbers", "cancelled"),
    [
        (["536365", "536366", "C536379"], ["C536379"]),
        (["1001", "1002", "-1001"], ["-1001"]),
        (["INV-1", "INV-2", "CINV-1", "c INV-2"], ["CINV-1", "c INV-2"]),
        (["2024/17", "2024/18", "C2024/17"], ["C2024/17"]),
        (["C1001", "C1002", "C1003"], []),
        (["C1001", "C1002", "1003"], []),
        (["A1", "B1", "C1"], []),
        (["cash", "card", "ash"], []),
        (["C", "1", "2"], []),
    ],
)
def test_a_cancelled_order_has_a_usual_number_behind_a_mark(numbers: list[str], cancelled: list[str]) -> None:
    lines = [line("ann", "2024-01-01", invoice=number, quantity=1, price=1) for number in numbers]
    turned = turn_lines([*lines, line("bob", "2024-01-01", quantity=1, price=1)], "customer date invoice quantity price")
    assert fates(turned).get("cancelled", 0) == len(cancelled)
    left = [entry for entry in lines if entry["invoice"] not in cancelled]
    assert column(turned, "frequency")["ann"] == len(left)


def test_numbers_as_names_are_written_without_decimals() -> None:
    lines = [
        line(17850.0, "2024-01-01", invoice=-5.0, price=1),
        *(line(17850.0, "2024-01-02", invoice=n, price=1) for n in (5.0, 6.0)),
    ]
    turned = turn_lines(lines, "customer date invoice price", {"customer": "number", "invoice": "number"})
    assert column(turned, "frequency") == {"17850": 2}
    assert fates(turned) == {"cancelled": 1, "kept": 2}


def test_identifiers_are_the_cells_of_the_orders() -> None:
    names = ["007", "7", " 7", "Ä", "A\u0308", "a,b", "1e3", "00", "17850.0"]
    turned = turn_lines([line(name, "2024-01-01", amount=1) for name in names], "customer date amount")
    assert turned.table.frame["Client"].tolist() == sorted(names)


def test_an_amount_that_is_negative_is_given_back_and_nothing_is_unpaid() -> None:
    lines = [line("ann", "2024-01-01", amount=amount) for amount in (5, -2, 0, None)]
    turned = turn_lines(lines, "customer date amount")
    assert fates(turned) == {"returns": 1, "zero_prices": 2, "kept": 1}
    assert column(turned, "monetary") == {"ann": 5.0}
    assert column(turned, "share_of_returns") == {"ann": 0.25}


def test_an_amount_counts_rather_than_a_price() -> None:
    lines = [line("ann", "2024-01-01", quantity=3, price=2, amount=5), line("ann", "2024-01-01", quantity=1, price=0, amount=2)]
    turned = turn_lines(lines, "customer date quantity price amount")
    assert fates(turned) == {"zero_prices": 1, "kept": 1}
    assert (column(turned, "monetary"), column(turned, "items")) == ({"ann": 5.0}, {"ann": 3})


def test_a_price_without_a_quantity_is_paid_once_a_line() -> None:
    turned = turn_lines([line("ann", "2024-01-01", price=2), line("ann", "2024-01-02", price=3)], "customer date price")
    assert (column(turned, "monetary"), column(turned, "items")) == ({"ann": 5.0}, {"ann": 2})
    assert "distinct_products" not in turned.table.frame.columns


def test_a_line_without_a_quantity_has_no_items_and_that_is_told() -> None:
    lines = [line("ann", "2024-01-01", quantity=quantity, amount=2) for quantity in (4, None)]
    turned = turn_lines(lines, "customer date quantity amount")
    assert column(turned, "items") == {"ann": 4}
    assert "1 line without a quantity" in decided(turned, "items")[1]


def test_a_quantity_that_is_read_as_a_code_is_multiplied_all_the_same() -> None:
    lines = [line("ann", "2024-01-01", quantity=quantity, price=2) for quantity in ("1", "2", None)]
    turned = turn_lines(lines, "customer date quantity price", {"quantity": "category"})
    assert (column(turned, "items"), column(turned, "monetary")) == ({"ann": 3}, {"ann": 6.0})


def test_a_price_that_is_always_the_same_is_read_as_it_is_written() -> None:
    lines = [line("ann", "2024-01-01", quantity=quantity, price="9,50 €") for quantity in (1, 3)]
    assert column(turn_lines(lines, "customer date quantity price", {"price": "constant"}), "monetary") == {"ann": 38.0}


def test_a_quantity_in_words_is_refused_without_repeating_them() -> None:
    lines = [line("ann", "2024-01-01", quantity=quantity, price=2) for quantity in ("1", "a dozen")]
    with pytest.raises(RunRefused) as caught:
        turn_lines(lines, "customer date quantity price", {"quantity": "category"})
    assert caught.value.code == "invalid_kind"
    assert "dozen" not in caught.value.sentence


def test_sums_of_money_have_no_noise() -> None:
    lines = [line(name, "2024-01-01", amount=amount) for name, amount in (("ann", 0.1), ("ann", 0.2), ("bob", 0.3))]
    assert column(turn_lines(lines, "customer date amount"), "monetary") == {"ann": 0.3, "bob": 0.3}


@pytest.mark.parametrize("scale", [1e-300, 1e-9, 1.0, 1e12, 1e300])
def test_money_of_any_size_is_summed(scale: float) -> None:
    lines = [line("ann", "2024-01-01", amount=amount * scale) for amount in (1, 2, 4)]
    assert column(turn_lines(lines, "customer date amount"), "monetary")["ann"] == pytest.approx(7 * scale, rel=1e-12)
