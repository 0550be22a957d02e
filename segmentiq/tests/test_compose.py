"""The container files, held to their rules without an engine."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from segmentiq.tests.sources import settings_variables

ROOT = Path(__file__).resolve().parents[2]
DOCKERFILE = (ROOT / "Dockerfile").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))
    return found


def test_the_compose_file_meets_the_specification() -> None:
    check = Path(sys.executable).parent / "check-jsonschema"
    done = subprocess.run(
        [check, "--builtin-schema", "vendor.compose-spec", "docker-compose.yml"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_there_are_a_database_a_migration_a_web_process_and_a_worker(compose: dict[str, Any]) -> None:
    services = compose["services"]
    assert set(services) == {"db", "migrate", "web", "worker"}
    assert services["db"]["image"].startswith("postgres:")
    assert services["migrate"]["command"][-2:] == ["migrate", "--noinput"]
    assert services["worker"]["command"][-1] == "run_worker"


@pytest.mark.parametrize("service", ["migrate", "web", "worker"])
def test_our_services_write_only_to_the_volume_and_to_tmp(compose: dict[str, Any], service: str) -> None:
    found = compose["services"][service]
    assert found["read_only"] is True
    assert found["cap_drop"] == ["ALL"]
    assert found["volumes"] == ["media:/srv/media"]
    assert [entry.partition(":")[0] for entry in found["tmpfs"]] == ["/" + "tmp"]


def test_nothing_starts_without_its_secrets(compose: dict[str, Any]) -> None:
    environment = compose["services"]["web"]["environment"]
    for name in ("SECRET_KEY", "ALLOWED_HOSTS"):
        assert f"${{{name}:?" in environment[name]
    assert "${POSTGRES_PASSWORD:?" in environment["DATABASE_URL"]


def test_every_variable_given_is_one_that_the_settings_read(compose: dict[str, Any]) -> None:
    assert set(compose["services"]["web"]["environment"]) <= set(settings_variables())


def test_web_and_worker_wait_for_the_migration(compose: dict[str, Any]) -> None:
    for service in ("web", "worker"):
        assert compose["services"][service]["depends_on"] == {"migrate": {"condition": "service_completed_successfully"}}


def test_the_image_is_slim_staged_and_without_rights() -> None:
    bases = re.findall(r"^FROM (\S+)", DOCKERFILE, re.MULTILINE)
    assert len(bases) == 2
    assert all(base.endswith("-slim") for base in bases)
    last = DOCKERFILE.rpartition("\nFROM ")[2]
    assert re.search(r"^USER (?!root|0)\w+", last, re.MULTILINE)
    assert "--require-hashes" in DOCKERFILE


def test_the_image_holds_no_secret_and_no_data() -> None:
    ignored = (ROOT / ".dockerignore").read_text(encoding="utf-8").split()
    assert {".env", ".git", "media", "*.sqlite3*"} <= set(ignored)
