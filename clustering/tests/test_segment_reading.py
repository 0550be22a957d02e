"""`manage.py segment` reads the file as it is told to, and tells what that set aside."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from django.core.management import CommandError

from clustering.tests.test_segment_command import segment
from segmentiq.testing.tables import THREE_GROUPS

pytestmark = pytest.mark.once

HEADER, *CUSTOMERS = THREE_GROUPS.splitlines()
LINES = [f"C{i % 20:02d},2024-{i % 12 + 1:02d}-10,{1 + i % 3},{5 + i * 7 % 40}" for i in range(90)]


def rows(out: Path) -> list[list[str]]:
    with (out / "assignments.csv").open(encoding="utf-8-sig", newline="") as stream:
        return list(csv.reader(stream))


@pytest.fixture
def repeating(tmp_path: Path) -> Path:
    path = tmp_path / "customers.csv"
    path.write_text("\n".join([HEADER, *CUSTOMERS, *CUSTOMERS[:5]]) + "\n", encoding="utf-8")
    return path


def test_repeated_rows_are_kept_unless_they_are_dropped(repeating: Path, tmp_path: Path) -> None:
    segment(repeating, tmp_path / "kept", k="3")
    segment(repeating, tmp_path / "dropped", k="3", duplicates="drop")
    assert len(rows(tmp_path / "kept")) == len(CUSTOMERS) + 6
    assert len(rows(tmp_path / "dropped")) == len(CUSTOMERS) + 1


def test_another_word_for_repeated_rows_is_refused_at_once(repeating: Path, tmp_path: Path) -> None:
    with pytest.raises(CommandError, match=r"^--duplicates: .* keep or drop"):
        segment(repeating, tmp_path / "out", duplicates="maybe")
    assert not (tmp_path / "out").exists()


def test_what_the_reading_set_aside_stands_in_the_ledger_of_orders(tmp_path: Path) -> None:
    file = tmp_path / "orders.csv"
    file.write_text("\n".join(["customer_id,order_date,quantity,price", *LINES, LINES[0], "-- end --"]) + "\n", encoding="utf-8")
    _, printed = segment(file, tmp_path / "out", k="3", orders=True, duplicates="drop")
    assert "92 lines came in, 20 customers came out" in printed
    assert "1  They repeat another row in every column." in printed
    assert "1  Below the table: remarks, or a totals row without sums." in printed
