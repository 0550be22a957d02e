"""Work on many items by a few threads: items flow in as a thread is free to take one, results flow out in their order.

Columns are read one apart from the other, and Arrow and numpy let other threads run while they compute. Few are in work at a
time, because each holds its cells until it is done.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from typing import TypeVar

from segmentiq.ml.machine import find_threads

Item = TypeVar("Item")
Result = TypeVar("Result")
MOST = 4
"""Threads beyond which memory grows and Python's own steps hold the others up."""
AHEAD = 8
"""Items for each thread that may be done before an earlier one that takes long."""


def in_turns(work: Callable[[Item], Result], items: Iterable[Item]) -> Iterator[Result]:
    """Yield the work on every item; the next item is drawn while earlier ones are worked on."""
    n_threads = min(find_threads(), MOST)
    if n_threads == 1:
        yield from map(work, items)
        return
    under_way: deque[Future[Result]] = deque()
    with ThreadPoolExecutor(n_threads) as threads:
        for item in items:
            under_way.append(threads.submit(work, item))
            undone = [future for future in under_way if not future.done()]
            if len(undone) > n_threads:
                wait(undone, return_when=FIRST_COMPLETED)
            while under_way and (under_way[0].done() or len(under_way) > AHEAD * n_threads):
                yield under_way.popleft().result()
        while under_way:
            yield under_way.popleft().result()
