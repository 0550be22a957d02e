"""Chores say themselves how they will end; every start of one leaves a line in its trace file."""

from __future__ import annotations

from typing import Any, Self

from django.db import models

from segmentiq.jobs.lifecycle import Job, JobQuerySet


class ChoreQuerySet(JobQuerySet["Chore"]):
    """Chores belong to nobody."""

    def unwanted(self) -> Self:
        return self.none()


class Chore(Job):
    what = models.CharField(max_length=20)
    seconds = models.FloatField(default=0.0)
    trace = models.CharField(max_length=300, blank=True)
    result = models.CharField(max_length=40, blank=True)

    objects: Any = ChoreQuerySet.as_manager()

    class Meta:
        app_label = "chores"

    def __str__(self) -> str:
        return self.what
