"""Order lines -> one row per customer: what they bought, when, how often and for how much, as arrays of the same length.

Customers come in the order of their identifiers and sums are freed of the noise of floating point, so that the order of the lines
changes nothing, not even which of two equal customers ranks higher.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from datasets.orders.fates import Mask, find_dated
from datasets.orders.lines import MICROSECONDS_A_DAY, Lines

DAY = np.timedelta64(MICROSECONDS_A_DAY, "us")
DIGITS_OF_SUMS = 14


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Customers:
    """One entry per customer: their identifiers, and their columns by name."""

    ids: NDArray[np.object_]
    columns: Mapping[str, NDArray[Any]]
    snapshot: np.datetime64


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Kept:
    """The lines that count: `rows` in the table, and for each `owner`, the customer's place among the `n` identifiers `ids`."""

    rows: NDArray[np.int64]
    owner: NDArray[np.int64]
    ids: NDArray[np.object_]
    place: NDArray[np.int64]
    """For every code of a customer the place, -1 for customers without a line that counts."""

    @property
    def n(self) -> int:
        return len(self.ids)

    def sum(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the sum per customer of one number per kept line, missing as nothing."""
        known = pd.Series(np.nan_to_num(values, nan=0.0, posinf=np.inf, neginf=-np.inf))
        with np.errstate(over="ignore", invalid="ignore"):
            sums = known.groupby(self.owner).sum()
        return _without_noise(np.asarray(sums, dtype=np.float64))

    def count_distinct(self, codes: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return how many different codes every customer has; -1 is none."""
        has_one = codes >= 0
        width = int(codes.max(initial=0)) + 1
        pairs = pd.unique(self.owner[has_one] * width + codes[has_one])
        return np.bincount(pairs // width, minlength=self.n)


def describe_customers(lines: Lines, is_kept: Mask) -> Customers:
    """Return the customers who have a line that is kept; there is at least one."""
    kept = _find_kept(lines, is_kept)
    at = pd.Series(lines.at[kept.rows].astype(np.int64)).groupby(kept.owner)
    first, last = (days.to_numpy().astype("datetime64[us]") for days in (at.min(), at.max()))
    snapshot = lines.snapshot if lines.snapshot is not None else last.max() + DAY
    frequency = kept.count_distinct(_number_orders(lines, kept.rows))
    monetary = kept.sum(lines.paid[kept.rows])
    items = np.ones(len(kept.rows)) if lines.quantity is None else lines.quantity[kept.rows]
    columns: dict[str, NDArray[Any]] = {
        "recency_days": _count_days(last, snapshot),
        "frequency": frequency,
        "monetary": monetary,
        "average_order_value": monetary / frequency,
        "items": _whole(kept.sum(items)),
        **({} if lines.product is None else {"distinct_products": kept.count_distinct(lines.product.codes[kept.rows])}),
        "tenure_days": _count_days(first, snapshot),
        "mean_interval_days": _find_intervals(first, last, frequency),
        "share_of_returns": _find_share_of_returns(lines, kept),
        "first_order": first,
        "last_order": last,
    }
    return Customers(ids=kept.ids, columns=columns, snapshot=snapshot)


def _find_kept(lines: Lines, is_kept: Mask) -> Kept:
    rows = np.flatnonzero(is_kept)
    codes = lines.customer.codes[rows]
    present = pd.unique(codes)
    present = present[np.argsort(lines.customer.values[present], kind="stable")]
    place = np.full(len(lines.customer.values), -1, dtype=np.int64)
    place[present] = np.arange(len(present))
    return Kept(rows=rows, owner=place[codes], ids=lines.customer.values[present], place=place)


def _number_orders(lines: Lines, rows: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return a code of its order for every kept line: its number, or its day where it has none."""
    days, _ = pd.factorize(lines.at[rows].astype(np.int64) // MICROSECONDS_A_DAY)
    if lines.invoice is None:
        return days.astype(np.int64)
    numbers = lines.invoice.codes[rows]
    return np.where(numbers < 0, len(lines.invoice.values) + days, numbers)


def _count_days(since: NDArray[np.datetime64], snapshot: np.datetime64) -> NDArray[np.int64]:
    """Return whole days."""
    return (snapshot.astype(np.int64) - since.astype(np.int64)) // MICROSECONDS_A_DAY


def _find_intervals(
    first: NDArray[np.datetime64], last: NDArray[np.datetime64], frequency: NDArray[np.int64]
) -> NDArray[np.float64]:
    """Return the mean days between two orders; one order has no interval."""
    days = (last - first) / DAY
    return np.where(frequency > 1, days / np.maximum(frequency - 1, 1), np.nan)


def _find_share_of_returns(lines: Lines, kept: Kept) -> NDArray[np.float64]:
    dated = np.flatnonzero(find_dated(lines))
    owner = kept.place[lines.customer.codes[dated]]
    dated, owner = dated[owner >= 0], owner[owner >= 0]
    is_returned = lines.is_cancelled[dated] | lines.is_returned[dated]
    return np.bincount(owner, weights=is_returned, minlength=kept.n) / np.bincount(owner, minlength=kept.n)


def _without_noise(sums: NDArray[np.float64]) -> NDArray[np.float64]:
    """Round to the digits that mean something beside the largest sum: 77183.6, not 77183.59999999999."""
    largest = float(np.abs(sums).max(initial=0.0))
    if not math.isfinite(largest) or largest == 0:
        return sums
    decimals = DIGITS_OF_SUMS - math.ceil(math.log10(largest))
    return np.round(sums, min(decimals, 300)) if decimals > 0 else sums


def _whole(values: NDArray[np.float64]) -> NDArray[Any]:
    """Return whole numbers as such."""
    is_whole = np.isfinite(values).all() and bool((values == np.floor(values)).all()) and np.abs(values).max() < 2**53
    return values.astype(np.int64) if is_whole else values
