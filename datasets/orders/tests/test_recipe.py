"""A recipe is checked once, at whichever door it comes in, and survives the way to the database and back."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from datasets.orders import DEFAULT_GROUPS, PARTS, RULES, Group, Recipe
from segmentiq.ml.errors import SpecRefused
from segmentiq.ml.values import Column
from segmentiq.problems import CODES

KINDS = {
    "Client": "id", "Day": "date", "Bill": "text", "Thing": "category", "How many": "number", "Each": "number", "Paid": "number",
    "Gift": "boolean", "Shop": "constant",
}  # fmt: skip
COLUMNS = [Column(name=name, kind=kind, role="feature") for name, kind in KINDS.items()]  # type: ignore[arg-type]
LEAST = {"customer": "Client", "date": "Day", "amount": "Paid"}
CHOSEN = {
    "columns": {**LEAST, "invoice": "Bill", "product": "Thing", "quantity": "How many", "price": "Each"},
    "snapshot": "2024-12-31T18:30:00",
    "rules": {**RULES, "returns": False, "duplicates": True},
    "groups": [
        {"name": "Best", "recency": [4, 5], "frequency": [4, 5], "monetary": [5, 5]},
        {"name": "Rest", "recency": [1, 5], "frequency": [1, 5], "monetary": [1, 5]},
    ],
}


def refused(mapping: Any) -> SpecRefused:
    with pytest.raises(SpecRefused) as caught:
        Recipe.from_mapping(mapping, COLUMNS)
    return caught.value


def test_what_is_left_out_takes_its_default() -> None:
    recipe = Recipe.from_mapping({"columns": LEAST}, COLUMNS)
    assert (recipe.snapshot, recipe.rules, recipe.groups) == (None, RULES, DEFAULT_GROUPS)


def test_null_is_as_good_as_left_out() -> None:
    mapping = {"columns": {**LEAST, "invoice": None, "product": ""}, "snapshot": None, "rules": None, "groups": None}
    assert Recipe.from_mapping(mapping, COLUMNS) == Recipe.from_mapping({"columns": LEAST}, COLUMNS)


@pytest.mark.parametrize("mapping", [{"columns": LEAST}, CHOSEN])
def test_a_recipe_survives_the_database(mapping: dict[str, Any]) -> None:
    recipe = Recipe.from_mapping(mapping, COLUMNS)
    stored = json.loads(json.dumps(recipe.to_mapping()))
    assert Recipe.from_mapping(stored, COLUMNS) == recipe
    assert json.dumps(Recipe.from_mapping(stored, COLUMNS).to_mapping()) == json.dumps(recipe.to_mapping())


def test_the_order_in_which_a_recipe_is_written_does_not_matter() -> None:
    turned = {name: dict(reversed(part.items())) if isinstance(part, dict) else part for name, part in reversed(CHOSEN.items())}
    written = [json.dumps(Recipe.from_mapping(mapping, COLUMNS).to_mapping()) for mapping in (CHOSEN, turned)]
    assert written[0] == written[1]


@pytest.mark.parametrize(
    ("written", "kept"),
    [("2024-12-31", "2024-12-31"), ("2024-12-31 18:00", "2024-12-31T18:00:00"), ("2024-12-31T18:00:01", "2024-12-31T18:00:01")],
)
def test_a_day_stays_a_day_and_a_moment_a_moment(written: str, kept: str) -> None:
    assert Recipe.from_mapping({"columns": LEAST, "snapshot": written}, COLUMNS).snapshot == kept


def test_a_range_that_is_left_out_is_the_whole_range() -> None:
    groups = Recipe.from_mapping({"columns": LEAST, "groups": [{"name": " All "}]}, COLUMNS).groups
    assert groups == (Group(name="All", recency=(1, 5), frequency=(1, 5), monetary=(1, 5)),)


@pytest.mark.parametrize(
    ("mapping", "field"),
    [
        ([], None),
        ({}, "columns.customer"),
        ({"columns": LEAST, "colour": 1}, "colour"),
        ({"columns": "Client"}, "columns"),
        ({"columns": {**LEAST, "colour": "Client"}}, "columns"),
        ({"columns": {"date": "Day", "amount": "Paid"}}, "columns.customer"),
        ({"columns": {"customer": "Client", "amount": "Paid"}}, "columns.date"),
        ({"columns": {"customer": "Client", "date": "Day", "quantity": "How many"}}, "columns.amount"),
        ({"columns": {**LEAST, "invoice": "Nothing"}}, "columns.invoice"),
        ({"columns": {**LEAST, "invoice": ["Bill"]}}, "columns.invoice"),
        ({"columns": {**LEAST, "invoice": 3}}, "columns.invoice"),
        ({"columns": {**LEAST, "date": "Bill"}}, "columns.date"),
        ({"columns": {**LEAST, "amount": "Bill"}}, "columns.amount"),
        ({"columns": {**LEAST, "quantity": "Gift"}}, "columns.quantity"),
        ({"columns": {**LEAST, "customer": "Gift"}}, "columns.customer"),
        ({"columns": {**LEAST, "invoice": "Client"}}, "columns.invoice"),
        ({"columns": LEAST, "snapshot": "31.12.2024"}, "snapshot"),
        ({"columns": LEAST, "snapshot": "2024-02-30"}, "snapshot"),
        ({"columns": LEAST, "snapshot": "2024-12-31T18:00:00Z"}, "snapshot"),
        ({"columns": LEAST, "snapshot": 20241231}, "snapshot"),
        ({"columns": LEAST, "rules": ["returns"]}, "rules"),
        ({"columns": LEAST, "rules": {"refunds": True}}, "rules.refunds"),
        ({"columns": LEAST, "rules": {"returns": "no"}}, "rules.returns"),
        ({"columns": LEAST, "rules": {"returns": None}}, "rules.returns"),
        ({"columns": LEAST, "rules": {"missing_customer": False}}, "rules.missing_customer"),
        ({"columns": LEAST, "rules": {"missing_date": False}}, "rules.missing_date"),
        ({"columns": LEAST, "groups": {"name": "All"}}, "groups"),
        ({"columns": LEAST, "groups": []}, "groups"),
        ({"columns": LEAST, "groups": [{"name": "All"}] * 51}, "groups"),
        ({"columns": LEAST, "groups": ["All"]}, "groups.0"),
        ({"columns": LEAST, "groups": [{"name": "All"}, {"name": "Some", "colour": 1}]}, "groups.1"),
        ({"columns": LEAST, "groups": [{"recency": [1, 5]}]}, "groups.0.name"),
        ({"columns": LEAST, "groups": [{"name": " "}]}, "groups.0.name"),
        ({"columns": LEAST, "groups": [{"name": "a\0"}]}, "groups.0.name"),
        ({"columns": LEAST, "groups": [{"name": "\ud800"}]}, "groups.0.name"),
        ({"columns": LEAST, "groups": [{"name": "a" * 61}]}, "groups.0.name"),
        ({"columns": LEAST, "groups": [{"name": "All", "recency": 5}]}, "groups.0.recency"),
        ({"columns": LEAST, "groups": [{"name": "All", "recency": [0, 5]}]}, "groups.0.recency"),
        ({"columns": LEAST, "groups": [{"name": "All", "frequency": [5, 1]}]}, "groups.0.frequency"),
        ({"columns": LEAST, "groups": [{"name": "All", "monetary": [1, 6]}]}, "groups.0.monetary"),
        ({"columns": LEAST, "groups": [{"name": "All", "monetary": [True, 5]}]}, "groups.0.monetary"),
        ({"columns": LEAST, "groups": [{"name": "All", "monetary": [1, 2, 3]}]}, "groups.0.monetary"),
    ],
)
def test_what_is_wrong_is_said_in_a_sentence_with_its_place(mapping: Any, field: str | None) -> None:
    refusal = refused(mapping)
    assert refusal.field == (field or "recipe")
    assert refusal.message.endswith(".")
    assert refusal.hint.endswith(".")
    assert CODES[refusal.code].status == 400


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5) | st.sampled_from(list(KINDS)),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from([*PARTS, *RULES, "name"]) | st.text(), inner),
    max_leaves=6,
)


def outcome(mapping: dict[str, Any]) -> str:
    """Build a recipe and store it; return what became of it."""
    try:
        recipe = Recipe.from_mapping(mapping, COLUMNS)
    except SpecRefused as refusal:
        return refusal.code
    return "the same" if Recipe.from_mapping(recipe.to_mapping(), COLUMNS) == recipe else "another"


@settings(max_examples=200, deadline=None)
@given(mapping=st.dictionaries(st.sampled_from(["columns", "snapshot", "rules", "groups"]), JSON))
def test_anything_is_a_recipe_or_refused_with_a_code_of_ours(mapping: dict[str, Any]) -> None:
    assert outcome({"columns": LEAST, **mapping}) in ("the same", "invalid_recipe", "unknown_column")


def test_a_column_that_is_not_there_has_the_code_it_has_everywhere() -> None:
    assert refused({"columns": {**LEAST, "date": "Tag"}}).code == "unknown_column"


def test_the_groups_that_are_proposed_leave_nobody_outside() -> None:
    scores = range(1, 6)
    outside = [
        (recency, frequency, monetary)
        for recency in scores
        for frequency in scores
        for monetary in scores
        if not any(
            low[0] <= score <= low[1]
            for group in DEFAULT_GROUPS
            for low, score in [(group.recency, recency)]
            if group.frequency[0] <= frequency <= group.frequency[1] and group.monetary[0] <= monetary <= group.monetary[1]
        )
    ]
    assert outside == []
