"""A typed table in, what a person should know of it before it is clustered out: findings, each with the clicks that settle it.

`examine` looks at the cells, so it runs in the worker and brings numpy and pandas, which is why it is imported on first use.
What a click means (`actions`) is light: the web process shows it, and knows which clicks are still open.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from datasets.doctor.examination import examine, set_personal_aside
    from datasets.doctor.mixed import find_words

__all__ = ["examine", "find_words", "set_personal_aside"]
HOMES = {"examine": "examination", "find_words": "mixed", "set_personal_aside": "examination"}


def __getattr__(name: str) -> Any:
    """Import what looks at cells when it is asked for."""
    if name in HOMES:
        return getattr(import_module(f"datasets.doctor.{HOMES[name]}"), name)
    raise AttributeError(name)
