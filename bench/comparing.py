"""The referee: cases in, outcomes out; every run in a process of its own, contenders in turn, so that all meet the same machine.

A slow contender is run once, one that cannot hold its distances is not tried, and one that would take longer than our patience is
run on fewer rows and extrapolated by the square of the rows, which flatters it: its caches still help there.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from bench.contenders import OURS, WORKS
from bench.jobs import JOB, JOBS, tell_tree
from bench.measurements import Case, Outcome, Results, Run
from bench.processes import Failed, call_child, measure_job, measure_work, our_environment
from bench.reading import INTAKE
from bench.tables import TABLES
from segmentiq.ml.machine import machine_bytes

PROBE_ROWS = 30_000
QUADRATIC = "fastcluster.linkage_vector"
SAME = 1e-9
"""Heights that differ by less come from the same merges."""
GB = 1e9
FILES = (JOB, INTAKE)
"""Works that begin with a file, not with points."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Choice:
    """What was asked for: the share of all rows, and repeats.

    All repeats of one contender stay within `ours_s` or `theirs_s` seconds, but the first run is always made; what would take a
    peer longer than `patience_s` is extrapolated.
    """

    share: float = 1.0
    repeats: int = 3
    ours_s: float = 90.0
    theirs_s: float = 20.0
    patience_s: float = 300.0

    def scale(self, rows: int) -> int:
        return max(round(rows * self.share), 100)


@dataclass(frozen=True, kw_only=True, slots=True)
class Made:
    path: Path
    shape: tuple[int, int]


class Referee:
    """Holds what was made and measured so far, so that sections can share it."""

    def __init__(self, choice: Choice, folder: Path, engine: Path) -> None:
        self.choice, self.results = choice, Results()
        self._folder, self._engine = folder, engine
        self._tables: dict[Path, Made | str] = {}

    def compare(self, case: Case) -> list[tuple[str, Outcome]]:
        """Measure what was not measured before; return every contender with its outcome."""
        missing = [name for name in case.contenders if (*case.key, name) not in self.results.outcomes]
        if missing:
            self._measure(case, missing)
        return [(name, self.results.outcomes[*case.key, name]) for name in case.contenders]

    def _measure(self, case: Case, names: list[str]) -> None:
        made = self._make(case)
        if isinstance(made, str):
            found = dict.fromkeys(names, Outcome(note=made))
        else:
            self.results.shapes[case.key] = made.shape
            untried = {name: refuse(case.work, name, made.shape[0]) or self._extrapolate(case, name) for name in names}
            found = {name: outcome for name, outcome in untried.items() if outcome is not None}
            found |= self._race(case, [name for name in names if name not in found], made.path)
        for name, outcome in found.items():
            self.results.outcomes[*case.key, name] = self._compare_answers(case, outcome)

    def _make(self, case: Case) -> Made | str:
        """Return the table, made if need be, or the reason why there is none."""
        rows = self.choice.scale(case.rows)
        path = self._folder / f"{case.table}-{rows}.{'csv' if case.work in FILES else 'npy'}"
        if path not in self._tables:
            try:
                self._tables[path] = make_table(case, rows, path)
            except Failed as failure:
                self._tables[path] = f"the table could not be made: {failure}"
        return self._tables[path]

    def _extrapolate(self, case: Case, name: str) -> Outcome | None:
        """Return what fewer rows promise where all would take too long; None where the contender shall run."""
        rows, fewer = self.results.shapes[case.key][0], self.choice.scale(PROBE_ROWS)
        if name != QUADRATIC or case.rows < 2 * PROBE_ROWS or math.isinf(self.choice.patience_s):
            return None
        probe = replace(case, rows=PROBE_ROWS, contenders=(OURS, name), once=True)
        found = dict(self.compare(probe))[name]
        factor = (rows / fewer) ** 2
        if not found.runs or found.wall * factor <= self.choice.patience_s:
            return None
        return replace(found, factor=factor, answer=None, note=f"extrapolated from {fewer:,} rows by n²")

    def _race(self, case: Case, names: list[str], source: Path) -> dict[str, Outcome]:
        """Run the contenders in turn, round after round."""
        runs: dict[str, list[Run]] = {name: [] for name in names}
        failures: dict[str, str] = {}
        for _ in range(1 if case.once else self.choice.repeats):
            for name in names:
                if name in failures or not self._is_worth_another(name, runs[name]):
                    continue
                try:
                    runs[name].append(self._run_once(case, name, source))
                except Failed as failure:
                    failures[name] = f"failed: {failure}"
        return {name: self._sum_up(case, name, runs[name], failures.get(name, "")) for name in names}

    def _is_worth_another(self, name: str, runs: list[Run]) -> bool:
        limit = self.choice.ours_s if is_ours(name) else self.choice.theirs_s
        return not runs or sum(run.wall for run in runs) + runs[-1].wall <= limit

    def _run_once(self, case: Case, name: str, source: Path) -> Run:
        if case.work != JOB:
            return measure_work(case.work, name, source, self._answer(case, name), self._engine)
        folder = self._folder / "out"
        environment = our_environment(self._engine) if is_ours(name) else None
        run = measure_job(JOBS[name].command(source, folder), environment)
        return replace(run, note=tell_tree(folder) if is_ours(name) else "")

    def _answer(self, case: Case, name: str) -> Path:
        return self._folder / f"{case.work}-{case.table}-{case.rows}-{name}.npy"

    def _sum_up(self, case: Case, name: str, runs: list[Run], failure: str) -> Outcome:
        notes = [note for note in (failure, runs[-1].note if runs else "") if note]
        answer = self._answer(case, name) if runs and case.work not in FILES else None
        return Outcome(runs=() if failure else tuple(runs), note="; ".join(notes), answer=answer)

    def _compare_answers(self, case: Case, outcome: Outcome) -> Outcome:
        ours = self._answer(case, OURS)
        if outcome.answer is None or outcome.answer == ours or not ours.exists():
            return outcome
        difference, by_sums = compare_answers(ours, outcome.answer, ties=TABLES[case.table].ties)
        return replace(outcome, difference=difference, ties=by_sums)


def make_table(case: Case, rows: int, path: Path) -> Made | str:
    """Make a table in a process of its own. Raises Failed."""
    if case.work in FILES:
        return Made(path=path, shape=tuple(call_child("file", case.table, str(rows), path)["shape"]))
    said = call_child("table", case.table, str(rows), path)
    return str(said["reason"]) if "reason" in said else Made(path=path, shape=tuple(said["shape"]))


def refuse(work: str, name: str, rows: int) -> Outcome | None:
    """Return the reason not even to try, where there is one: the distances do not fit a quarter of this machine's memory."""
    needed = bytes_per_pair(work, name) * rows**2
    if needed <= machine_bytes() / 4:
        return None
    return Outcome(note=f"not tried: needs {words_for(needed)} for its distances; this machine has {words_for(machine_bytes())}")


def compare_answers(ours: Path, theirs: Path, *, ties: bool) -> tuple[float, bool]:
    """Return the largest relative difference; where ties make trees that differ, that of the sums of squares, and True."""
    a, b = np.load(ours), np.load(theirs)
    if a.shape != b.shape:
        return float("inf"), False
    counted = np.abs(b) > 1e-12 * np.abs(b).max()
    largest = float(np.abs(a[counted] / b[counted] - 1).max(initial=0.0))
    if not ties or largest <= SAME:
        return largest, False
    return abs(float(np.square(a).sum() / np.square(b).sum()) - 1), True


def bytes_per_pair(work: str, name: str) -> float:
    if work == INTAKE:
        return 0.0
    return JOBS[name].bytes_per_pair if work == JOB else WORKS[work][name].bytes_per_pair


def is_ours(name: str) -> bool:
    return name.startswith(OURS)


def words_for(size: float) -> str:
    return f"{size / 1e12:,.0f} TB" if size >= 1e12 else f"{size / GB:,.0f} GB"
