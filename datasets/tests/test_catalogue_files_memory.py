"""The whole catalogue of bad files against one web process: no 5xx, and hardly more memory than before.

The process is a real one (the WSGI application on a copy of the database) and is handed each upload as a server hands it over: a
stream on disk. So what is measured is what the checks and the parsing of the form take, and nothing that a test does.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from datasets.reader.tests.workbooks import with_entries
from datasets.tests import test_catalogue_files_containers as containers
from datasets.tests import test_catalogue_files_text as text
from datasets.tests import test_catalogue_files_workbooks as workbooks
from datasets.tests.catalogue import UPLOAD, Case
from segmentiq.tokens import issue_token

ROOT = Path(__file__).resolve().parents[2]
MAX_GROWTH_MB = 50
HEAVY = {"sklearn", "matplotlib", "numba", "scipy", "pandas", "pyarrow", "numpy"}
SERVE = """
import json, os, sys, time
from pathlib import Path
from segmentiq.wsgi import application
token, folder, path = sys.argv[1:]
def resident(key):
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith(key))
def serve(body):
    statuses = []
    with body.open("rb") as stream:
        environ = {"REQUEST_METHOD": "POST", "PATH_INFO": path, "SCRIPT_NAME": "", "QUERY_STRING": "", "SERVER_NAME": "localhost",
                   "SERVER_PORT": "80", "SERVER_PROTOCOL": "HTTP/1.1", "wsgi.version": (1, 0), "wsgi.url_scheme": "http",
                   "wsgi.input": stream, "wsgi.errors": sys.stderr, "wsgi.multithread": False, "wsgi.multiprocess": False,
                   "wsgi.run_once": False, "CONTENT_TYPE": "multipart/form-data; boundary=q", "HTTP_HOST": "localhost",
                   "CONTENT_LENGTH": str(body.stat().st_size), "HTTP_AUTHORIZATION": f"Token {token}"}
        answer = application(environ, lambda status, headers, *_: statuses.append(int(status[:3])))
        told = b"".join(answer)
        answer.close()
    return statuses[0], (json.loads(told)["error"] or {}).get("code"), time.process_time()
bodies = sorted(Path(folder).iterdir())
serve(bodies[0])
before = resident("VmRSS")
Path("/proc/self/clear_refs").write_text("5")
started, answers = time.process_time(), {}
for body in bodies:
    status, code, now = serve(body)
    answers[body.name] = [status, code, now - started]
    started = now
modules = sorted({name.partition(".")[0] for name in sys.modules})
print(json.dumps({"answers": answers, "before": before, "peak": resident("VmHWM"), "modules": modules}))
"""


def catalogue() -> Iterator[tuple[str, Case]]:
    for cases in (text.REFUSED, containers.CASES, workbooks.REFUSED):
        yield from cases.items()
    yield from ((words, case) for words, (case, _) in text.READ.items())
    yield "a million short lines", Case(content=b"a\n" * 1_500_000)
    yield "lines of quotation marks", Case(content=b'"a"\n' * 600_000)
    yield "2,000,001 rows", Case(content=b"a,b\n" + b"1,2\n" * 2_000_001)
    yield "a million parts", Case(content=lambda: with_entries(workbooks.BOOK, 1_000_000), name="a.xlsx")


def write_bodies(folder: Path) -> dict[str, Case]:
    """Write each case as the body of an upload; return them by file name."""
    folder.mkdir()
    written = {}
    for number, (words, case) in enumerate(catalogue()):
        head = f'--q\r\nContent-Disposition: form-data; name="file"; filename="{case.name}"\r\nContent-Type: text/plain\r\n\r\n'
        body = folder / f"{number:03d} {words.replace('/', ' ')}"
        body.write_bytes(head.encode() + case.build() + b"\r\n--q--\r\n")
        written[body.name] = case
    return written


@pytest.fixture
def served(transactional_db: None, tmp_path: Path, owner: Any, settings: Any) -> tuple[dict[str, Case], dict[str, Any]]:
    """Serve the catalogue in a process of its own; return the cases and what the process says."""
    from django.db import connection

    if connection.vendor != "sqlite":
        pytest.skip("one database is enough for measuring memory")
    token, copy = issue_token(owner)[1], tmp_path / "copy.sqlite3"
    with connection.cursor() as cursor:
        cursor.execute("VACUUM INTO %s", [str(copy)])
    cases = write_bodies(tmp_path / "bodies")
    environment = {
        **os.environ,
        "ENV": "dev",
        "DATABASE_URL": f"sqlite:///{copy}",
        "UPLOAD_DIR": str(settings.UPLOAD_DIR),
        "OUTPUT_DIR": str(settings.OUTPUT_DIR),
        "MIN_FREE_DISK_MB": "1",
    }
    arguments = [sys.executable, "-c", SERVE, token, str(tmp_path / "bodies"), UPLOAD]
    done = subprocess.run(arguments, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-4000:]
    return cases, json.loads(done.stdout.splitlines()[-1])


def test_the_web_process_survives_the_catalogue_without_growing(served: tuple[dict[str, Case], dict[str, Any]]) -> None:
    cases, told = served
    answers = told["answers"]
    assert {name: answer for name, answer in answers.items() if answer[0] not in (201, 413, 415, 422)} == {}
    expected = {name: case.code for name, case in cases.items() if case.code and not case.is_late}
    assert {name: answers[name][1] for name in expected} == expected
    assert max(seconds for _, _, seconds in answers.values()) <= 5
    assert told["peak"] - told["before"] <= MAX_GROWTH_MB
    assert HEAVY & set(told["modules"]) == set()
