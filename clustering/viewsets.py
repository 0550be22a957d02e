"""Runs over REST: cuts and names flow in; stages, scores, the tree, pictures and rows with segments flow out.

Everything starts from `visible_to`, so another person's run is missing in every action alike. What a run found out is read from
its artifacts; nothing is computed here.
"""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.http.response import HttpResponseBase
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema, extend_schema_view
from rest_framework import mixins, viewsets
from rest_framework.decorators import action
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from clustering import artifacts, drawing, exports, services
from clustering.cutting import READERS, Cut, asked_cut, cut_of
from clustering.filters import RunFilter
from clustering.models import Run
from clustering.segments import given_hues, segment_records, shown_names
from clustering.serializers import (
    CutSerializer,
    RunDetailSerializer,
    RunSerializer,
    SegmentChangeSerializer,
    SegmentNameSerializer,
    SegmentsSerializer,
    TreeSerializer,
)
from datasets.cells import BOOLEANS
from datasets.viewsets import UUID, WAIT
from segmentiq.downloads import file_answer
from segmentiq.jobs.lifecycle import Status
from segmentiq.ml.errors import Refusal
from segmentiq.ml.values import TopTree
from segmentiq.negotiation import CsvRenderer, PngRenderer, SvgRenderer, XlsxRenderer
from segmentiq.parameters import KnownParameters
from segmentiq.waiting import wait_parameter, wait_until_settled

CUT = [
    OpenApiParameter("k", int, description="Number of segments; the run's answer if neither this nor another cut is given."),
    OpenApiParameter("height", float, description="Cut at this height of the tree."),
    OpenApiParameter("branches", str, description="Cut by hand into these branches, with commas between them."),
]
BINARY = OpenApiResponse(OpenApiTypes.BINARY)


@extend_schema_view(
    list=extend_schema(summary="List runs"),
    retrieve=extend_schema(summary="One run: stage, progress, scores for every k, advice, report", parameters=[WAIT]),
)
@extend_schema(tags=["clustering"])
class RunViewSet(KnownParameters, mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet[Run]):
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

    @extend_schema(summary="Keep a cut as the run's answer", request=CutSerializer, responses=RunDetailSerializer)
    @action(detail=True, methods=["post"], serializer_class=CutSerializer, filter_backends=[], pagination_class=None)
    def cut(self, request: Request, pk: str) -> Response:
        """Cut the finished tree elsewhere: by a number of segments, by a height, or into branches. Nothing is computed again."""
        run = self._done()
        form = CutSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        services.keep_cut(run, cut_of(artifacts.load_top(run), **form.validated_data), request.user)
        return Response(RunDetailSerializer(run).data)

    @extend_schema(summary="Go back to the answer before this one", request=None, responses=RunDetailSerializer)
    @action(detail=True, methods=["post"], url_path="cut/undo", filter_backends=[], pagination_class=None)
    def undo(self, request: Request, pk: str) -> Response:
        """A run whose first answer stands answers 409. `cuts` of the run lists what there is to go back to."""
        run = self._done()
        services.undo_cut(run)
        return Response(RunDetailSerializer(run).data)

    @extend_schema(summary="The top of the tree", responses=TreeSerializer)
    @action(detail=True, serializer_class=TreeSerializer, filter_backends=[], pagination_class=None)
    def tree(self, request: Request, pk: str) -> Response:
        """Every branch above a cut into 50 segments: what the result page draws from."""
        return Response(artifacts.load_top(self._done()).to_json())

    @extend_schema(
        summary="The dendrogram as a picture",
        parameters=[*CUT, OpenApiParameter("format", str, enum=["png", "svg"])],
        responses={(200, "image/png"): BINARY, (200, "image/svg+xml"): BINARY},
    )
    @action(detail=True, renderer_classes=[PngRenderer, SvgRenderer], filter_backends=[], pagination_class=None)
    def dendrogram(self, request: Request, pk: str) -> HttpResponseBase:
        """PNG of the run's answer as it was computed, or SVG of any cut."""
        run = self._done()
        if request.accepted_renderer.format == "png":
            if asked := [name for name in READERS if name in request.query_params]:
                hint = f"Ask for ?format=svg&{asked[0]}=."
                raise Refusal("The PNG shows the run's own answer.", code="invalid_value", field=asked[0], hint=hint)
            content = artifacts.open_file(run, "dendrogram.png")
            return file_answer(content, name=f"dendrogram-{run.pk}.png", content_type="image/png", inline=True)
        top = artifacts.load_top(run)
        text = drawing.file_svg(top, _cut(request, run, top), shown_names(run), run.dataset.name, given_hues(run))
        return file_answer([text.encode()], name=f"dendrogram-{run.pk}.svg", content_type="image/svg+xml", inline=True)

    @extend_schema(
        summary="Every row with its segment",
        parameters=[
            *CUT,
            OpenApiParameter("segment", int, description="Only this segment; 0 are the rows set aside."),
            OpenApiParameter("bom", bool, description="Whether CSV starts with the mark that Excel tells UTF-8 by."),
            OpenApiParameter("format", str, enum=["json", "csv", "xlsx"]),
        ],
        responses={
            (200, "application/json"): OpenApiTypes.OBJECT,
            (200, "text/csv"): BINARY,
            (200, XlsxRenderer.media_type): BINARY,
        },
    )
    @action(detail=True, renderer_classes=[JSONRenderer, CsvRenderer, XlsxRenderer], filter_backends=[], pagination_class=None)
    def assignments(self, request: Request, pk: str) -> HttpResponseBase:
        """Original columns in original order and the segment's number (1 is the largest), streamed."""
        run = self._done()
        cut = _cut(request, run, artifacts.load_top(run))
        segment = _number(request, "segment")
        if segment is not None and not 0 <= segment <= cut.k:
            raise Refusal(
                f"The cut has the segments 1 to {cut.k}.", code="out_of_range", field="segment", hint="0 are rows set aside."
            )
        kind = request.accepted_renderer.format
        bom = _flag(request, "bom")
        if bom and kind != "csv":
            raise Refusal("Only CSV starts with such a mark.", code="invalid_value", field="bom", hint="Ask for ?format=csv.")
        stream, content_type = exports.STREAMS[kind]
        content = exports.marked(stream(run, cut, segment)) if bom else stream(run, cut, segment)
        return file_answer(content, name=f"assignments-{cut.k}-{run.pk}.{kind}", content_type=content_type, inline=kind == "json")

    @extend_schema(summary="The segments and what sets them apart", parameters=CUT, responses=SegmentsSerializer)
    @action(detail=True, serializer_class=SegmentsSerializer, filter_backends=[], pagination_class=None)
    def segments(self, request: Request, pk: str) -> Response:
        """Names, sizes and profiles in original units, the largest segment first."""
        run = self._done()
        cut = _cut(request, run, artifacts.load_top(run))
        money = artifacts.load_evaluation(run)["money"]
        segments = segment_records(run, cut)
        return Response({"run": run.pk, "k": cut.k, "branches": cut.ids, "money": money, "segments": segments})

    @extend_schema(
        summary="Name a segment, note something about it, or colour it",
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
        """All of it stays on the branch, whatever cut is shown; what is left out stays as it is."""
        run = self._done()
        form = SegmentChangeSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        said = services.name_segment(run, int(branch), **form.validated_data)
        return Response(SegmentNameSerializer(said).data)

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


def _flag(request: Request, name: str) -> bool:
    sent = request.query_params.get(name, "false").lower()
    if sent not in BOOLEANS:
        raise Refusal(f"{name} is true or false.", code="invalid_value", field=name)
    return BOOLEANS[sent]


def _cut(request: Request, run: Run, top: TopTree) -> Cut:
    """Return the cut asked for, or the run's answer. Raises Refusal when the tree has no such cut."""
    cut = asked_cut(run, top, request.query_params)
    services.check_cut(cut)
    return cut
