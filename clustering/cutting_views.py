"""What people do to a finished tree on its page: keep a cut, undo that, name and colour a segment.

Each view makes one domain call and leads back to the cut that was shown; a script, which asks for JSON, gets the words instead.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from clustering import services
from clustering.cutting import answer_of, asked_cut
from clustering.forms import SegmentForm
from clustering.models import Run
from clustering.segments import branch_record, proposed
from segmentiq.ml.errors import Refusal
from segmentiq.problems import as_json, tell


@require_POST
def run_cut(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Keep a cut, by number of segments or by branches, as the run's answer."""
    run = get_object_or_404(Run.objects.editable_by(request.user), pk=pk)
    try:
        services.keep_cut(run, asked_cut(run, services.top_of(run), request.POST), request.user)
        messages.success(request, f"{run.k} segments are kept as this run's answer.")
    except Refusal as refusal:
        messages.error(request, refusal.sentence)
    return redirect("run", pk=pk)


@require_POST
def run_cut_undo(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Go back to the answer before this one."""
    run = get_object_or_404(Run.objects.editable_by(request.user), pk=pk)
    try:
        services.undo_cut(run)
        messages.success(request, f"{run.k} segments are this run's answer again.")
    except Refusal as refusal:
        messages.error(request, refusal.sentence)
    return redirect("run", pk=pk)


@require_POST
def run_segment(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Name, note or colour a segment, which stays on its branch; a script is told how the branch is called now."""
    run = get_object_or_404(Run.objects.editable_by(request.user), pk=pk)
    form = SegmentForm(request.POST)
    try:
        said = services.name_segment(run, **_own_words(run, form.said()))
    except Refusal as refusal:
        if _wants_json(request):
            return as_json(tell(refusal))
        messages.error(request, refusal.sentence)
    else:
        if _wants_json(request):
            return JsonResponse(branch_record(run, said))
    return redirect(f"{reverse('run', args=[pk])}{_query(run, request)}#segments")


def _own_words(run: Run, said: dict[str, Any]) -> dict[str, Any]:
    """Return what a person really said: the form comes with what is proposed, and sending that back chooses nothing."""
    services.top_of(run)
    name, hue = proposed(run, said["branch"])
    return {**said, **({"name": ""} if said.get("name") == name else {}), **({"hue": 0} if said.get("hue") == hue else {})}


def _wants_json(request: HttpRequest) -> bool:
    return request.get_preferred_type(["text/html", "application/json"]) == "application/json"


def _query(run: Run, request: HttpRequest) -> str:
    """Return what leads back to the cut that was shown; nothing when that is the answer, or no cut."""
    try:
        top = services.top_of(run)
        shown = asked_cut(run, top, request.POST)
    except Refusal:
        return ""
    return "" if shown == answer_of(run, top) else f"?{shown.query}"
