"""What the generated OpenAPI description needs besides the viewsets: paths as we write them, and the one shape of every failure.

Endpoints and the generated document flow in, the document that ``/api/v1/schema`` serves flows out (settings name both hooks).
"""

from __future__ import annotations

from typing import Any

from django.conf import settings

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


def without_trailing_slash(endpoints: list[tuple[str, str, str, Any]], **kwargs: Any) -> list[tuple[str, str, str, Any]]:
    """Write every path without the slash that is accepted too."""
    return [(path.rstrip("/"), regex, method, view) for path, regex, method, view in endpoints]


def with_failures(result: dict[str, Any], **kwargs: Any) -> dict[str, Any]:
    """Say for every operation how it fails, and list the codes with what they mean."""
    result["components"]["schemas"]["Error"] = {**ERROR, "description": f"Every failure has this shape.\n\n{_table_of_codes()}"}
    told = {
        "description": "A failure; the status is the code's.",
        "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}},
    }
    for operations in result["paths"].values():
        for operation in operations.values():
            operation["responses"]["default"] = told
    result["info"]["description"] += f"\n\nEvery failure has the shape *Error*, which lists the codes.\n\n{_limits()}"
    return result


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
