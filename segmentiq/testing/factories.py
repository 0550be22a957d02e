"""Rows for tests, made through the same services and the same working functions as real ones.

Flows in: the text or path of a file and a specification. Flows out: a dataset that was really read, a run that was really
computed. Nothing is faked, so a test that starts from a factory starts from a state the product can reach.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.core.files.uploadedfile import SimpleUploadedFile

from segmentiq.jobs.inline import drain
from segmentiq.testing.tables import THREE_GROUPS

if TYPE_CHECKING:
    from clustering.models import Run
    from datasets.models import Dataset

PASSWORD = "a-password-of-length"


def user(username: str, **extra: Any) -> Any:
    """Create a person who can sign in with `PASSWORD`."""
    from django.contrib.auth import get_user_model

    return get_user_model().objects.create_user(username, f"{username}@example.org", PASSWORD, **extra)


def file_of(source: str | bytes | Path, name: str = "customers.csv") -> SimpleUploadedFile:
    """Return what a form or an API request would hand to `datasets.services.upload`."""
    if isinstance(source, Path):
        return SimpleUploadedFile(source.name, source.read_bytes())
    content = source.encode() if isinstance(source, str) else source
    return SimpleUploadedFile(name, content)


def settled(job: Any) -> Any:
    """Do all queued work in this process and return the job as it ended; a crash of ours is never what a test starts from."""
    drain()
    job.refresh_from_db()
    assert job.error_code != "internal_error", job.error_message
    return job


def dataset(source: str | bytes | Path = THREE_GROUPS, *, owner: Any, name: str = "", **extra: Any) -> Dataset:
    """Upload and read a file; the dataset comes back as the reader left it (ready, or failed with its sentence)."""
    from datasets.services import upload

    return settled(upload(owner=owner, uploaded=file_of(source), name=name, **extra))  # type: ignore[no-any-return]


def run(of: Dataset, **spec: Any) -> Run:
    """Segment a dataset; stability is off unless asked for, because it takes most of the time."""
    from clustering.services import train
    from segmentiq.ml.spec import SegmentationSpec

    asked = SegmentationSpec.from_mapping({"stability": False, **spec})
    return settled(train(dataset=of, spec=asked, requested_by=of.owner))  # type: ignore[no-any-return]
