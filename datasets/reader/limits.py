"""How much of a file is read: one value that every stage of the reader is given.

Pure and light, because the web process checks uploads with it. The application fills it from its settings; the defaults here are
those of the product, so that the reader stands alone in scripts and tests.
"""

from __future__ import annotations

from dataclasses import dataclass

MIB = 1024 * 1024


@dataclass(frozen=True, kw_only=True, slots=True)
class ReadLimits:
    """The limits of one reading."""

    max_bytes: int = 200 * MIB
    max_rows: int = 2_000_000
    max_columns: int = 500
    max_cells: int = 50_000_000
    max_cell_chars: int = 32_767
    max_header_chars: int = 200
    max_unpacked_bytes: int = 400 * MIB
    """Bytes of a workbook after unpacking."""
    max_ratio: int = 100
    """How many times its packed size a workbook may unpack to."""
    max_entries: int = 1_000
    """Files inside a workbook."""
    head_bytes: int = 2 * MIB
    """How much of a text file is looked at before it is accepted."""
