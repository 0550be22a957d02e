"""Runs in JSON: rows and artifacts flow out; a cut, or what is said about a segment, flows in."""

from __future__ import annotations

from typing import Any

from django.utils.functional import cached_property
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from clustering import artifacts
from clustering.models import HUES, KeptCut, Run, SegmentName
from segmentiq.jobs import beats
from segmentiq.jobs.lifecycle import Status
from segmentiq.serializing import FailureField, StrictSerializer


class AdviceSerializer(serializers.Serializer[Any]):
    """Which k, how sure, and why."""

    k = serializers.IntegerField()
    verdict = serializers.ChoiceField(choices=["strong", "moderate", "weak", "none"])
    sentence = serializers.CharField()
    reasons = serializers.ListField(child=serializers.CharField())


class KScoreSerializer(serializers.Serializer[Any]):
    """How good the cut into k segments is."""

    k = serializers.IntegerField()
    silhouette = serializers.FloatField(allow_null=True)
    calinski_harabasz = serializers.FloatField(allow_null=True)
    davies_bouldin = serializers.FloatField(allow_null=True)
    r_squared = serializers.FloatField(allow_null=True, help_text="Share of all differences that k segments explain.")
    smallest = serializers.IntegerField(help_text="Customers in the smallest segment.")
    stability = serializers.FloatField(allow_null=True, help_text="Share of the weakest segment found again in subsamples.")
    found_again = serializers.FloatField(allow_null=True, help_text="The same on average over the customers.")
    interval = serializers.ListField(child=serializers.FloatField(), allow_null=True)


class RunSerializer(serializers.ModelSerializer[Run]):
    """A run in a list."""

    dataset_id = serializers.UUIDField(read_only=True)
    dataset_name = serializers.CharField(source="dataset.name", read_only=True)
    status = serializers.ChoiceField(choices=Status.choices, source="shown_status", read_only=True)
    n_set_aside = serializers.IntegerField(read_only=True)
    branches = serializers.ListField(
        child=serializers.IntegerField(),
        read_only=True,
        help_text="The answer's branches, largest first; empty in a run of before they were kept, which is cut into k.",
    )
    sizes = serializers.ListField(child=serializers.IntegerField(), read_only=True)
    spec = serializers.DictField(read_only=True)
    stage = serializers.SerializerMethodField(help_text='What is being done; "preparing" while the engine is made ready.')
    advice = serializers.SerializerMethodField()
    error = FailureField()

    class Meta:
        model = Run
        fields = [
            "id", "dataset_id", "dataset_name", "status", "stage", "progress", "error", "spec", "k", "branches", "n_rows",
            "n_clustered", "n_set_aside", "sizes", "silhouette", "advice", "created_at", "started_at", "finished_at",
        ]  # fmt: skip
        read_only_fields = fields

    def get_stage(self, run: Run) -> str:
        if run.shown_status != Status.QUEUED:
            return run.stage
        return "preparing" if self._engine_is_preparing else ""

    @cached_property
    def _engine_is_preparing(self) -> bool:
        return beats.engine_is_preparing()

    @extend_schema_field(AdviceSerializer(allow_null=True))
    def get_advice(self, run: Run) -> dict[str, Any] | None:
        return run.advice or None


class AgreementSerializer(serializers.Serializer[Any]):
    """How well an approximate cut agrees with an exact one, on a sample of the customers."""

    k = serializers.IntegerField()
    spread = serializers.FloatField(help_text="Within sum of squares over that of the exact cut.")
    rand = serializers.FloatField(help_text="Adjusted Rand index: 1 is the same, 0 is chance.")
    floor = serializers.FloatField(help_text="The same index between exact cuts of the sample and of 80 % of it.")


class ApproximationSerializer(serializers.Serializer[Any]):
    """What an approximate tree cost."""

    n = serializers.IntegerField(help_text="Customers.")
    n_groups = serializers.IntegerField(help_text="Groups they were gathered into first.")
    lost = serializers.FloatField(help_text="Share of the variance that lies inside the groups.")
    bound = serializers.FloatField(help_text="By how much a root mean square distance to any centres can be misjudged.")
    n_sample = serializers.IntegerField(help_text="Customers of the sample whose exact tree it was compared with.")
    k = serializers.IntegerField(help_text="The answer the sentences are about.")
    agreements = AgreementSerializer(many=True)
    sentences = serializers.ListField(child=serializers.CharField())


class KeptCutSerializer(serializers.ModelSerializer[KeptCut]):
    """One answer the run has had."""

    branches = serializers.ListField(child=serializers.IntegerField(), read_only=True)
    kept_by = serializers.CharField(
        source="kept_by.username",
        default=None,
        read_only=True,
        allow_null=True,
        help_text="Null for the engine's own, and who has left.",
    )

    class Meta:
        model = KeptCut
        fields = ["k", "branches", "kept_at", "kept_by"]
        read_only_fields = fields


class RunDetailSerializer(RunSerializer):
    """A run with the scores of every k, the heights of the highest merges, its answers so far and the technical report."""

    cuts = serializers.SerializerMethodField(help_text="The answers it has had, newest first: that one is its answer.")
    scores = serializers.SerializerMethodField()
    heights = serializers.SerializerMethodField()
    cophenetic = serializers.SerializerMethodField()
    approximation = serializers.SerializerMethodField(help_text="Null where the tree is exact.")
    report = serializers.DictField(read_only=True)

    class Meta(RunSerializer.Meta):
        fields = [*RunSerializer.Meta.fields, "cuts", "scores", "heights", "cophenetic", "approximation", "report"]
        read_only_fields = fields

    def to_representation(self, instance: Run) -> dict[str, Any]:
        self._evaluation = artifacts.load_evaluation(instance) if instance.status == Status.DONE else {}
        return super().to_representation(instance)

    @extend_schema_field(KeptCutSerializer(many=True))
    def get_cuts(self, run: Run) -> Any:
        return KeptCutSerializer(run.kept_cuts.newest().select_related("kept_by"), many=True).data

    @extend_schema_field(KScoreSerializer(many=True))
    def get_scores(self, run: Run) -> list[dict[str, Any]]:
        return list(self._evaluation.get("scores", []))

    @extend_schema_field(serializers.ListField(child=serializers.FloatField()))
    def get_heights(self, run: Run) -> list[float]:
        return list(self._evaluation.get("heights", []))

    @extend_schema_field(serializers.FloatField(allow_null=True))
    def get_cophenetic(self, run: Run) -> float | None:
        return self._evaluation.get("cophenetic")

    @extend_schema_field(ApproximationSerializer(allow_null=True))
    def get_approximation(self, run: Run) -> dict[str, Any] | None:
        approximation: dict[str, Any] | None = run.report.get("approximation")
        return approximation


class WholeField(serializers.IntegerField):
    """A number that was written as one: true, "3" and 2.5 are not."""

    def to_internal_value(self, data: Any) -> int:
        if isinstance(data, bool) or not isinstance(data, int):
            self.fail("invalid")
        return data


class HeightField(serializers.FloatField):
    """The same for a number that may have a fraction."""

    def to_internal_value(self, data: Any) -> float:
        if isinstance(data, bool) or not isinstance(data, int | float):
            self.fail("invalid")
        return super().to_internal_value(data)


class CutSerializer(StrictSerializer):
    """What to keep as the run's answer: exactly one of the three."""

    k = WholeField(required=False, help_text="Number of segments.")
    height = HeightField(required=False, min_value=0, help_text="Every merge above this height is undone.")
    branches = serializers.ListField(
        child=WholeField(), required=False, help_text="Branches of the tree that hold every customer exactly once."
    )

    def validate(self, attrs: Any) -> Any:
        if not attrs:
            raise serializers.ValidationError({"k": "Give one of k, height and branches."}, code="required")
        return attrs


class SegmentChangeSerializer(StrictSerializer):
    """What a person calls a segment, notes about it, and colours it with."""

    name = serializers.CharField(max_length=80, required=False, allow_blank=True)
    note = serializers.CharField(max_length=2000, required=False, allow_blank=True)
    hue = WholeField(min_value=0, max_value=HUES, required=False, help_text="1 to 8; 0 is the colour the tree was laid out with.")


class SegmentNameSerializer(serializers.ModelSerializer[SegmentName]):
    """What a person said about a branch."""

    class Meta:
        model = SegmentName
        fields = ["branch", "name", "note", "hue"]
        read_only_fields = fields


class RuleSerializer(serializers.Serializer[Any]):
    """One to three conditions, all of which tell a segment from everybody else."""

    words = serializers.ListField(child=serializers.CharField())
    precision = serializers.FloatField(help_text="Share of those who meet them that is in the segment.")
    recall = serializers.FloatField(help_text="Share of the segment that meets them.")


class SegmentSerializer(serializers.Serializer[Any]):
    """One segment of a cut: what sets it apart, in original units."""

    segment = serializers.IntegerField(help_text="1 is the largest.")
    branch = serializers.IntegerField(help_text="The branch of the tree; it keeps its name whatever k is shown.")
    size = serializers.IntegerField()
    share = serializers.FloatField()
    found = serializers.FloatField(
        allow_null=True,
        help_text="Share of it that is found again in subsamples: 0.85 is highly stable, 0.75 stable, below 0.6 nothing.",
    )
    name = serializers.CharField()
    named = serializers.BooleanField(help_text="Whether a person gave the name.")
    note = serializers.CharField(allow_blank=True)
    hue = serializers.IntegerField(help_text="The colour a person chose, 1 to 8; 0 is the one the tree was laid out with.")
    facts = serializers.ListField(child=serializers.CharField())
    numbers = serializers.ListField(child=serializers.DictField())
    levels = serializers.ListField(child=serializers.DictField())
    rule = RuleSerializer(allow_null=True)
    worth = serializers.FloatField(allow_null=True, help_text="Share of the sum of the column that `money` names.")
    silhouette = serializers.FloatField(allow_null=True, help_text="How well its customers lie in it, -1 to 1, on average.")
    typical = serializers.ListField(child=serializers.IntegerField(), help_text="Rows of typical customers, from 0.")
    typical_ids = serializers.ListField(child=serializers.CharField(), help_text="Their identifiers, where the table has them.")
    unusual = serializers.ListField(child=serializers.IntegerField(), help_text="Row of the least typical customer.")
    unusual_ids = serializers.ListField(child=serializers.CharField())


class SegmentsSerializer(serializers.Serializer[Any]):
    """All segments of a cut."""

    run = serializers.UUIDField()
    k = serializers.IntegerField()
    branches = serializers.ListField(child=serializers.IntegerField(), help_text="The segments' branches, largest first.")
    money = serializers.CharField(allow_null=True, help_text="The column that `worth` is a share of.")
    segments = SegmentSerializer(many=True)


class BranchSerializer(serializers.Serializer[Any]):
    """A branch of the top tree: a slice of the customers in leaf order."""

    id = serializers.IntegerField()
    parent = serializers.IntegerField(allow_null=True)  # type: ignore[assignment]  # the name is the tree's
    left = serializers.IntegerField(allow_null=True)
    right = serializers.IntegerField(allow_null=True)
    start = serializers.IntegerField()
    stop = serializers.IntegerField()
    height = serializers.FloatField()
    born = serializers.IntegerField()
    split = serializers.IntegerField(allow_null=True)


class TreeSerializer(serializers.Serializer[Any]):
    """The top of the tree: enough for every cut into up to 50 segments."""

    n = serializers.IntegerField()
    linkage = serializers.CharField()
    metric = serializers.CharField()
    branches = BranchSerializer(many=True)
