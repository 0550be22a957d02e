"""What a worker puts right: silent holders by the observer's clock, lost entries, old entries, orphan files."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from segmentiq.files import SWEEPERS
from segmentiq.jobs import beats, recovery
from segmentiq.jobs.lifecycle import MAX_ATTEMPTS, Status
from segmentiq.jobs.recovery import Recovery, Silence
from segmentiq.jobs.task import JOBS
from segmentiq.jobs.tests.conftest import Site
from segmentiq.models import WorkerBeat

pytestmark = pytest.mark.database


class Clock:
    """A monotonic clock that the test turns."""

    now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def only_chores(site: Site) -> Iterator[None]:
    """Leave the worker's registry with nothing but chores: this site has no other tables."""
    others = {path: kind for path, kind in JOBS.items() if "chores" not in path}
    for path in others:
        del JOBS[path]
    yield
    JOBS.update(others)
    DBTaskResult.objects.all().delete()
    WorkerBeat.objects.all().delete()


def look_for(recovery_: Recovery, clock: Clock, seconds: int) -> None:
    """Look every five seconds for so long."""
    for _ in range(seconds // 5 + 1):
        recovery_.look()
        clock.now += 5


def test_silence_is_told_after_thirty_seconds_without_change(clock: Clock) -> None:
    silence, told = Silence(clock), []
    for _ in range(8):
        told.append(silence.look([("a", 1), ("b", clock.now)]))
        clock.now += 5
    assert told == [set()] * 6 + [{("a", 1)}] * 2


def test_an_observer_that_was_asleep_starts_anew(clock: Clock) -> None:
    silence = Silence(clock)
    silence.look([("a", 1)])
    clock.now += 3600
    assert silence.look([("a", 1)]) == set()


def test_a_silent_job_goes_back_to_the_queue(site: Site, only_chores: None, clock: Clock) -> None:
    chore = site.chore("finish")
    DBTaskResult.objects.all().delete()
    chore.claim()
    look_for(Recovery(clock), clock, 30)
    chore.refresh_from_db()
    assert (chore.status, chore.attempts, chore.lease) == (Status.QUEUED, 1, "")
    assert DBTaskResult.objects.ready().count() == 1
    chore.delete()


def test_a_silent_job_on_its_last_attempt_is_given_up(site: Site, only_chores: None, clock: Clock) -> None:
    chore = site.chore("finish", attempts=MAX_ATTEMPTS - 1)
    chore.claim()
    look_for(Recovery(clock), clock, 30)
    chore.refresh_from_db()
    assert (chore.status, chore.error_code) == (Status.FAILED, "crashed_repeatedly")
    assert "its worker died" in chore.error_message


@pytest.mark.parametrize("jump", [timedelta(hours=1), timedelta(hours=-1)])
def test_a_clock_that_jumps_takes_no_job_from_who_beats(site: Site, only_chores: None, clock: Clock, jump: timedelta) -> None:
    chore = site.chore("finish")
    chore.claim()
    watch = Recovery(clock)
    for turn in range(20):
        type(chore).objects.filter(pk=chore.pk).update(beat_at=timezone.now() + (jump if turn % 2 else timedelta()))
        watch.look()
        clock.now += 5
    chore.refresh_from_db()
    assert chore.status == Status.RUNNING
    chore.delete()


def test_two_observers_recover_a_job_once(site: Site, only_chores: None, clock: Clock) -> None:
    chore = site.chore("finish")
    DBTaskResult.objects.all().delete()
    chore.claim()
    first, second = Recovery(clock), Recovery(clock)
    for _ in range(8):
        first.look()
        second.look()
        clock.now += 5
    chore.refresh_from_db()
    assert chore.status == Status.QUEUED
    assert DBTaskResult.objects.ready().count() == 1
    chore.delete()


def test_a_queued_job_without_an_entry_gets_one(site: Site, only_chores: None, clock: Clock) -> None:
    chore = site.chore("finish")
    DBTaskResult.objects.all().delete()
    Recovery(clock).look()
    Recovery(clock).look()
    assert [entry.args_kwargs["args"] for entry in DBTaskResult.objects.ready()] == [[str(chore.pk)]]
    chore.delete()


def test_an_entry_claimed_by_a_worker_that_died_is_closed_and_its_job_queued_again(
    site: Site, only_chores: None, clock: Clock
) -> None:
    chore = site.chore("finish")
    DBTaskResult.objects.get().claim("a worker of yesterday")
    Recovery(clock).look()
    assert [entry.return_value for entry in DBTaskResult.objects.failed()] == ["worker gone"]
    assert DBTaskResult.objects.ready().count() == 1
    chore.delete()


def test_an_entry_of_a_living_worker_is_left_alone(site: Site, only_chores: None, clock: Clock) -> None:
    chore = site.chore("finish")
    beats.beat("alive")
    DBTaskResult.objects.get().claim("alive")
    Recovery(clock).look()
    assert DBTaskResult.objects.running().count() == 1
    chore.delete()


def test_a_silent_worker_is_taken_off_the_list(site: Site, only_chores: None, clock: Clock) -> None:
    beats.beat("silent")
    assert beats.worker_is_alive()
    look_for(Recovery(clock), clock, 30)
    assert not beats.worker_is_alive()


@pytest.mark.parametrize("age", [timedelta(seconds=31), timedelta(hours=-1)])
def test_a_beat_too_old_or_from_the_future_proves_nothing(site: Site, only_chores: None, age: timedelta) -> None:
    WorkerBeat.objects.create(worker="w", beat_at=timezone.now() - age)
    assert not beats.worker_is_alive()


def test_finished_entries_are_pruned_after_a_day(site: Site, only_chores: None) -> None:
    for age in (1, 3 * 24 * 3600):
        chore = site.chore("finish")
        entry = DBTaskResult.objects.ready().get()
        entry.set_successful("done")
        DBTaskResult.objects.filter(pk=entry.pk).update(finished_at=timezone.now() - timedelta(seconds=age))
        chore.delete()
    recovery.clean_up()
    assert DBTaskResult.objects.count() == 1


def test_a_sweep_that_breaks_does_not_stop_the_others(site: Site, only_chores: None) -> None:
    swept: list[float] = []

    def broken(grace_s: float) -> list[Path]:
        raise PermissionError("/secret")

    def sound(grace_s: float) -> list[Path]:
        swept.append(grace_s)
        return [Path("orphan")]

    others: list[Any] = SWEEPERS[:]
    SWEEPERS[:] = [broken, sound]
    try:
        recovery.clean_up()
    finally:
        SWEEPERS[:] = others
    assert swept == [30.0]
