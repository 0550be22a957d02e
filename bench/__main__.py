"""Compare Ward trees: ``make bench ARGS="--rows 2000 10000 --features 8"``.

Flows in: sizes. Flows out: one line per contender and size: seconds, peak memory, and how far its heights are from SciPy's.
Each contender runs in a process of its own, because peak memory is a fact about a process.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import time
from pathlib import Path

import numpy as np

from bench.contenders import CONTENDERS, Points

ROOT = Path(__file__).resolve().parent.parent


def main() -> None:
    words = arguments()
    if words.one:
        print(json.dumps(measure(words.one, words.rows[0], words.features)))
        return
    print(f"{'rows':>8} {'library':12} {'seconds':>9} {'peak MiB':>9}  heights against SciPy")
    for rows in words.rows:
        expected = 0.0
        for name in sorted(CONTENDERS, key="scipy".__ne__):
            found = in_own_process(name, rows, words.features)
            if found is None:
                print(f"{rows:8} {name:12}    failed", flush=True)
                continue
            expected = expected or found["sum"]
            told = f"{abs(found['sum'] / expected - 1):.1e}"
            print(f"{rows:8} {name:12} {found['seconds']:9.2f} {found['peak']:9.0f}  {told}", flush=True)


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make bench", description="Compare Ward trees of several libraries.")
    parser.add_argument("--rows", type=int, nargs="+", default=[2_000, 5_000, 10_000])
    parser.add_argument("--features", type=int, default=8)
    parser.add_argument("--one", choices=sorted(CONTENDERS), help=argparse.SUPPRESS)
    return parser.parse_args()


def points(rows: int, features: int) -> Points:
    """Return five overlapping clouds, the same for everybody."""
    generator = np.random.default_rng(20240501)
    centres = generator.normal(scale=3.0, size=(5, features))
    return centres[generator.integers(5, size=rows)] + generator.normal(size=(rows, features))


def measure(name: str, rows: int, features: int) -> dict[str, float]:
    """Build the tree in this process; the peak is what building added to the points."""
    data = points(rows, features)
    CONTENDERS[name](data[:50])  # imports and compilation are not what is compared
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    started = time.perf_counter()
    heights = CONTENDERS[name](data)
    seconds = time.perf_counter() - started
    peak = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    return {"seconds": seconds, "peak": peak, "sum": float(np.sum(heights))}


def in_own_process(name: str, rows: int, features: int) -> dict[str, float] | None:
    command = [sys.executable, "-m", "bench", "--one", name, "--rows", str(rows), "--features", str(features)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        return None
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return found


if __name__ == "__main__":
    main()
