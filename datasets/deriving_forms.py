"""What a person says about orders, checked for shape only: the recipe's own rules stand in `datasets.orders`.

A recipe flows in and fills the fields; what was typed flows out as a recipe's mapping, and a refusal flows back to its field.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.utils.html import escape

from datasets.orders.groups import LONGEST_NAME, MOST_GROUPS, SCORES
from datasets.orders.recipe import ALWAYS_ON
from segmentiq.ml.errors import Refusal
from segmentiq.ml.values import Column

PARTS = {
    "customer": "Customer",
    "date": "Date of the order",
    "invoice": "Number of the order",
    "product": "Product",
    "quantity": "Quantity",
    "price": "Price of one item",
    "amount": "Amount of the line",
}
NEEDED = ("customer", "date")
RULES = {
    "missing_customer": "Lines without a customer",
    "missing_date": "Lines without a date",
    "cancelled": "Lines of cancelled orders",
    "returns": "Returns (a quantity of zero or below)",
    "zero_prices": "Lines that cost nothing",
    "duplicates": "Lines that repeat another one exactly",
}
SCORE_WORDS = {"recency": "Recency", "frequency": "Frequency", "monetary": "Money"}
SPARE_GROUPS = 2


class OrdersForm(forms.Form):
    """Which column is what, the day to count back from, and what is set aside."""

    snapshot = forms.CharField(label="Count back from", required=False, max_length=40)

    def __init__(
        self, data: Any = None, *, columns: Sequence[Column], recipe: Mapping[str, Any], reasons: Mapping[str, str]
    ) -> None:
        super().__init__(data, initial=_initial(recipe))
        offered = [(column.name, f"{column.name} ({column.kind})") for column in columns]
        for part, label in PARTS.items():
            nothing = "Choose a column" if part in NEEDED else "no such column"
            self.fields[part] = forms.ChoiceField(
                label=label,
                required=part in NEEDED,
                choices=[("", nothing), *offered],
                help_text=escape(reasons.get(part, "")),
                error_messages={"required": "Choose the column.", "invalid_choice": "Choose one of the columns."},
            )
        for rule, label in RULES.items():
            self.fields[rule] = forms.BooleanField(label=label, required=False, disabled=rule in ALWAYS_ON)
        is_day = len(recipe.get("snapshot") or "") in (0, 10)
        self.fields["snapshot"].widget = forms.TextInput(attrs={"type": "date" if is_day else "text"})

    def parts(self) -> dict[str, Any]:
        """Return what was said, as a recipe takes it."""
        said = self.cleaned_data
        return {
            "columns": {part: said[part] for part in PARTS if said[part]},
            "snapshot": said["snapshot"] or None,
            "rules": {rule: said[rule] for rule in RULES},
        }

    @property
    def mapping(self) -> list[forms.BoundField]:
        return [self[part] for part in PARTS]

    @property
    def rules(self) -> list[forms.BoundField]:
        return [self[rule] for rule in RULES]


def _initial(recipe: Mapping[str, Any]) -> dict[str, Any]:
    columns = {part: name or "" for part, name in recipe.get("columns", {}).items()}
    return {**columns, "snapshot": recipe.get("snapshot") or "", **recipe.get("rules", {}), **dict.fromkeys(ALWAYS_ON, True)}


class GroupForm(forms.Form):
    """A named group: from which to which score, 1 to 5."""

    name = forms.CharField(label="Name", required=False, max_length=LONGEST_NAME)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        for score in SCORES:
            for end, words in (("low", "from"), ("high", "to")):
                self.fields[f"{score}_{end}"] = forms.IntegerField(
                    label=f"{SCORE_WORDS[score]} {words}",
                    required=False,
                    min_value=1,
                    max_value=5,
                    error_messages=dict.fromkeys(("invalid", "min_value", "max_value"), "Scores go from 1 to 5."),
                )

    def clean(self) -> dict[str, Any]:
        """Raise ValidationError where a named group lacks a score."""
        said = self.cleaned_data
        if said.get("name") and any(value is None for name, value in said.items() if name != "name"):
            raise forms.ValidationError("Give each score from 1 to 5, or take the name away to drop the group.")
        return said

    def to_group(self) -> dict[str, Any]:
        said = self.cleaned_data
        return {"name": said["name"], **{score: [said[f"{score}_low"], said[f"{score}_high"]] for score in SCORES}}

    @property
    def scores(self) -> list[forms.BoundField]:
        return [field for _, pair in self.pairs for field in pair]

    @property
    def pairs(self) -> list[tuple[str, tuple[forms.BoundField, forms.BoundField]]]:
        """Return the word for every score with its two fields."""
        return [(words, (self[f"{score}_low"], self[f"{score}_high"])) for score, words in SCORE_WORDS.items()]


GroupForms = forms.formset_factory(GroupForm, extra=SPARE_GROUPS, max_num=MOST_GROUPS, validate_max=True)


def group_forms(data: Any, groups: Sequence[Mapping[str, Any]]) -> Any:
    """Return the forms of the groups, in their order, and some to fill in."""
    initial = [
        {
            "name": group["name"],
            **{f"{score}_{end}": value for score in SCORES for end, value in zip(("low", "high"), group[score], strict=True)},
        }
        for group in groups
    ]
    return GroupForms(data, initial=initial, prefix="groups")


def groups_said(filled: Any) -> list[dict[str, Any]]:
    """Return the groups that have a name, as a recipe takes them."""
    return [form.to_group() for form in filled if form.cleaned_data.get("name")]


def refuse_part(form: OrdersForm, refusal: Refusal) -> None:
    """Put a refusal's sentence beside the part it is about, or on top of the form."""
    part = (refusal.field or "").rpartition(".")[2]
    form.add_error(part if part in form.fields else None, refusal.sentence)
