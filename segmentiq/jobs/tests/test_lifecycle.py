"""One row, one winner, one ending: every change of state is a conditional UPDATE."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from datasets.models import Dataset
from segmentiq.jobs.lifecycle import SILENT_AFTER, STALE_AFTER, LeaseLost, Status
from segmentiq.ml.errors import Refusal

pytestmark = [pytest.mark.django_db, pytest.mark.database]
SENTENCE = Refusal("Line 3 has too many fields.", code="ragged_rows", hint="Mend it.")


@pytest.fixture
def job(owner: Any) -> Dataset:
    row: Dataset = Dataset.objects.create(owner=owner, name="a", file_name="a.csv", sha256="0" * 64, size=1)
    return row


@pytest.fixture
def again(job: Dataset) -> Callable[[], Dataset]:
    """Load the row as another process would see it."""
    return lambda: Dataset.objects.get(pk=job.pk)


def test_of_two_claims_one_wins(job: Dataset, again: Callable[[], Dataset]) -> None:
    other = again()
    assert job.claim()
    assert not other.claim()
    assert again().lease == job.lease != ""
    assert again().attempts == 1


def test_progress_is_written_only_under_the_lease(job: Dataset, again: Callable[[], Dataset]) -> None:
    job.claim()
    job.advance("reading", 0.5)
    assert (again().stage, again().progress) == ("reading", 0.5)
    again().cancel()
    with pytest.raises(LeaseLost):
        job.advance("reading", 0.6)


def test_progress_stays_between_nothing_and_all(job: Dataset, again: Callable[[], Dataset]) -> None:
    job.claim()
    job.advance("reading", 7.0)
    assert again().progress == 1.0


def test_a_finished_job_is_done_with_its_results(job: Dataset, again: Callable[[], Dataset]) -> None:
    job.claim()
    job.finish(n_rows=3)
    assert (again().status, again().n_rows, again().lease) == (Status.DONE, 3, "")
    assert again().finished_at is not None


def test_who_lost_the_lease_publishes_nothing(job: Dataset, again: Callable[[], Dataset]) -> None:
    job.claim()
    again().requeue()
    late = again()
    assert late.claim()
    with pytest.raises(LeaseLost):
        job.finish(n_rows=99)
    assert not job.fail(SENTENCE)
    assert again().n_rows is None
    assert again().status == Status.RUNNING


def test_a_failed_job_keeps_its_sentence(job: Dataset, again: Callable[[], Dataset]) -> None:
    job.claim()
    assert job.fail(SENTENCE)
    failed = again()
    assert (failed.status, failed.error_code) == (Status.FAILED, "ragged_rows")
    assert (failed.error_message, failed.error_hint) == (SENTENCE.message, "Mend it.")


def test_cancel_works_once_and_from_queued_or_running_only(job: Dataset, again: Callable[[], Dataset]) -> None:
    assert job.cancel()
    assert not again().cancel()
    assert not again().claim()


def test_a_job_handed_back_does_not_count_the_attempt(job: Dataset, again: Callable[[], Dataset]) -> None:
    job.claim()
    assert job.hand_back()
    assert (again().status, again().attempts) == (Status.QUEUED, 0)


def test_a_job_whose_process_died_counts_the_attempt(job: Dataset, again: Callable[[], Dataset]) -> None:
    job.claim()
    assert job.requeue()
    assert (again().status, again().attempts) == (Status.QUEUED, 1)


def test_a_deleted_row_loses_its_lease(job: Dataset, again: Callable[[], Dataset]) -> None:
    job.claim()
    again().delete()
    assert not job.beat()
    assert not job.holds_lease()


def test_only_a_silent_running_job_is_stale(job: Dataset) -> None:
    job.claim()
    assert not Dataset.objects.stale().exists()
    Dataset.objects.update(beat_at=timezone.now() - STALE_AFTER - timedelta(seconds=1))
    assert Dataset.objects.stale().exists()
    job.beat()
    assert not Dataset.objects.stale().exists()


def test_nothing_is_visible_to_strangers(job: Dataset, owner: Any, stranger: Any, staff: Any) -> None:
    from django.contrib.auth.models import AnonymousUser

    assert Dataset.objects.visible_to(owner).get() == job
    assert Dataset.objects.visible_to(staff).get() == job
    assert not Dataset.objects.visible_to(stranger).exists()
    assert not Dataset.objects.visible_to(AnonymousUser()).exists()
    owner.is_active = False
    assert not Dataset.objects.visible_to(owner).exists()


def test_a_job_whose_worker_is_long_dead_is_shown_as_waiting(job: Dataset, again: Callable[[], Dataset]) -> None:
    job.claim()
    assert again().shown_status == Status.RUNNING
    Dataset.objects.update(beat_at=timezone.now() - SILENT_AFTER)
    assert again().shown_status == Status.QUEUED
    Dataset.objects.update(status=Status.DONE)
    assert again().shown_status == Status.DONE
