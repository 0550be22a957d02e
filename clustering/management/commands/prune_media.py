"""`manage.py prune_media`: delete files that no dataset and no run answers for. The worker does the same all the time."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from segmentiq.files import GRACE_S, sweep_all


class Command(BaseCommand):
    help = "Delete orphan files and folders in UPLOAD_DIR and OUTPUT_DIR."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.epilog = "Example: ./manage.py prune_media --grace 0"
        parser.add_argument(
            "--grace",
            type=float,
            default=GRACE_S,
            metavar="SECONDS",
            help="spare what changed more recently, because a request may not have committed yet (default: %(default)s)",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        deleted = sweep_all(options["grace"])
        for path in deleted:
            self.stdout.write(str(path))
        self.stdout.write(f"{len(deleted)} orphans deleted.")
