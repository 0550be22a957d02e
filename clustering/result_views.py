"""What the script of the result page asks for: the words about a picked cut, and the figures of a cut that came to rest."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_safe

from clustering.figures import figures_of
from clustering.models import Run
from clustering.result import cut_words
from segmentiq.jobs.lifecycle import Status
from segmentiq.ml.errors import Refusal
from segmentiq.problems import tell


@require_safe
def run_cut_words(request: HttpRequest, pk: UUID) -> JsonResponse:
    """Say what a cut is worth: its heading and sentence, its silhouette and that of each segment, largest first."""
    run = get_object_or_404(Run.objects.visible_to(request.user).filter(status=Status.DONE), pk=pk)
    try:
        return JsonResponse(cut_words(run, request.GET.dict()))
    except Refusal as refusal:
        told = tell(refusal)
        return JsonResponse(told.body(), status=told.status)


@gzip_page
@require_safe
def run_figures(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Draw the snake plot, the box plots and the silhouettes of a cut, as a fragment of the page."""
    run = get_object_or_404(Run.objects.visible_to(request.user).filter(status=Status.DONE).select_related("dataset"), pk=pk)
    try:
        figures = figures_of(run, request.GET.dict())
    except Refusal as refusal:
        told = tell(refusal)
        return JsonResponse(told.body(), status=told.status)
    return render(request, "clustering/_figures.html", {"figures": figures})
