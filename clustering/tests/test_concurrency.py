"""Two at the same rows at the same moment: quotas stay exact, and deleting waits for who publishes.

On PostgreSQL only: SQLite has one writer at a time, and the tests' own lives in memory, where a second connection cannot wait.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connection, connections, transaction

from clustering import services
from clustering.models import Artifact, Run
from datasets import services as dataset_services
from datasets.models import Dataset
from segmentiq.ml.errors import Refusal
from segmentiq.ml.spec import SegmentationSpec
from segmentiq.testing.factories import file_of
from segmentiq.testing.tables import THREE_GROUPS

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has one writer at a time"),
]
Make = Callable[..., Any]


def aside(work: Callable[[], Any]) -> Callable[[], Any]:
    """Return the work as a thread does it, with a connection of its own; a refusal is told by its code."""

    def do() -> Any:
        try:
            return work()
        except Refusal as refusal:
            return refusal.code
        finally:
            connections.close_all()

    return do


QUOTAS = [
    ("MAX_DATASETS_PER_USER", 3, "too_many_datasets"),
    ("MAX_BYTES_PER_USER", 3 * len(THREE_GROUPS), "storage_quota"),
]


@pytest.mark.parametrize(("limit", "value", "code"), QUOTAS)
def test_twenty_uploads_at_once_cannot_pass_a_quota(owner: Any, settings: Any, limit: str, value: int, code: str) -> None:
    setattr(settings, limit, value)
    upload = aside(lambda: dataset_services.upload(owner=owner, uploaded=file_of(THREE_GROUPS)))
    with ThreadPoolExecutor(8) as pool:
        told = [future.result() for future in [pool.submit(upload) for _ in range(20)]]
    assert told.count(code) == 17
    assert Dataset.objects.count() == 3


@pytest.mark.parametrize("forget", [services.delete_run, lambda run: dataset_services.delete(run.dataset)])
def test_deleting_waits_for_a_worker_that_publishes(make_dataset: Make, owner: Any, forget: Callable[[Run], None]) -> None:
    run = services.train(dataset=make_dataset(), spec=SegmentationSpec(), requested_by=owner)
    run.claim()
    deleting = threading.Thread(target=aside(lambda: forget(Run.objects.get(pk=run.pk))))
    with transaction.atomic():
        run.finish()
        Artifact.objects.create(run=run, name="top.json", path="a", sha256="0" * 64, size=1)
        deleting.start()
        deleting.join(0.5)
        assert deleting.is_alive()
    deleting.join(30)
    assert not Run.objects.exists()
    assert not Artifact.objects.exists()
