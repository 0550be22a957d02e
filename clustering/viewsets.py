"""Runs over REST: a specification flows in and is queued; stages, scores, the tree, pictures and rows with segments flow out.

Everything starts from `visible_to`, so another person's run is missing in every action alike. What a run found out is read from
its artifacts; nothing is computed here.
"""

from __future__ import annotations

import re
from typing import Any

from django.db.models import QuerySet
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema, extend_schema_view
from rest_framework import mixins, viewsets
from rest_framework.decorators import action
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from clustering import artifacts, drawing, exports, services
from clustering.cutting import cut_of
from clustering.filters import RunFilter
from clustering.models import Run, SegmentName
from clustering.questions import check_question
from clustering.result import shown_names
from clustering.segments import segment_records
from clustering.serializers import (
    CutSerializer,
    ForecastSerializer,
    RunDetailSerializer,
    RunSerializer,
    SegmentChangeSerializer,
    SegmentNameSerializer,
    SegmentsSerializer,
    TrainSerializer,
    TreeSerializer,
)
from datasets.models import Dataset
from datasets.viewsets import UUID, WAIT
from segmentiq.downloads import file_answer
from segmentiq.jobs.lifecycle import Status
from segmentiq.ml.errors import Refusal
from segmentiq.ml.spec import SegmentationSpec
from segmentiq.ml.values import TopTree
from segmentiq.negotiation import CsvRenderer, PngRenderer, SvgRenderer
from segmentiq.waiting import wait_parameter, wait_preference, wait_until_settled

K = OpenApiParameter("k", int, description="Number of segments; the run's answer if not given.")
BINARY = OpenApiResponse(OpenApiTypes.BINARY)
PREFER = OpenApiParameter(
    "Prefer", str, OpenApiParameter.HEADER, description="wait=30 answers the finished run, if it ends in time."
)


@extend_schema(tags=["clustering"])
class TrainViewSet(viewsets.GenericViewSet[Run]):
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


@extend_schema_view(
    list=extend_schema(summary="List runs"),
    retrieve=extend_schema(summary="One run: stage, progress, scores for every k, advice, report", parameters=[WAIT]),
)
@extend_schema(tags=["clustering"])
class RunViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet[Run]):
    """One segmentation of one dataset."""

    queryset = Run.objects.none()
    serializer_class = RunDetailSerializer
    filterset_class = RunFilter
    search_fields = ["dataset__name"]
    ordering_fields = ["created_at", "finished_at", "k", "silhouette", "status"]
    ordering = ["-created_at"]
    lookup_value_regex = UUID

    def get_queryset(self) -> QuerySet[Run]:
        rows: QuerySet[Run] = Run.objects.visible_to(self.request.user).select_related("dataset")
        return (
            rows.defer("report", "dataset__preview", "dataset__decisions", "dataset__warnings") if self.action == "list" else rows
        )

    def get_serializer_class(self) -> Any:
        return RunSerializer if self.action == "list" else super().get_serializer_class()

    def retrieve(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        seconds = wait_parameter(request)
        run = self.get_object()
        wait_until_settled(run, seconds)
        return Response(self.get_serializer(run).data)

    @extend_schema(summary="Delete the run and its files", responses={204: None})
    def destroy(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        services.delete_run(self.get_object())
        return Response(status=204)

    @extend_schema(summary="Stop a queued or running run", request=None, responses=RunDetailSerializer)
    @action(detail=True, methods=["post"], filter_backends=[], pagination_class=None)
    def cancel(self, request: Request, pk: str) -> Response:
        """A run that has already ended answers 409."""
        run = self.get_object()
        services.cancel(run)
        run.refresh_from_db()
        return Response(RunDetailSerializer(run).data)

    @extend_schema(
        summary="Keep this number of segments as the run's answer", request=CutSerializer, responses=RunDetailSerializer
    )
    @action(detail=True, methods=["post"], serializer_class=CutSerializer, filter_backends=[], pagination_class=None)
    def cut(self, request: Request, pk: str) -> Response:
        """Cut the finished tree elsewhere; nothing is computed again."""
        run = self._done()
        form = CutSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        services.cut(run, form.validated_data["k"])
        run.refresh_from_db()
        return Response(RunDetailSerializer(run).data)

    @extend_schema(summary="The top of the tree", responses=TreeSerializer)
    @action(detail=True, serializer_class=TreeSerializer, filter_backends=[], pagination_class=None)
    def tree(self, request: Request, pk: str) -> Response:
        """Every branch above a cut into 50 segments: what the result page draws from."""
        return Response(artifacts.load_top(self._done()).to_json())

    @extend_schema(
        summary="The dendrogram as a picture",
        parameters=[K, OpenApiParameter("format", str, enum=["png", "svg"])],
        responses={(200, "image/png"): BINARY, (200, "image/svg+xml"): BINARY},
    )
    @action(detail=True, renderer_classes=[PngRenderer, SvgRenderer], filter_backends=[], pagination_class=None)
    def dendrogram(self, request: Request, pk: str) -> HttpResponseBase:
        """PNG of the run's answer as it was computed, or SVG cut at any k."""
        run = self._done()
        if request.accepted_renderer.format == "png":
            if "k" in request.query_params:
                raise Refusal(
                    "The PNG shows the run's own answer.", code="invalid_value", field="k", hint="Ask for ?format=svg&k=."
                )
            content = artifacts.open_file(run, "dendrogram.png")
            return file_answer(content, name=f"dendrogram-{run.pk}.png", content_type="image/png", inline=True)
        top = artifacts.load_top(run)
        text = drawing.file_svg(top, cut_of(top, k=_k(request, run, top)), shown_names(run), run.dataset.name)
        return file_answer([text.encode()], name=f"dendrogram-{run.pk}.svg", content_type="image/svg+xml", inline=True)

    @extend_schema(
        summary="Every row with its segment",
        parameters=[
            K,
            OpenApiParameter("segment", int, description="Only this segment; 0 are the rows set aside."),
            OpenApiParameter("format", str, enum=["json", "csv"]),
        ],
        responses={(200, "application/json"): OpenApiTypes.OBJECT, (200, "text/csv"): BINARY},
    )
    @action(detail=True, renderer_classes=[JSONRenderer, CsvRenderer], filter_backends=[], pagination_class=None)
    def assignments(self, request: Request, pk: str) -> HttpResponseBase:
        """Original columns in original order and the segment's number (1 is the largest), streamed."""
        run = self._done()
        k = _k(request, run, artifacts.load_top(run))
        segment = _number(request, "segment")
        if segment is not None and not 0 <= segment <= k:
            raise Refusal(
                f"The cut has the segments 1 to {k}.", code="out_of_range", field="segment", hint="0 are rows set aside."
            )
        kind = request.accepted_renderer.format
        stream, content_type = exports.STREAMS[kind]
        content = stream(run, k, segment)
        return file_answer(content, name=f"assignments-{k}-{run.pk}.{kind}", content_type=content_type, inline=kind == "json")

    @extend_schema(summary="The segments and what sets them apart", parameters=[K], responses=SegmentsSerializer)
    @action(detail=True, serializer_class=SegmentsSerializer, filter_backends=[], pagination_class=None)
    def segments(self, request: Request, pk: str) -> Response:
        """Names, sizes and profiles in original units, the largest segment first."""
        run = self._done()
        top = artifacts.load_top(run)
        k = _k(request, run, top)
        return Response({"run": run.pk, "k": k, "segments": segment_records(run, top, k)})

    @extend_schema(
        summary="Name a segment, or note something about it",
        request=SegmentChangeSerializer,
        responses=SegmentNameSerializer,
        parameters=[OpenApiParameter("branch", int, OpenApiParameter.PATH, description="The branch's id.")],
    )
    @action(
        detail=True,
        methods=["patch"],
        url_path=r"segments/(?P<branch>[0-9]{1,4})",
        serializer_class=SegmentChangeSerializer,
        filter_backends=[],
        pagination_class=None,
    )
    def segment(self, request: Request, pk: str, branch: str) -> Response:
        """The name stays on the branch, whatever k is shown."""
        run = self._done()
        form = SegmentChangeSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        before = run.names.filter(branch=branch).first() or SegmentName(run=run, branch=int(branch))
        name, note = (form.validated_data.get(field, getattr(before, field)) for field in ("name", "note"))
        services.name_segment(run, int(branch), name, note)
        return Response({"branch": int(branch), "name": name, "note": note})

    def _done(self) -> Run:
        """Return the run asked for. Raises Refusal unless it is done."""
        run: Run = self.get_object()
        if run.status == Status.DONE:
            return run
        if run.is_active:
            raise Refusal("The run is still being worked on.", code="not_ready", hint="Ask again when its status is done.")
        raise Refusal(f"The run has no answer: {run.error_message}", code="not_ready", hint=run.error_hint)


def _number(request: Request, name: str) -> int | None:
    sent = request.query_params.get(name)
    if sent is None:
        return None
    if not (sent.isascii() and sent.isdigit() and len(sent) < 9):
        raise Refusal(f"{name} must be a whole number.", code="invalid_value", field=name)
    return int(sent)


def _k(request: Request, run: Run, top: TopTree) -> int:
    """Return the k asked for, or the run's answer. Raises Refusal when the tree has no such cut."""
    k = _number(request, "k")
    if k is None:
        return run.k or 1
    if not 2 <= k <= top.max_k:
        raise Refusal(f"k goes from 2 to {top.max_k} here.", code="out_of_range", field="k")
    return k
