"""`make bench`: our engine beside other libraries, in one run. Example: ``make bench ARGS="--sections ward --rows 0.1"``.

Flows in: options. Flows out: a table on the terminal as it is measured and, of a full run, `docs/benchmarks.md`.
"""

from __future__ import annotations

import argparse
import math
import os
import tempfile
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from bench.comparing import Choice, Referee
from bench.goals import judge
from bench.processes import ROOT, call_child, our_environment
from bench.report import GOAL_TITLES, GOAL_WIDTHS, TITLES, WIDTHS, guide, header, lines_of, machine, row, versions
from bench.sections import SECTIONS, Section

GUIDE = ROOT / "docs" / "benchmarks.md"
QUICK = 0.05
BUSY = 0.5


def main(words: Sequence[str] | None = None) -> None:
    options = read_options(words)
    choice = Choice(share=options.rows, repeats=options.repeats)
    if options.thorough:
        choice = replace(choice, ours_s=math.inf, theirs_s=math.inf, patience_s=math.inf)
    began = time.perf_counter()
    keep_bytecode()
    with tempfile.TemporaryDirectory(prefix="segmentiq-bench-") as scratch:
        folder = Path(scratch)
        engine = options.engine or folder / "engine"
        facts = [machine(), versions(), tell_load(), prepare(engine), tell_choice(choice)]
        print(*facts, sep="\n", flush=True)
        referee = Referee(choice, folder, engine)
        told = [(SECTIONS[name].title, show(referee, SECTIONS[name])) for name in options.sections]
    goals = list(judge(referee.results, full_size=choice.share == 1))
    measured = [row(cells, GOAL_WIDTHS) for cells in goals if cells[-1]]
    print("", *header(GOAL_TITLES, GOAL_WIDTHS), *measured, sep="\n")
    facts.append(f"The whole run took {(time.perf_counter() - began) / 60:.0f} minutes.")
    print(facts[-1])
    if options.out:
        options.out.write_text(guide(facts, goals, told), encoding="utf-8")
        print(f"Written: {options.out.name}")


def read_options(words: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make bench", description="Compare our engine with that of other libraries.")
    add = parser.add_argument
    add("--sections", nargs="+", choices=list(SECTIONS), default=list(SECTIONS), help="default: all of them")
    add("--rows", type=float, metavar="SHARE", help="share of all rows, such as 0.1 (default: 1)")
    add("--repeats", type=int, metavar="N", help="runs of each contender; the median counts (default: 3)")
    add("--quick", action="store_true", help=f"a look in a minute or two: --rows {QUICK} --repeats 1")
    add("--thorough", action="store_true", help="repeat slow contenders too, and extrapolate none: hours")
    add("--engine", type=Path, metavar="DIR", help="folder with compiled code (default: compile anew, and time it)")
    add("--out", type=Path, metavar="FILE", help="guide to write (default: docs/benchmarks.md when everything was run)")
    options = parser.parse_args(words)
    is_full = not options.quick and options.rows in (None, 1.0) and len(set(options.sections)) == len(SECTIONS)
    options.rows = options.rows or (QUICK if options.quick else 1.0)
    options.repeats = options.repeats or (1 if options.quick else 3)
    options.out = options.out or (GUIDE if is_full else None)
    return options


def prepare(engine: Path) -> str:
    """Compile the engine into its folder, and say how long that took: it is not counted below."""
    engine.mkdir(parents=True, exist_ok=True)
    took = call_child("prepare", environment=our_environment(engine))["seconds"]
    return f"Compiling and timing the engine after an installation: {took:.1f} seconds, once, not counted below."


def keep_bytecode() -> None:
    """Let Python keep the modules it has compiled, for everybody, as it does wherever nobody forbids it."""
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    call_child("load")


def tell_load() -> str:
    load = os.getloadavg()[0]
    if load <= BUSY:
        return "The machine was idle."
    return f"The machine was busy with other work (load {load:.1f}): no figure here is good."


def tell_choice(choice: Choice) -> str:
    rows = "" if choice.share == 1 else f"; only {choice.share:g} of the rows that are named"
    return f"At most {choice.repeats} runs of each{', slow ones too' if math.isinf(choice.patience_s) else ''}{rows}."


def show(referee: Referee, section: Section) -> list[str]:
    """Measure a section and print its lines as they come; return them."""
    print("", section.title, *header(TITLES, WIDTHS), sep="\n", flush=True)
    lines: list[str] = []
    for case in section.cases:
        new = lines_of(case, referee.compare(case), referee.results.shapes.get(case.key))
        print(*new, sep="\n", flush=True)
        lines += new
    return lines


if __name__ == "__main__":
    main()
