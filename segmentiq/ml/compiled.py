"""Functions in, machine code out: the one way this project compiles with numba.

Every compiled function releases the GIL, so that plain threads run them side by side and the heartbeat keeps beating. No fast
mathematics: what a kernel decides must be the same on every machine.

The code is kept on disk (`NUMBA_CACHE_DIR`), so that only the first process after an installation pays for it. numba renews it
when the file of a function changes, but not when a function that was compiled into it does: so every state of the engine's
sources has a folder of its own.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import numba

Function = TypeVar("Function", bound=Callable[..., Any])

ENGINE = Path(__file__).parent


def find_folder(kept_in: Path, sources: Path = ENGINE) -> Path:
    """Return the folder for code compiled from these sources as they are now; those that compile nothing do not count."""
    digest = hashlib.sha256()
    for path in sorted(sources.rglob("*.py")):
        text = path.read_bytes()
        if "tests" not in path.parts and (b"numba" in text or b"ml.compiled" in text):
            digest.update(text)
    return kept_in / digest.hexdigest()[:16]


SETTINGS: Any = numba.config
JIT: Any = numba.njit
"""Two of the options used below are not in its types."""
SETTINGS.CACHE_DIR = str(find_folder(Path(os.environ.get("NUMBA_CACHE_DIR") or ENGINE / "__pycache__")))


def compiled(function: Function) -> Function:
    """Compile when first called, once per combination of argument types. The function may make no array: it is given them."""
    return _compile(function)


def inner(function: Function) -> Function:
    """Compile a function that only compiled functions call, never Python: what would let Python in takes a tenth of the time."""
    return _compile(function, no_cpython_wrapper=True)


def _compile(function: Function, **options: bool) -> Function:
    # Without `_nrt` no reference is counted. Threads share the arrays, and would fight over the counters: a third of Ward's time.
    wanted = {"cache": True, "nogil": True, "error_model": "numpy", "no_cfunc_wrapper": True, "_nrt": False, **options}
    made: Function = JIT(**wanted)(function)
    return made
