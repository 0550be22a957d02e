"""What the script of the result page asks for: the words about a picked cut, and the figures of a cut that came to rest."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_safe

from clustering.figures import figures_of
from clustering.finished import finished_run
from clustering.result import cut_words
from segmentiq.ml.errors import Refusal
from segmentiq.problems import as_json, tell


@require_safe
def run_cut_words(request: HttpRequest, pk: UUID) -> JsonResponse:
    """Say what a cut is worth: its heading and sentence, its silhouette and that of each segment, largest first."""
    run = finished_run(request, pk)
    try:
        return JsonResponse(cut_words(run, request.GET.dict()))
    except Refusal as refusal:
        return as_json(tell(refusal))


@gzip_page
@require_safe
def run_figures(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Draw the snake plot, the box plots and the silhouettes of a cut, as a fragment of the page."""
    run = finished_run(request, pk)
    try:
        figures = figures_of(run, request.GET.dict())
    except Refusal as refusal:
        return as_json(tell(refusal))
    return render(request, "clustering/_figures.html", {"figures": figures})
