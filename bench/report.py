"""Outcomes in, lines of a table out: the same for the terminal and for the guide; and the guide itself."""

from __future__ import annotations

import os
import platform
import re
from collections.abc import Iterable, Sequence
from importlib.metadata import version
from pathlib import Path

from bench.comparing import is_ours
from bench.contenders import SCORES
from bench.goals import MB
from bench.jobs import JOB
from bench.measurements import Case, Outcome
from bench.reading import INTAKE
from bench.tables import TABLES
from segmentiq.ml.machine import machine_bytes

WIDTHS = (26, 14, 27, 9, 9, 9, 9, 5, 9)
TITLES = ("table", "rows x columns", "contender", "seconds", "user CPU", "peak MB", "added MB", "runs", "÷ ours", "remark")
GOAL_WIDTHS = (60, 14, 20)
GOAL_TITLES = ("what", "measured", "goal", "")
LIBRARIES = ("numpy", "scipy", "scikit-learn", "fastcluster", "numba", "pandas")

READING = """\
Made by `make bench`, which you can run yourself; `make bench ARGS="--help"` lists its options. Every figure comes from one run on
one machine, so the ratios compare like with like. On another machine the seconds differ, and the ratios differ less.

- **Each run is a process of its own**, and contenders take turns. *Seconds* is wall time, *user CPU* the seconds of all threads
  together; both are medians of as many *runs* as are told. A slow contender runs once.
- **Counted** is the work alone, for everybody: not Python's start, nor imports, nor loading compiled code and the table. A whole
  job is counted from its start to its end; of reading, what the worker does with an upload, and a parser's bare call. Compilation
  happens once per installation; see *The machine*.
- *Peak MB* (10⁶ bytes) is the most memory the process held during the work, with Python, libraries and table; *added MB* is what
  the work added to what was there. Goals look at the peak.
- **Cores**: ours uses all. Of the others only matrix products do. *User CPU* shows what the work costs on one.
- **Extrapolated (≈)** means: run on fewer rows, and multiplied by the square of the rows, as that algorithm grows. It flatters
  the contender, whose table still fits the caches there. **Not tried**: its distances would take over a quarter of the memory.
- *Differ* is the largest relative difference between that contender's merge heights (or silhouette) and ours. Where distances
  tie, several trees are right, and heights differ for good reason; *Σh²*, the same in every Ward tree, is compared there.
- **The peers**: `fastcluster.linkage_vector` is the quickest other exact Ward tree in Python that needs no matrix of distances;
  scipy and scikit-learn are what most people use. *The script* is `bench/script_baseline.py`, as an analyst would write it.
- **The tables**: planted mixtures are eight overlapping clouds of full rank. Our Ward tree skips far customers by their place in
  space, which works best in few dimensions and hardly in thirty; and it is slower per row where there are few rows: below some
  thousand customers everybody takes milliseconds, and others may take fewer.

"""


def header(titles: Sequence[str], widths: Sequence[int]) -> list[str]:
    return [
        row(titles, widths),
        "|" + "|".join("-" * (width + 2) for width in widths) + "|" + "---|" * (len(titles) - len(widths)),
    ]


def row(cells: Sequence[str], widths: Sequence[int]) -> str:
    padded = [cell.ljust(width) for cell, width in zip(cells, widths, strict=False)]
    return "| " + " | ".join([*padded, *cells[len(widths) :]]) + " |"


def lines_of(case: Case, outcomes: Sequence[tuple[str, Outcome]], shape: tuple[int, int] | None) -> list[str]:
    """Return one line per contender."""
    ours = next((outcome for name, outcome in outcomes if outcome.runs and is_ours(name)), None)
    size = f"{shape[0]:,} x {shape[1]}" if shape else "none"
    return [row((title_of(case), size, contender, *figures(outcome, ours)), WIDTHS) for contender, outcome in outcomes]


def title_of(case: Case) -> str:
    """Return the name of the table, and of the linkage where it is not Ward."""
    if case.work in (JOB, INTAKE):
        return f"{case.table}, CSV"
    title = TABLES[case.table].title
    return title if case.work in ("ward", SCORES) else f"{title}, {case.work}"


def figures(outcome: Outcome, ours: Outcome | None) -> tuple[str, ...]:
    """Return the cells of one contender; `ours` is whom it is divided by."""
    if not outcome.runs:
        return ("", "", "", "", "", "", outcome.note)
    approximately = "≈ " if outcome.factor > 1 else ""
    ratio = f"{outcome.wall / ours.wall:.3g}" if ours is not None else ""
    remarks = [outcome.note] if outcome.note else []
    if outcome.difference is not None:
        remarks.append(f"{'Σh² differ' if outcome.ties else 'differ'} by {outcome.difference:.0e}")
    return (
        f"{approximately}{seconds(outcome.wall)}",
        f"{approximately}{seconds(outcome.user)}",
        megabytes(outcome.peak),
        megabytes(outcome.added),
        str(len(outcome.runs)),
        f"{approximately}{ratio}",
        "; ".join(remarks),
    )


def seconds(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.1f}" if value >= 10 else f"{value:.3f}"


def megabytes(value: float | None) -> str:
    return "" if value is None else f"{value / MB:,.0f}"


def machine() -> str:
    """Describe this machine in general terms: nothing that names it."""
    kind = re.search(r"model name\s*:\s*(.+)", Path("/proc/cpuinfo").read_text(encoding="utf-8"))
    cores = len(os.sched_getaffinity(0))
    of = f"{'core' if cores == 1 else 'cores'} of {kind[1].strip() if kind else platform.machine()}"
    return f"{cores} {of}, {machine_bytes() / 1e9:.0f} GB of memory, {platform.system()}"


def versions() -> str:
    return ", ".join([f"Python {platform.python_version()}", *(f"{name} {version(name)}" for name in LIBRARIES)])


def guide(facts: Iterable[str], goals: Iterable[Sequence[str]], sections: Iterable[tuple[str, Sequence[str]]]) -> str:
    """Return the text of docs/benchmarks.md."""
    parts = ["# Benchmarks", "", READING + "## The machine", "", *(f"- {fact}" for fact in facts), "", "## Goals", ""]
    parts += [*header(GOAL_TITLES, GOAL_WIDTHS), *(row(cells, GOAL_WIDTHS) for cells in goals)]
    for title, lines in sections:
        parts += ["", f"## {title}", "", *header(TITLES, WIDTHS), *lines]
    return "\n".join(parts) + "\n"
