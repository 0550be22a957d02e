"""Code that makes everything compiled and code that works in, what the work still had to compile out.

It runs in a process of its own with an empty folder for compiled code, as after an installation.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

LISTEN = """
from numba.core import event
waited = []

class Listener(event.Listener):
    def on_start(self, about):
        waited.append(about.data["dispatcher"].py_func.__qualname__)

    def on_end(self, about):
        pass

event.register("numba:compile", Listener())
"""


def find_compiled(prepare: str, work: str, folder: Path, *arguments: str) -> str:
    """Return the list of functions, as Python writes it, that `work` had to wait for; `arguments` are its `sys.argv[1:]`."""
    environment = {**os.environ, "NUMBA_CACHE_DIR": str(folder), "DJANGO_SETTINGS_MODULE": "segmentiq.settings"}
    call = [sys.executable, "-c", f"{prepare}{LISTEN}{work}print(waited)", *arguments]
    done = subprocess.run(call, env=environment, capture_output=True, text=True, timeout=200, check=True)
    return done.stdout.split("\n")[0]
