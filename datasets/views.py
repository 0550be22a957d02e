"""The dataset pages: each view loads what its person may see, makes one domain call, and answers with a page or a redirect."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from datasets import pages, services
from datasets.forms import ColumnForm, ReadingForm, RenameForm, UploadForm, refuse
from datasets.models import Column, Dataset
from segmentiq.jobs import beats
from segmentiq.ml.errors import Refusal

PER_PAGE = 25


@require_GET
def dataset_list(request: HttpRequest) -> HttpResponse:
    """List the person's datasets, newest first."""
    found = Paginator(Dataset.objects.visible_to(request.user).newest(), PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "datasets/dataset_list.html", {"lines": pages.dataset_lines(found), "page_obj": found})


@require_http_methods(["GET", "POST"])
def dataset_upload(request: HttpRequest) -> HttpResponse:
    """Take a file and go to its page, which waits for the reading."""
    form = UploadForm(request.POST, request.FILES) if request.method == "POST" else UploadForm()
    if request.method == "POST" and form.is_valid():
        try:
            dataset = services.upload(
                owner=request.user,
                uploaded=form.cleaned_data["file"],
                name=form.cleaned_data["name"],
                overrides=form.overrides(),
            )
        except Refusal as refusal:
            refuse(form, refusal)
        else:
            return redirect("dataset", pk=dataset.pk)
    status = 422 if form.errors else 200
    return render(request, "datasets/dataset_upload.html", {"form": form, "page": pages.upload_page()}, status=status)


@require_GET
def dataset_detail(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Show a dataset: being read, failed, or ready."""
    dataset = get_object_or_404(Dataset.objects.visible_to(request.user), pk=pk)
    if dataset.state == "ready":
        context = {
            "page": pages.dataset_page(dataset),
            "n_runs": dataset.runs.count(),
            "reading": ReadingForm.of(dataset.overrides),
        }
        return render(request, "datasets/dataset_ready.html", context)
    context = {
        "dataset": dataset,
        "lacks_worker": not beats.worker_is_alive(),
        "reading": ReadingForm.of(dataset.overrides),
    }
    return render(request, f"datasets/dataset_{dataset.state}.html", context)


@require_POST
def dataset_rename(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Give a dataset another name."""
    dataset = get_object_or_404(Dataset.objects.editable_by(request.user), pk=pk)
    form = RenameForm(request.POST)
    try:
        if form.is_valid():
            services.rename(dataset, form.cleaned_data["name"])
        else:
            messages.error(request, " ".join(map(str, form.errors["name"])))
    except Refusal as refusal:
        messages.error(request, refusal.message)
    return redirect("dataset", pk=pk)


@require_POST
def dataset_read(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Read the file again, as the person says."""
    dataset = get_object_or_404(Dataset.objects.editable_by(request.user), pk=pk)
    form = ReadingForm(request.POST)
    try:
        if form.is_valid():
            services.read_again(dataset, form.overrides())
        else:
            messages.error(request, "Choose from what is offered.")
    except Refusal as refusal:
        messages.error(request, refusal.sentence)
    return redirect("dataset", pk=pk)


@require_POST
def dataset_column(request: HttpRequest, pk: UUID, column: int) -> HttpResponse:
    """Correct what a column holds or is for."""
    dataset = get_object_or_404(Dataset.objects.editable_by(request.user), pk=pk)
    row = get_object_or_404(Column, dataset=dataset, position=column)
    form = ColumnForm(request.POST)
    try:
        if form.is_valid():
            services.override_column(row, kind=form.cleaned_data["kind"], role=form.cleaned_data["role"])
            messages.success(request, f"{row.name} holds {pages.KIND_WORDS[row.kind]} and is {pages.ROLE_WORDS[row.role]}.")
    except Refusal as refusal:
        messages.error(request, refusal.sentence)
    return redirect("dataset", pk=pk)


@require_http_methods(["GET", "POST"])
def dataset_delete(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Ask, then delete a dataset with everything made of it."""
    dataset = get_object_or_404(Dataset.objects.editable_by(request.user), pk=pk)
    if request.method == "POST":
        services.delete(dataset)
        messages.success(request, f"{dataset.name} is deleted.")
        return redirect("datasets")
    return render(request, "datasets/dataset_delete.html", {"dataset": dataset, "n_runs": dataset.runs.count()})
