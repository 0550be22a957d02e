"""Every failure the outside can see: one registry of codes, one shape of answer.

Refusals, framework exceptions and bugs flow in; ``{"error": {"code", "message", "field", "hint", "request_id"}}`` with the
status of the code flows out, wherever below ``/api/`` the failure arose: in a viewset (`answer`) or outside of one
(`page_or_answer`). A code that is not in `CODES` is a bug, because clients program against codes and people read messages.
"""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from dataclasses import field as made
from typing import Any

from django.core.exceptions import (
    ObjectDoesNotExist,
    PermissionDenied,
    RequestDataTooBig,
    SuspiciousOperation,
    TooManyFieldsSent,
    TooManyFilesSent,
)
from django.db import InterfaceError, OperationalError
from django.http import Http404, HttpRequest, JsonResponse, UnreadablePostError
from django.http.multipartparser import MultiPartParserError
from django.http.response import HttpResponseBase
from rest_framework import exceptions
from rest_framework.response import Response

from segmentiq.edge import is_api, request_id
from segmentiq.files import refusal_of
from segmentiq.ml.errors import Refusal
from segmentiq.uploads import UploadCut, UploadTooLarge

logger = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True, slots=True)
class Problem:
    """What a code means, and the HTTP status it is answered with."""

    status: int
    meaning: str


def _problems(status: int, **meanings: str) -> dict[str, Problem]:
    return {code: Problem(status=status, meaning=meaning) for code, meaning in meanings.items()}


CODES: Mapping[str, Problem] = {
    **_problems(
        400,
        bad_request="The request is not one this site understands.",
        parse_error="The body is not what its Content-Type says.",
        duplicate_key="A JSON object names the same key twice.",
        invalid_value="A field's value has the wrong type or is out of its range.",
        missing_field="A field that is needed was left out.",
        unknown_field="The request names a field, filter or ordering that does not exist here.",
        unknown_parameter="The specification has no such parameter.",
        invalid_parameter="A parameter of the specification is wrong.",
        invalid_columns="columns is not a list of distinct column names.",
        invalid_scaling="scaling is not one of its choices.",
        invalid_log="log is neither a choice nor a list of distinct column names.",
        invalid_missing="missing is not one of its choices.",
        invalid_pca="pca is neither none, a number of components nor a share of the variance.",
        invalid_linkage="linkage is not one of its choices.",
        invalid_metric="metric is not one of its choices.",
        incompatible_metric="This metric does not go with this linkage.",
        invalid_n_clusters='n_clusters is neither "auto" nor a sensible whole number.',
        invalid_distance_threshold="distance_threshold is not a number above 0, or n_clusters was given too.",
        invalid_weights="weights does not map column names to numbers above 0, up to 100.",
        invalid_approximate="approximate is not one of its choices.",
        invalid_stability="stability is neither true nor false.",
        invalid_seed="seed is not a whole number from 0 to 4294967295.",
        out_of_range="The number of segments is outside what this dataset or run allows.",
        unknown_column="The dataset has no column of this name.",
        no_features="No column is left to cluster on.",
        too_few_rows="There are fewer customers than a segmentation needs.",
        too_large="The run would need more memory than this machine gives to one run.",
        too_slow="The run would take longer than the limit of one run.",
        too_many_features="The columns turn into more features than the limit.",
        unknown_branch="The run's tree has no such branch.",
        sheet_too_large="The table has more rows or cells than are written as an Excel sheet.",
        invalid_branches="The branches chosen overlap, or do not cover every customer.",
        invalid_override="A reading choice (delimiter, encoding, sheet, header) is not one the reader knows.",
        invalid_recipe="A part of the recipe that turns orders into customers is wrong.",
        invalid_kind="A column cannot hold this kind.",
        invalid_role="A column of this kind cannot play this role.",
        one_file_expected="An upload holds exactly one file and its few fields.",
        file_missing_or_truncated="The upload has no usable file, or ended early.",
    ),
    **_problems(
        401,
        not_authenticated="Nobody is signed in and no token was sent.",
        authentication_failed="The token is unknown, expired or malformed.",
    ),
    **_problems(
        403,
        permission_denied="This person may not do this.",
        csrf_failed="The request came with a session but without its CSRF token.",
        session_required="Only a person signed in with a session may do this.",
    ),
    **_problems(404, not_found="There is no such thing, or it is somebody else's.", no_artifact="The run has no such file."),
    **_problems(405, method_not_allowed="The address exists but does not take this method."),
    **_problems(406, not_acceptable="The address cannot answer in the form that was asked for."),
    **_problems(
        409,
        not_ready="The dataset or run has not got so far yet, or failed.",
        not_active="The run or dataset has already ended, so it cannot be cancelled.",
        nothing_to_undo="The run has had no earlier answer to go back to.",
        still_active="The run or dataset is still being worked on.",
        conflict="The thing changed meanwhile.",
        not_orders="The rows do not look like orders, so nothing can be proposed or turned.",
        orders_gone="The order file that the customers were turned from was deleted.",
        cancelled="The work was cancelled on request.",
    ),
    **_problems(
        413,
        body_too_large="The body is larger than the limit.",
        file_too_large="The file is larger than the upload limit.",
        too_many_columns="The file has more columns than the limit.",
        too_many_rows="The file has more rows than the limit.",
        too_many_cells="The file has more cells than the limit.",
    ),
    **_problems(
        415,
        unsupported_media_type="The address does not take this Content-Type.",
        unsupported_type="The file is of a kind that is not read.",
        content_mismatch="The file's content is not what its name says.",
    ),
    **_problems(
        422,
        unreadable_file="The file cannot be read as a table.",
        empty_file="The file holds no data.",
        no_usable_columns="No column of the file holds data.",
        cell_too_long="A cell is longer than the limit.",
        ragged_rows="The rows have more fields than the header.",
        binary_content="The file holds bytes that text cannot hold.",
        encoding_unknown="The file's encoding could not be told.",
        unclosed_quote="A quoted cell never ends.",
        unknown_sheet="The workbook has no such sheet.",
        corrupt_xlsx="The workbook is damaged.",
        corrupt_parquet="The Parquet file is damaged or holds nested columns.",
        unsafe_xml="The workbook holds XML that is not safe to read.",
        encrypted_file="The file is protected by a password.",
        table_unreadable="The stored table is missing or damaged; read the file again.",
        run_refused="The data did not allow this segmentation.",
        too_few_rows_after_cleaning="Too few customers were left after rows were set aside.",
        no_rows_left="Every row was set aside.",
        zero_vector_rows="Rows of nothing but zeros have no direction, which cosine needs.",
        numeric_overflow="The numbers are too large to compute with.",
        out_of_memory="The work ran out of memory.",
        time_limit="The work took longer than the time limit.",
        crashed_repeatedly="The process that did the work died every time.",
        artifact_damaged="A stored result is missing or damaged.",
    ),
    **_problems(
        429,
        too_many_queued="This person has as many runs waiting as the limit allows.",
        too_many_datasets="This person has as many datasets as the limit allows.",
        storage_quota="This person's files take as much room as the limit allows.",
        too_many_tokens="This person has as many tokens as the limit allows.",
    ),
    **_problems(500, internal_error="Something broke on this side; the request id finds it in the log.", refused="Refused."),
    **_problems(
        503,
        disk_full="The disk is full, or nearly so: new files wait.",
        storage_closed="The folder for files cannot be written to.",
        unavailable="The site cannot answer right now.",
    ),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Told:
    """One failure as it is told to a client."""

    code: str
    message: str = ""
    field: str | None = None
    hint: str = ""
    headers: Mapping[str, str] = made(default_factory=dict)

    @property
    def status(self) -> int:
        return CODES[self.code].status if self.code in CODES else 400

    def body(self) -> dict[str, Any]:
        message = self.message or CODES[self.code].meaning
        told = {"code": self.code, "message": message, "field": self.field, "hint": self.hint, "request_id": request_id()}
        return {"error": told}


def answer(error: Exception, context: Mapping[str, Any]) -> HttpResponseBase:
    """Turn whatever a viewset raised into the one shape (Django REST framework's EXCEPTION_HANDLER).

    JSON always, because the address may speak PNG or CSV only; people in the browsable API see it in its page.
    """
    told = tell(error)
    if told.status >= 500:
        logger.error(told.code, exc_info=error)
    renderer = getattr(context.get("request"), "accepted_renderer", None)
    if renderer is not None and renderer.format == "api":
        return Response(told.body(), status=told.status, headers=dict(told.headers))
    return as_json(told)


def page_or_answer(code: str, page: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """Return an error view: the one shape below ``/api/``, the page everywhere else."""

    def view(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not is_api(request):
            return page(request, *args, **kwargs)
        error = sys.exc_info()[1]
        told = tell(error) if code == "internal_error" and isinstance(error, Exception) else Told(code=code)
        return as_json(told)

    return view


def as_json(told: Told) -> JsonResponse:
    return JsonResponse(told.body(), status=told.status, headers=dict(told.headers))


def tell(error: Exception) -> Told:
    """Find the code and the sentence for an exception; a bug is told as nothing but a bug."""
    if isinstance(error, Refusal):
        return Told(code=error.code, message=error.message, field=error.field, hint=error.hint, headers=_retry(error.code))
    if isinstance(error, exceptions.ValidationError):
        return _tell_invalid(error)
    if isinstance(error, exceptions.APIException):
        return _tell_framework(error)
    for kind, code in PLAIN.items():
        if isinstance(error, kind):
            return Told(code=code, headers=_retry(code))
    if (refusal := refusal_of(error)) is not None:
        return tell(refusal)
    return Told(code="internal_error")


PLAIN: Mapping[type[Exception], str] = {
    Http404: "not_found",
    ObjectDoesNotExist: "not_found",
    PermissionDenied: "permission_denied",
    UnreadablePostError: "parse_error",
    UploadTooLarge: "file_too_large",
    UploadCut: "file_missing_or_truncated",
    MultiPartParserError: "parse_error",
    RequestDataTooBig: "body_too_large",
    TooManyFieldsSent: "one_file_expected",
    TooManyFilesSent: "one_file_expected",
    SuspiciousOperation: "bad_request",
    OperationalError: "unavailable",
    InterfaceError: "unavailable",
}


def _retry(code: str) -> dict[str, str]:
    return {"Retry-After": "5"} if code in CODES and CODES[code].status == 503 else {}


def _tell_framework(error: exceptions.APIException) -> Told:
    code = str(error.default_code)
    if isinstance(error, exceptions.PermissionDenied) and str(error.detail).startswith("CSRF"):
        code = "csrf_failed"
    code = code if code in CODES else {"error": "internal_error"}.get(code, "bad_request")
    headers = {"WWW-Authenticate": str(scheme)} if (scheme := getattr(error, "auth_header", None)) else {}
    if wait := getattr(error, "wait", None):
        headers["Retry-After"] = str(int(wait) + 1)
    own_words = isinstance(error, exceptions.ParseError)
    return Told(code=code, message=str(error.detail) if own_words else "", headers=headers)


def _tell_invalid(error: exceptions.ValidationError) -> Told:
    where, detail = next(_leaves(error.detail), ("", exceptions.ErrorDetail("The request is not valid.", "invalid")))
    codes = {"required": "missing_field", "null": "invalid_value", "unknown_field": "unknown_field"}
    return Told(code=codes.get(detail.code or "", "invalid_value"), message=str(detail), field=where or None)


def _leaves(detail: Any, where: str = "") -> Iterator[tuple[str, exceptions.ErrorDetail]]:
    if isinstance(detail, Mapping):
        for name, inner in detail.items():
            yield from _leaves(inner, where if name == "non_field_errors" else f"{where}.{name}".lstrip("."))
    elif isinstance(detail, list):
        for inner in detail:
            yield from _leaves(inner, where)
    else:
        yield where, detail
