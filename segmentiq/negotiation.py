"""Which form an answer takes: by ``?format=`` or the Accept header, from the renderers that an address declares.

A request flows in, a renderer flows out. An unknown ``?format=`` is told as the bad parameter it is (the framework answers 404).
Pictures and CSV are streamed by their views; their renderers exist so that negotiation and the schema know them.
"""

from __future__ import annotations

from typing import Any

from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.renderers import BaseRenderer, BrowsableAPIRenderer

from segmentiq.ml.errors import Refusal


class FormatNegotiation(DefaultContentNegotiation):
    """Negotiation whose unknown formats are refused with the list of known ones."""

    def filter_renderers(self, renderers: Any, format: str) -> Any:
        kept = [renderer for renderer in renderers if renderer.format == format]
        if not kept:
            known = ", ".join(dict.fromkeys(renderer.format for renderer in renderers))
            raise Refusal("This address does not know the format.", code="invalid_value", field="format", hint=f"Known: {known}.")
        return kept


class ApiPageRenderer(BrowsableAPIRenderer):
    """The browsable API without what a strict content security policy forbids (inline styles of menus and filters)."""

    def get_extra_actions(self, view: Any, status_code: int) -> Any:
        return None

    def get_filter_form(self, data: Any, view: Any, request: Any) -> Any:
        return None

    def get_context(self, data: Any, accepted_media_type: str | None, renderer_context: Any) -> Any:
        context = super().get_context(data, accepted_media_type, renderer_context)
        return {**context, "code_style": ""}


class FileRenderer(BaseRenderer):
    """A form that a view streams itself; never asked to render."""

    charset = None
    render_style = "binary"

    def render(self, data: Any, accepted_media_type: str | None = None, renderer_context: Any = None) -> Any:
        return data if isinstance(data, bytes) else b""


class PngRenderer(FileRenderer):
    media_type = "image/png"
    format = "png"


class SvgRenderer(FileRenderer):
    media_type = "image/svg+xml"
    format = "svg"


class CsvRenderer(FileRenderer):
    media_type = "text/csv"
    format = "csv"


class XlsxRenderer(FileRenderer):
    media_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    format = "xlsx"


class AnyFileRenderer(FileRenderer):
    media_type = "*/*"
    format = "file"
