"""The form of a new run: it asks, says as one chooses what that would take, and starts the run."""

from __future__ import annotations

from dataclasses import asdict
from uuid import UUID

from django.http import HttpRequest, HttpResponse, JsonResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from clustering import services
from clustering.asking import Expectation, changed, expect, new_run_page, proposed, spec_of
from clustering.models import Run
from datasets.models import Column, Dataset
from segmentiq.ml.errors import Refusal


@require_http_methods(["GET", "HEAD", "POST"])
def run_new(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Ask how to segment a dataset, and start the run; a button that makes one change only shows the form with it."""
    dataset, columns = _asked_about(request, pk)
    if request.method != "POST":
        return _ask(request, dataset, columns, proposed(dataset, columns, request.GET, _like(request, dataset)))
    if "change" in request.POST:
        return _ask(request, dataset, columns, changed(request.POST, request.POST["change"]))
    try:
        spec = spec_of(request.POST, columns)
        run = services.train(dataset=dataset, spec=spec, requested_by=request.user)
    except (Refusal, ValueError) as refusal:
        return _ask(request, dataset, columns, request.POST, refusal)
    return redirect("run", pk=run.pk)


def _ask(
    request: HttpRequest, dataset: Dataset, columns: list[Column], said: QueryDict, refusal: Exception | None = None
) -> HttpResponse:
    page = new_run_page(dataset, columns, said)
    context = {
        "dataset": dataset,
        "page": page,
        "reason": _reason(refusal, page.expected),
        "is_first": not Run.objects.visible_to(request.user).exists(),
    }
    return render(request, "clustering/run_new.html", context, status=400 if refusal else 200)


def _like(request: HttpRequest, dataset: Dataset) -> Run | None:
    """Return the run whose choices the form shall start from."""
    try:
        pk = UUID(request.GET.get("like", ""))
    except ValueError:
        return None
    found: Run | None = Run.objects.visible_to(request.user).filter(dataset=dataset, pk=pk).first()
    return found


def _reason(refusal: Exception | None, expected: Expectation) -> str:
    """Say why a run was not started: in the words of the form where the choices are wrong, else as the refusal says it."""
    if not isinstance(refusal, Refusal):
        return ""
    return expected.sentence if expected.is_refused else refusal.sentence


@require_POST
def run_forecast(request: HttpRequest, pk: UUID) -> JsonResponse:
    """Say what the choices so far would take; the form asks whenever one changes, by POST: hundreds of columns fit no address."""
    dataset, columns = _asked_about(request, pk)
    return JsonResponse(asdict(expect(dataset, columns, request.POST)))


def _asked_about(request: HttpRequest, pk: UUID) -> tuple[Dataset, list[Column]]:
    dataset = get_object_or_404(Dataset.objects.visible_to(request.user).ready(), pk=pk)
    return dataset, list(dataset.columns.order_by("position"))
