"""Which runs a list shows: of one dataset, in one state; and what the page's list offers beside."""

from __future__ import annotations

import django_filters as filters
from django.db.models import F
from django.db.models.functions import Lower

from clustering.models import Run
from segmentiq.jobs.lifecycle import Status
from segmentiq.searching import Order, Shelf


class RunFilter(filters.FilterSet):  # type: ignore[misc]
    """``?dataset=<id>&status=done``."""

    dataset = filters.UUIDFilter(field_name="dataset_id", error_messages={"invalid": "dataset must be the id of a dataset."})
    status = filters.ChoiceFilter(
        choices=Status.choices, error_messages={"invalid_choice": f"status must be one of {', '.join(Status.values)}."}
    )

    class Meta:
        model = Run
        fields: list[str] = []


WORDS = {"done": "Done", "running": "Running", "queued": "Waiting", "failed": "Failed", "cancelled": "Cancelled"}
RUNS = Shelf(
    noun="run",
    search="dataset__name",
    filters=RunFilter,
    choices={"status": ("State", WORDS)},
    orders={
        "newest": Order(words="Newest first", by=("-created_at",)),
        "name": Order(words="By dataset", by=(Lower("dataset__name"), "-created_at")),
        "clearest": Order(words="Clearest structure first", by=(F("silhouette").desc(nulls_last=True),)),
        "segments": Order(words="Most segments first", by=(F("k").desc(nulls_last=True),)),
    },
)
