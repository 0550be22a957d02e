"""A person's first five minutes in a real browser: sign in, upload, read, segment, move the cut, download; and nothing blocked.

The site under test is the whole product in processes of its own: gunicorn with collected static files, a worker, an SQLite file.
Where Chromium is absent the tests skip with the reason, unless ``REQUIRE_BROWSER=1`` makes that a failure.
"""

from __future__ import annotations

import csv
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from segmentiq.testing.factories import PASSWORD
from segmentiq.testing.sites import manage
from segmentiq.testing.tables import ORDERS, THREE_GROUPS

pytestmark = [pytest.mark.browser, pytest.mark.slow]

ROOT = Path(__file__).resolve().parents[2]
WHO = ["--username", "olga", "--email", "olga@example.org"]

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
WAIT_MS = 60_000


def lacking(reason: str) -> None:
    if os.environ.get("REQUIRE_BROWSER") == "1":
        pytest.fail(reason)
    pytest.skip(reason)


@pytest.fixture
def browser() -> Iterator[Any]:
    """Start the system's Chromium."""
    path = next((found for name in BROWSERS if (found := shutil.which(name))), None)
    if path is None:
        lacking("no Chromium on this machine")
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        lacking("playwright is not installed")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield chromium
        chromium.close()


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Start web and worker on an empty database with one person in it; yield the address."""
    folder = tmp_path_factory.mktemp("site")
    address = f"127.0.0.1:{free_port()}"
    env = {
        **os.environ,
        "ENV": "dev",
        "DATABASE_URL": f"sqlite:///{folder / 'site.sqlite3'}",
        **{name: str(folder / name.lower()) for name in ("UPLOAD_DIR", "OUTPUT_DIR", "STATIC_ROOT")},
        "MIN_FREE_DISK_MB": "0",
        "DJANGO_SUPERUSER_PASSWORD": PASSWORD,
    }
    for name in ("UPLOAD_DIR", "OUTPUT_DIR", "STATIC_ROOT"):
        Path(env[name]).mkdir()
    commands = (["migrate"], ["collectstatic", "--noinput"], ["createsuperuser", "--noinput", *WHO])
    manage(env, *([*command, "-v0"] for command in commands))
    worker = [sys.executable, str(ROOT / "manage.py"), "run_worker"]
    web = [sys.executable, "-m", "gunicorn", "--threads", "4", "--bind", address, "segmentiq.wsgi"]
    processes = [subprocess.Popen(command, env=env, cwd=ROOT) for command in (web, worker)]
    try:
        wait_for(f"http://{address}/healthz")
        yield f"http://{address}"
    finally:
        for process in processes:
            process.terminate()
        for process in processes:
            process.wait(timeout=60)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for(address: str) -> None:
    for _ in range(300):
        try:
            with urllib.request.urlopen(address, timeout=5):
                return
        except OSError:
            time.sleep(0.2)
    pytest.fail("the site did not start within a minute")


@pytest.fixture
def page(browser: Any, site: str) -> Iterator[Any]:
    """Open a page as Olga, signed in by hand; whatever the policy blocks, or a script throws, fails the test."""
    context = browser.new_context(base_url=site, viewport={"width": 1280, "height": 900})
    complaints: list[str] = []
    page = context.new_page()
    page.on("console", lambda message: complaints.append(message.text) if is_complaint(message) else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    sign_in(page)
    yield page
    context.close()
    assert complaints == []


def sign_in(page: Any) -> None:
    page.set_default_timeout(WAIT_MS)
    page.goto("/account/login/")
    page.fill("input[name=login]", "olga")
    page.fill("input[name=password]", PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("link", name="Upload customers").first.wait_for()


def is_complaint(message: Any) -> bool:
    """Tell whether the console's message is one of ours to mend: a refused upload is logged as a failed resource, and is none."""
    return message.type in ("error", "warning") and not message.text.startswith("Failed to load resource")


def number_of_segments(page: Any) -> int:
    return int(page.locator(".step-value [data-k]").inner_text())


def upload_and_segment(page: Any, path: Path, columns: list[str]) -> None:
    page.get_by_role("link", name="Upload customers").first.click()
    page.set_input_files("input[type=file]", path)
    page.get_by_role("button", name="Upload and read").click()
    page.get_by_role("link", name="Segment these customers").click()
    for box in page.locator("input[name=columns]").all():
        box.set_checked(box.get_attribute("value") in columns)
    page.get_by_role("button", name="Find the segments").click()
    page.get_by_role("heading", name="customers fall into").wait_for()


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
        page.get_by_role("link", name="Customers with segments").click()
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


def test_everything_works_without_a_script(browser: Any, site: str, tmp_path: Path) -> None:
    table = tmp_path / "groups.csv"
    table.write_text(THREE_GROUPS, encoding="utf-8")
    context = browser.new_context(base_url=site, java_script_enabled=False)
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


def test_orders_become_customers_without_a_script(browser: Any, site: str, tmp_path: Path) -> None:
    table = tmp_path / "orders.csv"
    table.write_text(ORDERS, encoding="utf-8")
    context = browser.new_context(base_url=site, java_script_enabled=False)
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
