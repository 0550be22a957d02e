"""Settings: what production refuses, in one sentence, through every door; what an unreadable value says."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from segmentiq.environment import Environment
from segmentiq.tests.sources import settings_variables

ROOT = Path(__file__).resolve().parents[2]
KEY = "0123456789abcdefghijklmnopqrstuvwxyz0123456789abcdefghijklmnopqrstuvwxyz"
SAFE = {"ENV": "prod", "SECRET_KEY": KEY, "ALLOWED_HOSTS": "segments.example.org", "DATABASE_URL": "sqlite://:memory:"}
UNSAFE = {
    "DEBUG": ({"DEBUG": "true"}, "DEBUG"),
    "no key": ({"SECRET_KEY": ""}, "SECRET_KEY"),
    "short key": ({"SECRET_KEY": "short"}, "SECRET_KEY"),
    "monotonous key": ({"SECRET_KEY": "a" * 60}, "SECRET_KEY"),
    "no host": ({"ALLOWED_HOSTS": ""}, "ALLOWED_HOSTS"),
    "any host": ({"ALLOWED_HOSTS": "segments.example.org,*"}, "ALLOWED_HOSTS"),
    "unknown ENV": ({"ENV": "production"}, "ENV"),
    "no number": ({"MAX_ROWS": "many"}, "MAX_ROWS"),
}
DOORS = {
    "manage.py": [sys.executable, "manage.py", "migrate"],
    "gunicorn": [sys.executable, "-m", "gunicorn", "--check-config"],
}


def start(door: str, **changes: str) -> subprocess.CompletedProcess[str]:
    """Open a door with a safe production environment, changed as asked; nothing of this machine's own settings remains."""
    clean = dict.fromkeys([*settings_variables(), "DJANGO_ALLOW_ASYNC_UNSAFE"], "")
    environment = {**os.environ, **clean, "DJANGO_SETTINGS_MODULE": "segmentiq.settings", **SAFE, **changes}
    return subprocess.run(DOORS[door], cwd=ROOT, env=environment, capture_output=True, text=True, check=False)


@pytest.mark.parametrize(
    ("name", "door"), [*((name, "manage.py") for name in UNSAFE), ("DEBUG", "gunicorn"), ("no key", "gunicorn")]
)
def test_an_unsafe_value_stops_the_start_with_one_sentence(name: str, door: str) -> None:
    changes, word = UNSAFE[name]
    done = start(door, **changes)
    assert done.returncode != 0
    assert re.fullmatch(rf"{word} [^\n]+\.\n", done.stdout + done.stderr)


def test_a_safe_production_environment_starts() -> None:
    assert start("gunicorn").returncode == 0


def test_the_deployment_check_is_clean_in_production() -> None:
    clean = dict.fromkeys([*settings_variables(), "DJANGO_ALLOW_ASYNC_UNSAFE"], "")
    done = subprocess.run(
        [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "WARNING"],
        cwd=ROOT,
        env={**os.environ, **clean, **SAFE},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


def test_development_needs_no_variable() -> None:
    assert not settings.DEBUG
    assert "*" not in settings.ALLOWED_HOSTS


def test_media_is_never_served_by_django_itself() -> None:
    assert not settings.MEDIA_URL.strip("/")


@pytest.fixture
def words(monkeypatch: pytest.MonkeyPatch) -> Environment:
    for name, value in {
        "EMPTY": "",
        "WORD": " dev ",
        "LIST": "a, b,,c",
        "YES": "On",
        "MAYBE": "perhaps",
        "MANY": "1_000",
    }.items():
        monkeypatch.setenv(name, value)
    return Environment()


def test_an_empty_value_means_the_default(words: Environment) -> None:
    assert words.word("EMPTY", "x") == "x"
    assert words.words("EMPTY", ["x"]) == ["x"]
    assert words.flag("EMPTY", True) is True
    assert words.whole("EMPTY", 7) == 7


def test_values_are_read(words: Environment) -> None:
    assert words.word("WORD", "") == "dev"
    assert words.words("LIST", []) == ["a", "b", "c"]
    assert words.flag("YES", False) is True
    assert words.whole("MANY", 0) == 1000


@pytest.mark.parametrize("value", ["-1", "1.5", "1e3", "0x10", "٣", "9" * 30, "0"])
def test_what_is_not_a_whole_number_in_range_is_refused(value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MAX_ROWS", value)
    with pytest.raises(ImproperlyConfigured, match="MAX_ROWS must be a whole number"):
        Environment().whole("MAX_ROWS", 5)


def test_a_word_that_is_neither_yes_nor_no_is_refused(words: Environment) -> None:
    with pytest.raises(ImproperlyConfigured, match="MAYBE must be true or false"):
        words.flag("MAYBE", False)


@pytest.mark.parametrize("value", ["mysql://u:secret@h/n", "nonsense", "postgres://u:secret@host:port/n"])
def test_a_refused_database_address_is_not_repeated(value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", value)
    with pytest.raises(ImproperlyConfigured, match="DATABASE_URL must read") as refusal:
        Environment().database("DATABASE_URL", "")
    assert "secret" not in str(refusal.value)


def test_an_unknown_time_zone_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    for zone in ("Berlin", "../etc/passwd", "/etc/localtime"):
        monkeypatch.setenv("TIME_ZONE", zone)
        with pytest.raises(ImproperlyConfigured, match="TIME_ZONE must be"):
            Environment().zone("TIME_ZONE", "UTC")
