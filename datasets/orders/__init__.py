"""Order lines in, one row per customer out, with a ledger in which every line is counted once.

`propose` and `Recipe` are for the web process and need the standard library only; `turn` is the work itself, done in the worker,
and brings pandas with it, which is why it is imported on first use.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from datasets.orders.groups import DEFAULT_GROUPS, Group
from datasets.orders.recipe import PARTS, RULES, Recipe
from datasets.orders.recognise import Proposal, propose

if TYPE_CHECKING:
    from datasets.orders.turning import Turned, turn

__all__ = ["DEFAULT_GROUPS", "PARTS", "RULES", "Group", "Proposal", "Recipe", "Turned", "propose", "turn"]


def __getattr__(name: str) -> Any:
    """Import the turning when it is asked for."""
    if name in ("Turned", "turn"):
        from datasets.orders import turning

        return getattr(turning, name)
    raise AttributeError(name)
