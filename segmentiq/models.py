"""Rows about the installation itself: the workers that are alive."""

from __future__ import annotations

from django.db import models


class WorkerBeat(models.Model):
    """One worker and when it last said that it can work; the row goes when the worker leaves, or is found dead."""

    worker = models.CharField(max_length=64, primary_key=True)
    beat_at = models.DateTimeField()
    is_ready = models.BooleanField(default=True, db_default=True)
    """False while its engine is compiled, after an installation."""

    def __str__(self) -> str:
        return self.worker
