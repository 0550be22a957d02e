"""A place where workers really work: a database of its own that other processes can open, and worker processes.

The tests' own database lives in memory or in a transaction, where no other process can see it. So each `site` is a fresh database
(an SQLite file, or a PostgreSQL database beside the tests' own), and while a test runs, its connection leads there.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import pytest
from django.conf import settings
from django.db import connections, transaction

from segmentiq.jobs.task import JOBS


@dataclass(frozen=True, kw_only=True)
class Site:
    """One installation: its database, its folder, the processes started in it."""

    url: str
    folder: Path
    settings_module: str = "segmentiq.jobs.tests.chore_settings"
    processes: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def run(self, *arguments: str, **options: Any) -> subprocess.Popen[bytes]:
        """Start a management command of this installation."""
        environment = {
            **os.environ,
            "DATABASE_URL": self.url,
            "DJANGO_SETTINGS_MODULE": self.settings_module,
            "UPLOAD_DIR": str(self.folder / "datasets"),
            "OUTPUT_DIR": str(self.folder / "runs"),
        }
        process = subprocess.Popen([sys.executable, str(settings.BASE_DIR / "manage.py"), *arguments], env=environment, **options)
        self.processes.append(process)
        return process

    def worker(self, *arguments: str) -> subprocess.Popen[bytes]:
        """Start a worker; its log goes to worker.log."""
        with (self.folder / "worker.log").open("ab") as log:
            return self.run("run_worker", *arguments, stderr=log)

    def log(self) -> str:
        return (self.folder / "worker.log").read_text(encoding="utf-8")

    def chore(self, what: str, **fields: Any) -> Any:
        """Queue a chore, as a service would: row and entry in one transaction."""
        from segmentiq.jobs.tests.chores.models import Chore
        from segmentiq.jobs.tests.chores.tasks import KIND

        with transaction.atomic():
            chore = Chore.objects.create(what=what, trace=str(self.folder / "trace"), **fields)
            KIND.enqueue(chore)
        return chore

    def starts(self) -> list[tuple[str, int]]:
        """Return (chore, process id) of every start, in order."""
        trace = self.folder / "trace"
        lines = trace.read_text(encoding="ascii").splitlines() if trace.exists() else []
        return [(pk, int(pid)) for pk, pid in (line.split() for line in lines)]

    def stop(self) -> None:
        for process in self.processes:
            process.kill()
            process.wait()


def until(condition: Callable[[], Any], seconds: float = 120.0) -> float:
    """Wait for a condition; return the seconds it took."""
    began = time.monotonic()
    while not condition():
        assert time.monotonic() - began < seconds, "it did not happen in time"
        time.sleep(0.02)
    return time.monotonic() - began


def is_alive(pid: int) -> bool:
    """Tell whether a process runs; one that is dead and not yet reaped does not."""
    try:
        return "\nState:\tZ" not in Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    except OSError:
        return False


def ended(*chores: Any) -> bool:
    """Tell whether all of these have come to their end."""
    for chore in chores:
        chore.refresh_from_db()
    return not any(chore.is_active for chore in chores)


def make_database(folder: Path, template: str = "") -> str:
    """Make a database of the same kind as the tests' own, empty or a copy of the template, and return its address."""
    if connections["default"].vendor == "sqlite":
        path = folder / "site.sqlite3"
        if template:
            shutil.copy(template.removeprefix("sqlite:///"), path)
        return f"sqlite:///{path}"
    name = f"chores_{uuid4().hex[:8]}"
    with connections["default"]._nodb_cursor() as cursor:
        cursor.execute(f'CREATE DATABASE "{name}" TEMPLATE "{urlsplit(template).path[1:] or "template1"}"')
    return urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{name}").geturl()


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory, django_db_blocker: Any) -> str:
    """Make the tables once; every site starts with a copy of this database."""
    folder = tmp_path_factory.mktemp("template")
    with django_db_blocker.unblock():
        place = Site(url=make_database(folder), folder=folder)
    assert place.run("migrate", "--run-syncdb", "--verbosity=0", "--skip-checks").wait() == 0
    return place.url


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory, django_db_blocker: Any, template: str) -> Iterator[Site]:
    """Build an installation for this module, and lead this process's connection there."""
    from segmentiq.jobs.tests.chores.tasks import KIND

    folder = tmp_path_factory.mktemp("site")
    with django_db_blocker.unblock():
        place = Site(url=make_database(folder, template), folder=folder)
        JOBS[KIND.path] = KIND
        try:
            with connected(place):
                yield place
        finally:
            del JOBS[KIND.path]


@contextmanager
def connected(place: Site) -> Iterator[None]:
    """Lead this process's connection to a site's database, and stop the site's processes in the end."""
    own = connections["default"]
    there = connections.create_connection("default")
    name = place.url.removeprefix("sqlite:///") if own.vendor == "sqlite" else urlsplit(place.url).path[1:]
    options = {key: value for key, value in own.settings_dict["OPTIONS"].items() if key != "pool"}  # pools go by alias
    there.settings_dict = {**own.settings_dict, "NAME": name, "OPTIONS": options}
    connections["default"] = there
    try:
        yield
    finally:
        place.stop()
        there.close()
        connections["default"] = own


@pytest.fixture
def workers(site: Site) -> Iterator[Callable[..., subprocess.Popen[bytes]]]:
    """Return a function that starts a worker of the site; the worker ends with the test."""
    yield site.worker
    for process in site.processes:
        if process.poll() is None:
            process.send_signal(signal.SIGKILL)
            process.wait()
