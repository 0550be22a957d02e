"""Datasets over REST: requests flow in, one domain call each, JSON or the original file flows out.

Everything starts from `visible_to`, so another person's dataset is missing in every action alike.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any

from django.db.models import QuerySet
from django.http import Http404
from django.http.response import HttpResponseBase
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema, extend_schema_view
from rest_framework import mixins, viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from datasets import acting, services, storage
from datasets.cells import cell_value
from datasets.deriving import complete_recipe, find_offer, no_orders
from datasets.filters import DatasetFilter
from datasets.models import Column, Dataset
from datasets.serializers import (
    ActionSerializer,
    ColumnChangeSerializer,
    ColumnSerializer,
    CustomersRequestSerializer,
    CustomersSerializer,
    DatasetChangeSerializer,
    DatasetDetailSerializer,
    DatasetSerializer,
    DoneSerializer,
    ProposalSerializer,
    RowsSerializer,
    UploadSerializer,
)
from segmentiq.downloads import file_answer
from segmentiq.jobs.lifecycle import Status
from segmentiq.listing import Pages
from segmentiq.ml.errors import Refusal
from segmentiq.negotiation import AnyFileRenderer
from segmentiq.parameters import KnownParameters
from segmentiq.parsers import UploadParser
from segmentiq.waiting import wait_parameter, wait_until_settled

UUID = "[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"
WAIT = OpenApiParameter("wait", int, description="Seconds to wait for a settled state, 0 to 30.")
PAGING = [OpenApiParameter("page", int), OpenApiParameter("page_size", int, description="1 to 200; 20 if not given.")]


@extend_schema_view(
    list=extend_schema(summary="List datasets"),
    retrieve=extend_schema(summary="One dataset, with its columns and how it was read", parameters=[WAIT]),
)
@extend_schema(tags=["datasets"])
class DatasetViewSet(KnownParameters, mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet[Dataset]):
    """One uploaded file of customers, read into typed columns."""

    queryset = Dataset.objects.none()
    serializer_class = DatasetDetailSerializer
    filterset_class = DatasetFilter
    search_fields = ["name", "file_name"]
    ordering_fields = ["created_at", "name", "size", "n_rows"]
    ordering = ["-created_at"]
    lookup_value_regex = UUID

    def get_queryset(self) -> QuerySet[Dataset]:
        rows: QuerySet[Dataset] = Dataset.objects.visible_to(self.request.user).select_related("owner")
        if self.action == "list":
            return rows.defer("preview", "decisions", "warnings", "overrides", "recipe", "ledger")
        return rows.prefetch_related("columns") if self.action == "retrieve" else rows

    def get_serializer_class(self) -> Any:
        return DatasetSerializer if self.action == "list" else super().get_serializer_class()

    def retrieve(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        seconds = wait_parameter(request)
        dataset = self.get_object()
        if seconds and dataset.is_active:
            wait_until_settled(dataset, seconds)
            dataset = self.get_object()
        return Response(self.get_serializer(dataset).data)

    @extend_schema(
        summary="Upload a file", request={"multipart/form-data": UploadSerializer}, responses={201: DatasetDetailSerializer}
    )
    @action(detail=False, methods=["post"], parser_classes=[UploadParser], serializer_class=UploadSerializer)
    def upload(self, request: Request) -> Response:
        """Take one CSV or Excel file (200 MiB at most unless set otherwise); it is read in the background."""
        uploaded = request.FILES.get("file")
        if uploaded is None:
            raise Refusal(
                "No file came with the request.", code="file_missing_or_truncated", field="file", hint='Send it as "file".'
            )
        form = UploadSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        said = form.validated_data
        dataset = services.upload(owner=request.user, uploaded=uploaded, name=said["name"], overrides=said["overrides"])
        return _created(request, dataset)

    @extend_schema(
        summary="Rename, or read again in another way", request=DatasetChangeSerializer, responses=DatasetDetailSerializer
    )
    def partial_update(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        dataset = self.get_object()
        form = DatasetChangeSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        said = form.validated_data
        if "name" in said:
            services.rename(dataset, said["name"])
        if "overrides" in said:
            services.read_again(dataset, said["overrides"])
        if "recipe" in said:
            services.turn_again(dataset, said["recipe"])
        return Response(DatasetDetailSerializer(self.get_object()).data)

    @extend_schema(summary="Delete the dataset, its runs and every file", responses={204: None})
    def destroy(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        services.delete(self.get_object())
        return Response(status=204)

    @extend_schema(
        summary="Override a column's kind or role",
        request=ColumnChangeSerializer,
        responses=ColumnSerializer,
        parameters=[OpenApiParameter("column", str, OpenApiParameter.PATH, description="The column's name, percent-encoded.")],
    )
    @action(
        detail=True,
        methods=["patch"],
        url_path="columns/(?P<column>.+?)",
        url_name="column",
        serializer_class=ColumnChangeSerializer,
    )
    def column(self, request: Request, pk: str, column: str) -> Response:
        """Say what a column holds or is for; runs made before stay as they are."""
        found = _column(self.get_object(), column)
        form = ColumnChangeSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        services.override_column(found, **form.validated_data)
        found.refresh_from_db()
        return Response(ColumnSerializer(found).data)

    @extend_schema(summary="Settle a warning", request=ActionSerializer, responses=DoneSerializer)
    @action(detail=True, methods=["post"], url_path="actions", url_name="actions", serializer_class=ActionSerializer)
    def act(self, request: Request, pk: str) -> Response:
        """Do what a warning offers in its `actions`, or undo it; some of them read the file again."""
        dataset = self.get_object()
        form = ActionSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        said = form.validated_data
        done = acting.act(dataset, said["action"], said["column"], said["value"])
        told = {"sentence": done.sentence, "undo": done.undo, "dataset": self.get_object()}
        return Response(DoneSerializer(told).data)

    @extend_schema(summary="What an order file could become", responses=ProposalSerializer, filters=False)
    @action(detail=True, serializer_class=CustomersSerializer, filter_backends=[], pagination_class=None)
    def customers(self, request: Request, pk: str) -> Response:
        """Propose which column is the customer, the date, the amount, each with its reason, and what is set aside."""
        offer = find_offer(self.get_object())
        if offer is None:
            raise no_orders()
        return Response(ProposalSerializer(offer).data)

    @extend_schema(
        summary="Turn an order file into its customers",
        request=CustomersRequestSerializer,
        responses={201: DatasetDetailSerializer},
    )
    @customers.mapping.post
    def derive(self, request: Request, pk: str) -> Response:
        """Make a dataset with one row per customer: how recently, how often and for how much they buy, and more."""
        orders = self.get_object()
        form = CustomersSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        said = dict(form.validated_data)
        name = said.pop("name")
        return _created(request, services.derive_customers(orders, complete_recipe(orders, said), name=name))

    @extend_schema(summary="A page of typed rows", parameters=PAGING, responses=RowsSerializer, filters=False)
    @action(detail=True, serializer_class=RowsSerializer, filter_backends=[], pagination_class=None)
    def rows(self, request: Request, pk: str) -> Response:
        """Numbers are numbers, a missing cell is null, everything else is text."""
        dataset = self.get_object()
        if dataset.status != Status.DONE:
            raise _not_ready(dataset)
        size = Pages().get_page_size(request)
        page = _page(request, math.ceil((dataset.n_rows or 0) / size))
        kinds = dict(dataset.columns.values_list("name", "kind"))
        rows = storage.iter_rows(dataset)
        columns = next(rows)
        shown = islice(rows, (page - 1) * size, page * size)
        results = list(_typed(shown, [kinds.get(name, "text") for name in columns]))
        told = {"count": dataset.n_rows, "page": page, "page_size": size, "columns": columns, "results": results}
        return Response(told)

    @extend_schema(
        summary="The original bytes", responses={(200, "application/octet-stream"): OpenApiResponse(OpenApiTypes.BINARY)}
    )
    @action(detail=True, renderer_classes=[AnyFileRenderer], filter_backends=[], pagination_class=None)
    def file(self, request: Request, pk: str) -> HttpResponseBase:
        """Download the file exactly as it was uploaded; customers turned from orders come as CSV."""
        dataset = self.get_object()
        if dataset.is_derived and dataset.status != Status.DONE:
            raise _not_ready(dataset)
        content = storage.open_rows(dataset) if dataset.is_derived else storage.open_original(dataset)
        return file_answer(content, name=dataset.file_name, content_type="application/octet-stream")


def _created(request: Request, dataset: Dataset) -> Response:
    location = request.build_absolute_uri(f"/api/v1/datasets/{dataset.pk}")
    return Response(DatasetDetailSerializer(dataset).data, status=201, headers={"Location": location})


def _column(dataset: Dataset, name: str) -> Column:
    found = dataset.columns.filter(name=name).first()
    if found is None:
        raise Http404
    return found


def _not_ready(dataset: Dataset) -> Refusal:
    if dataset.status in (Status.FAILED, Status.CANCELLED):
        return Refusal(f"The dataset could not be read: {dataset.error_message}", code="not_ready", hint=dataset.error_hint)
    return Refusal("The dataset is still being read.", code="not_ready", hint="Ask again, or wait with ?wait=20 on the dataset.")


def _page(request: Request, n_pages: int) -> int:
    sent = request.query_params.get("page", "1")
    if not (sent.isascii() and sent.isdigit() and len(sent) < 9 and 1 <= int(sent) <= max(n_pages, 1)):
        raise Http404
    return int(sent)


def _typed(rows: Iterable[list[str]], kinds: list[str]) -> Iterator[list[Any]]:
    for row in rows:
        yield [cell_value(cell, kind) for cell, kind in zip(row, kinds, strict=True)]
