"""`manage.py load_sample`: the sample customers and their orders, as datasets of the administrator."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from segmentiq.preparation import load_sample


class Command(BaseCommand):
    help = "Load the generated sample (2,000 customers and their orders) once. Example: ./manage.py load_sample"

    def handle(self, *args: Any, **options: Any) -> None:
        for sentence in load_sample():
            self.stdout.write(sentence)
