"""Start everything on this machine: ``make run``.

Flows in: `.env`, made on the first start with a random key. Flows out: a prepared database, and two processes that serve it: the
web (gunicorn) and the worker (`manage.py run_worker`).

A supervisor of our own, because nothing else may be needed on a bare machine. It restarts what dies, waiting longer each time;
passes on SIGINT and SIGTERM and waits until both have finished what they hold; and if it is itself killed, the kernel takes
its children along, so that no orphan keeps the port.
"""

from __future__ import annotations

import contextlib
import ctypes
import hashlib
import http.client
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from types import FrameType

from environ import Env

ROOT = Path(__file__).resolve().parent.parent
MANAGE = [sys.executable, str(ROOT / "manage.py")]
COMMANDS = {
    "web": [sys.executable, "-m", "gunicorn", "--config", str(ROOT / "gunicorn.conf.py")],
    "worker": [*MANAGE, "run_worker"],
}
GRACE_S = 30.0
"""What a process gets to end in after SIGTERM: the worker's own grace (25 s) and a little more."""
LONGEST_PAUSE_S = 30.0
STEADY_S = 60.0
"""Who lived this long did not die of the start; the next pause is short again."""


def main() -> None:
    os.chdir(ROOT)
    ensure_env_file(ROOT / ".env", ROOT / ".env.example")
    Env.read_env(ROOT / ".env", parse_comments=True)
    host, port = os.environ.get("HOST") or "127.0.0.1", int(os.environ.get("PORT") or 8000)
    refuse_taken_port(host, port)
    prepare_if_needed(ROOT / ".prepared")
    address = f"http://{'127.0.0.1' if host == '0.0.0.0' else host}:{port}/"  # noqa: S104 - compared, not bound
    Supervisor(host, port, f"Open {address} in a browser. Ctrl-C stops everything.").run()


def ensure_env_file(path: Path, example: Path) -> None:
    """Write `.env` with a random key, readable by its owner only; an existing file is never touched."""
    text = example.read_text(encoding="utf-8").replace("\nSECRET_KEY=\n", f"\nSECRET_KEY={secrets.token_urlsafe(50)}\n")
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(text)


def prepare_if_needed(stamp: Path) -> None:
    """Run `manage.py prepare`, unless it ran for this very code and database: starting Django a second time is not free."""
    if stamp.exists() and stamp.read_text(encoding="utf-8") == state():
        return
    if subprocess.run([*MANAGE, "prepare"], check=False).returncode:
        sys.exit(1)
    stamp.write_text(state(), encoding="utf-8")


def state() -> str:
    """Return what preparing depends on: migrations, static files, libraries, and which database file this is.

    A database that is no file is looked at each time: it may have been replaced.
    """
    address = os.environ.get("DATABASE_URL") or f"sqlite:///{ROOT / 'segmentiq.sqlite3'}"
    if not address.startswith("sqlite:///"):
        return secrets.token_hex()
    patterns = ("requirements.txt", "[!.]*/migrations/*.py", "[!.]*/static/**/*.*")
    files = [Path(address.removeprefix("sqlite:///")), Path(os.environ.get("STATIC_ROOT") or "staticfiles") / "staticfiles.json"]
    facts = [f"{path} {path.stat().st_ino if path.exists() else None}" for path in files]
    for path in sorted(path for pattern in patterns for path in ROOT.glob(pattern)):
        facts.append(f"{path} {path.stat().st_size} {path.stat().st_mtime_ns}")
    return hashlib.sha256("\n".join(facts).encode()).hexdigest()


def refuse_taken_port(host: str, port: int) -> None:
    """Say so before anything is started: gunicorn would try five times first."""
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            sys.exit(f"Port {port} on {host} cannot be used ({error.strerror}). Choose another one: make run PORT={port + 1}")


def die_with_parent() -> None:
    """Ask the kernel (Linux) to end this child when the supervisor is gone."""
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(1, signal.SIGTERM)


class Program:
    """One process that should run; it is started again when it ends."""

    def __init__(self, name: str, command: list[str]) -> None:
        self.name = name
        self.command = command
        self.process: subprocess.Popen[bytes] | None = None
        self.started_at = float("-inf")
        self.pause = 0.5

    def start(self) -> None:
        self.started_at = time.monotonic()
        # Its own session: Ctrl-C reaches the supervisor alone, which then asks each process once.
        self.process = subprocess.Popen(self.command, cwd=ROOT, start_new_session=True, preexec_fn=die_with_parent)  # noqa: PLW1509

    def watch(self) -> None:
        """Notice that it died, and start it again once its pause is over."""
        now = time.monotonic()
        if self.process is not None and self.process.poll() is not None:
            self.pause = 0.5 if now - self.started_at > STEADY_S else min(self.pause * 2, LONGEST_PAUSE_S)
            print(f"The {self.name} ended ({self.process.returncode}); it starts again in {self.pause:g} s.", flush=True)
            self.process, self.started_at = None, now
        if self.process is None and now - self.started_at >= self.pause:
            self.start()

    def stop(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()

    def wait(self, deadline: float) -> None:
        """Wait until it has ended; past the deadline it is killed."""
        if self.process is None:
            return
        try:
            self.process.wait(max(deadline - time.monotonic(), 0.1))
        except subprocess.TimeoutExpired:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()


class Supervisor:
    """Keep the programs running until a signal comes."""

    def __init__(self, host: str, port: int, greeting: str) -> None:
        self.address = (host, port)
        self.greeting = greeting
        self.programs = [Program(name, command) for name, command in COMMANDS.items()]
        self.stopping = False

    def run(self) -> None:
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self.end)
        for _ in self.ticks():
            for program in self.programs[:1] if self.greeting else self.programs:  # the worker does not delay the first page
                program.watch()
            if self.greeting and self.is_answering():
                print(self.greeting, flush=True)
                self.greeting = ""
        self.stop()

    def ticks(self) -> Iterator[None]:
        while not self.stopping:
            yield
            time.sleep(0.05 if self.greeting else 0.5)

    def is_answering(self) -> bool:
        """Ask for the probe page: the port alone is open before anybody is behind it."""
        connection = http.client.HTTPConnection(*self.address, timeout=0.5)
        try:
            connection.request("GET", "/healthz")
            return connection.getresponse().status < 500
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()

    def end(self, number: int, frame: FrameType | None) -> None:
        self.stopping = True

    def stop(self) -> None:
        print("Stopping ...", flush=True)
        for program in self.programs:
            program.stop()
        deadline = time.monotonic() + GRACE_S
        for program in self.programs:
            program.wait(deadline)


if __name__ == "__main__":
    main()
