"""Installations of their own for tests that drive real processes: management commands run, output comes back.

All commands of one installation run in one process, because each further start of Django costs more than most of them do.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
IN_ONE_PROCESS = """
import json, os, sys
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "segmentiq.settings")
import django
from django.core.management import call_command
django.setup()
for command in json.loads(sys.argv[1]):
    call_command(*command)
"""


def manage(environment: Mapping[str, str], *commands: Sequence[str]) -> str:
    """Run management commands one after the other, as an installation with this environment would; return what they print."""
    call = [sys.executable, "-c", IN_ONE_PROCESS, json.dumps(commands)]
    done = subprocess.run(call, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()
