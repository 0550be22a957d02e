"""Numbers in, the words of the pages out: thousands separators, three significant digits, shares, sizes and times.

Pages, drawings and sentences format numbers here and nowhere else, so that a figure reads the same wherever it stands.
"""

from __future__ import annotations

import math
from datetime import datetime

from django.utils import timezone


def count(number: int | None) -> str:
    """Write a whole number exactly: 4,338."""
    return "–" if number is None else f"{number:,}"


def plural(number: int, one: str, many: str = "") -> str:
    """Write a count with its noun: 1 customer, 200 customers."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def figure(number: float | None) -> str:
    """Write a measured number with three significant digits, thousands separated, without an exponent where one can read it."""
    if number is None or not math.isfinite(number):
        return "–"
    if number == 0:
        return "0"
    size = math.floor(math.log10(abs(number)))
    if not -4 <= size < 15:
        return f"{number:.2e}"
    rounded = round(number, 2 - size)
    text = f"{rounded:,.{max(0, 2 - size)}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def share(part: float) -> str:
    """Write a share of 1 in per cent: 33 %, 0.4 %, under 0.1 %."""
    if 0 < part < 0.001:
        return "under 0.1 %"
    return f"{100 * part:.1f} %" if part < 0.1 and part else f"{100 * part:.0f} %"


def unbroken(text: str) -> str:
    """Keep a number and its per cent sign on one line."""
    return text.replace(" %", "\u00a0%")


def filesize(size: int | None) -> str:
    """Write a number of bytes: 3.9 KiB, 12 MiB."""
    if size is None:
        return "–"
    amount = float(size)
    for unit in ("bytes", "KiB", "MiB", "GiB"):
        if amount < 1024 or unit == "GiB":
            return f"{amount:,.0f} {unit}" if amount >= 10 or unit == "bytes" else f"{amount:.1f} {unit}"
        amount /= 1024
    return ""


def duration(seconds: float | None) -> str:
    """Write a duration: under 1 s, 4 s, 2 min 5 s."""
    if seconds is None:
        return "–"
    if seconds < 1:
        return "under 1 s"
    whole = round(seconds)
    return f"{whole} s" if whole < 60 else f"{whole // 60} min {whole % 60} s"


def ago(moment: datetime | None) -> str:
    """Write when something was: just now, 5 minutes ago, yesterday, 3 Nov 2026."""
    if moment is None:
        return "–"
    passed = (timezone.now() - moment).total_seconds()
    if passed < 60:
        return "just now"
    if passed < 3600:
        return plural(int(passed // 60), "minute") + " ago"
    days = (timezone.localdate() - timezone.localtime(moment).date()).days
    if days == 0:
        return plural(int(passed // 3600), "hour") + " ago"
    if days == 1:
        return "yesterday"
    return f"{days} days ago" if days < 7 else f"{timezone.localtime(moment):%-d %b %Y}"
