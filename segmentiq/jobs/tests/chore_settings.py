"""The project's settings with nothing but the worker and its chores: a child starts in a second."""

from __future__ import annotations

from segmentiq.settings import *  # noqa: F403

INSTALLED_APPS = [
    "segmentiq",
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django_tasks",
    "django_tasks_db",
    "segmentiq.jobs.tests.chores",
]
CHORE_TIME_LIMIT_S = 12
WORKER_MEMORY_MB = 512
