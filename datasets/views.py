"""The dataset pages: each view loads what its person may see, makes one domain call, and answers with a page or a redirect."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from datasets import acting, pages, services
from datasets.deriving_pages import orders_part
from datasets.doctor_pages import Notice, undo_button
from datasets.filters import DATASETS
from datasets.forms import ActionForm, ColumnForm, ReadingForm, RenameForm, UploadForm, refuse
from datasets.models import Column, Dataset
from segmentiq.jobs import beats
from segmentiq.ml.errors import Refusal
from segmentiq.searching import find

LAST_ACTION = "last_action"


@require_safe
def dataset_list(request: HttpRequest) -> HttpResponse:
    """List the person's datasets, newest first unless asked otherwise."""
    found = find(Dataset.objects.visible_to(request.user), DATASETS, request.GET)
    return render(request, "datasets/dataset_list.html", {"lines": pages.dataset_lines(found.rows), "found": found})


@require_http_methods(["GET", "HEAD", "POST"])
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


@require_safe
def dataset_detail(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Show a dataset: being read, failed, or ready."""
    dataset = get_object_or_404(Dataset.objects.visible_to(request.user), pk=pk)
    if dataset.state == "ready":
        orders = orders_part(dataset)
        context: dict[str, Any] = {
            "page": pages.dataset_page(dataset, _position(request), offers_customers=bool(orders.offer)),
            "done": _done(request, dataset),
            "n_runs": dataset.runs.count(),
            "orders": orders,
            "reading": ReadingForm.of(dataset.overrides, dataset.decisions),
        }
        return render(request, "datasets/dataset_ready.html", context)
    context = {
        "dataset": dataset,
        "lacks_worker": not beats.worker_is_alive(),
        "reading": ReadingForm.of(dataset.overrides, dataset.decisions),
    }
    return render(request, f"datasets/{'orders' if dataset.is_derived else 'dataset'}_{dataset.state}.html", context)


def _position(request: HttpRequest) -> int | None:
    """Return the column whose form a person asked for."""
    asked = request.GET.get("change", "")
    return int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 6 else None


def _done(request: HttpRequest, dataset: Dataset) -> Notice | None:
    """Return what the last click on this dataset did, once, with the click that undoes it."""
    done = request.session.get(LAST_ACTION)
    if done is None or done["dataset"] != str(dataset.pk):
        return None
    del request.session[LAST_ACTION]
    return Notice(message=done["sentence"], buttons=(undo_button(done["undo"]),))


@require_POST
def dataset_act(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Do what the button of a warning says."""
    dataset = get_object_or_404(Dataset.objects.editable_by(request.user), pk=pk)
    form = ActionForm(request.POST)
    if not form.is_valid():
        messages.error(request, "Choose from what is offered.")
        return redirect("dataset", pk=pk)
    said = form.cleaned_data
    return _act(request, dataset, said["action"], said["column"] or None, said["value"])


def _act(request: HttpRequest, dataset: Dataset, action: str, column: str | None, value: Any) -> HttpResponse:
    """Do an action, and say on the dataset's page what was done."""
    try:
        done = acting.act(dataset, action, column, value)
    except Refusal as refusal:
        messages.error(request, refusal.sentence)
        return redirect("dataset", pk=dataset.pk)
    request.session[LAST_ACTION] = {"dataset": str(dataset.pk), "sentence": done.sentence, "undo": done.undo}
    return redirect(f"{reverse('dataset', args=[dataset.pk])}#done")


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
            kept = {} if dataset.is_derived else ReadingForm.keep(dataset.overrides)
            services.read_again(dataset, {**kept, **form.overrides()})
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
    if not form.is_valid():
        messages.error(request, "Choose from what is offered.")
        return redirect("dataset", pk=pk)
    return _act(request, dataset, "set", row.name, form.cleaned_data)


@require_http_methods(["GET", "HEAD", "POST"])
def dataset_delete(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Ask, then delete a dataset with everything made of it."""
    dataset = get_object_or_404(Dataset.objects.editable_by(request.user), pk=pk)
    if request.method == "POST":
        services.delete(dataset)
        messages.success(request, f"{dataset.name} is deleted.")
        return redirect("datasets")
    told = {"dataset": dataset, "n_runs": dataset.runs.count(), "n_derived": dataset.derived.count()}
    return render(request, "datasets/dataset_delete.html", told)
