"""`make run` in its parts: the settings file, the first administrator, the sample, the static files, the supervisor."""

from __future__ import annotations

import importlib.util
import os
import signal
import socket
import stat
import subprocess
import sys
import time
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING

import pytest
from django.contrib.auth import authenticate, get_user_model
from django.core.management import CommandError, call_command

from datasets.models import Dataset
from segmentiq.preparation import collect_static, load_sample, make_first_admin

if TYPE_CHECKING:
    from pytest_django import Settings

ROOT = Path(__file__).resolve().parents[2]


def load(name: str) -> ModuleType:
    """Import one of the scripts in bin/, which is no package."""
    spec = importlib.util.spec_from_file_location(f"bin_{name}", ROOT / "bin" / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


start = load("start")
setup = load("setup")


def test_the_settings_file_gets_a_random_key_and_is_private(tmp_path: Path) -> None:
    texts = []
    for name in ("one", "two"):
        start.ensure_env_file(tmp_path / name, ROOT / ".env.example")
        texts.append((tmp_path / name).read_text())
        assert stat.S_IMODE((tmp_path / name).stat().st_mode) == 0o600
    keys = [next(line for line in text.splitlines() if line.startswith("SECRET_KEY=")) for text in texts]
    assert keys[0] != keys[1]
    assert all(len(key) >= len("SECRET_KEY=") + 50 for key in keys)


def test_a_settings_file_that_is_there_is_never_touched(tmp_path: Path) -> None:
    path = tmp_path / ".env"
    path.write_text("SECRET_KEY=mine\n")
    start.ensure_env_file(path, ROOT / ".env.example")
    assert path.read_text() == "SECRET_KEY=mine\n"


def test_what_was_prepared_is_prepared_again_when_the_database_is_another(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path / 'db.sqlite3'}")
    without = start.state()
    (tmp_path / "db.sqlite3").touch()
    assert start.state() != without
    assert start.state() == start.state()
    monkeypatch.setenv("DATABASE_URL", "postgres://user@host/name")
    assert start.state() != start.state()


def test_a_taken_port_is_named_before_anything_starts() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.raises(SystemExit, match=r"cannot be used .* make run PORT="):
            start.refuse_taken_port("127.0.0.1", taken.getsockname()[1])


def test_a_program_that_dies_is_started_again_and_the_pause_grows() -> None:
    program = start.Program("short one", [sys.executable, "-c", "pass"])
    pauses = []
    for _ in range(2):
        program.start()
        program.process.wait()
        program.watch()
        pauses.append(program.pause)
    assert pauses == [1.0, 2.0]


def test_a_program_that_ignores_the_request_to_end_is_killed() -> None:
    stubborn = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('up', flush=True); time.sleep(60)"
    program = start.Program("stubborn one", [sys.executable, "-c", stubborn])
    program.start()
    time.sleep(0.3)
    program.stop()
    program.wait(time.monotonic() + 0.2)
    assert program.process.poll() == -signal.SIGKILL


@pytest.mark.skipif(sys.platform != "linux", reason="the kernel's promise is Linux's")
def test_what_was_started_ends_with_the_supervisor(tmp_path: Path) -> None:
    parent = (
        "import importlib.util, sys, time\n"
        f"spec = importlib.util.spec_from_file_location('start', {str(ROOT / 'bin' / 'start.py')!r})\n"
        "start = importlib.util.module_from_spec(spec); spec.loader.exec_module(start)\n"
        "program = start.Program('child', [sys.executable, '-c', 'import time; time.sleep(60)']); program.start()\n"
        "print(program.process.pid, flush=True); time.sleep(60)\n"
    )
    supervisor = subprocess.Popen([sys.executable, "-c", parent], stdout=subprocess.PIPE, text=True)
    assert supervisor.stdout is not None
    child = int(supervisor.stdout.readline())
    supervisor.kill()
    supervisor.wait()
    supervisor.stdout.close()
    deadline = time.monotonic() + 5
    while is_running(child) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not is_running(child)


def is_running(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2][0] != "Z"
    except FileNotFoundError:
        return False


@pytest.mark.django_db
def test_the_first_administrator_can_sign_in_and_is_made_once() -> None:
    password = make_first_admin()
    assert password is not None
    assert authenticate(username="admin", password=password) is not None
    assert make_first_admin() is None
    with pytest.raises(CommandError, match="changepassword"):
        call_command("first_admin")


@pytest.mark.django_db
def test_the_sample_is_loaded_once() -> None:
    make_first_admin()
    assert len(list(load_sample())) == 2
    assert list(load_sample()) == []
    samples = Dataset.objects.filter(is_sample=True)
    assert {sample.file_name for sample in samples} == {"customers.csv", "orders.csv"}
    assert {sample.owner for sample in samples} == {get_user_model().objects.get(is_superuser=True)}


@pytest.mark.django_db
def test_the_sample_waits_for_an_administrator() -> None:
    assert "first_admin" in " ".join(load_sample())
    assert not Dataset.objects.exists()


def test_static_files_are_collected_only_when_something_changed(settings: Settings, tmp_path: Path) -> None:
    settings.STATIC_ROOT = tmp_path / "static"
    settings.STATIC_ROOT.mkdir()
    assert list(collect_static()) != []
    assert list(collect_static()) == []
    (settings.STATIC_ROOT / ".stamp").write_text("another version")
    assert list(collect_static()) != []


def test_requirements_are_installed_again_only_when_they_changed(tmp_path: Path) -> None:
    path = tmp_path / "requirements.txt"
    path.write_text("django==5.2\n")
    before = setup.fingerprint([path])
    assert setup.fingerprint([path]) == before
    path.write_text("django==5.2.1\n")
    assert setup.fingerprint([path]) != before


def test_pip_is_found_in_a_folder_of_wheels(tmp_path: Path) -> None:
    assert setup.find_wheel(tmp_path) is None
    (tmp_path / "pip-23.0-py3-none-any.whl").touch()
    (tmp_path / "setuptools-66.0-py3-none-any.whl").touch()
    assert setup.find_wheel(tmp_path).name == "pip-23.0-py3-none-any.whl"


def test_every_command_of_the_makefile_says_what_it_does() -> None:
    done = subprocess.run(
        ["make", "--no-print-directory", "help"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "MAKEFLAGS": ""},
    )
    said = {line.split()[1] for line in done.stdout.splitlines()}
    assert said == {"help", "run", "test", "check", "fix", "setup", "setup-dev", "bench", "lock"}
