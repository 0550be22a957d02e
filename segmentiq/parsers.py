"""Bodies of API requests, read strictly: what is ambiguous or too large is refused before anything looks at it.

Bytes flow in; a JSON object, or the fields and the one file of an upload, flows out. JSON that Python would accept but that means
different things to different readers (NaN, 1e400, a key twice, half a surrogate pair, NUL) is refused, so that what is stored is
what was sent. Bodies are never quoted back.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import IO, Any

from django.conf import settings
from django.http import UnreadablePostError
from rest_framework.exceptions import ParseError
from rest_framework.parsers import BaseParser, DataAndFiles, MultiPartParser

from segmentiq.ml.errors import Refusal
from segmentiq.uploads import FORM_ROOM

MAX_JSON_BYTES = 1024 * 1024
MAX_DIGITS = 400


class StrictJSONParser(BaseParser):
    """Read one JSON object in UTF-8, of 1 MiB at most."""

    media_type = "application/json"

    def parse(self, stream: IO[Any], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None) -> Any:
        body = stream.read(MAX_JSON_BYTES + 1)
        if len(body) > MAX_JSON_BYTES:
            raise Refusal("The body is larger than 1 MiB.", code="body_too_large", hint="Only uploads may be larger.")
        try:
            data = sound_json(body)
        except ValueError as error:
            raise ParseError("The body is not sound JSON in UTF-8.") from error
        if not isinstance(data, dict):
            raise ParseError("The body must be one JSON object.")
        return data


def sound_json(body: bytes) -> Any:
    """Return the JSON value. Raises ValueError when it is not sound, Refusal when a key comes twice."""
    try:
        data = json.loads(
            body.decode("utf-8"),
            object_pairs_hook=_without_twins,
            parse_constant=_refuse_constant,
            parse_float=_finite,
            parse_int=_short,
        )
        _check_text(data)
    except RecursionError as error:
        raise ValueError("nested too deeply") from error
    return data


def _without_twins(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    data = dict(pairs)
    if len(data) < len(pairs):
        raise Refusal("The body names the same key twice.", code="duplicate_key", hint="Send every key once.")
    return data


def _refuse_constant(name: str) -> None:
    raise ValueError(name)


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError("too large for a number")
    return number


def _short(text: str) -> int:
    if len(text) > MAX_DIGITS:
        raise ValueError("too large for a number")
    return int(text)


def _check_text(data: Any) -> None:
    """Refuse what no database and no file can hold: NUL and half surrogate pairs."""
    text = json.dumps(data, ensure_ascii=False)
    text.encode("utf-8")
    if "\\u0000" in text and _holds_nul(data):
        raise ValueError("NUL")


def _holds_nul(data: Any) -> bool:
    if isinstance(data, dict):
        return any("\0" in key or _holds_nul(value) for key, value in data.items())
    if isinstance(data, list):
        return any(_holds_nul(value) for value in data)
    return isinstance(data, str) and "\0" in data


class UploadParser(MultiPartParser):
    """Read a form with one file, streamed to disk; say what is wrong when it is too large or ended early."""

    def parse(
        self, stream: IO[Any], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> DataAndFiles[Any, Any]:
        request = (parser_context or {})["request"]
        _check_size(request.META.get("CONTENT_LENGTH"))
        try:
            return super().parse(stream, media_type, parser_context)
        except (ParseError, UnreadablePostError) as error:
            raise _truncated() from error


def _check_size(announced: str | None) -> None:
    limit = settings.MAX_UPLOAD_BYTES
    if announced and announced.isdigit() and int(announced) > limit + FORM_ROOM:
        raise Refusal(
            f"The file is larger than the limit of {limit // 2**20} MiB.",
            code="file_too_large",
            field="file",
            hint="Leave out columns that are not needed, or split the file.",
        )


def _truncated() -> Refusal:
    return Refusal(
        "The upload ended before the file did, or is not a sound form.",
        code="file_missing_or_truncated",
        field="file",
        hint='Send multipart/form-data with one file in the field "file".',
    )
