"""Every compiled function called for nobody, so that no person waits for a compiler.

Nothing flows in. Out flows compiled code, which numba keeps in `NUMBA_CACHE_DIR`, so that the next process only loads it.

The compiler uses one core, whatever it compiles. So every other core gets a process of its own (`python -m` this module) that
takes parts of the work until none is left, and all that this process does afterwards is load what they made.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np

from segmentiq.ml.counting import Spans, tell
from segmentiq.ml.distances import METRICS, sum_distances
from segmentiq.ml.linkage.chain import CODES, link_distances
from segmentiq.ml.linkage.clusters import make_group, start_clusters
from segmentiq.ml.linkage.forest import Forest, find_frame, plant
from segmentiq.ml.linkage.order import count_rows, lift
from segmentiq.ml.linkage.probes import sample_rows
from segmentiq.ml.linkage.rounds import merge_pairs
from segmentiq.ml.linkage.search import search
from segmentiq.ml.linkage.spanning import span
from segmentiq.ml.linkage.spatial import make_blocks
from segmentiq.ml.linkage.walk import walk
from segmentiq.ml.machine import find_threads

N_ROWS, N_FEATURES = 200, 2
PATIENCE_S = 120.0
"""A process that compiles longer is stuck; what it did not compile is compiled when it is needed."""


def compile_kernels() -> None:
    """Compile, or load, everything that the engine compiles."""
    with tempfile.TemporaryDirectory() as claims:
        command = [sys.executable, "-P", "-m", "segmentiq.ml.warm", claims]
        path = os.pathsep.join(filter(None, [str(Path(__file__).parents[2]), os.environ.get("PYTHONPATH")]))
        others = min(find_threads(), len(PARTS)) - 1
        processes = [subprocess.Popen(command, env={**os.environ, "PYTHONPATH": path}) for _ in range(others)]  # noqa: S603 - ours
        compile_unclaimed(Path(claims))
        for process in processes:
            try:
                process.wait(PATIENCE_S)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
    for compile_part in PARTS.values():
        compile_part()


def compile_unclaimed(claims: Path) -> None:
    """Take one part after the other that no other process has taken; a claim is a folder, which only one can make."""
    for name, compile_part in PARTS.items():
        try:
            (claims / name).mkdir()
        except FileExistsError:
            continue
        compile_part()


def _search() -> None:
    """Search no block and walk to no merge: the types are those of a run."""
    rows, weights = sample_rows(N_ROWS, N_FEATURES)
    clusters, blocks, frame = Forest(start_clusters(rows, weights), make_blocks(N_ROWS, N_FEATURES), find_frame(rows))
    group, places, pair = make_group(N_FEATURES), np.arange(N_ROWS), np.zeros(2, dtype=np.int64)
    search(clusters, blocks, group, 0, 0, frame, pair)
    walk(clusters, blocks, frame, group, places, places, pair, np.zeros((N_ROWS - 1, 4)), 0, 0, pair)


def _merge() -> None:
    rows, weights = sample_rows(N_ROWS, N_FEATURES)
    with ThreadPoolExecutor(1) as pool:
        merge_pairs(plant(rows, weights, pool), np.zeros((N_ROWS - 1, 4)), 0)


def _link_matrix() -> None:
    for linkage in CODES:
        link_distances(np.ones(3), np.ones(3), linkage, _say_nothing)


def _span() -> None:
    span(sample_rows(N_ROWS, N_FEATURES)[0], "euclidean", _say_nothing)


def _climb() -> None:
    pairs = np.array([[0, 1]])
    lift(pairs, np.ones(1))
    count_rows(pairs, np.ones(2, dtype=np.int64))


def _sum() -> None:
    rows = sample_rows(N_ROWS, N_FEATURES)[0]
    for metric in METRICS:
        sum_distances(rows, np.array([0, 100]), metric)


def _tell() -> None:
    none, one = np.zeros(1, dtype=np.int64), np.ones(1)
    tell(np.zeros((1, 1), dtype=np.int64), none, none, (0, 1), one, Spans(none, none, none, none), 1.0, np.zeros((2, 2)), one)


def _say_nothing(share: float) -> None:
    pass


PARTS: Mapping[str, Callable[[], None]] = {
    "search": _search,
    "merge": _merge,
    "matrix": _link_matrix,
    "distances": _sum,
    "spanning": _span,
    "tree": _climb,
    "rules": _tell,
}
"""The longest first, so that all processes end at about the same time."""

if __name__ == "__main__":
    compile_unclaimed(Path(sys.argv[1]))
