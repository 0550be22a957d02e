"""Functions in, machine code out: the one way this project compiles with numba.

Every compiled function releases the GIL, so that plain threads run them side by side and the heartbeat keeps beating; the code
is kept on disk (`NUMBA_CACHE_DIR`), so that only the first process after an installation pays for it. No fast mathematics: what
a kernel decides must be the same on every machine. A changed module constant is not part of numba's key on disk; functions take
what may change as an argument.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import numba

Function = TypeVar("Function", bound=Callable[..., Any])


def compiled(function: Function) -> Function:
    """Compile when first called, once per combination of argument types."""
    return numba.njit(cache=True, nogil=True, error_model="numpy")(function)  # type: ignore[return-value]
