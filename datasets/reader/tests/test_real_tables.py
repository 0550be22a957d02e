"""Six real tables, column by column: the shape, the kinds and the figures that a correct reader must give."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from datasets.reader import ReadResult, read_table
from datasets.reader.tests.reading import decided, warned

KINDS = {
    "identifier": "id",
    "numeric": "number",
    "category": "category",
    "category coded as a number": "category",
    "date": "date",
    "constant": "constant",
    "free text / high cardinality": "text",
}
FILES = (
    "mall_customers.csv",
    "wholesale_customers.csv",
    "marketing_campaign_semicolon_bom.csv",
    "telco_customer_churn.csv",
    "ecommerce_churn_2sheets.xlsx",
    "online_retail_541909.csv",
)
RESULTS: dict[str, ReadResult] = {}


@pytest.fixture(params=FILES)
def table(request: pytest.FixtureRequest, shared_data: Path) -> tuple[ReadResult, dict[str, Any]]:
    """Return one table as read, and what is expected of it; each is read once."""
    name = str(request.param)
    if name not in RESULTS:
        RESULTS[name] = read_table(shared_data / name, name)
    return RESULTS[name], json.loads((shared_data / "expected.json").read_text(encoding="utf-8"))[name]


def test_every_row_and_column_is_read(table: tuple[ReadResult, dict[str, Any]]) -> None:
    result, expected = table
    assert result.table.frame.shape == (expected["rows"], expected["columns"])
    assert [column.name for column in result.table.columns] == [column["name"] for column in expected["cols"]]


def test_every_column_has_the_expected_kind_and_a_reason(table: tuple[ReadResult, dict[str, Any]]) -> None:
    result, expected = table
    found = {column.name: column.kind for column in result.table.columns}
    assert found == {column["name"]: KINDS[column["role"]] for column in expected["cols"]}
    assert all(column.reason.endswith(".") and len(column.reason) <= 300 for column in result.table.columns)


def test_only_numbers_and_categories_are_features(table: tuple[ReadResult, dict[str, Any]]) -> None:
    result, _ = table
    roles = {
        "number": "feature",
        "category": "feature",
        "boolean": "feature",
        "date": "descriptor",
        "id": "id",
        "constant": "ignored",
    }
    for column in result.table.columns:
        assert column.role == roles.get(column.kind, column.role)
        assert column.kind != "text" or column.role in ("descriptor", "ignored")


def test_missing_and_distinct_values_are_counted(table: tuple[ReadResult, dict[str, Any]]) -> None:
    result, expected = table
    for column in expected["cols"]:
        facts = result.statistics[column["name"]]
        assert (facts["n_missing"], facts["n_distinct"]) == (column["missing"], column["distinct"]), column["name"]


def test_numbers_have_the_expected_sums_and_ends(table: tuple[ReadResult, dict[str, Any]]) -> None:
    result, expected = table
    for column in expected["cols"]:
        if "sum" not in column:
            continue
        numbers = pd.to_numeric(result.table.frame[column["name"]])
        assert numbers.sum() == pytest.approx(column["sum"], rel=1e-9), column["name"]
        assert (numbers.min(), numbers.max()) == (column["min"], column["max"]), column["name"]


def test_levels_and_dates_are_the_expected_ones(table: tuple[ReadResult, dict[str, Any]]) -> None:
    result, expected = table
    for column in expected["cols"]:
        series = result.table.frame[column["name"]]
        if "levels" in column:
            assert dict(result.statistics[column["name"]]["levels"]) == column["levels"]
        if column["role"] == "date":
            assert (str(series.min()), str(series.max())) == (column["min"], column["max"])


def test_the_layout_is_the_expected_one(table: tuple[ReadResult, dict[str, Any]]) -> None:
    result, expected = table
    layout = expected["format"]
    assert decided(result, "format") == layout["container"]
    for what in ("delimiter", "encoding", "sheet"):
        if what in layout:
            assert decided(result, what) == layout[what]


def test_whole_numbers_without_gaps_stay_whole(shared_data: Path) -> None:
    frame = read_table(shared_data / "mall_customers.csv", "mall_customers.csv").table.frame
    assert frame["Age"].dtype == "int64"
    assert frame["CustomerID"].tolist()[:2] == ["1", "2"]


def test_order_lines_are_recognised_by_their_repeating_customers(shared_data: Path) -> None:
    name = "online_retail_541909.csv"
    result = RESULTS.get(name) or read_table(shared_data / name, name)
    assert "repeated_customers" in warned(result)
    assert result.table.frame["CustomerID"][0] == "17850"
