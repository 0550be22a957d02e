"""Where our own source files are: what the house rules are held against."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PLACES = ("segmentiq", "datasets", "clustering", "bin", "bench", "templates")


def files(*endings: str) -> Iterator[Path]:
    """Yield our files with one of the endings; migrations are written by Django."""
    for place in PLACES:
        for path in sorted((ROOT / place).rglob("*")):
            if path.suffix in endings and "migrations" not in path.parts and "__pycache__" not in path.parts:
                yield path


def short(path: Path) -> str:
    return str(path.relative_to(ROOT))


def lacking_tests(named: Iterable[str]) -> list[str]:
    """Return those of the tests named `module.function` that do not exist."""
    lacking = []
    for name in named:
        module, _, function = name.rpartition(".")
        texts = [path.read_text(encoding="utf-8") for path in files(".py") if path.stem == module and "tests" in path.parts]
        if not any(f"def {function}(" in text for text in texts):
            lacking.append(name)
    return lacking


def settings_variables() -> list[str]:
    """Return the names of the environment variables that the settings read, in order."""
    text = (ROOT / "segmentiq" / "settings.py").read_text(encoding="utf-8")
    return re.findall(r'\benv\.\w+\(\s*"([A-Z_]+)"', text)


def our_commands() -> list[str]:
    """Return the names of the management commands written by us."""
    return sorted(path.stem for path in ROOT.glob("*/management/commands/*.py") if not path.stem.startswith("_"))
