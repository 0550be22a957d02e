"""A process that computes gets its threads and a folder for compiled code, wherever that can be."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import pytest

from segmentiq.jobs.engine import COMPILED, compiled_folder, engine_environment, speeds_path
from segmentiq.jobs.limits import run_limits


@pytest.fixture(autouse=True)
def own_folder(settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    settings.ENGINE_DIR = tmp_path / "engine"
    monkeypatch.delenv(COMPILED, raising=False)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


def test_the_libraries_get_one_thread_and_the_engine_those_of_the_setting(settings: Any) -> None:
    settings.ENGINE_THREADS = 3
    told = engine_environment()
    assert told["ENGINE_THREADS"] == "3"
    assert {told[name] for name in told if name.endswith("NUM_THREADS")} == {"1"}


def test_the_libraries_obey(settings: Any) -> None:
    script = (
        "import numpy, scipy.linalg, sklearn.neighbors, threadpoolctl;"
        "print(max(pool['num_threads'] for pool in threadpoolctl.threadpool_info()))"
    )
    environment = {**os.environ, **engine_environment()}
    done = subprocess.run([sys.executable, "-c", script], env=environment, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "1"


def test_compiled_code_lies_beside_the_speeds_in_a_folder_of_its_own(own_folder: Path) -> None:
    assert compiled_folder() == own_folder / "engine" / "compiled"
    assert stat.S_IMODE(compiled_folder().stat().st_mode) == 0o700
    assert speeds_path() == own_folder / "engine" / "speeds.json"


def test_a_folder_that_the_environment_names_is_taken(own_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(COMPILED, str(own_folder / "elsewhere"))
    assert compiled_folder() == own_folder / "elsewhere"


def test_where_it_cannot_be_written_a_private_folder_serves_and_it_is_said(
    own_folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (own_folder / "engine").write_text("a file is in the way")
    found = compiled_folder()
    assert found == own_folder / f"segmentiq-compiled-{os.getuid()}"
    assert stat.S_IMODE(found.stat().st_mode) == 0o700
    assert "cannot be written to" in caplog.text
    assert compiled_folder() == found


def test_a_temporary_folder_that_others_can_write_to_is_not_trusted_with_code(own_folder: Path) -> None:
    (own_folder / "engine").write_text("a file is in the way")
    shared = own_folder / f"segmentiq-compiled-{os.getuid()}"
    shared.mkdir()
    shared.chmod(0o777)
    found = compiled_folder()
    assert found != shared
    assert stat.S_IMODE(found.stat().st_mode) == 0o700


def test_the_limits_of_a_run_are_those_of_the_settings(settings: Any) -> None:
    settings.RUN_TIME_LIMIT_S, settings.WORKER_MEMORY_MB = 77, 512
    assert run_limits() == {"memory_bytes": 512 * 2**20, "limit_s": 77, "speeds": {}}
    speeds_path().parent.mkdir(parents=True)
    speeds_path().write_text('{"speeds": {"condensed": 2.5}}')
    assert run_limits()["speeds"] == {"condensed": 2.5}
