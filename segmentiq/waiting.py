"""Waiting for a job on a client's behalf, so that a script needs no loop.

``?wait=20`` or ``Prefer: wait=30`` and a row flow in; the same row, settled or as far as it got, flows out. Every waiter
occupies a thread of the web process, so few may wait at once and the rest are answered immediately: they poll, as always.
"""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection
from rest_framework.request import Request

from segmentiq.jobs.lifecycle import Job
from segmentiq.ml.errors import Refusal

MAX_WAIT_S = 30
MAX_WAITERS = 4
POLL_S = 0.2
PREFER = re.compile(r"(?:^|[,;])\s*wait\s*=\s*\"?(\d{1,6})\"?", re.IGNORECASE)
_seats = threading.BoundedSemaphore(MAX_WAITERS)


def wait_parameter(request: Request) -> int:
    """Return the seconds asked for with ``?wait=``, 30 at most. Raises Refusal."""
    sent = request.query_params.get("wait", "0")
    if not (sent.isascii() and sent.isdigit() and len(sent) < 9):
        raise Refusal("wait must be a whole number of seconds.", code="invalid_value", field="wait", hint="From 0 to 30.")
    return min(int(sent), MAX_WAIT_S)


def wait_preference(request: Request) -> int:
    """Return the seconds asked for with ``Prefer: wait=``, 30 at most; a preference never fails."""
    found = PREFER.search(request.headers.get("Prefer", ""))
    return min(int(found[1]), MAX_WAIT_S) if found else 0


def wait_until_settled(job: Job, seconds: int) -> None:
    """Wait until the job has ended, or the time is over; the row is refreshed in place. Raises DoesNotExist once deleted."""
    if not seconds or not job.is_active:
        return
    with _seat() as seated:
        until = time.monotonic() + seconds
        while seated and job.is_active and time.monotonic() < until:
            _release_connection()
            time.sleep(POLL_S)
            job.refresh_from_db(fields=["status"])
    if not job.is_active:
        job.refresh_from_db()


@contextmanager
def _seat() -> Iterator[bool]:
    seated = _seats.acquire(blocking=False)
    try:
        yield seated
    finally:
        if seated:
            _seats.release()


def _release_connection() -> None:
    """Let others use the connection meanwhile; there are fewer of them than waiters and workers together."""
    if not connection.in_atomic_block:
        connection.close()
