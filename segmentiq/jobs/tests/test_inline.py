"""The in-process path, and what a job function's return or exception means."""

from __future__ import annotations

import logging
from typing import Any

import pytest

from segmentiq.jobs.inline import DATABASE_AWAY, perform, progress_of, run_inline
from segmentiq.jobs.lifecycle import LeaseLost, Status
from segmentiq.jobs.limits import memory_bytes
from segmentiq.jobs.task import JobKind, job_task
from segmentiq.jobs.tests.chores.models import Chore
from segmentiq.jobs.tests.chores.tasks import KIND, do_chore
from segmentiq.jobs.tests.conftest import Site
from segmentiq.ml.machine import machine_bytes

pytestmark = pytest.mark.database


def kind_of(work: Any) -> JobKind:
    return JobKind(path="test", model=Chore, work=work, limit="RUN_TIME_LIMIT_S", preload=())


def claimed(site: Site, what: str = "finish") -> Any:
    chore = site.chore(what)
    chore.claim()
    return chore


def test_a_queued_job_is_done_once(site: Site) -> None:
    chore = site.chore("finish")
    assert run_inline(KIND, str(chore.pk))
    assert not run_inline(KIND, str(chore.pk))
    chore.refresh_from_db()
    assert (chore.status, chore.result) == (Status.DONE, "attempt 1")


def test_a_job_that_is_gone_is_nothing_to_do(site: Site) -> None:
    assert not run_inline(KIND, "00000000-0000-0000-0000-000000000000")


def test_the_task_itself_takes_the_in_process_path(site: Site) -> None:
    chore = site.chore("finish")
    do_chore.call(str(chore.pk))
    chore.refresh_from_db()
    assert chore.status == Status.DONE


def test_no_memory_becomes_its_sentence(site: Site) -> None:
    def work(row: Any, on_progress: Any) -> None:
        raise MemoryError

    chore = site.chore("finish")
    run_inline(kind_of(work), chore.pk)
    chore.refresh_from_db()
    assert chore.error_code == "out_of_memory"


def test_a_lost_lease_ends_the_job_quietly(site: Site, caplog: pytest.LogCaptureFixture) -> None:
    chore = claimed(site)
    Chore.objects.get(pk=chore.pk).cancel()
    with caplog.at_level(logging.INFO):
        perform(KIND, chore)
    chore.refresh_from_db()
    assert chore.status == Status.CANCELLED
    assert "the lease is gone" in caplog.text


def test_a_database_that_is_away_is_no_outcome(site: Site) -> None:
    def work(row: Any, on_progress: Any) -> None:
        raise DATABASE_AWAY[0]("server closed the connection")

    chore = claimed(site)
    with pytest.raises(DATABASE_AWAY):
        perform(kind_of(work), chore)
    chore.refresh_from_db()
    assert chore.status == Status.RUNNING


def test_progress_is_written_at_once_for_a_new_stage_and_then_sparingly(site: Site) -> None:
    now = 0.0
    chore = claimed(site)
    on_progress = progress_of(chore, clock=lambda: now)
    on_progress("tree", 0.1)
    on_progress("tree", 0.2)
    chore.refresh_from_db()
    assert (chore.stage, chore.progress) == ("tree", 0.1)
    now = 0.31
    on_progress("tree", 0.3)
    on_progress("map", 0.4)
    chore.refresh_from_db()
    assert (chore.stage, chore.progress) == ("map", 0.4)


def test_progress_stops_a_job_whose_lease_is_gone(site: Site) -> None:
    chore = claimed(site)
    Chore.objects.filter(pk=chore.pk).delete()
    with pytest.raises(LeaseLost):
        progress_of(chore)("tree", 0.1)


def test_a_model_has_one_task() -> None:
    def another(row: Any, on_progress: Any) -> None: ...

    with pytest.raises(TypeError, match="one model, one task"):
        job_task(Chore)(another)


def test_the_memory_of_a_job_is_half_of_the_machine_unless_set(settings: Any, tmp_path: Any) -> None:
    settings.WORKER_MEMORY_MB = 0
    assert memory_bytes() == machine_bytes() // 2
    settings.WORKER_MEMORY_MB = 512
    assert memory_bytes() == 512 * 2**20
    container = tmp_path / "memory.max"
    container.write_text("1048576\n", encoding="ascii")
    assert machine_bytes(container) == 2**20
    container.write_text("max\n", encoding="ascii")
    assert machine_bytes(container) == machine_bytes(tmp_path / "nowhere") > 2**20
