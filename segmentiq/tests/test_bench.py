"""`make bench` on tiny tables: contenders agree, each has a process of its own, what is not measured is said. No timing."""

from __future__ import annotations

import platform
import re
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from bench.__main__ import GUIDE, read_options
from bench.child import FILES
from bench.comparing import QUADRATIC, Choice, Referee, compare_answers, refuse
from bench.contenders import OURS, SCORES, WORKS
from bench.goals import GOALS, judge
from bench.jobs import JOB, JOBS, SCRIPT, WITH_STABILITY
from bench.measurements import Case, Outcome, Results, Run
from bench.processes import Failed, call_child, last_line, measure_job, measure_work
from bench.reading import INTAKE, READERS
from bench.report import READING, TITLES, WIDTHS, header, lines_of, machine
from bench.sections import SECTIONS
from bench.tables import TABLES, NotHere, find_real
from segmentiq.ml.machine import machine_bytes

pytestmark = pytest.mark.once

SYNTHETIC = [name for name, kind in TABLES.items() if name.startswith(("mixture", "spenders", "customers"))]
CASES = [case for section in SECTIONS.values() for case in section.cases]
RUN = Run(wall=2.0, user=3.0, peak=400e6, added=100e6)


def outcome(wall: float, peak: float = 1e8, **more: object) -> Outcome:
    return replace(Outcome(runs=(Run(wall=wall, user=wall, peak=peak, added=peak / 2),)), **more)  # type: ignore[arg-type]


@pytest.mark.parametrize("name", SYNTHETIC)
def test_a_table_is_the_same_for_everybody_and_of_the_size_that_was_asked_for(name: str) -> None:
    points = TABLES[name].make(400)
    assert np.array_equal(points, TABLES[name].make(400))
    assert len(points) == 400
    assert np.isfinite(points).all()
    assert (points.std(axis=0) > 0).all()


def test_the_wide_mixture_is_of_full_rank() -> None:
    assert np.linalg.matrix_rank(TABLES["mixture-30"].make(400)) == 30


def test_spenders_tie_and_have_a_long_tail() -> None:
    recency, frequency, money = TABLES["spenders"].make(2_000).T
    assert len(np.unique(frequency)) < 100
    assert len(np.unique(recency)) < 800
    assert np.exp(money).mean() > 1.3 * np.exp(np.median(money)), "money is logged"


def test_a_real_table_that_is_not_there_is_no_error_but_a_reason() -> None:
    with pytest.raises(NotHere, match=r"nothing\.csv is not here"):
        find_real("nothing.csv")


def test_a_real_table_is_encoded_by_the_engine(shared_data: Path) -> None:
    assert TABLES["wholesale"].make(0).shape[0] == len((shared_data / "wholesale_customers.csv").read_text().splitlines()) - 1


@pytest.mark.parametrize("work", list(WORKS))
def test_all_contenders_give_the_same_answer(work: str) -> None:
    points = TABLES["mixture-10"].make(300)
    rivals = [name for name in WORKS[work] if not (name == QUADRATIC and work in ("average", "complete"))]
    answers = {name: WORKS[work][name].run(WORKS[work][name].prepare(points), work) for name in rivals}
    for name, answer in answers.items():
        np.testing.assert_allclose(answers[OURS], answer, rtol=1e-6 if work == SCORES else 1e-9, err_msg=name)


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.work}-{case.table}-{case.rows}")
def test_every_comparison_names_what_exists(case: Case) -> None:
    known = {JOB: JOBS, INTAKE: READERS}.get(case.work) or WORKS[case.work]
    assert case.table in (FILES if case.work == INTAKE else TABLES)
    assert set(case.contenders) <= set(known)


def test_every_reader_finds_the_same_rows_and_columns(tmp_path: Path) -> None:
    path, answer = tmp_path / "mixed.csv", tmp_path / "answer.npy"
    assert FILES["mixed"](400, path) == (400, 12)
    for name in READERS:
        assert measure_work(INTAKE, name, path, answer, tmp_path).peak > 20e6
        assert np.load(answer).tolist() == [400, 12], name


def test_a_referee_measures_in_processes_and_compares_the_answers(tmp_path: Path) -> None:
    referee = Referee(Choice(share=0.01, repeats=1), tmp_path, tmp_path)
    case = Case(work="single", table="mixture-5", rows=20_000, contenders=("scipy", "fastcluster.linkage"))
    found = dict(referee.compare(case))
    assert referee.results.shapes[case.key] == (200, 5)
    for name in case.contenders:
        assert found[name].note == ""
        assert (found[name].peak or 0) > 20e6
    assert dict(referee.compare(case))["scipy"] is found["scipy"], "what was measured is not measured again"


def test_what_would_take_too_long_is_extrapolated_and_says_so(tmp_path: Path) -> None:
    referee = Referee(Choice(share=0.01, patience_s=0.0), tmp_path, tmp_path)
    referee.results.outcomes["ward", "mixture-5", 30_000, OURS] = Outcome(note="not looked at here")
    referee.results.outcomes["ward", "mixture-5", 30_000, QUADRATIC] = outcome(2.0, difference=1e-15)
    (name, found), *_ = referee.compare(Case(work="ward", table="mixture-5", rows=60_000, contenders=(QUADRATIC,)))
    assert (name, found.wall, found.peak, found.difference) == (QUADRATIC, 8.0, None, 1e-15)
    assert found.note == "extrapolated from 300 rows by n²"


def test_distances_that_cannot_fit_are_refused_with_their_size() -> None:
    refusal = refuse("ward", "scipy", 10_000_000)
    assert refusal is not None
    assert refusal.note == f"not tried: needs 800 TB for its distances; this machine has {machine_bytes() / 1e9:,.0f} GB"
    assert refuse("ward", QUADRATIC, 10_000_000) is None
    assert refuse(JOB, SCRIPT, 10_000_000) is not None
    assert refuse("ward", "scipy", 1_000) is None


def test_a_table_that_is_not_here_is_told_for_every_contender(tmp_path: Path) -> None:
    referee = Referee(Choice(), tmp_path, tmp_path)
    case = Case(work="ward", table="no such table", rows=100, contenders=("scipy", QUADRATIC))
    assert [found.note for _, found in referee.compare(case)] == ["the table could not be made: KeyError: 'no such table'"] * 2


def test_heights_are_compared_and_where_they_tie_their_squares(tmp_path: Path) -> None:
    ours, theirs = tmp_path / "ours.npy", tmp_path / "theirs.npy"
    np.save(ours, [1.0, 2.0, 5.0])
    np.save(theirs, [1.0, 2.0, 5.0 * (1 + 1e-12)])
    difference, by_sums = compare_answers(ours, theirs, ties=True)
    assert 0.9e-12 < difference < 1.1e-12
    assert not by_sums
    np.save(theirs, [2.0, 5.0, 1.0])
    assert compare_answers(ours, theirs, ties=True) == (0.0, True)
    assert compare_answers(ours, theirs, ties=False) == (4.0, False)
    np.save(theirs, [1.0])
    assert compare_answers(ours, theirs, ties=True) == (float("inf"), False)


def test_a_whole_command_is_measured_with_its_memory() -> None:
    run = measure_job([sys.executable, "-c", "held = b'x' * 300_000_000; sum(range(10**6))"], None)
    assert run.peak > 300e6
    assert run.wall > 0
    assert run.user > 0


def test_a_command_that_fails_says_why_without_a_path_of_this_machine() -> None:
    with pytest.raises(Failed, match=r"^no such thing: file\.csv$"):
        measure_job([sys.executable, "-c", "import sys; sys.exit('no such thing: /home/somebody/file.csv')"], None)
    with pytest.raises(Failed, match="KeyError: 'nobody'"):
        call_child("measure", "ward", "nobody", "points.npy", "answer.npy")
    assert last_line("\n") == ""


def results() -> Results:
    """Return made-up figures: enough for some goals, not for others."""
    found = Results()
    found.outcomes["ward", "mixture-10", 20_000, OURS] = outcome(0.25)
    found.outcomes["ward", "mixture-10", 20_000, QUADRATIC] = outcome(1.5, difference=1e-13)
    found.outcomes["ward", "mixture-10", 100_000, OURS] = outcome(2.0, 299e6)
    found.outcomes["ward", "mixture-10", 100_000, QUADRATIC] = outcome(20.0, factor=4.0)
    found.outcomes["ward", "mixture-5", 100_000, OURS] = outcome(1.0)
    found.outcomes["ward", "mixture-5", 1_000_000, OURS] = outcome(20.0)
    found.outcomes[JOB, "customers", 200_000, WITH_STABILITY] = Outcome(runs=(replace(RUN, note="exact"),))
    found.shapes |= {("ward", "mixture-5", n): (n, 5) for n in (100_000, 1_000_000)}
    return found


def judged(*, full_size: bool = True) -> dict[str, tuple[str, str, str]]:
    return {words: (figure, limit, met) for words, figure, limit, met in judge(results(), full_size=full_size)}


def test_goals_are_judged_by_their_ratio() -> None:
    told = judged()
    assert told["fastcluster.linkage_vector ÷ ours, Ward 20,000 x 10"] == ("6 x", "at least 7 x", "not met")
    assert told["fastcluster.linkage_vector ÷ ours, Ward 100,000 x 10"] == ("≈ 40 x", "at least 20 x", "met")
    assert told["peak memory, Ward 100,000 x 10"] == ("299 MB", "at most 300 MB", "met")
    assert told["growth of time from 100,000 to 1,000,000 x 5"] == ("1.3 exponent", "at most 1.2 exponent", "not met")
    assert told["job 200,000 x 10, trees that are not exact"] == ("0", "at most 0", "met")
    assert told["largest relative difference of heights from a peer's"] == ("1e-13", "at most 1e-09", "met")


def test_what_was_not_measured_or_was_measured_on_other_sizes_is_not_judged() -> None:
    assert judged()["peak memory, Ward 1,000,000 x 10"] == ("not measured", "at most 800 MB", "")
    assert judged(full_size=False)["peak memory, Ward 100,000 x 10"][-1] == "not judged: other sizes"


def test_a_line_tells_the_figures_or_the_reason() -> None:
    case = Case(work="average", table="mixture-10", rows=10_000, contenders=(OURS, "scipy", QUADRATIC))
    told = [
        (OURS, outcome(2.0)),
        ("scipy", Outcome(note="not tried: too large")),
        (QUADRATIC, outcome(3.0, factor=4.0, difference=1e-9)),
    ]
    cells = [[cell.strip() for cell in line.split("|")[1:-1]] for line in lines_of(case, told, (10_000, 10))]
    assert cells[0] == ["planted mixture, average", "10,000 x 10", OURS, "2.000", "2.000", "100", "50", "1", "1", ""]
    assert cells[1] == ["planted mixture, average", "10,000 x 10", "scipy", "", "", "", "", "", "", "not tried: too large"]
    assert cells[2][3:] == ["≈ 12.0", "≈ 12.0", "", "", "1", "≈ 6", "differ by 1e-09"]
    assert {line.count("|") for line in header(TITLES, WIDTHS)} == {len(TITLES) + 1}


def test_only_a_full_run_writes_the_guide_unasked() -> None:
    assert read_options([]).out == GUIDE
    assert (read_options([]).rows, read_options([]).repeats) == (1.0, 3)
    assert read_options(["--quick"]).out is None
    assert read_options(["--rows", "0.5"]).out is None
    assert read_options(["--sections", "ward"]).out is None
    assert read_options(["--quick", "--out", "look.md"]).out == Path("look.md")


def test_the_machine_is_described_and_not_named() -> None:
    assert re.match(r"\d+ cores? of .+, \d+ GB of memory", machine())
    assert platform.node() not in machine()


def test_the_guide_tells_every_goal_and_section_and_no_path() -> None:
    written = GUIDE.read_text(encoding="utf-8")
    assert [goal.words for goal in GOALS if f"| {goal.words}" not in written] == []
    assert [section.title for section in SECTIONS.values() if f"## {section.title}" not in written] == []
    assert re.findall(r"(?<![\w`])/(?:home|root|tmp|work|usr)/", written) == []
    assert READING in written, "the guide was written by an earlier bench"
