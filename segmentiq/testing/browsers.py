"""A real browser on the whole product: the fixtures of every test that drives Chromium, as a pytest plugin.

Flows in: nothing. Flows out: a `Site` (gunicorn with collected static files and a worker, in processes of their own on an SQLite
file) and signed-in pages that fail the test when the policy blocks something or a script throws. One site serves all tests of a
session; who needs an empty one starts it with `running`. The browser is started for each test, because Playwright's loop must
not be alive while other tests use the database. Where Chromium is absent the tests skip with the reason, unless
``REQUIRE_BROWSER=1`` makes that a failure.
"""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from segmentiq.testing.factories import PASSWORD
from segmentiq.testing.sites import manage

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
PATIENCE_S = 300
FOLDERS = ("UPLOAD_DIR", "OUTPUT_DIR", "STATIC_ROOT")


@dataclass(frozen=True, kw_only=True, slots=True)
class Site:
    """The running product: its address, and the environment in which commands reach the same database and files."""

    address: str
    env: Mapping[str, str]

    def manage(self, *arguments: str) -> None:
        manage(dict(self.env), [*arguments])


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


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """Start web and worker on an empty database with one person in it, an administrator called Olga."""
    with running(tmp_path_factory.mktemp("site")) as site:
        yield site


@contextmanager
def running(folder: Path, *, has_worker: bool = True) -> Iterator[Site]:
    """Run the product in a folder of its own; without a worker, what is queued waits."""
    address = f"127.0.0.1:{free_port()}"
    env = {
        **os.environ,
        "ENV": "dev",
        "DATABASE_URL": f"sqlite:///{folder / 'site.sqlite3'}",
        **{name: str(folder / name.lower()) for name in FOLDERS},
        "MIN_FREE_DISK_MB": "0",
        "DJANGO_SUPERUSER_PASSWORD": PASSWORD,
    }
    for name in FOLDERS:
        Path(env[name]).mkdir()
    commands = (["migrate"], ["collectstatic", "--noinput"], ["createsuperuser", "--noinput", *WHO])
    manage(env, *([*command, "-v0"] for command in commands))
    worker = [sys.executable, str(ROOT / "manage.py"), "run_worker"]
    web = [sys.executable, "-m", "gunicorn", "--threads", "4", "--bind", address, "segmentiq.wsgi"]
    processes = [subprocess.Popen(command, env=env, cwd=ROOT) for command in ([web, worker] if has_worker else [web])]
    try:
        wait_for(f"http://{address}/readyz", says="ready" if has_worker else "degraded")
        yield Site(address=f"http://{address}", env=env)
    finally:
        for process in processes:
            process.terminate()
        for process in processes:
            process.wait(timeout=60)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for(address: str, says: str = "ok") -> None:
    """Wait for a probe to say so; a worker is ready once its engine is compiled, which takes a while on a busy machine."""
    for _ in range(PATIENCE_S * 5):
        try:
            with urllib.request.urlopen(address, timeout=5) as answer:
                if json.load(answer)["status"].startswith(says):
                    return
        except OSError:
            pass
        time.sleep(0.2)
    pytest.fail(f"the site did not start within {PATIENCE_S} s")


@pytest.fixture
def page(browser: Any, site: Site) -> Iterator[Any]:
    """Open a page as Olga, signed in by hand; whatever the policy blocks, or a script throws, fails the test."""
    with signed_in(browser, site) as page:
        yield page


@contextmanager
def signed_in(browser: Any, site: Site, **options: Any) -> Iterator[Any]:
    """Open a page of a new context as Olga; complaints of the browser fail the test in the end."""
    context = browser.new_context(base_url=site.address, **{"viewport": {"width": 1280, "height": 900}, **options})
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


def upload_and_segment(page: Any, path: Path, columns: list[str]) -> None:
    """Walk from a file to the page of its segments, by hand."""
    page.get_by_role("link", name="Upload customers").first.click()
    page.set_input_files("input[type=file]", path)
    page.get_by_role("button", name="Upload and read").click()
    page.get_by_role("link", name="Segment these customers").click()
    page.get_by_role("button", name="Find the segments").wait_for()
    for box in page.locator("input[name=columns]").all():
        box.set_checked(box.get_attribute("value") in columns)
    page.get_by_role("button", name="Find the segments").click()
    page.get_by_role("heading", name="customers fall into").wait_for()
