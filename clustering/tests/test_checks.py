"""Folders that cannot be written to, can be fetched by anybody, or lie in each other are found before the site starts."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.core.checks import run_checks


def found() -> set[str]:
    return {str(message.id) for message in run_checks(tags=["files", "limits"])}


def test_a_fresh_installation_has_nothing_to_complain_about() -> None:
    assert found() == set()


def test_a_folder_that_cannot_be_written_to_is_found(settings: Any, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    settings.UPLOAD_DIR = tmp_path / "file" / "datasets"
    assert found() == {"datasets.E001"}


def test_customers_files_do_not_lie_where_files_are_served(settings: Any) -> None:
    settings.OUTPUT_DIR = Path(settings.STATIC_ROOT) / "runs"
    assert "clustering.E002" in found()


def test_folders_do_not_lie_in_each_other(settings: Any, tmp_path: Path) -> None:
    settings.UPLOAD_DIR, settings.OUTPUT_DIR = tmp_path, tmp_path / "runs"
    assert found() == {"clustering.E003"}


@pytest.mark.parametrize(("name", "code"), [("MAX_ROWS", "datasets.E003"), ("RUN_TIME_LIMIT_S", "clustering.E004")])
def test_a_limit_of_nothing_is_found(settings: Any, name: str, code: str) -> None:
    setattr(settings, name, 0)
    assert found() == {code}
