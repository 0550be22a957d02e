"""Files on their way to a person: as attachments only, never opened as a page of ours, never kept by a cache on the way.

An open file or a stream of chunks and a name flow in; a response flows out. The name is whatever the person called the file, so
it travels by RFC 6266, stripped of everything that could end a header line or name a folder.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import IO

from django.http import FileResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils.http import content_disposition_header

UNSAFE = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029/\\]+")


def safe_name(name: str) -> str:
    return UNSAFE.sub("_", name).strip() or "file"


def file_answer(
    content: IO[bytes] | Iterable[bytes | str], *, name: str, content_type: str, inline: bool = False
) -> HttpResponseBase:
    """Stream the content; `inline` is for pictures that an `<img>` shows."""
    response: StreamingHttpResponse
    if hasattr(content, "read"):
        response = FileResponse(content, content_type=content_type)
    else:
        response = StreamingHttpResponse(content, content_type=content_type)
    disposition = content_disposition_header(as_attachment=not inline, filename=safe_name(name))
    response.headers["Content-Disposition"] = str(disposition)
    response.headers["Content-Security-Policy"] = "default-src 'none'; style-src 'unsafe-inline'; sandbox"
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Cache-Control"] = "private, no-store"
    return response
