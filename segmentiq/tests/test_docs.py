"""The documentation is complete: every setting, command, field of the specification and code of an error stands in it."""

from __future__ import annotations

import re
from dataclasses import fields
from pathlib import Path

import pytest

from segmentiq.ml.spec import METRICS, SegmentationSpec
from segmentiq.problems import CODES
from segmentiq.tests.sources import our_commands, settings_variables

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
EXAMPLE = (ROOT / ".env.example").read_text(encoding="utf-8")
SPECIFICATION = (ROOT / "docs" / "specification.md").read_text(encoding="utf-8")
API = (ROOT / "docs" / "api.md").read_text(encoding="utf-8")
GUIDES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]


def example_variables() -> list[str]:
    return re.findall(r"^([A-Z_]+)=", EXAMPLE, re.MULTILINE)


def test_the_example_settings_name_every_variable_and_no_other() -> None:
    assert sorted(example_variables()) == sorted(settings_variables())


@pytest.mark.parametrize("name", settings_variables())
def test_the_readme_explains_every_variable(name: str) -> None:
    assert re.search(rf"^\|[^|]*`{name}`", README, re.MULTILINE)


@pytest.mark.parametrize("name", our_commands())
def test_the_readme_tells_what_every_command_does(name: str) -> None:
    assert re.search(rf"^\| `{name}` \|", README, re.MULTILINE)


def test_every_command_named_in_the_readme_exists() -> None:
    assert set(re.findall(r"^\| `([a-z_]+)` \| [^|]+ \|$", README, re.MULTILINE)) <= set(our_commands())


@pytest.mark.parametrize("name", [entry.name for entry in fields(SegmentationSpec)])
def test_every_field_of_the_specification_is_explained(name: str) -> None:
    assert f"| `{name}` |" in SPECIFICATION


@pytest.mark.parametrize("word", sorted({*METRICS, *(metric for metrics in METRICS.values() for metric in metrics)}))
def test_every_linkage_and_metric_is_named(word: str) -> None:
    assert f"`{word}`" in SPECIFICATION


def test_every_code_of_an_error_is_explained_with_its_status() -> None:
    told = re.findall(r"^\| (\d{3}) \| `(\w+)` \| (.+) \|$", API, re.MULTILINE)
    assert told == [(str(problem.status), code, problem.meaning) for code, problem in CODES.items()]


@pytest.mark.parametrize("path", GUIDES, ids=lambda path: path.name)
def test_every_link_leads_somewhere(path: Path) -> None:
    links = re.findall(r"\]\((?!https?:)([^)#]+)\)", path.read_text(encoding="utf-8"))
    assert [link for link in links if not (path.parent / link).exists()] == []


@pytest.mark.parametrize("path", GUIDES, ids=lambda path: path.name)
def test_every_file_of_ours_that_is_named_exists(path: Path) -> None:
    named = re.findall(r"`((?:segmentiq|datasets|clustering|templates|docs|bin)/[\w/.]*)`", path.read_text(encoding="utf-8"))
    assert [name for name in named if not (ROOT / name).exists()] == []


def test_every_registry_that_is_named_exists() -> None:
    guide = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    sources = "\n".join(
        file.read_text(encoding="utf-8")
        for package in ("segmentiq", "datasets", "clustering")
        for file in (ROOT / package).rglob("*.py")
    )
    registries = set(re.findall(r"`([A-Z]{4,})`", guide)) - {"CHANGELOG"}
    assert [name for name in sorted(registries) if not re.search(rf"^{name}\b.*=", sources, re.MULTILINE)] == []
