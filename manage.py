#!/usr/bin/env python3
"""Run a management command: `./manage.py help` lists them. Refused settings end it in one sentence.

Called by a Python without Django, it hands over to the one that `make setup` has installed.
"""

import os
import sys
from pathlib import Path

INSTALLED = Path(__file__).resolve().parent / ".venv"

try:
    from django.core.exceptions import ImproperlyConfigured
    from django.core.management import execute_from_command_line
except ModuleNotFoundError:
    python = INSTALLED / "bin" / "python"
    if Path(sys.prefix).resolve() == INSTALLED or not python.exists():
        sys.exit("Django is not installed here: run `make setup` first.")
    os.execv(python, [str(python), *sys.argv])  # noqa: S606 - our own interpreter, no words of anybody else


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "segmentiq.settings")
    try:
        execute_from_command_line(sys.argv)
    except ImproperlyConfigured as refusal:
        sys.exit(str(refusal))


if __name__ == "__main__":
    main()
