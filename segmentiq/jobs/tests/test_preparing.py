"""While a worker's child prepares, the worker lives, says so, and can be stopped; jobs wait and are done afterwards."""

from __future__ import annotations

import signal
import subprocess
from collections.abc import Callable

import pytest

from segmentiq.jobs.beats import engine_is_preparing, worker_is_alive
from segmentiq.jobs.lifecycle import Status
from segmentiq.jobs.tests.conftest import Site, ended, until

pytestmark = pytest.mark.database
Workers = Callable[..., subprocess.Popen[bytes]]


def test_a_worker_that_prepares_beats_and_a_signal_ends_it(site: Site, workers: Workers, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHORE_PREPARING_S", "600")
    worker = workers()
    until(engine_is_preparing)
    assert worker_is_alive()
    worker.send_signal(signal.SIGTERM)
    assert worker.wait(30) == 0
    assert not engine_is_preparing()
    assert not worker_is_alive()


def test_what_waited_is_done_once_the_engine_is_ready(site: Site, workers: Workers, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHORE_PREPARING_S", "3")
    workers()
    until(engine_is_preparing)
    chore = site.chore("finish")
    assert chore.status == Status.QUEUED
    until(lambda: ended(chore))
    assert chore.status == Status.DONE
    assert worker_is_alive()
    assert not engine_is_preparing()
