"""One customer among all: found by name, listed by segment, told apart when picked on the map; one domain call each."""

from __future__ import annotations

import json
from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST, require_safe

from clustering import artifacts, pages
from clustering.cutting import Cut, answer_of, asked_cut
from clustering.finished import finished_run
from clustering.lookup import row_numbered
from clustering.lookup_apart import apart, names_at
from clustering.lookup_card import Asked, lookup_page
from clustering.lookup_list import customer_list
from clustering.models import Run
from segmentiq.ml.errors import Refusal, SpecRefused

MOST_PICKED = 5_000


def _cut(request: HttpRequest, run: Run) -> Cut:
    """Return the cut of the address; a wrong one falls back to the answer. Raises Refusal when the run's files are damaged."""
    top = artifacts.load_top(run)
    try:
        return asked_cut(run, top, request.GET)
    except SpecRefused:
        return answer_of(run, top)


def _damaged(request: HttpRequest, run: Run, refusal: Refusal) -> HttpResponse:
    return render(request, "clustering/run_ended.html", {"page": pages.damaged_page(run, refusal)})


@require_safe
def run_customer(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Find one customer: by `?id=` as the table writes it, by `?row=` of the table, or by `?at=`, its place on the map."""
    run = finished_run(request, pk)
    try:
        cut = _cut(request, run)
        found = lookup_page(run, cut, _asked(request))
    except Refusal as refusal:
        return _damaged(request, run, refusal)
    return render(request, "clustering/run_customer.html", {"run": run, "cut": cut, "lookup": found})


def _asked(request: HttpRequest) -> Asked:
    at = request.GET.get("at", "")
    return Asked(
        name=request.GET.get("id", ""),
        row=row_numbered(request.GET.get("row", "")),
        at=int(at) if at.isascii() and at.isdecimal() and len(at) < 10 else None,
    )


@require_safe
def run_customers(request: HttpRequest, pk: UUID) -> HttpResponse:
    """List the customers of `?segment=`, 50 on a page; of everyone without it."""
    run = finished_run(request, pk)
    try:
        cut = _cut(request, run)
        segment = _segment(request.GET.get("segment", ""), cut)
        listed = customer_list(run, cut, segment, request.GET.get("page", "1"))
    except Refusal as refusal:
        return _damaged(request, run, refusal)
    return render(request, "clustering/run_customers.html", {"run": run, "cut": cut, "list": listed})


def _segment(asked: str, cut: Cut) -> int | None:
    if not asked:
        return None
    if not (asked.isascii() and asked.isdecimal() and len(asked) <= 3 and int(asked) <= cut.k):
        raise Http404
    return int(asked)


@require_safe
def run_drawn(request: HttpRequest, pk: UUID) -> JsonResponse:
    """Name the customers on the map, in leaf order."""
    run = finished_run(request, pk)
    try:
        return JsonResponse({"names": names_at(run, sorted(artifacts.load_map(run)["positions"]))})
    except Refusal as refusal:
        return JsonResponse({"error": refusal.sentence}, status=409)


@require_POST
def run_apart(request: HttpRequest, pk: UUID) -> JsonResponse:
    """Say what sets the customers at the leaf positions `at` apart from all of them; the body is JSON."""
    run = finished_run(request, pk)
    try:
        positions = _positions(request.body, run.n_clustered or 0)
        if positions is None:
            return JsonResponse({"error": f"Pick 1 to {MOST_PICKED:,} customers by their places in leaf order."}, status=400)
        return JsonResponse({"facts": apart(run, positions)})
    except Refusal as refusal:
        return JsonResponse({"error": refusal.sentence}, status=409)


def _positions(body: bytes, n: int) -> list[int] | None:
    """Read {"at": [places]}; None when it is anything else."""
    try:
        asked: Any = json.loads(body)
    except ValueError:
        return None
    at = asked.get("at") if isinstance(asked, dict) else None
    if not isinstance(at, list) or not 1 <= len(at) <= MOST_PICKED:
        return None
    return sorted(set(at)) if all(type(place) is int and 0 <= place < n for place in at) else None
