"""Datasets in JSON: rows of the database flow out, the few things a person may set flow in.

`state` is the word people see (reading, ready, failed); it is called ``status`` in the API, as it always was.
"""

from __future__ import annotations

from typing import Any, get_args

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from datasets.doctor.actions import CODES
from datasets.models import Column, Dataset
from segmentiq.ml.values import Kind, Role
from segmentiq.parsers import sound_json
from segmentiq.serializing import FailureField, StrictSerializer, ValueField

STATES = ("reading", "ready", "failed")


class ColumnSerializer(serializers.ModelSerializer[Column]):
    """One column: what it holds, what it is for, and why we think so."""

    class Meta:
        model = Column
        fields = ["name", "position", "kind", "role", "reason", "n_missing", "n_distinct", "statistics"]
        read_only_fields = fields


class DecisionSerializer(serializers.Serializer[Any]):
    """One decision of the reader, with its reason."""

    what = serializers.CharField()
    value = serializers.JSONField()
    reason = serializers.CharField()
    alternative = serializers.CharField(required=False)
    choices = serializers.ListField(
        child=serializers.CharField(),
        required=False,
        help_text="All that could be chosen instead, where the file says what that is.",
    )


class ActionSerializer(StrictSerializer):
    """One click on a warning, as warnings offer it and as it is sent back; whatever it does, another one undoes."""

    action = serializers.ChoiceField(choices=CODES)
    column = serializers.CharField(required=False, allow_null=True, default=None, max_length=200, trim_whitespace=False)
    value = ValueField(required=False, allow_null=True, default=None)
    label = serializers.CharField(  # type: ignore[assignment]
        required=False, help_text="What the button says; not needed when an action is sent."
    )


class WarningSerializer(serializers.Serializer[Any]):
    """Something the reader noticed that a person should know."""

    code = serializers.CharField()
    message = serializers.CharField()
    column = serializers.CharField(allow_null=True, required=False)
    actions = ActionSerializer(many=True, required=False, help_text="Clicks that settle it: send one to /datasets/{id}/actions.")


class LedgerEntrySerializer(serializers.Serializer[Any]):
    """What became of some of the rows that came in; the rows of all entries add up to them."""

    what = serializers.CharField()
    rows = serializers.IntegerField()
    reason = serializers.CharField()
    is_kept = serializers.BooleanField()


class GroupSerializer(serializers.Serializer[Any]):
    """A named group of customers: from which score to which, 1 to 5, of recency, frequency and money."""

    name = serializers.CharField()
    recency = serializers.ListField(child=serializers.IntegerField(min_value=1, max_value=5), min_length=2, max_length=2)
    frequency = serializers.ListField(child=serializers.IntegerField(min_value=1, max_value=5), min_length=2, max_length=2)
    monetary = serializers.ListField(child=serializers.IntegerField(min_value=1, max_value=5), min_length=2, max_length=2)


class RecipeSerializer(serializers.Serializer[Any]):
    """How order lines become customers. `datasets.orders.Recipe` checks it; this only describes it."""

    columns = serializers.DictField(
        child=serializers.CharField(),
        required=False,
        help_text="Which column is the customer, date, invoice, product, quantity, price, amount; "
        "customer and date are needed, and amount or price.",
    )
    snapshot = serializers.CharField(
        required=False, allow_null=True, help_text="The day recency is counted back from (ISO); null: a day after the last order."
    )
    rules = serializers.DictField(
        child=serializers.BooleanField(),
        required=False,
        help_text="What is set aside: missing_customer, missing_date (always), cancelled, returns, zero_prices, duplicates.",
    )
    groups = GroupSerializer(many=True, required=False, help_text="The first group a customer's scores fit names the customer.")


class ProposalSerializer(serializers.Serializer[Any]):
    """What an order file could become."""

    recipe = RecipeSerializer(source="proposal.recipe.to_mapping")
    reasons = serializers.DictField(child=serializers.CharField(), source="proposal.reasons")
    n_lines = serializers.IntegerField()
    n_customers = serializers.IntegerField()


class DatasetSerializer(serializers.ModelSerializer[Dataset]):
    """A dataset in a list."""

    status = serializers.ChoiceField(choices=STATES, source="state", read_only=True)
    owner = serializers.CharField(source="owner.get_username", read_only=True)
    error = FailureField()

    class Meta:
        model = Dataset
        fields = [
            "id", "name", "status", "stage", "progress", "error", "owner", "file_name", "size", "sha256", "n_rows", "n_columns",
            "is_sample", "created_at", "finished_at",
        ]  # fmt: skip
        read_only_fields = fields


class DatasetDetailSerializer(DatasetSerializer):
    """A dataset with its columns and how the file was read."""

    columns = ColumnSerializer(many=True, read_only=True)
    decisions = DecisionSerializer(many=True, read_only=True)
    warnings = WarningSerializer(many=True, read_only=True)
    overrides = serializers.DictField(read_only=True)
    parent = serializers.PrimaryKeyRelatedField[Dataset](  # type: ignore[assignment]
        read_only=True, allow_null=True, help_text="The order file of these customers, if any."
    )
    recipe = RecipeSerializer(read_only=True, allow_null=True)
    ledger = LedgerEntrySerializer(many=True, read_only=True)

    class Meta(DatasetSerializer.Meta):
        fields = [*DatasetSerializer.Meta.fields, "overrides", "decisions", "warnings", "ledger", "parent", "recipe", "columns"]
        read_only_fields = fields


class DoneSerializer(serializers.Serializer[Any]):
    """What an action did, the action that undoes it, and the dataset as it is now."""

    done = serializers.CharField(source="sentence")
    undo = ActionSerializer()
    dataset = DatasetDetailSerializer()


class SoundJSONField(serializers.JSONField):
    """JSON that a form carries as text, read as strictly as the body of a request."""

    def to_internal_value(self, data: Any) -> Any:
        try:
            return sound_json(data.encode())
        except (AttributeError, ValueError):
            return self.fail("invalid")


@extend_schema_field(RecipeSerializer)
class RecipePartsField(serializers.JSONField):
    """Parts of a recipe; `datasets.orders.Recipe` checks them."""

    def to_internal_value(self, data: Any) -> Any:
        if not isinstance(data, dict):
            raise serializers.ValidationError("recipe must be a JSON object.")
        return data


class UploadSerializer(StrictSerializer):
    """The form of an upload: the file, and what the person knows better than the reader."""

    file = serializers.FileField(allow_empty_file=True, use_url=False)
    name = serializers.CharField(max_length=200, required=False, allow_blank=True, default="")
    overrides = SoundJSONField(
        required=False,
        default=dict,
        help_text='{"delimiter": ";", "encoding": "cp1252", "sheet": "Sheet1", "header": true}',
    )

    def validate_overrides(self, value: Any) -> dict[str, Any]:
        return _overrides(value)


class DatasetChangeSerializer(StrictSerializer):
    """What may be changed: the name, how the file is to be read, or how its orders become customers (it is done again then)."""

    name = serializers.CharField(max_length=200, required=False)
    overrides = serializers.JSONField(required=False)
    recipe = RecipePartsField(required=False)

    def validate_overrides(self, value: Any) -> dict[str, Any]:
        return _overrides(value)


class CustomersRequestSerializer(RecipeSerializer):
    """Parts of a recipe, and the name of the dataset that is made; a part that is left out is as proposed."""

    name = serializers.CharField(max_length=200, required=False, allow_blank=True)


class CustomersSerializer(StrictSerializer):
    """The same as it is taken in: `datasets.orders.Recipe` checks the parts."""

    name = serializers.CharField(max_length=200, required=False, allow_blank=True, default="")
    columns = serializers.JSONField(required=False)
    snapshot = serializers.JSONField(required=False, allow_null=True)
    rules = serializers.JSONField(required=False)
    groups = serializers.JSONField(required=False)


class ColumnChangeSerializer(StrictSerializer):
    """What a person may say about a column."""

    kind = serializers.ChoiceField(choices=get_args(Kind), required=False)
    role = serializers.ChoiceField(choices=get_args(Role), required=False)


class RowsSerializer(serializers.Serializer[Any]):
    """A page of typed rows: numbers are numbers, a missing cell is null."""

    count = serializers.IntegerField()
    page = serializers.IntegerField()
    page_size = serializers.IntegerField()
    columns = serializers.ListField(child=serializers.CharField())
    results = serializers.ListField(child=serializers.ListField(child=serializers.JSONField(allow_null=True)))


def _overrides(value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise serializers.ValidationError("overrides must be a JSON object.")
    return value
