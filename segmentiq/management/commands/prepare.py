"""`manage.py prepare`: tables, first administrator, sample and static files, each only where missing. `make run` calls it."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from segmentiq.preparation import prepare


class Command(BaseCommand):
    help = "Prepare this installation for its first or next start. Example: ./manage.py prepare"
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        for sentence in prepare():
            self.stdout.write(sentence)
