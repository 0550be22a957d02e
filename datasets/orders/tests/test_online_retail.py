"""The real orders that everybody knows, through the real reader: figures that others have published."""

from __future__ import annotations

from pathlib import Path

import pytest

from datasets.orders import Proposal, Turned, propose, turn
from datasets.orders.tests.orders import decided, fates
from datasets.reader import ReadResult, read_table
from datasets.reader.statistics import describe_column

NAME = "online_retail_541909.csv"
DONE: dict[str, tuple[ReadResult, Proposal, Turned]] = {}


@pytest.fixture
def retail(shared_data: Path) -> tuple[ReadResult, Proposal, Turned]:
    """Return the orders, what is proposed for them and their customers, made once."""
    if NAME not in DONE:
        read = read_table(shared_data / NAME, NAME)
        n_distinct = {name: facts["n_distinct"] for name, facts in read.statistics.items()}
        proposal = propose(read.table.columns, len(read.table.frame), n_distinct)
        assert proposal is not None
        DONE[NAME] = read, proposal, turn(read.table, proposal.recipe)
    return DONE[NAME]


@pytest.fixture
def turned(retail: tuple[ReadResult, Proposal, Turned]) -> Turned:
    return retail[2]


def test_it_is_recognised(retail: tuple[ReadResult, Proposal, Turned]) -> None:
    assert retail[1].recipe.columns == {
        "customer": "CustomerID", "date": "InvoiceDate", "invoice": "InvoiceNo", "product": "StockCode", "quantity": "Quantity",
        "price": "UnitPrice",
    }  # fmt: skip


def test_the_ledger_adds_up_to_the_lines_that_came_in(turned: Turned) -> None:
    assert fates(turned) == {"missing_customer": 135_080, "cancelled": 8_905, "zero_prices": 40, "kept": 397_884}
    assert sum(fates(turned).values()) == 541_909


def test_what_the_rules_take_on_their_own(retail: tuple[ReadResult, Proposal, Turned]) -> None:
    read, proposal, _ = retail
    mapping = proposal.recipe.to_mapping()
    off = {**mapping["rules"], **dict.fromkeys(("cancelled", "zero_prices"), False), "duplicates": True}
    orders = turn(read.table, type(proposal.recipe).from_mapping({**mapping, "rules": off}, read.table.columns))
    assert sum(fates(orders).values()) == 541_909
    assert fates(orders)["returns"] == 8_905


def test_the_sums_are_those_of_the_published_figures(turned: Turned) -> None:
    frame = turned.table.frame
    assert len(frame) == 4_338
    assert frame["frequency"].sum() == 18_532
    assert frame["monetary"].sum() == pytest.approx(8_911_407.904, abs=1e-6)
    assert decided(turned, "snapshot")[0] == "2011-12-10 12:50:00"


def test_recency_frequency_and_monetary_are_those_of_the_published_figures(turned: Turned) -> None:
    frame = turned.table.frame
    stated = {"recency_days": (92.536, 51, 374), "frequency": (4.272, 2, 209), "monetary": (2_054.266, 674.485, 280_206.02)}
    for name, (mean, median, largest) in stated.items():
        facts = describe_column(frame[name], "number")
        assert (round(facts["mean"], 3), round(facts["median"], 3), facts["max"]) == (mean, median, largest)


def test_single_customers_are_those_of_the_published_figures(turned: Turned) -> None:
    by_customer = turned.table.frame.set_index("CustomerID")[["recency_days", "frequency", "monetary"]]
    assert list(by_customer.loc["12346"]) == [326, 1, 77_183.60]
    assert list(by_customer.loc["12347"]) == [2, 7, 4_310.00]
    assert list(by_customer.loc["14646"])[:2] == [2, 73]


def test_customers_whose_every_line_was_set_aside_are_told(turned: Turned) -> None:
    message = next(warning["message"] for warning in turned.warnings if warning["code"] == "customers_set_aside")
    assert message.startswith(f"{4_372 - 4_338} customers")


def test_every_customer_has_a_named_group_and_every_score_is_used(turned: Turned) -> None:
    frame = turned.table.frame
    assert "customers_without_group" not in {warning["code"] for warning in turned.warnings}
    for score in ("recency_score", "monetary_score"):
        assert sorted(frame[score].unique()) == ["1", "2", "3", "4", "5"]
    assert frame["rfm_group"].nunique() >= 8


def test_the_customers_can_be_described_like_any_table(turned: Turned) -> None:
    for column in turned.table.columns:
        facts = describe_column(turned.table.frame[column.name], column.kind)
        assert facts["n_missing"] == (0 if column.name != "mean_interval_days" else (turned.table.frame["frequency"] == 1).sum())
