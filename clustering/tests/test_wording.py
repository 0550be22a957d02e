"""What a card and a row of the profile table say about a branch."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from clustering.layout import hues_of
from clustering.tests.trees import small_tree
from clustering.wording import BranchWords, branch_words, inertia_words, shown_of, table_rows
from segmentiq.ml.values import Label, LevelFact, NumberFact, Profile, Rule

NOTHING: Mapping[str, Any] = {}
LABELS = {"monetary": Label(noun="money spent"), "mean_interval_days": Label(noun="days between orders")}
KINDS = {"joined": "date", "member": "boolean", "spend": "number"}


def number(column: str, mean: float) -> NumberFact:
    return NumberFact(column=column, mean=mean, median=mean, q1=mean, q3=mean, overall=mean, effect=1.0)


@pytest.mark.parametrize(
    ("found", "words"),
    [
        (None, ""),
        (0.91, "91\u00a0% of it is found again when customers are left out: highly stable."),
        (0.82, "82\u00a0% of it is found again when customers are left out: stable."),
        (0.66, "Only 66\u00a0% of it is found again when customers are left out: doubtful."),
        (0.41, "Only 41\u00a0% of it is found again when customers are left out: not to be relied on."),
    ],
)
def test_a_card_says_how_much_of_its_segment_is_found_again(found: float | None, words: str) -> None:
    assert words_of(found=found).found == words


def words_of(*, found: float | None = None, about: Mapping[str, Any] = NOTHING, **given: object) -> BranchWords:
    facts = {"facts": ("Plan is 1 for 96 %; all customers: 39 %.",), "numbers": (), "levels": (), "typical": (0, 4)}
    profile = Profile(branch=0, size=10, name="All", **(facts | given))  # type: ignore[arg-type]
    tree = small_tree()
    root, *others = tree.branches
    told = replace(tree, branches=(replace(root, found=found), *others))
    return branch_words(profile, top=told, hues=hues_of(tree), names={}, shown=shown_of({0: profile}, KINDS, **about))


def test_a_table_writes_dates_as_months_and_yes_as_a_share() -> None:
    facts = (number("joined", 18_700.0), number("member", 0.82), number("spend", 1234.5))
    assert [cell.words for cell in words_of(numbers=facts).cells] == ["March 2021", "82 %", "1,230"]


def test_of_two_levels_the_rarer_has_a_row() -> None:
    levels = tuple(LevelFact(column="plan", level=n, share=s, overall=s, effect=1.0) for n, s in [("a", 0.7), ("b", 0.3)])
    assert [cell.words for cell in words_of(levels=levels).cells] == ["30 %"]


def test_typical_customers_are_named_as_the_table_names_them() -> None:
    assert words_of(typical_ids=("00012", "00007")).typical == "Most typical: 00012, 00007."
    assert words_of(typical_ids=("x" * 99,)).typical == f"Most typical: {'x' * 39}…."
    assert words_of().typical == "Most typical: rows 1, 5 of the table."


def test_a_number_keeps_its_per_cent_sign_on_its_line() -> None:
    assert words_of().facts == ("Plan is 1 for 96\u00a0%; all customers: 39\u00a0%.",)


def test_the_weight_of_the_columns_is_told_weightiest_first() -> None:
    assert inertia_words({"age": 0.25, "spend": 0.7, "plan": 0.05}) == "spend 70 %, age 25 %, plan 5.0 %"
    assert inertia_words({f"c{i}": 0.1 for i in range(10)}).endswith("c7 10 %, 2 other columns 20 % together")
    assert inertia_words({}) == ""


def test_an_index_is_in_per_cent_of_everybody() -> None:
    fact = NumberFact(column="age", mean=30.0, median=30.0, q1=25.0, q3=35.0, overall=24.0, effect=1.0)
    below = replace(fact, column="owed", mean=-5.0, overall=-10.0)
    words = words_of(numbers=(fact, below))
    assert [(cell.words, cell.index) for cell in words.cells] == [("30", "125"), ("-5", "–")]


def test_columns_with_a_label_go_by_it_wherever_they_are_read() -> None:
    rule = Rule(words=("monetary at least 1,200", "mean_interval_days at most 30", "age at least 20"), precision=0.9, recall=0.8)
    words = words_of(worth=0.62, rule=rule, about={"money": "monetary", "labels": LABELS})
    assert words.worth == "62\u00a0% of money spent"
    assert words.rule == "money spent at least 1,200 and days between orders at most 30 and age at least 20"
    assert inertia_words({"monetary": 0.7, "age": 0.3}, LABELS) == "money spent 70 %, age 30 %"
    root = Profile(branch=0, size=10, name="All", facts=(), numbers=(number("monetary", 12.0),), levels=())
    assert [row.name for row in table_rows(root, shown_of({0: root}, KINDS, labels=LABELS), [])] == ["Money spent"]
