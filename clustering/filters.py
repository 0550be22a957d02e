"""Which runs a list shows: of one dataset, in one state."""

from __future__ import annotations

import django_filters as filters

from clustering.models import Run
from segmentiq.jobs.lifecycle import Status


class RunFilter(filters.FilterSet):  # type: ignore[misc]
    """``?dataset=<id>&status=done``."""

    dataset = filters.UUIDFilter(field_name="dataset_id", error_messages={"invalid": "dataset must be the id of a dataset."})
    status = filters.ChoiceFilter(
        choices=Status.choices, error_messages={"invalid_choice": f"status must be one of {', '.join(Status.values)}."}
    )

    class Meta:
        model = Run
        fields: list[str] = []
