"""Who may call whom: the contracts of pyproject.toml, and what really gets loaded into the web process."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
HEAVY = {"sklearn", "matplotlib", "numba", "scipy", "pandas", "pyarrow", "fastcluster"}
LOAD_THE_WEB = """
import json, re, sys
from pathlib import Path
import segmentiq.wsgi
from django.urls import get_resolver
get_resolver().url_patterns
get_resolver().reverse_dict
from django.contrib import admin
admin.autodiscover()
print(json.dumps([sorted({name.partition(".")[0] for name in sys.modules}),
                  int(re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())[1]) // 1024]))
"""


@pytest.fixture(scope="module")
def web() -> tuple[set[str], int]:
    """Return the top-level modules that a web process holds once its routes are loaded, and its peak memory in MiB."""
    environment = {**os.environ, "ENV": "dev", "DATABASE_URL": "sqlite://:memory:"}
    done = subprocess.run(
        [sys.executable, "-c", LOAD_THE_WEB], cwd=ROOT, env=environment, capture_output=True, text=True, check=True
    )
    modules, memory = json.loads(done.stdout.splitlines()[-1])
    return set(modules), memory


def test_every_import_goes_downwards() -> None:
    done = subprocess.run(
        [Path(sys.executable).parent / "lint-imports", "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout[-4000:]


def test_the_web_process_loads_no_heavy_library(web: tuple[set[str], int]) -> None:
    assert not web[0] & HEAVY


def test_the_web_process_stays_small(web: tuple[set[str], int]) -> None:
    assert web[1] <= 130
