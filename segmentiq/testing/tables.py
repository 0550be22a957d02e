"""Tiny tables whose answer is known beforehand, as the text of the file a person would upload."""

from __future__ import annotations

import random

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
