"""`./manage.py` works for who never activated an environment, and says what is missing where there is none."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def run(*words: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run([str(word) for word in words], capture_output=True, text=True, timeout=60, check=False)


def test_a_python_without_django_and_no_environment_is_one_sentence(tmp_path: Path) -> None:
    shutil.copy(ROOT / "manage.py", tmp_path)
    done = run(sys.executable, "-S", tmp_path / "manage.py", "help")
    assert (done.returncode, done.stderr) == (1, "Django is not installed here: run `make setup` first.\n")


def test_an_environment_without_django_is_not_asked_again(tmp_path: Path) -> None:
    shutil.copy(ROOT / "manage.py", tmp_path)
    python = tmp_path / ".venv" / "bin" / "python"
    assert run(sys.executable, "-m", "venv", "--without-pip", tmp_path / ".venv").returncode == 0
    assert run(python, tmp_path / "manage.py", "help").stderr.startswith("Django is not installed here")
    assert run(sys.executable, "-S", tmp_path / "manage.py", "help").stderr.startswith("Django is not installed here")


def test_any_python_hands_over_to_the_one_that_was_set_up() -> None:
    if not (ROOT / ".venv" / "bin" / "python").exists():
        pytest.skip("no .venv here")
    done = run(Path(sys.base_prefix) / "bin" / "python3", "-S", ROOT / "manage.py", "segment", "--help")
    assert done.returncode == 0, done.stderr
    assert "./manage.py segment customers.csv" in " ".join(done.stdout.split())
