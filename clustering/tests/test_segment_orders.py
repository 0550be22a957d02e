"""`manage.py segment --orders`: order lines in, segments of their customers out, and a ledger between the two."""

from __future__ import annotations

import csv
import time
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from clustering.tests.test_segment_command import segment
from segmentiq.testing.tables import ORDERS, ORDERS_LEDGER, THREE_GROUPS

pytestmark = pytest.mark.once


@pytest.fixture
def orders(tmp_path: Path) -> Path:
    path = tmp_path / "orders.csv"
    path.write_text(ORDERS, encoding="utf-8")
    return path


def test_orders_become_segments_of_customers(orders: Path, tmp_path: Path) -> None:
    report, printed = segment(orders, tmp_path / "out", orders=True, k="3")
    assert (report["n_rows"], report["k"], sum(report["sizes"])) == (12, 3, 12)
    assert {entry["what"]: entry["rows"] for entry in report["reading"]["ledger"] if entry["rows"]} == ORDERS_LEDGER
    assert "64 lines came in, 12 customers came out:" in printed
    with (tmp_path / "out" / "assignments.csv").open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert (len(rows), rows[0]["customer_id"]) == (12, "K001")
    assert {"recency_days", "frequency", "monetary", "rfm_group", "segment"} <= set(rows[0])


def test_a_recipe_says_what_is_set_aside(orders: Path, tmp_path: Path) -> None:
    recipe = tmp_path / "recipe.json"
    recipe.write_text('{"rules": {"zero_prices": false}, "snapshot": "2024-12-31"}', encoding="utf-8")
    report, _ = segment(orders, tmp_path / "out", recipe=str(recipe), k="3")
    assert {entry["what"]: entry["rows"] for entry in report["reading"]["ledger"]}["kept"] == 61


def test_orders_that_are_not_turned_are_pointed_out(orders: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("segment", str(orders), out=str(tmp_path / "out"), stability="off", k="3", stdout=StringIO())
    assert "--orders turns them into customers first" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("no json", r"recipe\.json holds no JSON object."),
        ("[]", r"recipe\.json holds no JSON object."),
        ('{"columns": []}', "The recipe: Columns is no object"),
        ('{"columns": {"customer": "nobody"}}', "have none of that name"),
        ('{"columns": {}}', "names no column for the customer"),
        ('{"rules": {"weather": true}}', "There is no rule 'weather'"),
    ],
)
def test_a_recipe_that_does_not_fit_is_refused(orders: Path, tmp_path: Path, content: str, words: str) -> None:
    recipe = tmp_path / "recipe.json"
    recipe.write_text(content, encoding="utf-8")
    with pytest.raises(CommandError, match=words):
        segment(orders, tmp_path / "out", recipe=str(recipe))
    assert not (tmp_path / "out").exists()


def test_a_recipe_that_is_not_there_is_named(orders: Path, tmp_path: Path) -> None:
    with pytest.raises(CommandError, match=r"nowhere\.json"):
        segment(orders, tmp_path / "out", recipe=str(tmp_path / "nowhere.json"))


def test_customers_are_no_orders(tmp_path: Path) -> None:
    file = tmp_path / "customers.csv"
    file.write_text(THREE_GROUPS, encoding="utf-8")
    with pytest.raises(CommandError, match="do not look like orders"):
        segment(file, tmp_path / "out", orders=True)


@pytest.mark.slow
def test_half_a_million_order_lines_become_the_segments_of_their_customers(shared_data: Path, tmp_path: Path) -> None:
    began = time.perf_counter()
    report, printed = segment(shared_data / "online_retail_541909.csv", tmp_path / "out", orders=True, log="auto", stability="on")
    seconds = time.perf_counter() - began
    assert report["n_rows"] == 4338
    ledger = {entry["what"]: entry["rows"] for entry in report["reading"]["ledger"]}
    assert (sum(ledger.values()), ledger["kept"], ledger["missing_customer"]) == (541_909, 397_884, 135_080)
    assert "541,909 lines came in, 4,338 customers came out:" in printed
    assert seconds < 120, "30 s on a quiet machine"
