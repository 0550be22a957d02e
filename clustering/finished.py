"""A request and the run its address names in, that run out if it is finished; whatever shows a result starts here."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest
from django.shortcuts import get_object_or_404

from clustering.models import Run
from segmentiq.jobs.lifecycle import Status


def finished_run(request: HttpRequest, pk: UUID) -> Run:
    """Load a finished run that its person may see, with its dataset, or end in 404."""
    return get_object_or_404(Run.objects.visible_to(request.user).filter(status=Status.DONE).select_related("dataset"), pk=pk)
