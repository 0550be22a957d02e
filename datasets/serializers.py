"""Datasets in JSON: rows of the database flow out, the few things a person may set flow in.

`state` is the word people see (reading, ready, failed); it is called ``status`` in the API, as it always was.
"""

from __future__ import annotations

from typing import Any, get_args

from rest_framework import serializers

from datasets.models import Column, Dataset
from segmentiq.ml.values import Kind, Role
from segmentiq.parsers import sound_json
from segmentiq.serializing import FailureField, StrictSerializer

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


class WarningSerializer(serializers.Serializer[Any]):
    """Something the reader noticed that a person should know."""

    code = serializers.CharField()
    message = serializers.CharField()
    column = serializers.CharField(allow_null=True, required=False)


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

    class Meta(DatasetSerializer.Meta):
        fields = [*DatasetSerializer.Meta.fields, "overrides", "decisions", "warnings", "columns"]
        read_only_fields = fields


class SoundJSONField(serializers.JSONField):
    """JSON that a form carries as text, read as strictly as the body of a request."""

    def to_internal_value(self, data: Any) -> Any:
        try:
            return sound_json(data.encode())
        except (AttributeError, ValueError):
            return self.fail("invalid")


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
    """What may be changed: the name, or how the file is to be read (it is read again then)."""

    name = serializers.CharField(max_length=200, required=False)
    overrides = serializers.JSONField(required=False)

    def validate_overrides(self, value: Any) -> dict[str, Any]:
        return _overrides(value)


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
