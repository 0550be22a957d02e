"""Tiny tables whose answer is known beforehand, as the text of the file a person would upload."""

from __future__ import annotations

import random
from datetime import date, timedelta

GROUPS = (("north", 20.0, 100.0), ("south", 45.0, 900.0), ("west", 70.0, 5000.0))
"""Region, centre of age, centre of spending: three groups that nothing can confuse."""


def three_groups(per_group: int = 12, seed: int = 7) -> str:
    """Return a CSV of customers in three clear groups: an id with leading zeros, a category, two numbers.

    The groups' sizes are `per_group`, `per_group` + 4 and `per_group` + 8, so that segment 1 (the largest) is "west".
    """
    draw = random.Random(seed)
    lines = ["customer_id,region,age,spending"]
    for extra, (region, age, spending) in zip((0, 4, 8), GROUPS, strict=True):
        for _ in range(per_group + extra):
            aged, spent = age + draw.uniform(-3, 3), spending * draw.uniform(0.95, 1.05)
            lines.append(f"{len(lines):05d},{region},{aged:.1f},{spent:.2f}")
    return "\n".join(lines) + "\n"


THREE_GROUPS = three_groups()
TWO_ROWS = "customer_id,age,spending\n001,31,10.5\n002,45,99.0\n"
ODD_NAMES = (
    "customer_id,__proto__,=1+1,<b>bold</b>,amount $$\n"
    + "\n".join(f"C{i:03d},{i * 3 % 7 + 1}.5,{i % 5}.25,{i * i % 11}.75,{i % 13}.5" for i in range(30))
    + "\n"
)
"""Column names that have broken pages, spreadsheets and plots before."""


def order_lines(n_customers: int = 12) -> str:
    """Return a CSV of orders in which every customer has one to four orders of two lines, and four lines that do not count.

    Those are, in this sequence: one without a customer, one of a cancelled order, a return, and one that cost nothing.
    """
    lines = ["customer_id,order_no,order_date,product,quantity,unit_price"]
    for customer in range(1, n_customers + 1):
        for order in range(1 + customer % 4):
            day = date(2024, 1, 1) + timedelta(days=5 * customer + 20 * order)
            for line in (1, 2):
                lines.append(f"K{customer:03d},{1000 + 10 * customer + order},{day},P{line},{line + customer % 3},{customer}.50")
    lines += [
        ",1999,2024-03-01,P1,1,5.00",
        "K001,C2000,2024-03-02,P1,-1,1.50",
        "K002,2001,2024-03-03,P2,-2,2.50",
        "K003,2002,2024-03-04,P2,1,0",
    ]
    return "\n".join(lines) + "\n"


ORDERS = order_lines()
ORDERS_LEDGER = {"missing_customer": 1, "cancelled": 1, "returns": 1, "zero_prices": 1, "kept": 60}
