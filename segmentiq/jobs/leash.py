"""The parent's end: one child process, started, given jobs, listened to and killed.

Flows in: jobs to hand over. Flows out: what the child says, or its exit code. A child that is gone is replaced by `start`, at
once and not when the next job comes, because its imports take seconds.
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from multiprocessing.connection import Connection

from django.conf import settings

from segmentiq.jobs.child import DATABASE_AWAY_EXIT
from segmentiq.jobs.engine import engine_environment
from segmentiq.jobs.lifecycle import Job
from segmentiq.jobs.task import JobKind

ENDING_S = 10.0
"""Seconds for a child that is ending to come to its own exit code: longer than its libraries take, shorter than a lease lasts."""


class Leash:
    """One child process and the socket to it."""

    def __init__(self) -> None:
        self.start()

    def start(self) -> None:
        """Start a fresh child."""
        ours, theirs = socket.socketpair()
        path = os.pathsep.join(filter(None, [str(settings.BASE_DIR), os.environ.get("PYTHONPATH")]))
        self.process = subprocess.Popen(  # noqa: S603 - our own interpreter and module
            [sys.executable, "-P", "-m", "segmentiq.jobs.child", str(os.getpid()), str(theirs.fileno())],
            env={**os.environ, **engine_environment(), "PYTHONPATH": path},
            pass_fds=[theirs.fileno()],
            stdin=subprocess.DEVNULL,
        )
        theirs.close()
        self.connection = Connection(ours.detach())
        self.is_ready = self.is_preparing = False

    def hand_over(self, kind: JobKind, row: Job) -> None:
        """Give the child a claimed job. A child that died meanwhile shows in `hear`."""
        try:
            self.connection.send((kind.path, str(row.pk), row.lease))
        except OSError:
            self.kill()

    def hear(self, seconds: float) -> str:
        """Wait for a word of the child: "preparing", "ready", "done", "leaving"; "gone" when it died; "" for none so long."""
        try:
            word = str(self.connection.recv()) if self.connection.poll(seconds) else ""
        except (EOFError, OSError):
            self._reap(patience=ENDING_S)
            return "gone"
        self.is_ready = self.is_ready or word == "ready"
        self.is_preparing = (self.is_preparing or word == "preparing") and not self.is_ready
        return word

    @property
    def exit_code(self) -> int | None:
        """Return how the child ended (negative: by that signal), None while it lives."""
        return self.process.poll()

    def how_it_ended(self) -> str:
        """Return the end of the child in words."""
        code = self.exit_code or 0
        if code == DATABASE_AWAY_EXIT:
            return "the database was away"
        return f"signal {-code} ({signal.strsignal(-code)})" if code < 0 else f"exit status {code}"

    def kill(self) -> None:
        """Make sure that the child is dead, whatever it is doing."""
        self._reap(patience=0)

    def _reap(self, patience: float) -> None:
        """Let a child that is ending come to its own exit code for so many seconds, then kill it."""
        try:
            self.process.wait(patience)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.connection.close()
        self.is_ready = self.is_preparing = False
