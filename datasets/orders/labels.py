"""A recipe in, what people call the columns of its customers out: the files and the API know them by names made for programs.

The web process reads this for its pages, so it needs the standard library only.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from segmentiq.ml.values import Label

LABELS = {
    "recency_days": Label(
        noun="days since the last order",
        short="since last order",
        much="long since the last order",
        little="recent last order",
    ),
    "frequency": Label(noun="orders", much="many orders", little="few orders"),
    "monetary": Label(noun="money spent", much="high spending", little="low spending"),
    "average_order_value": Label(noun="money per order", much="large orders", little="small orders"),
    "items": Label(noun="items bought", much="many items", little="few items"),
    "distinct_products": Label(
        noun="different products", short="products", much="many different products", little="few different products"
    ),
    "tenure_days": Label(noun="days since the first order", short="since first order", much="long-standing", little="new"),
    "mean_interval_days": Label(
        noun="days between orders",
        short="between orders",
        much="long gaps between orders",
        little="short gaps between orders",
    ),
    "share_of_returns": Label(noun="share of returns", much="many returns", little="few returns"),
    "first_order": Label(noun="first order", repeats=True),
    "last_order": Label(noun="last order", repeats=True),
    "recency_score": Label(noun="recency score", repeats=True),
    "frequency_score": Label(noun="order score", repeats=True),
    "monetary_score": Label(noun="spending score", repeats=True),
    "rfm_group": Label(noun="RFM group"),
}


def shown_name(name: str, identifier: str) -> str:
    """Return the name of a column of customers, which never is that of their identifier."""
    return f"{name}_of_orders" if name.casefold() == identifier.casefold() else name


def labels_of(recipe: Mapping[str, Any]) -> dict[str, Label]:
    """Return the labels by the names that the columns have in the customers of this recipe."""
    identifier = recipe["columns"]["customer"]
    return {shown_name(name, identifier): label for name, label in LABELS.items()}
