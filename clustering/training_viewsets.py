"""Asking for a segmentation over REST: a specification flows in, a queued run or what it would take flows out."""

from __future__ import annotations

import re
from typing import Any

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from clustering import services
from clustering.models import Run
from clustering.questions import check_question
from clustering.serializers import RunDetailSerializer
from clustering.training_serializers import ForecastSerializer, TrainSerializer
from datasets.models import Dataset
from datasets.viewsets import UUID
from segmentiq.ml.errors import Refusal
from segmentiq.ml.spec import SegmentationSpec
from segmentiq.parameters import KnownParameters
from segmentiq.waiting import wait_preference, wait_until_settled

PREFER = OpenApiParameter(
    "Prefer", str, OpenApiParameter.HEADER, description="wait=30 answers the finished run, if it ends in time."
)


@extend_schema(tags=["clustering"])
class TrainViewSet(KnownParameters, viewsets.GenericViewSet[Run]):
    """Ask for a segmentation."""

    name = "Train"
    queryset = Run.objects.none()
    serializer_class = TrainSerializer
    pagination_class = None
    filter_backends: list[Any] = []

    @extend_schema(
        summary="Segment a dataset", parameters=[PREFER], responses={202: RunDetailSerializer, 200: RunDetailSerializer}
    )
    def create(self, request: Request) -> Response:
        """Queue a run and answer 202 with its Location; the same question on the same file answers the same run."""
        asked = dict(request.data)
        dataset = self._dataset(asked.pop("dataset_id", None))
        run = services.train(dataset=dataset, spec=SegmentationSpec.from_mapping(asked), requested_by=request.user)
        seconds = wait_preference(request)
        wait_until_settled(run, seconds)
        headers = {"Location": request.build_absolute_uri(f"/api/v1/clustering/runs/{run.pk}")}
        if seconds:
            headers["Preference-Applied"] = f"wait={seconds}"
        settled = bool(seconds) and not run.is_active
        return Response(RunDetailSerializer(run).data, status=200 if settled else 202, headers=headers)

    @extend_schema(summary="What a segmentation would take", responses=ForecastSerializer)
    @action(detail=False, methods=["post"])
    def forecast(self, request: Request) -> Response:
        """Answer seconds and bytes without queuing anything; what does not fit answers 400 with the nearest way that does."""
        asked = dict(request.data)
        dataset = self._dataset(asked.pop("dataset_id", None))
        columns = list(dataset.columns.order_by("position"))
        return Response(check_question(dataset, columns, SegmentationSpec.from_mapping(asked)).to_json())

    def _dataset(self, sent: Any) -> Dataset:
        if sent is None:
            raise Refusal("dataset_id was left out.", code="missing_field", field="dataset_id", hint="Upload a file, use its id.")
        if not (isinstance(sent, str) and re.fullmatch(UUID, sent)):
            raise Refusal("dataset_id must be the id of a dataset.", code="invalid_value", field="dataset_id")
        dataset: Dataset = get_object_or_404(Dataset.objects.visible_to(self.request.user), pk=sent)
        return dataset
