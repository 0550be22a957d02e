"""A web process that has served every page and every API address: still without the scientific stack, and small."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from segmentiq.testing.tables import ORDERS

ROOT = Path(__file__).resolve().parents[2]
HEAVY = {"sklearn", "matplotlib", "numba", "scipy", "pandas", "pyarrow", "fastcluster"}
MAX_RESIDENT_MB = 130
SERVE = """
import json, os, sys
import segmentiq.wsgi
from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
settings.ALLOWED_HOSTS = ["testserver"]
settings.STORAGES = {**settings.STORAGES, "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
dataset, run, orders, username = sys.argv[1:]
client = Client()
client.force_login(get_user_model().objects.get(username=username))
statuses = {}
def serve(method, path, *, html=False, **data):
    extra = {"headers": {"Accept": "text/html"}} if html else {}
    response = getattr(client, method)(path, **data, **extra)
    body = b"".join(response.streaming_content) if response.streaming else response.content
    statuses[f"{method} {path}{' as html' if html else ''}"] = [response.status_code, len(body)]
    return response
pages = ["/", "/datasets", "/datasets/upload", f"/datasets/{dataset}", f"/datasets/{dataset}/segment",
         f"/datasets/{dataset}/delete", f"/datasets/{orders}", f"/datasets/{orders}/customers",
         "/runs", f"/runs/{run}", f"/runs/{run}?k=4", f"/runs/{run}/delete",
         f"/runs/{run}/assignments.csv", f"/runs/{run}/assignments.xlsx", f"/runs/{run}/dendrogram.svg",
         f"/runs/{run}/dendrogram.png", f"/runs/{run}/report.json",
         f"/runs/{run}/customer?row=3", f"/runs/{run}/customers?segment=1", f"/runs/{run}/drawn.json",
         "/account/tokens", "/account/logout/", "/account/password/change/", "/healthz", "/readyz", "/docs", "/redoc",
         "/admin/", "/admin/datasets/dataset/", f"/admin/datasets/dataset/{dataset}/change/", "/admin/clustering/run/",
         f"/admin/clustering/run/{run}/change/"]
api = ["/datasets", f"/datasets/{dataset}", f"/datasets/{dataset}/rows", f"/datasets/{dataset}/file",
       f"/datasets/{orders}/customers", "/clustering/runs",
       f"/clustering/runs/{run}", f"/clustering/runs/{run}/tree", f"/clustering/runs/{run}/dendrogram",
       f"/clustering/runs/{run}/dendrogram?format=svg&k=4", f"/clustering/runs/{run}/assignments",
       f"/clustering/runs/{run}/assignments?format=csv", f"/clustering/runs/{run}/segments", "/schema", "/tokens", "/"]
for path in pages:
    serve("get", path)
for path in api:
    serve("get", "/api/v1" + path)
for path in ("/datasets", f"/datasets/{dataset}", "/clustering/runs", f"/clustering/runs/{run}"):
    serve("get", "/api/v1" + path, html=True)
file = SimpleUploadedFile("new.csv", b"id,a,b\\n1,2,3\\n2,4,5\\n3,6,8\\n4,1,1\\n")
serve("post", "/api/v1/datasets/upload", data={"file": file})
book = SimpleUploadedFile("book.xlsx", open(os.environ["BOOK"], "rb").read())
serve("post", "/api/v1/datasets/upload", data={"file": book})
serve("post", f"/api/v1/datasets/{orders}/customers", data={}, content_type="application/json")
form = {"how_many": "auto", "linkage": "ward", "metric": "euclidean", "scaling": "standard", "log": "none", "missing": "impute",
        "columns": ["age", "spending"]}
asked = {"dataset_id": dataset, "n_clusters": 5}
serve("post", "/api/v1/clustering/train", data=asked, content_type="application/json")
serve("post", f"/datasets/{dataset}/forecast", data=form)
serve("post", f"/datasets/{dataset}/segment", data=form)
serve("post", f"/runs/{run}/apart", data={"at": [0, 1, 2]}, content_type="application/json")
serve("post", f"/api/v1/clustering/runs/{run}/cut", data={"k": 4}, content_type="application/json")
serve("patch", f"/api/v1/clustering/runs/{run}/segments/1", data={"name": "Ours"}, content_type="application/json")
serve("get", "/nowhere")
serve("delete", f"/api/v1/clustering/runs/{run}")
serve("delete", f"/api/v1/datasets/{dataset}")
resident = next(int(line.split()[1]) // 1024 for line in open("/proc/self/status") if line.startswith("VmRSS"))
print(json.dumps({"statuses": statuses, "modules": sorted({n.partition(".")[0] for n in sys.modules}), "resident": resident}))
"""


@pytest.fixture
def served(
    transactional_db: None,
    tmp_path: Path,
    make_run: Callable[..., Any],
    make_dataset: Callable[..., Any],
    staff: Any,
    settings: Any,
) -> dict[str, Any]:
    """Serve everything in a process of its own and return what it says about itself."""
    database = settings.DATABASES["default"]
    if not database["ENGINE"].endswith("sqlite3"):
        pytest.skip("one database is enough for counting modules")
    from django.db import connection

    run, orders = make_run(), make_dataset(ORDERS)
    copy = tmp_path / "copy.sqlite3"
    with connection.cursor() as cursor:
        cursor.execute("VACUUM INTO %s", [str(copy)])
    book = tmp_path / "book.xlsx"
    workbook(book)
    environment = {
        **os.environ,
        "ENV": "dev",
        "DATABASE_URL": f"sqlite:///{copy}",
        "UPLOAD_DIR": str(settings.UPLOAD_DIR),
        "OUTPUT_DIR": str(settings.OUTPUT_DIR),
        "STATIC_ROOT": str(tmp_path),
        "BOOK": str(book),
        "MIN_FREE_DISK_MB": "1",
    }
    arguments = [sys.executable, "-c", SERVE, str(run.dataset_id), str(run.pk), str(orders.pk), staff.username]
    done = subprocess.run(arguments, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-4000:]
    return json.loads(done.stdout.splitlines()[-1])  # type: ignore[no-any-return]


def workbook(path: Path) -> None:
    from openpyxl import Workbook

    book = Workbook()
    for row in (["id", "a", "b"], [1, 2, 3], [2, 4, 5], [3, 6, 8]):
        book.active.append(row)
    book.save(path)


def test_serving_everything_needs_no_scientific_stack_and_little_memory(served: dict[str, Any]) -> None:
    refused = {path: status for path, (status, _) in served["statuses"].items() if status >= 400}
    assert refused == {"get /nowhere": 404}
    assert HEAVY & set(served["modules"]) == set()
    assert served["resident"] <= MAX_RESIDENT_MB
