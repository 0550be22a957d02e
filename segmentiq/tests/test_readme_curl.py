"""The README's walk with curl, run as it stands there: against gunicorn and a worker, both real, on the sample customers."""

from __future__ import annotations

import csv
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from datasets.sample import make_sample
from segmentiq.testing.sites import manage

ROOT = Path(__file__).resolve().parents[2]
README = ROOT / "README.md"
START_S = 90.0
pytestmark = [pytest.mark.slow, pytest.mark.once]


def walk() -> str:
    """Return the script that follows the marker in the README."""
    found = re.search(r"<!-- curl-walk -->\s*```sh\n(.*?)```", README.read_text(encoding="utf-8"), re.DOTALL)
    assert found, "README.md has no ```sh block after <!-- curl-walk -->"
    return found[1]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """Return the environment of an installation of its own, below a folder that goes away."""
    (tmp_path / "static").mkdir()
    return {
        **os.environ,
        "ENV": "dev",
        "HOST": "127.0.0.1",
        "PORT": str(free_port()),
        "DATABASE_URL": f"sqlite:///{tmp_path / 'walk.sqlite3'}",
        "UPLOAD_DIR": str(tmp_path / "uploads"),
        "OUTPUT_DIR": str(tmp_path / "outputs"),
        "STATIC_ROOT": str(tmp_path / "static"),
        "MIN_FREE_DISK_MB": "1",
        "DJANGO_SUPERUSER_PASSWORD": "a-password-of-length",
    }


@pytest.fixture
def site(environment: dict[str, str], tmp_path: Path) -> Iterator[dict[str, str]]:
    """Start web and worker; yield the two variables that the README asks for."""
    made = ["createsuperuser", "--noinput", "--username=olga", "--email=olga@example.org", "--verbosity=0"]
    secret = manage(environment, ["migrate", "--verbosity=0"], made, ["issue_token", "olga"])
    commands = [[sys.executable, "-m", "gunicorn", "-c", "gunicorn.conf.py"], [sys.executable, "manage.py", "run_worker"]]
    with (tmp_path / "log").open("wb") as log:
        started = [subprocess.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=log) for command in commands]
        try:
            url = f"http://127.0.0.1:{environment['PORT']}"
            wait_for(f"{url}/healthz")
            yield {"SEGMENTIQ_URL": url, "SEGMENTIQ_TOKEN": secret}
        finally:
            for process in started:
                process.terminate()
            for process in started:
                process.wait(timeout=40)


def wait_for(url: str) -> None:
    until = time.monotonic() + START_S
    while time.monotonic() < until:
        try:
            with urllib.request.urlopen(url, timeout=2):
                return
        except OSError:
            time.sleep(0.2)
    pytest.fail("the web process did not answer in time")


@pytest.mark.skipif(shutil.which("curl") is None or shutil.which("bash") is None, reason="needs bash and curl")
def test_the_readmes_walk_with_curl_works_as_it_stands_there(site: dict[str, str], tmp_path: Path) -> None:
    here = tmp_path / "here"
    here.mkdir()
    customers, _ = make_sample()
    (here / "customers.csv").write_bytes(customers)
    command = ["bash", "-euo", "pipefail", "-c", walk()]
    done = subprocess.run(command, cwd=here, env={**os.environ, **site}, capture_output=True, text=True, check=False, timeout=300)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", ""), (tmp_path / "log").read_text()[-3000:]
    run = json.loads((here / "run.json").read_text())
    assert (run["status"], run["n_rows"], run["advice"]["k"]) == ("done", 2000, 5)
    with (here / "segments.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 2000
    assert sorted({row["segment"] for row in rows}) == ["1", "2", "3", "4", "5"]
    original = list(csv.DictReader(customers.decode("utf-8").splitlines()))
    first = next(iter(original[0]))
    assert [row[first] for row in rows] == [row[first] for row in original]
    assert not list((tmp_path / "uploads").rglob("original"))
    assert json.loads(ask(site, "/api/v1/datasets"))["count"] == 0


def ask(site: dict[str, str], path: str) -> bytes:
    request = urllib.request.Request(site["SEGMENTIQ_URL"] + path, headers={"Authorization": f"Token {site['SEGMENTIQ_TOKEN']}"})
    with urllib.request.urlopen(request, timeout=10) as response:
        return response.read()  # type: ignore[no-any-return]
