"""A person's first five minutes in a real browser: sign in, upload, read, segment, move the cut, download; nothing is blocked."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import pytest

from segmentiq.testing.browsers import Site, sign_in, upload_and_segment
from segmentiq.testing.tables import ORDERS, THREE_GROUPS

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def number_of_segments(page: Any) -> int:
    return int(page.locator(".step-value [data-k]").inner_text())


def test_from_a_file_to_segments(page: Any, shared_data: Path, tmp_path: Path) -> None:
    upload_and_segment(page, shared_data / "mall_customers.csv", ["Annual Income (k$)", "Spending Score (1-100)"])
    assert number_of_segments(page) == 5
    assert page.locator("[data-cards] > article").count() == 5

    page.get_by_role("link", name="One segment more").click()
    assert number_of_segments(page) == 6
    page.locator("[data-card]").nth(5).wait_for()  # off the screen, cards follow when the cut has rested
    assert page.locator("[data-cards] > article").count() == 6
    assert page.locator("[data-profile-head] > th").count() == 2 + 6
    page.wait_for_url("**?k=6")

    page.get_by_text("Export", exact=True).click()
    with page.expect_download() as download:
        page.get_by_role("link", name="Customers with segments, CSV").click()
    saved = tmp_path / "assignments.csv"
    download.value.save_as(saved)
    rows = list(csv.DictReader(saved.open(encoding="utf-8", newline="")))
    assert len(rows) == 200
    assert {row["segment"] for row in rows} == set("123456")


def test_the_cut_is_dragged_and_stepped_by_keys_without_a_request(page: Any, tmp_path: Path) -> None:
    table = tmp_path / "groups.csv"
    table.write_text(THREE_GROUPS, encoding="utf-8")
    upload_and_segment(page, table, ["age", "spending"])
    assert number_of_segments(page) == 3
    page.wait_for_load_state("networkidle")
    asked: list[str] = []
    page.on(
        "request", lambda request: asked.append(request.url) if request.resource_type in ("fetch", "xhr", "document") else None
    )
    handle = page.locator("[data-cut]")
    handle.focus()
    page.keyboard.press("ArrowDown")
    assert number_of_segments(page) == 4
    page.keyboard.press("Home")
    assert number_of_segments(page) == 2
    box = page.locator("[data-cut] circle").bounding_box()
    page.mouse.move(box["x"] + 5, box["y"] + 5)
    page.mouse.down()
    page.mouse.move(box["x"] + 5, box["y"] + 400, steps=20)
    page.mouse.up()
    assert number_of_segments(page) > 4
    assert handle.get_attribute("aria-valuenow") == str(number_of_segments(page))
    assert asked == []


def test_everything_works_without_a_script(browser: Any, site: Site, tmp_path: Path) -> None:
    table = tmp_path / "groups.csv"
    table.write_text(THREE_GROUPS, encoding="utf-8")
    context = browser.new_context(base_url=site.address, java_script_enabled=False)
    page = context.new_page()
    sign_in(page)
    upload_and_segment(page, table, ["age", "spending"])
    page.get_by_role("link", name="One segment fewer").click()
    page.get_by_text("customers in 2 segments.").first.wait_for()
    assert page.locator("[data-cards] > article").count() == 2
    context.close()


def test_a_bad_file_is_told_on_the_form(page: Any, tmp_path: Path) -> None:
    bad = tmp_path / "picture.csv"
    bad.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(200))
    page.goto("/datasets/upload")
    page.set_input_files("input[type=file]", bad)
    page.get_by_role("button", name="Upload and read").click()
    page.locator("#file-wrong .wrong").wait_for()
    assert page.url.endswith("/datasets/upload")


def test_orders_become_customers_without_a_script(browser: Any, site: Site, tmp_path: Path) -> None:
    table = tmp_path / "orders.csv"
    table.write_text(ORDERS, encoding="utf-8")
    context = browser.new_context(base_url=site.address, java_script_enabled=False)
    page = context.new_page()
    sign_in(page)
    page.get_by_role("link", name="Upload customers").first.click()
    page.set_input_files("input[type=file]", table)
    page.get_by_role("button", name="Upload and read").click()
    page.get_by_role("link", name="Turn them into customers").click()
    assert page.get_by_label("Customer", exact=True).input_value() == "customer_id"
    page.get_by_label("Lines that cost nothing").set_checked(False)
    page.get_by_role("button", name="Turn them into customers").click()
    page.get_by_role("heading", name="Where these customers come from").wait_for()
    assert page.get_by_role("heading", name="12 customers in").is_visible()
    assert page.get_by_role("row", name="Turned into customers 61").is_visible()
    context.close()
