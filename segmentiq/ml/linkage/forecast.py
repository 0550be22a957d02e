"""Bytes and seconds a linkage will need, and the sentence when it is too much.

Flows in: the size of the question. Flows out: a forecast, made without the scientific stack, so that the form can refuse what
cannot fit before it is queued, and the worker before it allocates; never a process killed half-way.

The kernels' own models say what linking takes where they were measured; `speeds` (`calibration`) make that this machine's. They
count every customer: equal ones are linked as one, so a table with duplicates takes less than its forecast.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import TYPE_CHECKING

from segmentiq.ml.errors import RunRefused
from segmentiq.ml.linkage.kernel import Forecast
from segmentiq.ml.linkage.kernels import KERNELS
from segmentiq.ml.linkage.micro import forecast_micro
from segmentiq.ml.machine import find_budget

if TYPE_CHECKING:
    from segmentiq.ml.linkage.kernel import Kernel

GIB = 1024**3
NOTICEABLE = 0.05
AS_MODELLED: Mapping[str, float] = MappingProxyType({})
"""Factors of the machine on which the models were made: 1 each."""
MICRO = "micro"
"""The way through micro-clusters, which is no kernel: it takes kernels twice."""


def forecast(
    n: int,
    d: int,
    linkage: str,
    metric: str,
    *,
    memory_bytes: int | None = None,
    speeds: Mapping[str, float] = AS_MODELLED,
) -> Forecast:
    """Forecast what linking n customers with d features will need.

    Parameters
    ----------
    n, d : int
    linkage, metric : str
    memory_bytes : int or None
        The budget; None means half of the machine's memory.
    speeds : mapping of str to float
        How many times as long as modelled each kernel takes here.

    Returns
    -------
    Forecast

    Raises
    ------
    RunRefused
        ``too_large`` when no kernel fits the budget, with the nearest way that does.

    Examples
    --------
    >>> forecast(20_000, 10, "average", "euclidean", memory_bytes=4 * 1024**3).bytes // 10**6
    1604
    """
    return forecast_kernel(choose_kernel(n, d, linkage, metric, memory_bytes=memory_bytes), n, d, speeds)


def forecast_kernel(name: str, n: int, d: int, speeds: Mapping[str, float] = AS_MODELLED) -> Forecast:
    """Return the forecast of one kernel, in this machine's seconds."""
    needed = KERNELS[name].forecast(n, d)
    return replace(needed, seconds=needed.seconds * speeds.get(name, 1.0))


def choose_kernel(n: int, d: int, linkage: str, metric: str, *, memory_bytes: int | None = None) -> str:
    """Return the name of the quickest kernel that accepts the question and fits the memory. Raises RunRefused, `too_large`.

    Below `NOTICEABLE` seconds nobody waits, and the order of the registry decides. How quick this machine is does not count: the
    same question takes the same way everywhere.
    """
    budget = find_budget() if memory_bytes is None else memory_bytes
    able = {name: kernel.forecast(n, d) for name, kernel in KERNELS.items() if _takes(kernel, n, linkage, metric)}
    if not able:
        raise ValueError(f"no kernel links {linkage} with {metric}")
    fitting = {name: max(needed.seconds, NOTICEABLE) for name, needed in able.items() if needed.bytes <= budget}
    if fitting:
        return min(fitting, key=fitting.__getitem__)
    least = min(needed.bytes for needed in able.values())
    raise RunRefused(
        f"Linkage {linkage} on {n:,} customers needs {_say(least)} of memory; the budget is {_say(budget)}.",
        code="too_large",
        field="linkage",
        hint=_find_alternative(n, d, linkage, metric, budget),
    )


def choose_way(
    n: int,
    d: int,
    linkage: str,
    metric: str,
    *,
    memory_bytes: int,
    limit_s: float | None = None,
    speeds: Mapping[str, float] = AS_MODELLED,
) -> str:
    """Return the kernel, or `MICRO` where that needs too much memory or time and micro-clusters do not. Raises RunRefused."""
    try:
        name = choose_kernel(n, d, linkage, metric, memory_bytes=memory_bytes)
    except RunRefused:
        if fits_approximately(n, d, linkage, metric, memory_bytes):
            return MICRO
        raise
    takes = forecast_kernel(name, n, d, speeds).seconds
    if limit_s is None or takes <= limit_s or not fits_approximately(n, d, linkage, metric, memory_bytes):
        return name
    return MICRO if forecast_micro(n, d, linkage, metric, memory_bytes, speeds=speeds).seconds < takes else name


def count_fitting(most: int, d: int, linkage: str, metric: str, memory_bytes: int) -> int:
    """Return the largest number of customers up to `most` whose exact tree fits, to two digits."""
    return largest(most, lambda n: _least(n, d, linkage, metric) <= memory_bytes)


def _takes(kernel: Kernel, n: int, linkage: str, metric: str) -> bool:
    return kernel.accepts(linkage, metric) and (kernel.most is None or n <= kernel.most)


def other_ways(linkage: str, metric: str) -> Iterator[tuple[str, str]]:
    """Yield the linkages that need no matrix of distances, nearest to what was asked for first."""
    return ((other, measure) for other, measure in (("ward", "euclidean"), ("single", metric)) if other != linkage)


def _find_alternative(n: int, d: int, linkage: str, metric: str, budget: int) -> str:
    ways: list[str] = []
    for other, measure in other_ways(linkage, metric):
        needed = _least(n, d, other, measure)
        if needed <= budget and not ways:
            ways.append(f'Linkage "{other}" with metric "{measure}" fits: it needs {_say(needed)}.')
    if fits_approximately(n, d, linkage, metric, budget):
        ways.append('approximate "allow" fits too.' if ways else 'approximate "allow" fits.')
    n_fitting = count_fitting(n, d, linkage, metric, budget)
    return " ".join(ways) or f"About {n_fitting:,} customers fit: cluster a sample of that size."


def fits_approximately(n: int, d: int, linkage: str, metric: str, budget: int) -> bool:
    """Tell whether micro-clusters of these customers fit the memory."""
    return n > MICRO_ROWS and forecast_micro(n, d, linkage, metric, budget).bytes <= budget


MICRO_ROWS = 1_000
"""Fewer customers are not worth gathering."""


def _least(n: int, d: int, linkage: str, metric: str) -> int:
    """Return the bytes of the kernel that needs least."""
    return min(kernel.forecast(n, d).bytes for kernel in KERNELS.values() if _takes(kernel, n, linkage, metric))


def largest(n: int, fits: Callable[[int], bool]) -> int:
    """Return the largest number of customers up to n that fits, to two digits."""
    low, high = 0, n
    while high - low > max(1, low // 100):
        middle = (low + high) // 2
        low, high = (middle, high) if fits(middle) else (low, middle)
    unit: int = 10 ** max(len(str(low)) - 2, 0)
    return low // unit * unit


def _say(n_bytes: int) -> str:
    return f"{n_bytes / GIB:,.1f} GiB" if n_bytes >= GIB / 10 else f"{n_bytes / 1024**2:,.1f} MiB"
