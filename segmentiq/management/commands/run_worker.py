"""`manage.py run_worker`: do queued work until stopped."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from segmentiq.jobs.worker import LeasedWorker


class Command(BaseCommand):
    help = "Do queued work (read datasets, compute runs) until SIGTERM or Ctrl-C; start several for more at a time."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--batch", action="store_true", help="Stop when nothing is queued.")

    def handle(self, *, batch: bool, **options: Any) -> None:
        worker = LeasedWorker(batch=batch)
        worker.heed_signals()
        worker.run()
