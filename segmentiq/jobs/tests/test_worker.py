"""A real worker with a real child: every way a job can end, seen from the row."""

from __future__ import annotations

import subprocess
from typing import Any

import pytest
from django_tasks_db.models import DBTaskResult

from segmentiq.jobs.beats import worker_is_alive
from segmentiq.jobs.lifecycle import MAX_ATTEMPTS, Status
from segmentiq.jobs.tests.conftest import Site, ended, is_alive, until
from segmentiq.models import WorkerBeat

pytestmark = pytest.mark.database


@pytest.fixture(scope="module", autouse=True)
def orphan(site: Site) -> Any:
    """Begin a chore and kill its worker; the next one finds it, once nobody has beaten for it long enough."""
    dead, chore = site.worker(), site.chore("finish", seconds=2.0)
    until(lambda: starts_of(site, chore))
    dead.kill()
    dead.wait()
    return chore


@pytest.fixture(scope="module", autouse=True)
def worker(site: Site, orphan: Any) -> subprocess.Popen[bytes]:
    """Start the one worker that does all the chores of this module."""
    return site.worker()


def starts_of(site: Site, chore: Any) -> list[int]:
    return [pid for pk, pid in site.starts() if pk == str(chore.pk)]


def is_working(chore: Any) -> bool:
    chore.refresh_from_db()
    return bool(chore.stage)


def test_a_job_is_done_and_its_entry_closed(site: Site) -> None:
    chore = site.chore("finish")
    until(lambda: ended(chore))
    assert (chore.status, chore.result, chore.attempts, chore.lease) == (Status.DONE, "attempt 1", 1, "")
    entries = DBTaskResult.objects.filter(args_kwargs__args=[str(chore.pk)])
    until(entries.successful().exists)
    assert entries.get().return_value == "done"


def test_the_worker_says_that_it_is_alive(site: Site, worker: subprocess.Popen[bytes]) -> None:
    until(WorkerBeat.objects.filter(worker__contains=f"-{worker.pid}-").exists)
    assert worker_is_alive()


def test_a_refusal_becomes_its_sentence(site: Site) -> None:
    chore = site.chore("refuse")
    until(lambda: ended(chore))
    assert (chore.status, chore.error_code, chore.attempts) == (Status.FAILED, "ragged_rows", 1)
    assert (chore.error_message, chore.error_hint) == ("Line 3 has 5 fields, the header has 4.", "Mend line 3.")


def test_a_bug_is_logged_by_kind_and_place_and_never_with_the_value(site: Site) -> None:
    chore = site.chore("stumble")
    until(lambda: ended(chore))
    assert (chore.status, chore.error_code) == (Status.FAILED, "internal_error")
    reference = chore.error_message.partition("reference ")[2][:8]
    log = site.log()
    assert "ValueError at stumble:" in log
    assert reference in log
    assert "Secret" not in log + chore.error_message


def test_a_job_that_publishes_nothing_is_a_bug(site: Site) -> None:
    chore = site.chore("forget")
    until(lambda: ended(chore))
    assert chore.error_code == "internal_error"


def test_a_job_that_kills_its_process_is_given_up_after_three_attempts(site: Site) -> None:
    chore, next_one = site.chore("die"), site.chore("finish")
    until(lambda: ended(chore, next_one))
    assert (chore.status, chore.error_code, chore.attempts) == (Status.FAILED, "crashed_repeatedly", MAX_ATTEMPTS)
    assert len(set(starts_of(site, chore))) == MAX_ATTEMPTS
    assert next_one.status == Status.DONE


ENDS = [("die", "signal 9"), ("segfault", "signal 11"), ("exit", "exit status 3"), ("lose database", "the database was away")]


@pytest.mark.parametrize(("what", "end"), ENDS)
def test_the_sentence_tells_how_the_process_ended(site: Site, what: str, end: str) -> None:
    chore = site.chore(what, attempts=MAX_ATTEMPTS - 1)
    until(lambda: ended(chore))
    assert chore.error_code == "crashed_repeatedly"
    assert end in chore.error_message


def test_a_job_whose_process_died_is_done_again(site: Site) -> None:
    chore = site.chore("die once")
    until(lambda: ended(chore))
    assert (chore.status, chore.result) == (Status.DONE, "attempt 2")


def test_a_job_that_wants_all_memory_is_refused_it(site: Site) -> None:
    chore = site.chore("hoard")
    until(lambda: ended(chore))
    assert (chore.status, chore.error_code, chore.attempts) == (Status.FAILED, "out_of_memory", 1)
    assert "MB of memory" in chore.error_message
    assert "WORKER_MEMORY_MB" in chore.error_hint


def test_a_child_that_grew_is_replaced(site: Site) -> None:
    chores = [site.chore("grow") for _ in range(2)]
    until(lambda: ended(*chores))
    assert [chore.status for chore in chores] == [Status.DONE] * 2
    assert len({starts_of(site, chore)[0] for chore in chores}) == 2


def test_cancelling_kills_the_child_at_once(site: Site) -> None:
    chore = site.chore("freeze")
    until(lambda: is_working(chore))
    (pid,) = starts_of(site, chore)
    assert chore.cancel()
    assert until(lambda: not is_alive(pid)) < 3
    chore.refresh_from_db()
    assert chore.status == Status.CANCELLED


def test_deleting_a_job_kills_the_child(site: Site) -> None:
    chore = site.chore("freeze")
    until(lambda: is_working(chore))
    (pid,) = starts_of(site, chore)
    chore.delete()
    assert until(lambda: not is_alive(pid)) < 3


def test_a_job_ends_at_its_time_limit_whatever_it_is_doing(site: Site) -> None:
    chore = site.chore("freeze")
    until(lambda: ended(chore))
    assert (chore.status, chore.error_code, chore.attempts) == (Status.FAILED, "time_limit", 1)
    assert chore.error_message == "The work was stopped after 12 s, the limit for one job."
    assert "CHORE_TIME_LIMIT_S" in chore.error_hint
    assert 12 <= (chore.finished_at - chore.started_at).total_seconds() < 24


def test_a_cancelled_job_that_was_still_queued_is_never_begun(site: Site) -> None:
    first, second = site.chore("finish", seconds=1.0), site.chore("finish")
    second.cancel()
    until(lambda: ended(first))
    until(lambda: not DBTaskResult.objects.filter(status="READY").exists())
    assert starts_of(site, second) == []


def test_small_jobs_cost_little(site: Site) -> None:
    chores = [site.chore("finish") for _ in range(40)]
    assert until(lambda: ended(*chores)) < 60
    assert {chore.status for chore in chores} == {Status.DONE}


def test_the_job_of_a_killed_worker_is_done_by_another_within_a_minute(site: Site, orphan: Any) -> None:
    until(lambda: ended(orphan), 60)  # it was killed before the first test of this module
    assert (orphan.status, orphan.result) == (Status.DONE, "attempt 2")
    assert 30 <= (orphan.finished_at - orphan.created_at).total_seconds() < 60
