"""`manage.py run_worker`: do queued work until stopped."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from segmentiq.jobs.worker import GRACE_S, LeasedWorker

EXAMPLE = "Example: ./manage.py run_worker --grace 60"


class Command(BaseCommand):
    help = "Do queued work (read datasets, compute runs) until SIGTERM or Ctrl-C; start several for more at a time. " + EXAMPLE

    requires_system_checks: list[str] = []  # they would import all of the web

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--batch", action="store_true", help="stop when nothing is queued")
        parser.add_argument(
            "--grace",
            type=float,
            default=GRACE_S,
            metavar="SECONDS",
            help="how long a job may still take after SIGTERM (default: %(default)s)",
        )

    def handle(self, *, batch: bool, grace: float, **options: Any) -> None:
        worker = LeasedWorker(batch=batch, grace_s=grace)
        worker.heed_signals()
        worker.run()
