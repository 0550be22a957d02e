"""Query parameters of the API: a request flows in, and is refused by name where its address knows no such parameter.

A misspelt parameter that is silently ignored looks like an answer. What an address knows is what its description says, so the two
cannot part: the parameters of `extend_schema`, and for a list its filters, its order and its pages.
"""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import OpenApiParameter
from rest_framework.request import Request
from rest_framework.views import APIView

from segmentiq.ml.errors import Refusal

EVERYWHERE = ("format",)
OF_LISTS = ("page", "page_size")
OF_FILTERED_LISTS = ("ordering", "search")


class KnownParameters(APIView):
    """A viewset that refuses parameters which its description does not name, once it knows who is asking."""

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        method = getattr(self, str(getattr(self, "action", None)), None)
        if method is None:  # OPTIONS, or a method that is refused
            return
        known = (*_described(self, method), *_listed(self), *EVERYWHERE)
        for name in request.query_params:
            if name not in known:
                hint = f"Known: {', '.join(known)}."
                raise Refusal("There is no such parameter here.", code="unknown_field", field=name[:40], hint=hint)


def _described(view: Any, method: Any) -> tuple[str, ...]:
    """Return what `extend_schema` says of an action."""
    described = getattr(method, "kwargs", {}).get("schema")
    if described is None:
        return ()
    schema = described()
    schema.view = view
    return tuple(entry.name for entry in schema.get_override_parameters() if entry.location == OpenApiParameter.QUERY)


def _listed(view: Any) -> tuple[str, ...]:
    """Return what every list takes, and what the filters of this one take."""
    if view.action != "list":
        return ()
    return (*OF_LISTS, *((*view.filterset_class.base_filters, *OF_FILTERED_LISTS) if view.filter_backends else ()))
