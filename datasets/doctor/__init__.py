"""A typed table in, what a person should know of it before it is clustered out: findings, each with the clicks that settle it.

`examine` looks at the cells, so it runs in the worker and brings numpy and pandas, which is why it is imported on first use.
What a click means (`actions`) is light: the web process shows it, and knows which clicks are still open.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from datasets.doctor.actions import with_actions

if TYPE_CHECKING:
    from datasets.doctor.examination import examine, set_personal_aside

__all__ = ["examine", "set_personal_aside", "with_actions"]


def __getattr__(name: str) -> Any:
    """Import the examination when it is asked for."""
    if name in ("examine", "set_personal_aside"):
        from datasets.doctor import examination

        return getattr(examination, name)
    raise AttributeError(name)
