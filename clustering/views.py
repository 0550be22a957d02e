"""The run pages: each view loads what its person may see, makes one domain call, and answers with a page or a redirect."""

from __future__ import annotations

import json
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from clustering import artifacts, drawing, exports, pages, services
from clustering.cutting import Cut, asked_cut
from clustering.filters import RUNS
from clustering.finished import finished_run
from clustering.models import Run
from clustering.progress import progress_page
from clustering.result import result_page
from clustering.segments import given_hues, shown_names
from clustering.subtree import subtree_document
from segmentiq.downloads import file_answer
from segmentiq.jobs.lifecycle import Status
from segmentiq.ml.errors import Refusal, SpecRefused
from segmentiq.searching import find


@require_safe
def run_list(request: HttpRequest) -> HttpResponse:
    """List the person's runs, newest first unless asked otherwise."""
    found = find(Run.objects.visible_to(request.user).select_related("dataset"), RUNS, request.GET)
    return render(request, "clustering/run_list.html", {"lines": pages.run_lines(found.rows), "found": found})


@gzip_page
@require_safe
def run_detail(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Show a run: on its way, ended without an answer, or its result cut into `?k=` segments."""
    run = get_object_or_404(Run.objects.visible_to(request.user).select_related("dataset"), pk=pk)
    if run.status == Status.DONE:
        return _result(request, run)
    if run.is_active:
        return render(request, "clustering/run_progress.html", {"page": progress_page(run)})
    return render(request, "clustering/run_ended.html", {"page": pages.ended_page(run)})


def _result(request: HttpRequest, run: Run) -> HttpResponse:
    try:
        page = result_page(run, request.GET.dict())
    except Refusal as refusal:
        return render(request, "clustering/run_ended.html", {"page": pages.damaged_page(run, refusal)})
    return render(request, "clustering/run_result.html", {"page": page})


@require_POST
def run_cancel(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Stop a run."""
    run = get_object_or_404(Run.objects.editable_by(request.user), pk=pk)
    try:
        services.cancel(run)
    except Refusal as refusal:
        messages.error(request, refusal.message)
    return redirect("run", pk=pk)


@require_http_methods(["GET", "HEAD", "POST"])
def run_delete(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Ask, then delete a run and its files; the dataset stays."""
    run = get_object_or_404(Run.objects.editable_by(request.user).select_related("dataset"), pk=pk)
    if request.method == "POST":
        services.delete_run(run)
        messages.success(request, "The run is deleted.")
        return redirect("runs")
    return render(request, "clustering/run_delete.html", {"run": run})


@require_POST
def run_again(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Ask the same question again."""
    run = get_object_or_404(Run.objects.editable_by(request.user), pk=pk)
    try:
        run = services.rerun(run)
    except Refusal as refusal:
        messages.error(request, refusal.sentence)
    return redirect("run", pk=run.pk)


# --- downloads ------------------------------------------------------------------------------------------------------


def _done_run(request: HttpRequest, pk: UUID) -> tuple[Run, Cut]:
    """Load a finished run and the cut asked for, or end in 404. Raises Refusal when its files are damaged."""
    run = finished_run(request, pk)
    top = artifacts.load_top(run)
    try:
        return run, asked_cut(run, top, request.GET)
    except SpecRefused as refusal:
        raise Http404 from refusal


@require_safe
def run_assignments(request: HttpRequest, pk: UUID) -> HttpResponseBase:
    """Send the customers with their segments as CSV; `?bom=1` for a spreadsheet that does not expect UTF-8."""
    return _assignments(request, pk, "csv")


@require_safe
def run_workbook(request: HttpRequest, pk: UUID) -> HttpResponseBase:
    """Send the same as an Excel workbook."""
    return _assignments(request, pk, "xlsx")


def _assignments(request: HttpRequest, pk: UUID, kind: str) -> HttpResponseBase:
    """Send all customers, or those of the `?segment=` that is asked for."""
    run, cut = _done_run(request, pk)
    segment = request.GET.get("segment")
    if segment is not None and segment not in map(str, range(cut.k + 1)):
        raise Http404
    stream, content_type = exports.STREAMS[kind]
    content = stream(run, cut, int(segment) if segment else None)
    content = exports.marked(content) if kind == "csv" and request.GET.get("bom") == "1" else content
    part = f"{cut.k} segments" if segment is None else f"segment {segment} of {cut.k}"
    return file_answer(content, name=f"{run.dataset.name} - {part}.{kind}", content_type=content_type)


@require_safe
def run_dendrogram(request: HttpRequest, pk: UUID) -> HttpResponseBase:
    """Send the dendrogram of this cut as SVG."""
    run, cut = _done_run(request, pk)
    title = f"{run.dataset.name}: {run.n_clustered:,} customers in {cut.k} segments"
    content = drawing.file_svg(artifacts.load_top(run), cut, shown_names(run), title, given_hues(run)).encode("utf-8")
    return file_answer([content], name=f"{run.dataset.name} - dendrogram.svg", content_type="image/svg+xml")


@require_safe
def run_picture(request: HttpRequest, pk: UUID) -> HttpResponseBase:
    """Send the dendrogram that was drawn with the run as PNG."""
    run, _ = _done_run(request, pk)
    name = f"{run.dataset.name} - dendrogram.png"
    return file_answer(artifacts.open_file(run, "dendrogram.png"), name=name, content_type="image/png")


@require_safe
def run_report(request: HttpRequest, pk: UUID) -> HttpResponseBase:
    """Send what the page shows, for a program: specification, advice, scores of every k, segments of this cut."""
    run, cut = _done_run(request, pk)
    content = json.dumps(exports.report_document(run, cut), ensure_ascii=False, indent=2).encode("utf-8")
    return file_answer([content], name=f"{run.dataset.name} - report.json", content_type="application/json")


@require_safe
def run_subtree(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Send what hangs below `?branch=`, which the page draws in place of the tree."""
    run, _ = _done_run(request, pk)
    number = request.GET.get("branch", "0")
    if not (number.isascii() and number.isdecimal() and len(number) <= len("1000000000")):
        raise Http404
    try:
        return JsonResponse(subtree_document(run, int(number)))
    except SpecRefused as refusal:
        raise Http404 from refusal
