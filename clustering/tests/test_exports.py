"""A computed run in, its downloads out: every row once, ids untouched, no formula that runs."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from typing import Any

import pytest

from clustering.artifacts import load_top
from clustering.cutting import Cut, cut_of
from clustering.exports import (
    added_names,
    neutral,
    report_document,
    segment_numbers,
    stream_assignments_csv,
    stream_assignments_json,
)
from clustering.models import Run
from clustering.segments import segment_records
from clustering.services import name_segment, silhouette_of
from clustering.tests.trees import picked_cut

pytestmark = [pytest.mark.django_db, pytest.mark.once]

NASTY = "\n".join(
    ["customer_id,label,amount,visits"]
    + [f'{n:05d},"{word}",{amount},{visits}' for n, (word, amount, visits) in enumerate(
        [("=1+1", -5, 1), ("+3", -6, 2), ("-2+3", -5.5, 1), ("@SUM(A1)", 90, 30), ("plain, quoted", 91, 31), ("-5", 92, 32)] * 3
    )]
)  # fmt: skip


def cut(run: Run, k: int) -> Cut:
    return cut_of(load_top(run), k=k)


def rows_of(stream: Any) -> list[list[str]]:
    return list(csv.reader(io.StringIO(b"".join(stream).decode("utf-8"), newline="")))


def test_segment_one_is_the_largest_and_every_row_has_one(make_run: Callable[..., Any]) -> None:
    run = make_run(n_clusters=3)
    numbers = segment_numbers(run, cut(run, 3)).tolist()
    assert len(numbers) == run.n_rows
    assert [numbers.count(number) for number in (1, 2, 3)] == sorted(run.sizes, reverse=True)


def test_rows_set_aside_have_no_segment(make_dataset: Callable[..., Any], make_run: Callable[..., Any]) -> None:
    lines = NASTY.splitlines()
    lines[4] = "00003,word,,30"
    run = make_run(make_dataset("\n".join(lines)), n_clusters=2, missing="drop", columns=["amount", "visits"])
    rows = rows_of(stream_assignments_csv(run, cut(run, 2)))
    assert rows[4][-2:] == ["", ""]
    assert run.n_set_aside == 1


def test_the_file_comes_back_with_its_columns_and_two_more(
    make_dataset: Callable[..., Any], make_run: Callable[..., Any]
) -> None:
    run = make_run(make_dataset(NASTY), n_clusters=2, columns=["amount", "visits"])
    rows = rows_of(stream_assignments_csv(run, cut(run, 2)))
    assert rows[0] == ["customer_id", "label", "amount", "visits", "segment", "segment_name"]
    assert [row[0] for row in rows[1:]] == [f"{n:05d}" for n in range(18)]
    assert {row[-2] for row in rows[1:]} == {"1", "2"}


def test_formulas_are_neutralised_and_negative_numbers_stay(
    make_dataset: Callable[..., Any], make_run: Callable[..., Any]
) -> None:
    run = make_run(make_dataset(NASTY), n_clusters=2, columns=["amount", "visits"])
    rows = rows_of(stream_assignments_csv(run, cut(run, 2)))
    assert [row[1] for row in rows[1:7]] == ["'=1+1", "'+3", "'-2+3", "'@SUM(A1)", "plain, quoted", "-5"]
    assert float(rows[1][2]) == -5


@pytest.mark.parametrize(
    "text", ["=1", "=cmd|'/c calc'!A0", "+a", "-a", "@x", "\tx", "\rx", "-2+3", "+1_0", "-", "+1", "+3.5", "-inf", "-nan", "-٣"]
)
def test_a_text_that_would_run_gets_an_apostrophe(text: str) -> None:
    assert neutral(text) == f"'{text}"


@pytest.mark.parametrize("text", ["", "plain", "-5", "-.5", "-1e3", "+491701234567", "a=b", "00123"])
def test_other_texts_stay_as_they_are(text: str) -> None:
    assert neutral(text) == text


AS_WRITTEN = """\
id,joined,active,spend,share,score,note,region
007,31-01-2024,True,"1.234,50 €",12 %,1.50,ok ,NA
008,15-02-2024,FALSE,"99,00 €",40 %,2.0,"two
lines",NA
009,01-03-2024,true,"2.000,00 €",7 %,?,,west
010,11-03-2024,,"12,00 €",9 %,1e3,NULL,NA
"""


def test_cells_leave_as_they_came(make_dataset: Callable[..., Any], make_run: Callable[..., Any]) -> None:
    dataset = make_dataset(AS_WRITTEN)
    assert dict(dataset.columns.values_list("name", "kind"))["spend"] == "number"
    run = make_run(dataset, n_clusters=2)
    rows = rows_of(stream_assignments_csv(run, cut(run, 2)))
    assert [row[:-2] for row in rows] == list(csv.reader(io.StringIO(AS_WRITTEN, newline="")))


def test_json_gives_the_same_cells_typed(make_dataset: Callable[..., Any], make_run: Callable[..., Any]) -> None:
    run = make_run(make_dataset(AS_WRITTEN), n_clusters=2)
    first, *_, last = json.loads(b"".join(stream_assignments_json(run, cut(run, 2))))["assignments"]
    assert {name: first[name] for name in ("id", "joined", "active", "spend", "share", "score")} == {
        "id": "007", "joined": "2024-01-31", "active": True, "spend": 1234.5, "share": 0.12, "score": 1.5,
    }  # fmt: skip
    assert (last["active"], last["note"], last["score"]) == (None, None, 1000)


def test_a_constant_formula_is_neutralised_too(make_dataset: Callable[..., Any], make_run: Callable[..., Any]) -> None:
    lines = ["a,b,same"] + [f"{n},{n % 3},=1+1" for n in range(12)]
    run = make_run(make_dataset("\n".join(lines)), n_clusters=2)
    rows = rows_of(stream_assignments_csv(run, cut(run, 2)))
    assert {row[2] for row in rows[1:]} == {"'=1+1"}


def test_added_columns_do_not_collide() -> None:
    assert added_names(["segment", "segment_"]) == ("segment__", "segment_name")


def test_names_people_gave_are_exported(make_run: Callable[..., Any]) -> None:
    run = make_run(n_clusters=3)
    branch = cut(run, 3).ids[0]
    name_segment(run, branch, "=Loyal", "")
    rows = rows_of(stream_assignments_csv(run, cut(run, 3)))
    assert {row[-1] for row in rows[1:] if row[-2] == "1"} == {"'=Loyal"}


def test_json_holds_the_same_rows(make_run: Callable[..., Any]) -> None:
    run = make_run(n_clusters=3)
    records = json.loads(b"".join(stream_assignments_json(run, cut(run, 3))))["assignments"]
    rows = rows_of(stream_assignments_csv(run, cut(run, 3)))
    assert [record["segment"] for record in records] == [int(row[-2]) for row in rows[1:]]


def test_json_tells_how_well_each_customer_lies_in_any_cut(make_run: Callable[..., Any]) -> None:
    run = make_run(n_clusters=3)
    for shown in (cut(run, 3), cut(run, 4), picked_cut(load_top(run))):
        records = json.loads(b"".join(stream_assignments_json(run, shown)))["assignments"]
        for segment in segment_records(run, shown):
            told = [record["silhouette"] for record in records if record["segment"] == segment["segment"]]
            assert sum(told) / len(told) == pytest.approx(segment["silhouette"], abs=2e-4)
            of_one = json.loads(b"".join(stream_assignments_json(run, shown, segment["segment"])))["assignments"]
            assert [record["silhouette"] for record in of_one] == told
    assert sum(record["silhouette"] for record in records) / len(records) == pytest.approx(silhouette_of(run, shown), abs=1e-4)


def test_a_run_of_before_distances_were_kept_is_exported_without(make_run: Callable[..., Any]) -> None:
    run = make_run(n_clusters=3)
    run.artifacts.filter(name="cohesion.npz").delete()
    run = Run.objects.get(pk=run.pk)
    picked = picked_cut(load_top(run))
    records = json.loads(b"".join(stream_assignments_json(run, picked)))["assignments"]
    assert {record["silhouette"] for record in records} == {None}
    assert {segment["silhouette"] for segment in segment_records(run, picked)} == {None}


def test_the_report_is_json_and_adds_up(make_run: Callable[..., Any]) -> None:
    run = make_run(n_clusters=3)
    document = json.loads(json.dumps(report_document(run, cut(run, 2))))
    assert document["k"] == 2
    assert sum(segment["size"] for segment in document["segments"]) == document["n_clustered"]
