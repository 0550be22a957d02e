"""What every serializer shares: refusing fields it does not know, and telling how a job ended.

A misspelt field that is silently ignored looks like success, so bodies name known fields only.
"""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from segmentiq.jobs.lifecycle import Job


class StrictSerializer(serializers.Serializer[Any]):
    """A body whose every field is known."""

    def to_internal_value(self, data: Any) -> Any:
        unknown = [name for name in data if name not in self.fields]
        if unknown:
            known = ", ".join(name for name, field in self.fields.items() if not field.read_only)
            detail = serializers.ErrorDetail(f"There is no such field here. Known: {known}.", code="unknown_field")
            raise serializers.ValidationError({str(unknown[0])[:40]: [detail]})
        return super().to_internal_value(data)


@extend_schema_field({"type": ["string", "number", "boolean", "array", "object"]})
class ValueField(serializers.JSONField):
    """Any JSON value, null too where that is allowed."""


class FailureSerializer(serializers.Serializer[Any]):
    """Why a job failed, in a sentence; the code is one of the registered ones."""

    code = serializers.CharField()
    message = serializers.CharField()
    hint = serializers.CharField(allow_blank=True)


@extend_schema_field(FailureSerializer(allow_null=True))
class FailureField(serializers.Field[Any, Any, Any, Any]):
    """The job's own error, or null."""

    def __init__(self, **options: Any) -> None:
        super().__init__(source="*", read_only=True, **options)

    def to_representation(self, value: Job) -> dict[str, str] | None:
        if not value.error_code:
            return None
        return {"code": value.error_code, "message": value.error_message, "hint": value.error_hint}
