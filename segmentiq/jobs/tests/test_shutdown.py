"""Workers that come and go: told to stop, killed, and several at one queue."""

from __future__ import annotations

import signal
import subprocess
from collections.abc import Callable
from typing import Any

import pytest

from segmentiq.jobs.beats import worker_is_alive
from segmentiq.jobs.lifecycle import Status
from segmentiq.jobs.tests.conftest import Site, ended, is_alive, until

pytestmark = pytest.mark.database
Workers = Callable[..., "subprocess.Popen[bytes]"]


def begin(site: Site, chore: Any) -> int:
    """Wait until a chore has begun; return the process that does it."""
    until(lambda: str(chore.pk) in dict(site.starts()))
    return dict(site.starts())[str(chore.pk)]


def test_a_worker_told_to_stop_finishes_the_job_it_has_and_takes_no_other(site: Site, workers: Workers) -> None:
    worker = workers()
    first, second = site.chore("finish", seconds=1.5), site.chore("finish")
    child = begin(site, first)
    worker.send_signal(signal.SIGTERM)
    assert worker.wait(60) == 0
    assert ended(first)
    assert first.status == Status.DONE
    assert not ended(second)
    assert not is_alive(child)
    assert not worker_is_alive()
    second.delete()


def test_a_worker_that_may_not_wait_hands_its_job_back_uncounted(site: Site, workers: Workers) -> None:
    worker = workers("--grace=0.5")
    chore = site.chore("finish", seconds=2.0)
    child = begin(site, chore)
    worker.send_signal(signal.SIGTERM)
    assert worker.wait(60) == 0
    chore.refresh_from_db()
    assert (chore.status, chore.attempts) == (Status.QUEUED, 0)
    assert not is_alive(child)
    assert workers("--batch").wait(60) == 0
    assert ended(chore)
    assert chore.result == "attempt 1"


def test_a_second_signal_does_not_wait(site: Site, workers: Workers) -> None:
    worker = workers()
    chore = site.chore("freeze")
    begin(site, chore)
    worker.send_signal(signal.SIGINT)
    worker.send_signal(signal.SIGTERM)
    assert worker.wait(20) == 0
    chore.refresh_from_db()
    assert chore.status == Status.QUEUED
    chore.delete()


def test_a_child_dies_with_its_worker(site: Site, workers: Workers) -> None:
    worker = workers()
    chore = site.chore("freeze")
    child = begin(site, chore)
    worker.kill()
    assert until(lambda: not is_alive(child)) < 3
    chore.delete()


def test_two_workers_share_a_queue_without_doing_anything_twice(site: Site, workers: Workers) -> None:
    chores = [site.chore("finish", seconds=0.01) for _ in range(40)]
    pair = [workers("--batch"), workers("--batch")]
    assert [worker.wait(60) for worker in pair] == [0, 0]
    assert ended(*chores)
    done = [pk for pk, _ in site.starts() if pk in {str(chore.pk) for chore in chores}]
    assert len(done) == len(set(done)) == len(chores)
