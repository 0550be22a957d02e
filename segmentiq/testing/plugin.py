"""The fixtures of the whole project: people, places for files, real tables, and rows made through the real services."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from segmentiq.jobs.engine import COMPILED, compiled_folder
from segmentiq.jobs.inline import drain
from segmentiq.testing import factories
from segmentiq.testing.tables import THREE_GROUPS

SHARED_DATA = Path(__file__).resolve().parents[2].parent / "shared" / "data"


@pytest.fixture(autouse=True)
def media(tmp_path: Path, settings: Any) -> Path:
    """Give every test its own empty UPLOAD_DIR and OUTPUT_DIR, below the folder returned."""
    root = tmp_path / "media"
    settings.UPLOAD_DIR, settings.OUTPUT_DIR = root / "datasets", root / "runs"
    settings.MIN_FREE_DISK_BYTES = 0
    return root


@pytest.fixture(autouse=True)
def quick_settings(settings: Any) -> None:
    """Use a quick password hash and static files without a manifest: neither is what a test is about."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    plain = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    settings.STORAGES = {**settings.STORAGES, "staticfiles": plain}


@pytest.fixture(autouse=True)
def machine_of_the_models(media: Path, settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Forecast as modelled: how quick this machine was when it was timed must not decide what a test finds."""
    monkeypatch.setenv(COMPILED, str(compiled_folder()))
    settings.ENGINE_DIR = media / "engine"


@pytest.fixture
def owner(db: None) -> Any:
    return factories.user("olga")


@pytest.fixture
def stranger(db: None) -> Any:
    return factories.user("stan")


@pytest.fixture
def staff(db: None) -> Any:
    """Return a member of staff who may do everything, in the admin too."""
    return factories.user("sita", is_staff=True, is_superuser=True)


@pytest.fixture
def shared_data() -> Path:
    """Return the folder of real tables, or skip: they are not part of the project."""
    if not SHARED_DATA.is_dir():
        pytest.skip("the real tables are not here (../shared/data)")
    return SHARED_DATA


@pytest.fixture(name="drain")
def drain_fixture(db: None) -> Callable[[], int]:
    """Return a function that does all queued work now, in this process."""
    return drain


@pytest.fixture
def make_dataset(owner: Any) -> Callable[..., Any]:
    """Return `make(source=THREE_GROUPS, *, owner=olga, name="")`: a dataset that has been read."""

    def make(source: Any = THREE_GROUPS, **options: Any) -> Any:
        return factories.dataset(source, **{"owner": owner, **options})

    return make


@pytest.fixture
def make_run(make_dataset: Callable[..., Any]) -> Callable[..., Any]:
    """Return `make(dataset=None, **spec)`: a run that has been computed, on a dataset of three groups if none is given."""

    def make(dataset: Any = None, **spec: Any) -> Any:
        return factories.run(dataset or make_dataset(), **spec)

    return make
