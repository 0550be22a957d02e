"""Words and numbers as a reader expects them."""

from __future__ import annotations

import pytest

from segmentiq.ml.facts import month, names, number, relabelled, say, strongest
from segmentiq.ml.values import Kind, Label, LevelFact, NumberFact


def _number(column: str, mean: float, overall: float, effect: float) -> NumberFact:
    return NumberFact(column=column, mean=mean, median=mean, q1=mean, q3=mean, overall=overall, effect=effect)


def _level(level: str, share: float, overall: float, effect: float) -> LevelFact:
    return LevelFact(column="Plan", level=level, share=share, overall=overall, effect=effect)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "0"),
        (82.13, "82.1"),
        (50, "50"),
        (12_345.6, "12,300"),
        (999.6, "1,000"),
        (0.012345, "0.0123"),
        (-4.272, "-4.27"),
        (1_234_567, "1,230,000"),
        (100, "100"),
        (1e20, "1.00e+20"),
    ],
)
def test_numbers_have_three_significant_digits(value: float, text: str) -> None:
    assert number(value) == text


def test_two_means_are_told_apart() -> None:
    assert say([_number("year", 1969.2, 1968.8, 0.5)], {"year": "number"}) == (
        "year: 1,969.2 on average; all customers 1,968.8.",
    )


def test_days_are_told_as_months() -> None:
    assert month(18_700) == "March 2021"
    assert say([_number("Joined", 18_700, 18_000, 0.5)], {"Joined": "date"}) == (
        "Joined: March 2021 on average; all customers April 2019.",
    )
    assert month(1e12).endswith("after 1970")


@pytest.mark.parametrize(
    ("fact", "kind", "sentence", "name"),
    [
        (_number("Is_Member", 0.82, 0.4, 0.9), "boolean", "Is_Member: yes for 82 %; of all customers 40 %.", "Is member: yes"),
        (_number("Member", 0.1, 0.4, -0.9), "boolean", "Member: yes for 10 %; of all customers 40 %.", "Member: no"),
        (_level("Basic", 0.82, 0.56, 0.5), "category", "Plan: Basic for 82 %; of all customers 56 %.", "Mostly Basic"),
        (_level("no", 0.96, 0.39, 1.2), "category", "Plan: no for 96 %; of all customers 39 %.", "Plan: no"),
        (_level("Basic", 0.0, 0.004, -0.5), "category", "Plan: Basic for 0 %; of all customers 0.4 %.", "Never Basic"),
        (
            _number("TotalSpend (k$)", 90, 20, 2.5),
            "number",
            "TotalSpend (k$): 90 on average; all customers 20.",
            "Very high total spend",
        ),
        (_number("RFM_score", 9, 20, -0.3), "number", "RFM_score: 9 on average; all customers 20.", "Rather low rfm score"),
        (
            _number("joined", 1, 20, -0.8),
            "date",
            "joined: January 1970 on average; all customers January 1970.",
            "Joined early",
        ),
    ],
)
def test_every_kind_has_its_words(fact: NumberFact | LevelFact, kind: Kind, sentence: str, name: str) -> None:
    assert say([fact], {fact.column: kind}) == (sentence,)
    assert next(names([fact], {fact.column: kind})).lower() == name.lower()


@pytest.mark.parametrize(
    ("fact", "kind", "name"),
    [
        (_level("1", 0.99, 0.2, 1.2), "category", "Plan: 1"),
        (_level("1.0", 0.3, 0.2, 0.3), "category", "More often plan: 1.0"),
        (_level("1", 0.1, 0.4, -0.4), "category", "Rarely plan: 1"),
        (_level("Basic", 0.3, 0.2, 0.3), "category", "More often Basic"),
        (_number("Member", 0.4, 0.2, 0.9), "boolean", "More often member"),
        (_number("Member", 0.6, 0.9, -0.9), "boolean", "Less often member"),
    ],
)
def test_a_name_says_whose_level_it_is(fact: NumberFact | LevelFact, kind: Kind, name: str) -> None:
    assert next(names([fact], {fact.column: kind})) == name


def test_customers_are_named_by_what_they_are_not_by_what_they_lack() -> None:
    facts = [_level("None", 0.0, 0.22, -0.53), _level("Fibre", 0.56, 0.44, 0.25), _level("Copper", 0.44, 0.34, 0.21)]
    assert next(names(facts, {"Plan": "category"})) == "Mostly Fibre"


def test_a_name_does_not_say_the_same_twice() -> None:
    facts = [LevelFact(column=c, level="No internet", share=1.0, overall=0.2, effect=2.0) for c in ("Backup", "Security")]
    assert next(names(facts, {"Backup": "category", "Security": "category"})) == "Mostly No internet"


def test_a_name_does_not_say_the_same_of_two_columns() -> None:
    told = [LevelFact(column=c, level=n, share=1.0, overall=0.2, effect=2.0) for c, n in [("Phone", "No"), ("Lines", "No phone")]]
    kinds: dict[str, Kind] = {"Phone": "category", "Lines": "category", "age": "number"}
    assert next(names([*told, _number("age", 30, 40, -0.6)], kinds)) == "Phone: No, low age"


GAP = Label(noun="days between orders", short="between orders", much="long gaps", little="short gaps")


@pytest.mark.parametrize(("effect", "name"), [(2.0, "Very long gaps"), (0.6, "Long gaps"), (-0.3, "Rather short gaps")])
def test_a_column_with_a_label_goes_by_it(effect: float, name: str) -> None:
    fact, labels = _number("mean_interval_days", 20, 12, effect), {"mean_interval_days": GAP}
    kinds: dict[str, Kind] = {"mean_interval_days": "number"}
    assert say([fact], kinds, labels) == ("Days between orders: 20 on average; all customers 12.",)
    assert next(names([fact], kinds, labels)) == name


def test_our_own_sentences_name_our_own_columns_as_people_do() -> None:
    labels = {"mean_interval_days": GAP, "frequency": Label(noun="orders"), "frequency_score": Label(noun="order score")}
    told = relabelled("frequency, mean_interval_days and age lean far to the right.", labels)
    assert told == "Orders, days between orders and age lean far to the right."
    assert relabelled("frequency_score: 3 levels.", labels) == "Order score: 3 levels."
    assert relabelled("frequency stays where nothing is ours.", {}) == "frequency stays where nothing is ours."


def test_what_repeats_another_column_neither_names_nor_sets_apart() -> None:
    facts = [_number("first_order", 18_700, 18_000, 3.0), _number("age", 20, 40, -2.0)]
    labels = {"first_order": Label(noun="first order", repeats=True)}
    kinds: dict[str, Kind] = {"first_order": "date", "age": "number"}
    assert next(names(facts, kinds, labels)) == "Very low age"
    assert say(facts, kinds, labels) == ("age: 20 on average; all customers 40.",)


def test_levels_and_dates_with_a_label_go_by_its_noun() -> None:
    group = LevelFact(column="rfm_group", level="5", share=0.8, overall=0.2, effect=1.5)
    labels = {"rfm_group": Label(noun="RFM group"), "first": Label(noun="first order")}
    kinds: dict[str, Kind] = {"rfm_group": "category", "first": "date"}
    assert next(names([group, _number("first", 18_700, 18_000, 0.5)], kinds, labels)) == "RFM group: 5, first order late"


def test_of_two_mirrored_levels_the_frequent_one_is_told() -> None:
    facts = [_level("No", 0.2, 0.5, -0.6), _level("Yes", 0.8, 0.5, 0.6)]
    assert strongest(facts) == [facts[1]]


def test_three_differences_are_told_the_strongest_first() -> None:
    facts = [_number(name, 2, 1, effect) for name, effect in [("a", 0.3), ("b", -2.0), ("c", 0.9), ("d", 1.0), ("e", 0.1)]]
    kinds: dict[str, Kind] = dict.fromkeys("abcde", "number")
    assert [sentence[0] for sentence in say(facts, kinds)] == ["b", "d", "c"]
    assert next(names(facts, kinds)) == "Very low b, high d"


def test_a_branch_without_differences_is_called_average() -> None:
    kinds: dict[str, Kind] = {"a": "number"}
    assert say([_number("a", 1, 1, 0.05)], kinds) == ("Close to the average of all customers in every column.",)
    assert next(names([], kinds)) == "Close to average"
    assert say([], kinds) == ()
