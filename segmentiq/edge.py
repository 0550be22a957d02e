"""What every request and every log line carries: a request id that joins the two, and nothing that should not be written down.

A request flows in and gets an id (the proxy's, if it sent a sound one); the id flows out in the header ``X-Request-ID``, in API
errors and in every log line written meanwhile. Log lines of exceptions name types and places only: exception texts quote
customers' cells, and logs travel further than databases.
"""

from __future__ import annotations

import logging
import re
import traceback
import uuid
from collections.abc import Callable, Iterator
from contextvars import ContextVar
from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.cache import patch_cache_control

HEADER = "X-Request-ID"
SOUND = re.compile(r"[A-Za-z0-9_-]{8,64}")
_current: ContextVar[str] = ContextVar("request_id", default="-")


def request_id() -> str:
    """Return the id of the request being served, or a dash outside of one."""
    return _current.get()


def is_api(request: HttpRequest) -> bool:
    return request.path_info.startswith("/api/")


class RequestIdMiddleware:
    """Give each request its id, and tell caches that answers are personal."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        sent = request.headers.get(HEADER, "")
        mine = sent if SOUND.fullmatch(sent) else uuid.uuid4().hex
        _current.set(mine)  # until the next request: the framework logs failures after the last middleware
        response = self.get_response(request)
        response.headers[HEADER] = mine
        if is_api(request) or not response.has_header("Cache-Control"):  # static files say themselves how long they last
            patch_cache_control(response, private=True, no_store=True)
        return response


class ValuelessFormatter(logging.Formatter):
    """Write exceptions as types and places, without their texts, and every line with the request's id."""

    def format(self, record: logging.LogRecord) -> str:
        record.request_id = request_id()
        return super().format(record)

    def formatException(self, ei: Any) -> str:  # noqa: N802 - logging names it so
        return "\n".join(_told(ei[1]))


def _told(error: BaseException | None) -> Iterator[str]:
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        yield f"{type(error).__module__}.{type(error).__qualname__}"
        for frame in traceback.extract_tb(error.__traceback__):
            yield f"  {frame.filename}:{frame.lineno} in {frame.name}"
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
