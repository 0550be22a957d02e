"""What the generated OpenAPI description needs besides the viewsets: paths as we write them, and the one shape of every failure.

Endpoints and the generated document flow in, the document that ``/api/v1/schema`` serves flows out (settings name both hooks).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.conf import settings

from segmentiq.edge import HEADER
from segmentiq.problems import CODES

ERROR: dict[str, Any] = {
    "type": "object",
    "required": ["error"],
    "properties": {
        "error": {
            "type": "object",
            "required": ["code", "message", "field", "hint", "request_id"],
            "properties": {
                "code": {"type": "string", "enum": sorted(CODES)},
                "message": {"type": "string", "description": "What is wrong, in a sentence."},
                "field": {"type": ["string", "null"], "description": "The field or parameter it is about."},
                "hint": {"type": "string", "description": "What to do about it."},
                "request_id": {"type": "string", "description": "Finds this request in the log."},
            },
        }
    },
}


MEANINGS = {
    400: "The request is not sound: a parameter, a field or the body.",
    401: "Nobody is signed in, or the token does not work.",
    403: "This needs a session, or the session's CSRF token.",
    404: "There is no such thing, or it is somebody else's.",
    406: "The address cannot answer in the form that was asked for.",
    409: "It has not got so far yet, has ended already, or changed meanwhile.",
    413: "The body or the file is larger than the limit.",
    415: "The address does not take this Content-Type, or the reader this kind of file.",
    422: "The file cannot be read as a table, or a stored result is damaged.",
    429: "One of the limits per person is reached.",
    503: "The site cannot answer right now; Retry-After says when to come back.",
}
"""Statuses of failures, as an operation lists those it can end in."""
REQUEST_ID = {HEADER: {"required": True, "description": "Finds this request in the log.", "schema": {"type": "string"}}}
SAID_WITH = {
    401: {"WWW-Authenticate": {"required": True, "schema": {"type": "string"}}},
    503: {"Retry-After": {"required": True, "schema": {"type": "integer"}}},
}


def without_trailing_slash(endpoints: list[tuple[str, str, str, Any]], **kwargs: Any) -> list[tuple[str, str, str, Any]]:
    """Write every path without the slash that is accepted too."""
    return [(path.rstrip("/"), regex, method, view) for path, regex, method, view in endpoints]


def with_failures(result: dict[str, Any], **kwargs: Any) -> dict[str, Any]:
    """Say for every operation how it fails, and list the codes with what they mean."""
    result["components"]["schemas"]["Error"] = {**ERROR, "description": f"Every failure has this shape.\n\n{_table_of_codes()}"}
    for path, operations in result["paths"].items():
        for method, operation in operations.items():
            responses = operation["responses"]
            for status in statuses(path, method, operation):
                responses[str(status)] = _failure(MEANINGS[status], SAID_WITH.get(status, {}))
            responses["default"] = _failure("Any other failure; the status is the code's.", {})
            for told in responses.values():
                told["headers"] = {**told.get("headers", {}), **REQUEST_ID}
    result["info"]["description"] += f"\n\nEvery failure has the shape *Error*, which lists the codes.\n\n{_limits()}"
    return result


def statuses(path: str, method: str, operation: Mapping[str, Any]) -> list[int]:
    """Return the statuses of the failures that an operation can end in, by what it takes and does."""
    changes = method != "get"
    found = {400, 401, 404, 406, 503}
    if changes:
        found |= {403, 409, 422}
    if "{" in path:
        found |= {409, 422}
    if "requestBody" in operation:
        found |= {413, 415}
    if method == "post":
        found.add(429)
    return sorted(found)


def _failure(meaning: str, headers: Mapping[str, Any]) -> dict[str, Any]:
    content = {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}}
    return {"description": meaning, "content": content, "headers": dict(headers)}


def _limits() -> str:
    return (
        f"Limits: a file of {settings.MAX_UPLOAD_BYTES // 2**20:,} MiB, {settings.MAX_ROWS:,} rows, "
        f"{settings.MAX_COLUMNS:,} columns and {settings.MAX_CELLS:,} cells; {settings.MAX_FEATURES:,} features; "
        f"{settings.RUN_TIME_LIMIT_S // 60:,} minutes for a run; per person "
        f"{settings.MAX_QUEUED_PER_USER:,} runs waiting, {settings.MAX_DATASETS_PER_USER:,} datasets and "
        f"{settings.MAX_BYTES_PER_USER // 2**20:,} MiB of files."
    )


def _table_of_codes() -> str:
    lines = [f"| `{code}` | {problem.status} | {problem.meaning} |" for code, problem in CODES.items()]
    return "\n".join(["| code | status | meaning |", "|---|---|---|", *lines])
