"""Lists of the API: pages of a bounded size, and orderings out of a short list.

A request's ``page``, ``page_size`` and ``ordering`` flow in; an ordered, bounded page flows out. What is not known is refused by
name instead of ignored: a typing error in ``ordering`` would otherwise look like an answer.
"""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from rest_framework.filters import OrderingFilter
from rest_framework.pagination import PageNumberPagination
from rest_framework.request import Request

from segmentiq.ml.errors import Refusal


class Pages(PageNumberPagination):
    """Twenty at a time, up to 200 on request."""

    page_size = 20
    max_page_size = 200
    page_size_query_param = "page_size"

    def get_page_size(self, request: Request) -> int:
        sent = request.query_params.get("page_size")
        if sent is None:
            return self.page_size
        if not (sent.isascii() and sent.isdigit() and len(sent) < 9 and int(sent) >= 1):
            raise Refusal("page_size must be a whole number from 1 on.", code="invalid_value", field="page_size")
        return min(int(sent), self.max_page_size)


class KnownOrdering(OrderingFilter):
    """Order by the fields a viewset lists in `ordering_fields`, ties by key, so that pages neither repeat nor skip."""

    def get_ordering(self, request: Request, queryset: QuerySet[Any], view: Any) -> tuple[str, ...]:
        sent = request.query_params.get(self.ordering_param, "")
        names = tuple(name.strip() for name in sent.split(",") if name.strip()) or tuple(view.ordering)
        for name in names:
            if name.removeprefix("-") not in view.ordering_fields:
                raise Refusal(
                    "The list cannot be ordered by this field.",
                    code="unknown_field",
                    field="ordering",
                    hint=f"Known: {', '.join(view.ordering_fields)}; a leading minus turns the order around.",
                )
        return (*names, "-pk" if names[0].startswith("-") else "pk")
