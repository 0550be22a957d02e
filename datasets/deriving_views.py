"""The page that turns orders into customers, the first time and again: it loads, makes one domain call, and redirects."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods

from datasets import services
from datasets.deriving_forms import OrdersForm, group_forms, groups_said, refuse_part
from datasets.deriving_pages import question_of
from datasets.models import Dataset
from segmentiq.ml.errors import Refusal


@require_http_methods(["GET", "HEAD", "POST"])
def dataset_customers(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Ask how orders become customers; turn them and go to the customers' page, which waits."""
    dataset = get_object_or_404(Dataset.objects.editable_by(request.user).select_related("parent"), pk=pk)
    try:
        page = question_of(dataset)
    except Refusal as refusal:
        messages.error(request, refusal.sentence)
        return redirect("dataset", pk=pk)
    sent = request.POST if request.method == "POST" else None
    form = OrdersForm(sent, columns=page.columns, recipe=page.recipe, reasons=page.reasons)
    groups = group_forms(sent, page.recipe.get("groups") or ())
    made = _turn(dataset, form, groups) if sent is not None else None
    if made is not None:
        return redirect("dataset", pk=made.pk)
    status = 200 if sent is None else 422
    return render(request, "datasets/orders.html", {"page": page, "form": form, "groups": groups}, status=status)


def _turn(dataset: Dataset, form: OrdersForm, groups: object) -> Dataset | None:
    """Turn as the form says; None when it was refused, and then the form says why."""
    if not all((form.is_valid(), groups.is_valid())):  # type: ignore[attr-defined]
        return None
    recipe = {**form.parts(), "groups": groups_said(groups)}
    try:
        return services.turn_again(dataset, recipe) if dataset.is_derived else services.derive_customers(dataset, recipe)
    except Refusal as refusal:
        refuse_part(form, refusal)
    return None
