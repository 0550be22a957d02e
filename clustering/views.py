"""The run pages: each view loads what its person may see, makes one domain call, and answers with a page or a redirect."""

from __future__ import annotations

import json
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from clustering import artifacts, drawing, exports, pages, services
from clustering.cutting import cut_of
from clustering.forms import LINKAGES, CutForm, RunForm, SegmentForm
from clustering.models import Run
from clustering.questions import check_question
from clustering.result import result_page, shown_names
from datasets.forms import refuse
from datasets.models import Dataset
from segmentiq.downloads import file_answer
from segmentiq.jobs import beats
from segmentiq.jobs.lifecycle import Status
from segmentiq.ml.errors import Refusal
from segmentiq.ml.spec import SegmentationSpec

PER_PAGE = 25


@require_safe
def run_list(request: HttpRequest) -> HttpResponse:
    """List the person's runs, newest first."""
    runs = Run.objects.visible_to(request.user).select_related("dataset").newest()
    found = Paginator(runs, PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "clustering/run_list.html", {"lines": pages.run_lines(found), "page_obj": found})


@require_http_methods(["GET", "HEAD", "POST"])
def run_new(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Ask how to segment a dataset, and start the run."""
    dataset = get_object_or_404(Dataset.objects.visible_to(request.user).ready(), pk=pk)
    columns = list(dataset.columns.order_by("position").values_list("name", "kind", "role", "n_missing"))
    form = RunForm(request.POST) if request.method == "POST" else RunForm(initial=_proposed(dataset))
    chosen = request.POST.getlist("columns") if request.method == "POST" else None
    if chosen is not None and form.is_valid():
        try:
            spec = form.spec(chosen, (name for name, _, role, _ in columns if role == "feature"))
            run = services.train(dataset=dataset, spec=spec, requested_by=request.user)
        except Refusal as refusal:
            refuse(form, refusal)
        else:
            return redirect("run", pk=run.pk)
    page = pages.new_run_page(columns, dataset.n_rows, None if chosen is None else set(chosen))
    context = {
        "dataset": dataset,
        "form": form,
        "page": page,
        "linkages": LINKAGES,
        "forecast": _forecast(dataset, SegmentationSpec()),
    }
    return render(request, "clustering/run_new.html", context, status=400 if form.errors else 200)


def _proposed(dataset: Dataset) -> dict[str, str]:
    """Return what was decided on the dataset's page about the next run."""
    return {"log": dataset.overrides.get("advice", {}).get("log", "none")}


@require_safe
def run_forecast(request: HttpRequest, pk: UUID) -> JsonResponse:
    """Say what the choices so far would take; the form asks whenever one changes."""
    dataset = get_object_or_404(Dataset.objects.visible_to(request.user).ready(), pk=pk)
    form = RunForm(request.GET)
    if not form.is_valid():
        return JsonResponse({"sentence": ""})
    features = dataset.columns.filter(role="feature").values_list("name", flat=True)
    try:
        spec = form.spec(request.GET.getlist("columns"), features)
    except Refusal as refusal:
        return JsonResponse({"sentence": refusal.sentence})
    return JsonResponse({"sentence": _forecast(dataset, spec)})


def _forecast(dataset: Dataset, spec: SegmentationSpec) -> str:
    try:
        return pages.forecast_words(check_question(dataset, list(dataset.columns.order_by("position")), spec))
    except Refusal as refusal:
        return refusal.sentence


@require_safe
def run_detail(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Show a run: on its way, ended without an answer, or its result cut into `?k=` segments."""
    run = get_object_or_404(Run.objects.visible_to(request.user).select_related("dataset"), pk=pk)
    if run.status == Status.DONE:
        return _result(request, run)
    if run.is_active:
        is_preparing = beats.engine_is_preparing()
        page = pages.progress_page(run, worker_is_alive=beats.worker_is_alive(), is_preparing=is_preparing)
        return render(request, "clustering/run_progress.html", {"page": page})
    return render(request, "clustering/run_ended.html", {"page": pages.ended_page(run)})


def _result(request: HttpRequest, run: Run) -> HttpResponse:
    try:
        page = result_page(run, _asked_k(request))
    except Refusal as refusal:
        return render(request, "clustering/run_ended.html", {"page": pages.damaged_page(run, refusal)})
    return render(request, "clustering/run_result.html", {"page": page})


def _asked_k(request: HttpRequest) -> int | None:
    form = CutForm(request.GET)
    return form.cleaned_data["k"] if form.is_valid() else None


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


@require_POST
def run_cut(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Keep this number of segments as the run's answer."""
    run = get_object_or_404(Run.objects.editable_by(request.user), pk=pk)
    form = CutForm(request.POST)
    try:
        if form.is_valid():
            services.cut(run, form.cleaned_data["k"])
            messages.success(request, f"{run.k} segments are kept as this run's answer.")
    except Refusal as refusal:
        messages.error(request, refusal.sentence)
    return redirect("run", pk=pk)


@require_POST
def run_segment(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Name a segment; the name stays on its branch."""
    run = get_object_or_404(Run.objects.editable_by(request.user), pk=pk)
    form = SegmentForm(request.POST)
    try:
        if form.is_valid():
            services.name_segment(run, form.cleaned_data["branch"], form.cleaned_data["name"], form.cleaned_data["note"])
        else:
            messages.error(request, "A name holds up to 80 characters, a note up to 2,000.")
    except Refusal as refusal:
        messages.error(request, refusal.sentence)
    asked = CutForm(request.POST)
    query = f"?k={asked.cleaned_data['k']}" if asked.is_valid() else ""
    return redirect(f"{reverse('run', args=[pk])}{query}#segments")


# --- downloads ------------------------------------------------------------------------------------------------------


def _done_run(request: HttpRequest, pk: UUID) -> tuple[Run, int]:
    """Load a finished run and the cut asked for, or end in 404. Raises Refusal when its files are damaged."""
    runs = Run.objects.visible_to(request.user).filter(status=Status.DONE).select_related("dataset")
    run = get_object_or_404(runs, pk=pk)
    k = _asked_k(request) or run.k or 2
    if k > artifacts.load_top(run).max_k:
        raise Http404
    return run, k


@require_safe
def run_assignments(request: HttpRequest, pk: UUID) -> HttpResponseBase:
    """Send the customers with their segments as CSV."""
    run, k = _done_run(request, pk)
    content = exports.stream_assignments_csv(run, k)
    return file_answer(content, name=f"{run.dataset.name} - {k} segments.csv", content_type="text/csv; charset=utf-8")


@require_safe
def run_dendrogram(request: HttpRequest, pk: UUID) -> HttpResponseBase:
    """Send the dendrogram of this cut as SVG."""
    run, k = _done_run(request, pk)
    title = f"{run.dataset.name}: {run.n_clustered:,} customers in {k} segments"
    top = artifacts.load_top(run)
    content = drawing.file_svg(top, cut_of(top, k=k), shown_names(run), title).encode("utf-8")
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
    run, k = _done_run(request, pk)
    content = json.dumps(exports.report_document(run, k), ensure_ascii=False, indent=2).encode("utf-8")
    return file_answer([content], name=f"{run.dataset.name} - report.json", content_type="application/json")
