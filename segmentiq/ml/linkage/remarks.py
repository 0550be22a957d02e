"""What a kernel noticed while it worked, for the report; nothing is decided by it.

A kernel calls `remark`; whoever wants to know opens `collecting` around the linkage. Nobody else has to carry the numbers through
their own results, and threads or nested linkages do not mix them up.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

Remarks = dict[str, float]

_COLLECTED: ContextVar[Remarks | None] = ContextVar("remarks", default=None)


@contextmanager
def collecting() -> Iterator[Remarks]:
    """Collect what the kernels inside remark."""
    remarks: Remarks = {}
    token = _COLLECTED.set(remarks)
    try:
        yield remarks
    finally:
        _COLLECTED.reset(token)


def remark(**numbers: float) -> None:
    """Leave numbers for the report, if anybody collects them.

    Examples
    --------
    >>> with collecting() as remarks:
    ...     remark(rounds=12)
    >>> remarks
    {'rounds': 12}
    """
    remarks = _COLLECTED.get()
    if remarks is not None:
        remarks.update(numbers)
