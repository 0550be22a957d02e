"""What a run says of the rows that came in: whoever set some of them aside, the reading or the run, the sum is the file's."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from clustering.particulars import FEWER, OTHERS, forecast_and_truth, ledger_of, particulars_of, remedy_of
from segmentiq.ml.values import Advice
from segmentiq.testing import factories

pytestmark = [pytest.mark.django_db, pytest.mark.once]

ROWS = [f"{number % 2 * 40 + number},{'' if number % 10 == 9 else number * 3.5 % 19}" for number in range(40)]
TABLE = "\n".join(["height,depth", *ROWS, *ROWS[:6]]) + "\n"


@pytest.fixture
def run_of(owner: Any) -> Callable[..., Any]:
    def run(spec: dict[str, Any], **overrides: Any) -> Any:
        return factories.run(factories.dataset(TABLE, owner=owner, overrides=overrides), **spec)

    return run


def test_nothing_is_said_where_every_row_was_clustered(run_of: Callable[..., Any]) -> None:
    assert ledger_of(run_of({})) == ""


def test_rows_that_the_reading_set_aside_are_in_the_sum(run_of: Callable[..., Any]) -> None:
    assert ledger_of(run_of({}, duplicates="drop")) == "46 rows in the file = 40 clustered + 6 set aside."


def test_rows_that_the_run_set_aside_are_added(run_of: Callable[..., Any]) -> None:
    spec = {"missing": "drop"}
    assert ledger_of(run_of(spec, duplicates="drop")) == "46 rows in the file = 36 clustered + 10 set aside."
    assert ledger_of(run_of(spec)) == "46 rows in the file = 42 clustered + 4 set aside."


def test_forecast_and_truth_are_one_sentence() -> None:
    cost = {"seconds": 15.2, "tree": {"seconds": 2.4, "bytes": 3 * 2**20}}
    told = "15 s, of which the tree 2 s and 3.0 MiB"
    assert forecast_and_truth({"forecast": cost, "took": cost}) == f"{told}, were forecast; it took {told}."
    assert forecast_and_truth({}) == ""


def test_what_was_not_measured_has_no_line(run_of: Callable[..., Any]) -> None:
    run = run_of({})
    assert "Cophenetic correlation" in dict(particulars_of(run))
    run.report["cophenetic"] = None
    assert "Cophenetic correlation" not in dict(particulars_of(run))


def test_where_nothing_is_stable_the_page_says_what_may_help(run_of: Callable[..., Any]) -> None:
    run = run_of({})

    def remedy(verdict: str) -> tuple[str, str, str] | None:
        told = remedy_of(run, Advice.from_json({**run.advice, "verdict": verdict}))
        return (told.words, told.button, told.change) if told else None

    assert remedy("stable") is None
    assert remedy("none") == (OTHERS, "Choose other columns", "")
    run.spec["columns"] = ["height", "depth", "width"]
    assert remedy("none") == (FEWER, "Choose other columns", "")
    run.dataset.warnings = [{"code": "skewed", "message": "height: a few large values outweigh the rest."}]
    assert remedy("none") == (run.dataset.warnings[0]["message"], "Segment their logarithms", "&log=auto")
    run.spec["log"] = "auto"
    assert remedy("none") == (FEWER, "Choose other columns", "")
