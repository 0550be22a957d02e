"""Headers of two rows: questions of a survey above the answers to choose from, and groups above their columns."""

from __future__ import annotations

import io
from typing import Any

import pytest

from datasets.reader import check_upload
from datasets.reader.tests.reading import decided, kinds, read, values
from datasets.reader.tests.workbooks import workbook, write

QUESTIONS = ["Respondent ID", "Start Date", "What is your gender?", "Which do you know?", "", "", "Any remarks?"]
ANSWERS = ["", "", "Response", "Apple", "Pear", "Other (please specify)", "Open-Ended Response"]
GERMAN = ["", "", "Antwort", "Apple", "Pear", "Sonstiges (bitte angeben)", "Offene Antwort"]
NAMES = [
    "Respondent ID",
    "Start Date",
    "What is your gender?",
    "Which do you know? Apple",
    "Which do you know? Pear",
    "Which do you know? Other (please specify)",
    "Any remarks?",
]
PEOPLE: list[list[Any]] = [
    [
        11_000_000_000 + i * 17,
        f"2024-01-{i % 28 + 1:02d}",
        ("Female", "Male")[i % 2],
        "Apple" * (i % 3 > 0),
        "Pear" * (i % 2),
        "" if i % 9 else "Plum",
        "",
    ]
    for i in range(30)
]
GROUPS = ["customer", "2023", "", "2024", ""]
PARTS = ["", "food", "drinks", "food", "drinks"]
AMOUNTS: list[list[Any]] = [[f"C{i:02d}", i, i * 2.5, i * 3 % 7, i * i] for i in range(12)]


def text(rows: list[list[Any]], delimiter: str = ",") -> str:
    return "".join(delimiter.join(map(str, row)) + "\n" for row in rows)


@pytest.mark.parametrize(
    "answers", [ANSWERS, [*ANSWERS[:2], "Antwort", *ANSWERS[3:5], "Sonstiges (bitte angeben)", "Offene Antwort"]]
)
def test_the_answers_of_a_survey_go_into_the_names(answers: list[str]) -> None:
    content = text([QUESTIONS, answers, *PEOPLE])
    check_upload(io.BytesIO(content.encode()), "survey.csv")
    result = read(content)
    assert list(kinds(result)) == [name.replace(ANSWERS[5], answers[5]) for name in NAMES]
    assert values(result, "Which do you know? Pear")[:3] == [None, "Pear", None]
    assert kinds(result)["Start Date"] == "date"
    assert [(entry["what"], entry["rows"]) for entry in result.ledger] == [("unit_rows", 1), ("kept", 30)]
    assert "second row" in next(decision["reason"] for decision in result.decisions if decision["what"] == "header")


@pytest.mark.parametrize("is_merged", [False, True])
def test_sheets_of_a_survey_are_named_alike(is_merged: bool) -> None:
    def fill(book: Any) -> None:
        sheet = write(book, "Sheet", [QUESTIONS, ANSWERS, *PEOPLE])
        if is_merged:
            sheet.merge_range("D1:F1", QUESTIONS[3])

    result = read(workbook(fill), "survey.xlsx")
    assert list(kinds(result)) == NAMES
    assert len(result.table.frame) == 30


def test_groups_above_columns_are_part_of_their_names() -> None:
    result = read(text([GROUPS, PARTS, *AMOUNTS], ";"))
    assert list(kinds(result)) == ["customer", "2023 food", "2023 drinks", "2024 food", "2024 drinks"]
    assert values(result, "2023 drinks") == [row[2] for row in AMOUNTS]
    assert decided(result, "header") == "first row"


def test_a_column_without_a_group_keeps_its_name_beside_those_of_groups() -> None:
    def fill(book: Any) -> None:
        sheet = write(book, "A", [["customer", "2023", "", "2024", ""], ["", "food", "drinks", "food", "more"], *AMOUNTS])
        sheet.merge_range("B1:C1", "2023")
        sheet.merge_range("D1:E1", "2024")

    assert list(kinds(read(workbook(fill), "a.xlsx"))) == ["customer", "2023 food", "drinks", "2024 food", "more"]


@pytest.mark.parametrize(
    "content",
    [
        "customer,plan,\nAda,,gold\nBob,free,gold\nCem,paid,none\nDan,free,x\nEve,free,y\n",
        ",city,plan\nAda,Rome,\nBob,Oslo,free\nCem,Bonn,paid\nDan,Rome,free\nEve,Oslo,free\n",
        "name,said,n\nAda,Response,1\nBob,No,2\nCem,Yes,3\nDan,No,4\nEve,Response,5\n",
    ],
)
def test_a_customer_with_gaps_is_no_second_header(content: str) -> None:
    assert len(read(content).table.frame) == 5


def test_a_person_keeps_both_rows_of_a_header() -> None:
    result = read(text([QUESTIONS, ANSWERS, *PEOPLE]), overrides={"keep_rows": True})
    assert len(result.table.frame) == 31
