"""Hold the code to the house rules: ``make check``. Every check runs, even after one has failed; the end says which failed.

Flows in: the tree. Flows out: what each failing tool prints, and an exit status.
"""

from __future__ import annotations

import os
import secrets
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BIN = ROOT / ".venv" / "bin"
MANAGE = [sys.executable, "manage.py"]
PACKAGES = ["segmentiq", "datasets", "clustering", "bin", "bench"]
TEST_SETTINGS = {"ENV": "dev", "DEBUG": "false", "DATABASE_URL": "sqlite://:memory:"}


def main() -> None:
    failed = [name for name, passes in checks() if not passes]
    if failed:
        sys.exit(f"Failed: {', '.join(failed)}. `make fix` repairs style.")


def checks() -> list[tuple[str, bool]]:
    templates = [str(path.relative_to(ROOT)) for path in sorted((ROOT / "templates").rglob("*.html"))]
    return [
        ("style", run("style", [BIN / "ruff", "check", "--quiet", "."])),
        ("format", run("format", [BIN / "ruff", "format", "--check", "--quiet", "."])),
        ("architecture", run("architecture", [BIN / "lint-imports", "--no-cache"])),
        ("templates", run("templates", [BIN / "djade", "--check", "--target-version", "5.2", *templates])),
        ("indentation", run("indentation", [BIN / "djhtml", "--check", "--tabwidth", "2", *templates])),
        ("migrations", run("migrations", [*MANAGE, "makemigrations", "--check", "--dry-run"], TEST_SETTINGS)),
        ("deployment", run("deployment", [*MANAGE, "check", "--deploy", "--fail-level", "WARNING"], production_settings())),
        ("schema", is_schema_valid()),
        ("types", run("types", [BIN / "mypy", *PACKAGES], TEST_SETTINGS)),
    ]


def run(name: str, command: Sequence[str | Path], environment: dict[str, str] | None = None) -> bool:
    """Run one check; show what it printed only when it fails."""
    started = time.monotonic()
    words = [str(word) for word in command]
    done = subprocess.run(words, cwd=ROOT, env={**os.environ, **(environment or {})}, capture_output=True, text=True, check=False)
    print(f"{'failed' if done.returncode else 'passed'} {time.monotonic() - started:6.1f} s  {name}", flush=True)
    if done.returncode:
        print(done.stdout + done.stderr, flush=True)
    return done.returncode == 0


def production_settings() -> dict[str, str]:
    """Return an environment such as a careful operator would write."""
    return {
        "ENV": "prod",
        "DEBUG": "",
        "HTTPS": "",
        "HSTS_SECONDS": "",
        "SECRET_KEY": secrets.token_urlsafe(50),
        "ALLOWED_HOSTS": "segments.example.org",
        "DATABASE_URL": "sqlite://:memory:",
    }


def is_schema_valid() -> bool:
    """Generate the API's schema without a warning, and hold it to the OpenAPI specification."""
    with tempfile.TemporaryDirectory() as folder:
        schema = Path(folder) / "schema.yaml"
        generate = [*MANAGE, "spectacular", "--validate", "--fail-on-warn", "--file", str(schema)]
        return run("schema", generate, TEST_SETTINGS) and run("OpenAPI", [BIN / "openapi-spec-validator", schema])


if __name__ == "__main__":
    main()
