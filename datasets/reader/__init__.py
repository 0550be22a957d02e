"""Bytes in, a typed `Table` out, with every decision and warning on the way.

`check_upload` is the quick look of the web process and needs the standard library only; `read_table` is the full reading of the
worker and brings pandas and pyarrow with it, which is why it is imported on first use.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from datasets.reader.check import check_upload
from datasets.reader.limits import ReadLimits

if TYPE_CHECKING:
    from datasets.reader.read import ReadResult, read_table

__all__ = ["ReadLimits", "ReadResult", "check_upload", "read_table"]


def __getattr__(name: str) -> Any:
    """Import the full reading when it is asked for."""
    if name in ("ReadResult", "read_table"):
        from datasets.reader import read

        return getattr(read, name)
    raise AttributeError(name)
