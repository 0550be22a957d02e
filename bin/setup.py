"""Make `.venv` and install the pinned requirements: ``python3 bin/setup.py [--dev]``.

Flows in: `requirements.txt`, with ``--dev`` also `requirements-dev.txt`. Flows out: a virtual environment that holds exactly
those, and the stamp `.venv/.installed` (or `.installed-dev`), written last, so that an interrupted installation is done again
and a finished one costs nothing.

Only the standard library is used, and no package index is named: whichever installer this machine has brings its own settings.
uv is the quickest. A bare Debian has neither uv nor pip nor ``ensurepip``; there pip is run straight from Debian's own wheel.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
DEBIAN_WHEELS = Path("/usr/share/python-wheels")


def main() -> None:
    dev = "--dev" in sys.argv[1:]
    if sys.version_info < (3, 11):  # noqa: UP036 - this file is run by whichever Python there is
        sys.exit("Python 3.11 or newer is needed: install python3.11, or name one with `make PYTHON=/path/to/python3.11 run`.")
    files = [ROOT / "requirements.txt"] + ([ROOT / "requirements-dev.txt"] if dev else [])
    stamp = VENV / (".installed-dev" if dev else ".installed")
    wanted = fingerprint(files)
    if not is_working(PYTHON):
        make_environment()
    elif stamp.exists() and stamp.read_text() == wanted:
        stamp.touch()
        return
    print("Installing " + " and ".join(path.name for path in files) + " into .venv ...", flush=True)
    install(files)
    stamp.write_text(wanted)
    if dev:
        (VENV / ".installed").write_text(fingerprint(files[:1]))


def fingerprint(files: list[Path]) -> str:
    """Return what the environment must have been made from to be left alone."""
    content = b"".join(path.read_bytes() for path in files)
    return hashlib.sha256(content).hexdigest() + f" {sys.version_info[0]}.{sys.version_info[1]}\n"


def is_working(python: Path) -> bool:
    """Say whether this interpreter starts: a system upgrade can leave a dangling one behind."""
    return python.exists() and subprocess.run([str(python), "-c", ""], check=False).returncode == 0


def succeeds(*command: str | Path) -> bool:
    """Run quietly and say whether it worked."""
    return subprocess.run([str(word) for word in command], capture_output=True, check=False).returncode == 0


def make_environment() -> None:
    """Make an empty `.venv`, with pip if this Python can provide it."""
    shutil.rmtree(VENV, ignore_errors=True)
    if shutil.which("uv") and succeeds("uv", "venv", "--python", sys.executable, VENV):
        return
    if succeeds(sys.executable, "-m", "venv", VENV):
        return
    shutil.rmtree(VENV, ignore_errors=True)
    if not succeeds(sys.executable, "-m", "venv", "--without-pip", VENV):
        sys.exit("This Python cannot make virtual environments: install Debian's python3-venv, then run the command again.")


def install(files: list[Path]) -> None:
    """Install the requirements, and nothing that does not match its hash."""
    requirements = [word for path in files for word in ("--requirement", str(path))]
    command, settings = find_installer()
    done = subprocess.run([*command, "--require-hashes", *requirements], env={**os.environ, **settings}, check=False)
    if done.returncode:
        sys.exit("The installation stopped (see above). Is the package index within reach? Then run the command again.")


def find_installer() -> tuple[list[str], dict[str, str]]:
    """Return the command that installs into `.venv`, and what it needs in its environment."""
    pip = ["-m", "pip", "--disable-pip-version-check"]
    quiet = ["install", "--quiet", "--no-input"]
    if shutil.which("uv"):
        return ["uv", "pip", "install", "--quiet", "--python", str(PYTHON)], {}
    if succeeds(PYTHON, "-m", "pip", "--version"):
        return [str(PYTHON), *pip, *quiet], {}
    if succeeds(sys.executable, "-m", "pip", "--python", PYTHON, "--version"):
        return [sys.executable, *pip, "--python", str(PYTHON), *quiet], {}
    wheel = find_wheel(DEBIAN_WHEELS) or fetch_wheel()
    if wheel is None:
        sys.exit("There is no pip on this machine: `apt install python3-venv` brings it; then run the command again.")
    return [str(PYTHON), *pip, *quiet], {"PYTHONPATH": str(wheel)}


def find_wheel(folder: Path) -> Path | None:
    """Return the newest pip wheel in the folder; pip runs from it without being installed."""
    return max(folder.glob("pip-*.whl"), default=None)


def fetch_wheel() -> Path | None:
    """Unpack Debian's wheel of pip into `.venv`; nothing is installed on the system."""
    if not shutil.which("apt-get") or not shutil.which("dpkg-deb"):
        return None
    with tempfile.TemporaryDirectory() as folder:
        fetch = ["apt-get", "--quiet", "download", "python3-pip-whl"]
        if subprocess.run(fetch, cwd=folder, capture_output=True, check=False).returncode:
            succeeds("apt-get", "--quiet", "update")  # only root may; a machine without package lists needs it
            subprocess.run(fetch, cwd=folder, capture_output=True, check=False)
        for package in Path(folder).glob("*.deb"):
            succeeds("dpkg-deb", "--extract", package, VENV / "debian")
    return find_wheel(VENV / "debian" / DEBIAN_WHEELS.relative_to("/"))


if __name__ == "__main__":
    main()
