"""What is asked of a run, and what it would take, in JSON.

The specification is checked by `SegmentationSpec.from_mapping` alone; its serializer here only documents it.
"""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from segmentiq.ml.values import MAX_SEGMENTS


@extend_schema_field({"oneOf": [{"enum": ["none", "auto"]}, {"type": "array", "uniqueItems": True, "items": {"type": "string"}}]})
class LogField(serializers.JSONField):
    """A choice, or names of columns."""


@extend_schema_field(
    {
        "oneOf": [
            {"enum": ["none", None]},
            {"type": "integer", "minimum": 1},
            {"type": "number", "exclusiveMinimum": 0, "exclusiveMaximum": 1},
        ]
    }
)
class PcaField(serializers.JSONField):
    """Nothing, a number of components, or a share."""


@extend_schema_field({"oneOf": [{"const": "auto"}, {"type": "integer", "minimum": 2, "maximum": MAX_SEGMENTS}]})
class SegmentsField(serializers.JSONField):
    """The advice's number, or one's own."""


class TrainSerializer(serializers.Serializer[Any]):
    """What to segment and how; every field but `dataset_id` has a default. The engine checks the values."""

    dataset_id = serializers.UUIDField()
    columns = serializers.ListField(child=serializers.CharField(), required=False, allow_null=True)
    scaling = serializers.ChoiceField(choices=["standard", "robust", "minmax", "none"], required=False)
    log = LogField(required=False, help_text='"none", "auto" or a list of column names.')
    missing = serializers.ChoiceField(choices=["impute", "drop"], required=False)
    pca = PcaField(required=False, help_text="null, a number of components, or a share of the variance below 1.")
    linkage = serializers.ChoiceField(choices=["ward", "average", "complete", "single", "weighted"], required=False)
    metric = serializers.ChoiceField(choices=["euclidean", "manhattan", "cosine", "gower"], required=False)
    n_clusters = SegmentsField(required=False, help_text=f'"auto", or a whole number from 2 to {MAX_SEGMENTS}.')
    distance_threshold = serializers.FloatField(required=False, allow_null=True)
    weights = serializers.DictField(child=serializers.FloatField(), required=False)
    approximate = serializers.ChoiceField(choices=["never", "allow"], required=False)
    stability = serializers.BooleanField(required=False)
    seed = serializers.IntegerField(required=False, min_value=0, max_value=2**32 - 1)


class CostSerializer(serializers.Serializer[Any]):
    """What growing the tree takes."""

    bytes = serializers.IntegerField(help_text="Memory beyond the table itself.")
    seconds = serializers.FloatField()


class ForecastSerializer(serializers.Serializer[Any]):
    """What a run would take. Equal customers are linked as one, so a table with duplicates takes less."""

    kernel = serializers.CharField()
    exact = serializers.BooleanField()
    seconds = serializers.FloatField(help_text="The whole run.")
    tree = CostSerializer()
