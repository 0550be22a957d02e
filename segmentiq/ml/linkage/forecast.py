"""Bytes and seconds a linkage will need, and the sentence when it is too much.

Flows in: the size of the question. Flows out: a forecast, made without the scientific stack, so that the form can refuse what
cannot fit before it is queued, and the worker before it allocates; never a process killed half-way.

The constants stand with the kernels. They were measured on one core of a busy machine, so they err to the long side.
"""

from __future__ import annotations

from segmentiq.ml.errors import RunRefused
from segmentiq.ml.linkage.kernel import Forecast
from segmentiq.ml.linkage.kernels import KERNELS
from segmentiq.ml.machine import find_budget

GIB = 1024**3
NOTICEABLE = 0.05


def forecast(n: int, d: int, linkage: str, metric: str, *, memory_bytes: int | None = None) -> Forecast:
    """Forecast what linking n customers with d features will need.

    Parameters
    ----------
    n, d : int
    linkage, metric : str
    memory_bytes : int or None
        The budget; None means half of the machine's memory.

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
    return KERNELS[choose_kernel(n, d, linkage, metric, memory_bytes=memory_bytes)].forecast(n, d)


def choose_kernel(n: int, d: int, linkage: str, metric: str, *, memory_bytes: int | None = None) -> str:
    """Return the name of the quickest kernel that accepts the question and fits the memory. Raises RunRefused, `too_large`.

    Below `NOTICEABLE` seconds nobody waits, and the order of the registry decides.
    """
    budget = find_budget() if memory_bytes is None else memory_bytes
    able = {
        name: kernel.forecast(n, d)
        for name, kernel in KERNELS.items()
        if kernel.accepts(linkage, metric) and (kernel.most is None or n <= kernel.most)
    }
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


def _find_alternative(n: int, d: int, linkage: str, metric: str, budget: int) -> str:
    for other, measure in (("ward", "euclidean"), ("single", metric)):
        fitting = [
            kernel.forecast(n, d)
            for kernel in KERNELS.values()
            if kernel.accepts(other, measure) and kernel.most is None and kernel.forecast(n, d).bytes <= budget
        ]
        if fitting and other != linkage:
            return f'Linkage "{other}" with metric "{measure}" fits: it needs {_say(fitting[0].bytes)}.'
    return f"About {_count_fitting(n, d, linkage, metric, budget):,} customers fit: cluster a sample of that size."


def _count_fitting(n: int, d: int, linkage: str, metric: str, budget: int) -> int:
    """Return the largest number of customers that fits, to two digits."""
    kernels = [kernel for kernel in KERNELS.values() if kernel.accepts(linkage, metric) and kernel.most is None]
    low, high = 0, n
    while high - low > max(1, low // 100):
        middle = (low + high) // 2
        fits = min(kernel.forecast(middle, d).bytes for kernel in kernels) <= budget
        low, high = (middle, high) if fits else (low, middle)
    return int(f"{low:.1e}".partition("e")[0].replace(".", "")) * 10 ** max(len(str(low)) - 2, 0) if low > 99 else low


def _say(n_bytes: int) -> str:
    return f"{n_bytes / GIB:,.1f} GiB" if n_bytes >= GIB / 10 else f"{n_bytes / 1024**2:,.1f} MiB"
