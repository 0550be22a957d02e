"""The tables everybody links: planted mixtures, spenders as they are, customers as the engine encodes them, real tables.

Flows in: a name and a number of rows. Flows out: points, shape (n, d), in a file that every contender loads, so that all get the
same bytes and nobody's peak memory holds the making of them. A seed decides everything; nothing here is tuned to anybody.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

Points = NDArray[np.float64]

REAL = Path(__file__).resolve().parents[2] / "shared" / "data"
SEED = 20240501
GROUPS = 8
DAYS = 730


class NotHere(Exception):
    """The table cannot be made, and why."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Kind:
    """A kind of table: what people call it, how it is made, and whether distances in it tie."""

    title: str
    make: Callable[[int], Points]
    ties: bool = False


def mixture(rows: int, columns: int) -> Points:
    """Return overlapping clouds of unequal size and width, of full rank."""
    generator = np.random.default_rng([SEED, columns])
    centres = generator.normal(scale=3.0, size=(GROUPS, columns))
    widths = generator.uniform(0.7, 1.3, size=GROUPS)
    of = generator.choice(GROUPS, size=rows, p=np.arange(1, GROUPS + 1) / (GROUPS * (GROUPS + 1) / 2))
    return centres[of] + widths[of, None] * generator.normal(size=(rows, columns))


def spenders(rows: int) -> Points:
    """Return recency in days, frequency and money: whole numbers that tie and a long tail; logged and standardised."""
    generator = np.random.default_rng(SEED)
    loyalty = generator.normal(size=rows)
    frequency = 1 + generator.poisson(np.exp(0.9 + 0.8 * loyalty))
    recency = np.minimum(generator.exponential(160 * np.exp(-0.5 * loyalty)).astype(np.int64), DAYS)
    money = np.round(frequency * np.exp(3.2 + 0.9 * generator.normal(size=rows)), 2)
    return standardise(np.column_stack([recency, np.log1p(frequency), np.log1p(money)]))


def standardise(points: Points) -> Points:
    scaled: Points = (points - points.mean(axis=0)) / points.std(axis=0)
    return scaled


def customers(rows: int) -> Mapping[str, Any]:
    """Return ten columns as a shop keeps them: seven of numbers, three of categories; five groups that overlap."""
    generator = np.random.default_rng(SEED)
    of = generator.choice(5, size=rows, p=[0.32, 0.26, 0.2, 0.13, 0.09])
    latent = generator.normal(scale=2.5, size=(5, 7))[of] + generator.normal(size=(rows, 7))
    usual = np.array(["online", "store", "phone", "online", "partner"])[of]
    return {
        "age": np.clip(np.rint(46 + 5 * latent[:, 0]), 18, 95).astype(np.int64),
        "income": np.round(32_000 + 4_500 * latent[:, 1], 2),
        "orders": np.rint(np.exp(1.6 + 0.3 * latent[:, 2])).astype(np.int64),
        "revenue": np.round(np.exp(5.5 + 0.35 * latent[:, 3]), 2),
        "days_since_order": np.clip(np.rint(130 + 30 * latent[:, 4]), 0, None).astype(np.int64),
        "basket": np.round(55 + 7 * latent[:, 5], 2),
        "returns_share": np.round(np.clip(0.25 + 0.04 * latent[:, 6], 0, 1), 4),
        "region": generator.choice(["north", "south", "east", "west"], size=rows),
        "channel": np.where(generator.random(rows) < 0.8, usual, "store"),
        "tier": generator.choice(["basic", "silver", "gold"], size=rows, p=[0.6, 0.3, 0.1]),
    }


def save_customers(rows: int, path: Path) -> tuple[int, int]:
    """Write the customers as a CSV file; return its shape."""
    import pandas as pd

    frame = pd.DataFrame(customers(rows))
    frame.to_csv(path, index=False)
    return frame.shape


def encoded_customers(rows: int) -> Points:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "customers.csv"
        save_customers(rows, path)
        return encode_file(path)


def encode_file(path: Path, log: str = "none") -> Points:
    """Read a file and encode every feature in it, as a run without any choice of its own does."""
    from datasets.reader import read_table
    from segmentiq.ml.features import build_features
    from segmentiq.ml.spec import SegmentationSpec

    return build_features(read_table(path, path.name).table, SegmentationSpec.from_mapping({"log": log})).values


def real_table(name: str) -> Points:
    """Encode one of the real tables. Raises NotHere."""
    return encode_file(find_real(name))


def find_real(name: str) -> Path:
    path = REAL / name
    if not path.is_file():
        raise NotHere(f"{name} is not here: real tables lie beside the project and are no part of it")
    return path


def retail_customers() -> Points:
    """Return recency, frequency and money of the customers behind the order lines of Online Retail."""
    import pandas as pd

    lines = pd.read_csv(find_real("online_retail_541909.csv"), encoding="latin-1", parse_dates=["InvoiceDate"])
    lines = lines[lines["CustomerID"].notna() & (lines["Quantity"] > 0) & (lines["UnitPrice"] > 0)]
    lines["money"] = lines["Quantity"] * lines["UnitPrice"]
    per = lines.groupby("CustomerID").agg(last=("InvoiceDate", "max"), frequency=("InvoiceNo", "nunique"), money=("money", "sum"))
    per["recency"] = (lines["InvoiceDate"].max() - per.pop("last")).dt.days
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "customers.csv"
        per.to_csv(path, index=False)
        return encode_file(path, log="auto")


def _real(name: str, title: str) -> Kind:
    return Kind(title=title, make=lambda _: real_table(name), ties=True)


TABLES: Mapping[str, Kind] = {
    **{f"mixture-{d}": Kind(title="planted mixture", make=partial(mixture, columns=d)) for d in (5, 10, 16, 30)},
    "spenders": Kind(title="recency, frequency, money", make=spenders, ties=True),
    "customers": Kind(title="mixed, one-hot", make=encoded_customers),
    "mall": _real("mall_customers.csv", "mall customers"),
    "wholesale": _real("wholesale_customers.csv", "wholesale customers"),
    "marketing": _real("marketing_campaign_semicolon_bom.csv", "marketing campaign"),
    "churn": _real("ecommerce_churn_2sheets.xlsx", "e-commerce churn"),
    "telco": _real("telco_customer_churn.csv", "telephone churn"),
    "retail": Kind(title="online retail, customers", make=lambda _: retail_customers(), ties=True),
}
