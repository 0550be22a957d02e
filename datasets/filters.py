"""Which datasets a list shows: by the state people see; and what the page's list offers beside."""

from __future__ import annotations

from typing import Any

import django_filters as filters
from django.db.models import F, QuerySet
from django.db.models.functions import Lower

from datasets.models import Dataset
from datasets.serializers import STATES
from segmentiq.jobs.lifecycle import ACTIVE, Status
from segmentiq.searching import Order, Shelf

BEHIND = {"reading": ACTIVE, "ready": (Status.DONE,), "failed": (Status.FAILED, Status.CANCELLED)}


class DatasetFilter(filters.FilterSet):  # type: ignore[misc]
    """``?status=ready``."""

    status = filters.ChoiceFilter(
        choices=[(state, state) for state in STATES],
        method="in_state",
        error_messages={"invalid_choice": f"status must be one of {', '.join(STATES)}."},
    )

    class Meta:
        model = Dataset
        fields: list[str] = []

    def in_state(self, queryset: QuerySet[Dataset], name: str, value: Any) -> QuerySet[Dataset]:
        return queryset.filter(status__in=BEHIND[value])


DATASETS = Shelf(
    noun="dataset",
    search="name",
    filters=DatasetFilter,
    choices={"status": ("State", {"ready": "Ready", "reading": "Being read", "failed": "Not readable"})},
    orders={
        "newest": Order(words="Newest first", by=("-created_at",)),
        "name": Order(words="By name", by=(Lower("name"),)),
        "largest": Order(words="Most rows first", by=(F("n_rows").desc(nulls_last=True),)),
    },
)
