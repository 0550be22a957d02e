"""Real tables in: what the doctor finds in them, and that it finds no more."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from datasets.doctor import examine
from datasets.doctor.actions import Finding
from datasets.reader import read_table

pytestmark = pytest.mark.once

FOUND = {
    "mall_customers.csv": set(),
    "wholesale_customers.csv": {"skewed"},
    "marketing_campaign_semicolon_bom.csv": {"skewed", "alike_but_for_id", "rare_levels"},
    "telco_customer_churn.csv": {"alike_but_for_id"},
    "ecommerce_churn_2sheets.xlsx": {"maybe_number", "skewed", "alike_but_for_id"},
}


def examined(path: Path) -> list[Finding]:
    result = read_table(path, path.name)
    return examine(result.table, result.statistics)


@pytest.mark.parametrize("name", FOUND)
def test_what_is_found_in_a_real_table(shared_data: Path, name: str) -> None:
    assert {finding["code"] for finding in examined(shared_data / name)} == FOUND[name]


def test_customers_of_a_campaign_who_came_twice_are_counted(shared_data: Path) -> None:
    found = {finding["code"]: finding for finding in examined(shared_data / "marketing_campaign_semicolon_bom.csv")}
    assert "182 rows equal an earlier one in everything but ID" in found["alike_but_for_id"]["message"]


@pytest.mark.slow
def test_repeated_order_lines_are_counted_exactly(shared_data: Path) -> None:
    expected = json.loads((shared_data / "expected.json").read_text())["online_retail_541909.csv"]["exact_duplicate_rows"]
    found = {finding["code"]: finding for finding in examined(shared_data / "online_retail_541909.csv")}
    assert re.match(r"[\d,]+", found["duplicate_rows"]["message"])[0] == f"{expected:,}"  # type: ignore[index]
    assert "skewed" not in found  # prices go below 0, so there is no logarithm to propose
