"""Pages that belong to no one thing: home, access tokens, errors, and the two probes a supervisor asks.

A request flows in; the visible rows flow out as one page object. `frame` gives every template what the masthead needs.
"""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.db import DatabaseError, InterfaceError, OperationalError, connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.template import loader
from django.templatetags.static import static
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from knox.settings import knox_settings

from clustering.models import Run
from clustering.pages import RunLine, run_lines
from datasets.models import Dataset
from datasets.pages import DatasetLine, dataset_lines
from segmentiq.edge import is_api, request_id
from segmentiq.jobs import beats
from segmentiq.ml.errors import Refusal
from segmentiq.problems import CODES, Told, tell
from segmentiq.tokens import issue_token, tokens_of
from segmentiq.words import ago

if TYPE_CHECKING:
    from django.contrib.auth.models import AbstractBaseUser

N_LATEST = 5
logger = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True, slots=True)
class Frame:
    """What stands around every page."""

    app_name: str
    version: str
    section: str


def frame(request: HttpRequest) -> dict[str, Frame]:
    """Name the site and the section that the page is in."""
    return {"frame": Frame(app_name=settings.APP_NAME, version=settings.VERSION, section=_section(request.path_info))}


def _section(path: str) -> str:
    first = path.strip("/").split("/")[0]
    return first if first in ("datasets", "runs", "account") else ""


@dataclass(frozen=True, kw_only=True, slots=True)
class HomePage:
    datasets: tuple[DatasetLine, ...]
    runs: tuple[RunLine, ...]


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Show the latest datasets and runs, and the one button."""
    datasets = Dataset.objects.visible_to(request.user).newest()[:N_LATEST]
    runs = Run.objects.visible_to(request.user).select_related("dataset").newest()[:N_LATEST]
    return render(request, "home.html", {"page": HomePage(datasets=dataset_lines(datasets), runs=run_lines(runs))})


# --- access tokens --------------------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True, slots=True)
class TokenLine:
    key: str
    made: str
    ends: str


@dataclass(frozen=True, kw_only=True, slots=True)
class TokensPage:
    tokens: tuple[TokenLine, ...]
    fresh: str
    """The token just made: shown once, kept nowhere."""
    days: int


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def tokens(request: HttpRequest) -> HttpResponse:
    """List the person's tokens; a POST makes one and shows it once."""
    fresh = ""
    if request.method == "POST":
        try:
            fresh = issue_token(cast("AbstractBaseUser", request.user))[1]
        except Refusal as refusal:
            messages.error(request, refusal.message)
    return render(request, "account/tokens.html", {"page": _tokens_page(request.user, fresh)})


def _tokens_page(user: Any, fresh: str) -> TokensPage:
    lines = tuple(
        TokenLine(key=token.token_key, made=ago(token.created), ends=f"{timezone.localtime(token.expiry):%-d %b %Y}")
        for token in tokens_of(user)
    )
    return TokensPage(tokens=lines, fresh=fresh, days=knox_settings.TOKEN_TTL.days)


@require_POST
def token_revoke(request: HttpRequest) -> HttpResponse:
    """Revoke one of the person's tokens."""
    gone, _ = tokens_of(request.user).filter(token_key=request.POST.get("key", "")[:64]).delete()
    if gone:
        messages.success(request, "The token is revoked.")
    return redirect("tokens")


# --- probes ---------------------------------------------------------------------------------------------------------


@login_not_required
@require_safe
def favicon(request: HttpRequest) -> HttpResponse:
    """Send browsers that look for the old address of the mark, on pages that are not our own, to the mark."""
    return redirect(static("segmentiq/mark.svg"))


@login_not_required
@never_cache
@require_safe
def healthz(request: HttpRequest) -> JsonResponse:
    """Say that this process answers."""
    return JsonResponse({"status": "ok", "version": settings.VERSION})


@login_not_required
@never_cache
@require_safe
def readyz(request: HttpRequest) -> JsonResponse:
    """Say what works: 503 when pages cannot be served; without a worker they can, and the queue waits, so that is only said."""
    checks = {"database": _has_database(), "storage": _has_folders()}
    able = all(checks.values())
    checks["worker"] = checks["database"] and beats.worker_is_alive()
    status = _say_working(checks["worker"]) if able else "not ready"
    return JsonResponse({"status": status, "checks": checks}, status=200 if able else 503)


def _say_working(has_worker: bool) -> str:
    if not has_worker:
        return "degraded: no worker is alive, work waits in the queue"
    return "preparing: the engine is being compiled, work waits in the queue" if beats.engine_is_preparing() else "ready"


def _has_database() -> bool:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return False
    return True


def _has_folders() -> bool:
    return all(_is_writable(Path(folder)) for folder in (settings.UPLOAD_DIR, settings.OUTPUT_DIR))


def _is_writable(folder: Path) -> bool:
    """Tell whether the folder, or the nearest one above it that exists, can be written to: it is made with the first upload."""
    standing = next(place for place in (folder, *folder.parents) if place.exists())
    return standing.is_dir() and os.access(standing, os.W_OK)


# --- errors ---------------------------------------------------------------------------------------------------------


class RefusalPages:
    """Middleware: show the sentence of a failure that has one and that no form was there to take: a damaged file, a full disk."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if is_api(request) or not isinstance(exception, (Refusal, OSError)):
            return None
        told = tell(exception)
        if told.code == "internal_error":
            return None
        if told.status >= 500:
            logger.error(told.code, exc_info=exception)
        return refused(request, told)


def refused(request: HttpRequest, told: Told) -> HttpResponse:
    """Show a failure with its sentence, or with what its code means."""
    told = replace(told, message=told.message or CODES[told.code].meaning)
    return render(request, "refused.html", {"told": told}, status=told.status)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Say what was too much, where that is what is wrong with the request; otherwise that it makes no sense."""
    told = tell(exception)
    return refused(request, told) if told.status == 413 else render(request, "400.html", status=400)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    return render(request, "403.html", status=403)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return render(request, "404.html", status=404)


def broken(request: HttpRequest) -> HttpResponse:
    """Say that something broke, or that the database is away; nothing here may ask the database."""
    away = isinstance(sys.exc_info()[1], (OperationalError, InterfaceError))
    page = loader.render_to_string("503.html" if away else "500.html", {"request_id": request_id()})
    return HttpResponse(page, status=503 if away else 500)
