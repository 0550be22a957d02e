"""The sample: 2,000 invented customers in five planted segments, and the order lines behind them.

A seed flows in, two CSV files flow out as bytes, the same bytes for the same seed on every machine: only `random.Random` is used,
whose numbers Python promises to keep. The customers are computed from their own orders, so the two files agree, and what a person
should find is known: `SEGMENTS` says what each group is like, and nothing in the files names them.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from random import Random

SNAPSHOT = dt.date(2024, 4, 30)
YEAR = 365
CUSTOMERS = (
    "customer_id",
    "signed_up",
    "age",
    "region",
    "channel",
    "newsletter",
    "orders",
    "annual_spend",
    "average_basket",
    "days_since_last_order",
    "returns_share",
)
ORDERS = ("customer_id", "order_id", "date", "quantity", "unit_price")
REGIONS = ("North", "East", "South", "West")
CHANNELS = ("Online", "Store", "App")
MISSING_AGES = 0.04


@dataclass(frozen=True, kw_only=True, slots=True)
class Planted:
    """One planted segment: means and spreads of what its customers do."""

    size: int
    orders: tuple[float, float]
    basket: tuple[float, float]
    days_since: tuple[float, float]
    age: tuple[float, float]
    tenure: tuple[int, int]
    """Days since signing up, from and to."""
    returns: float
    """Share of the order lines that come back."""
    newsletter: float
    channels: tuple[float, ...]
    regions: tuple[float, ...]


REGULARS = Planted(
    size=520, orders=(30, 3), basket=(58, 6), days_since=(6, 2.5), age=(47, 6), tenure=(900, 2400), returns=0.03,
    newsletter=0.95, channels=(0.95, 0.03, 0.02), regions=(0.85, 0.05, 0.05, 0.05),
)  # fmt: skip
BIG_SPENDERS = Planted(
    size=280, orders=(11, 1.5), basket=(265, 20), days_since=(24, 7), age=(56, 6), tenure=(700, 2400), returns=0.05,
    newsletter=0.9, channels=(0.02, 0.96, 0.02), regions=(0.05, 0.05, 0.05, 0.85),
)  # fmt: skip
BARGAIN_HUNTERS = Planted(
    size=460, orders=(15, 2), basket=(24, 4), days_since=(17, 6), age=(26, 4), tenure=(400, 1500), returns=0.38,
    newsletter=0.96, channels=(0.03, 0.01, 0.96), regions=(0.05, 0.85, 0.05, 0.05),
)  # fmt: skip
NEWCOMERS = Planted(
    size=340, orders=(3, 0.8), basket=(105, 10), days_since=(20, 7), age=(33, 5), tenure=(45, 120), returns=0.06,
    newsletter=0.04, channels=(0.02, 0.02, 0.96), regions=(0.05, 0.05, 0.85, 0.05),
)  # fmt: skip
SLEEPERS = Planted(
    size=400, orders=(2.5, 0.7), basket=(52, 8), days_since=(245, 25), age=(44, 7), tenure=(500, 2000), returns=0.04,
    newsletter=0.04, channels=(0.04, 0.94, 0.02), regions=(0.05, 0.05, 0.85, 0.05),
)  # fmt: skip
SEGMENTS = (REGULARS, BIG_SPENDERS, BARGAIN_HUNTERS, NEWCOMERS, SLEEPERS)


@dataclass(frozen=True, kw_only=True, slots=True)
class Line:
    """One line of an order; a negative quantity is a return. Prices are whole cents."""

    customer: str
    order: int
    date: dt.date
    quantity: int
    cents: int


def make_sample(seed: int = 20240501) -> tuple[bytes, bytes]:
    """Return the customers and their order lines as CSV."""
    random = Random(seed)  # noqa: S311 - invented data, no secret
    people: list[tuple[object, ...]] = []
    lines: list[Line] = []
    for number, planted in _plant(random):
        customer, segment = f"{number:06d}", SEGMENTS[planted]
        made = _make_lines(customer, segment, random)
        people.append(_describe(customer, segment, made, random))
        lines.extend(made)
    return _write(CUSTOMERS, people), _write(ORDERS, _number_orders(lines))


def planted_segments(seed: int = 20240501) -> list[int]:
    """Return the index in `SEGMENTS` of every customer, in the file's order: what a good segmentation finds again."""
    return [planted for _, planted in _plant(Random(seed))]  # noqa: S311 - invented data, no secret


def _plant(random: Random) -> list[tuple[int, int]]:
    """Return every customer's number and the index of its segment, in a random sequence."""
    planted = [index for index, segment in enumerate(SEGMENTS) for _ in range(segment.size)]
    numbers = random.sample(range(1, 10_000), len(planted))
    random.shuffle(planted)
    return list(zip(numbers, planted, strict=True))


def _draw(random: Random, shape: tuple[float, float], low: float, high: float) -> float:
    return min(max(random.gauss(*shape), low), high)


def _make_lines(customer: str, segment: Planted, random: Random) -> list[Line]:
    """Return a year of order lines of one customer; the latest order comes first."""
    latest = round(_draw(random, segment.days_since, 0, YEAR - 30))
    oldest = min(YEAR, segment.tenure[0])
    n_orders = max(round(random.gauss(*segment.orders)), 1)
    days = [latest, *(random.randint(latest, max(oldest, latest)) for _ in range(n_orders - 1))]
    level = _draw(random, segment.basket, 5, 1000)
    lines: list[Line] = []
    for order, day in enumerate(days):
        date = SNAPSHOT - dt.timedelta(days=day)
        lines.extend(_make_order(customer, order, date, level * random.uniform(0.8, 1.2), segment=segment, random=random))
    return lines


def _make_order(customer: str, order: int, date: dt.date, basket: float, *, segment: Planted, random: Random) -> Iterable[Line]:
    """Yield one to three lines that add up to about the basket, and now and then a return of one of them."""
    n_lines = random.randint(1, 3)
    for _ in range(n_lines):
        quantity = random.randint(1, 4)
        cents = max(round(100 * basket / n_lines / quantity), 50)
        yield Line(customer=customer, order=order, date=date, quantity=quantity, cents=cents)
        if random.random() < segment.returns:
            yield Line(customer=customer, order=order, date=date, quantity=-quantity, cents=cents)


def _describe(customer: str, segment: Planted, lines: Sequence[Line], random: Random) -> tuple[object, ...]:
    """Return the customer's row."""
    bought = sum(line.quantity * line.cents for line in lines if line.quantity > 0)
    returned = -sum(line.quantity * line.cents for line in lines if line.quantity < 0)
    n_orders = len({line.order for line in lines})
    signed_up = SNAPSHOT - dt.timedelta(days=random.randint(*segment.tenure))
    age = round(_draw(random, segment.age, 18, 90))
    return (
        customer,
        min(signed_up, *(line.date for line in lines)).isoformat(),
        "" if random.random() < MISSING_AGES else age,
        random.choices(REGIONS, segment.regions)[0],
        random.choices(CHANNELS, segment.channels)[0],
        "yes" if random.random() < segment.newsletter else "no",
        n_orders,
        f"{bought / 100:.2f}",
        f"{bought / 100 / n_orders:.2f}",
        (SNAPSHOT - max(line.date for line in lines)).days,
        f"{returned / bought:.3f}",
    )


def _number_orders(lines: Sequence[Line]) -> Iterable[tuple[object, ...]]:
    """Yield the lines by date, orders numbered in that sequence."""
    numbers: dict[tuple[str, int], int] = {}
    for line in sorted(lines, key=lambda line: (line.date, line.customer, line.order)):
        number = numbers.setdefault((line.customer, line.order), 100_001 + len(numbers))
        yield line.customer, number, line.date.isoformat(), line.quantity, f"{line.cents / 100:.2f}"


def _write(header: Sequence[str], rows: Iterable[Sequence[object]]) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    return text.getvalue().encode()
