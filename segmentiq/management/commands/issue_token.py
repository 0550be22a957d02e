"""Make a token for a person and print it, once: for scripts on the machine the site runs on."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand, CommandError

from segmentiq.ml.errors import Refusal


class Command(BaseCommand):
    help = (
        "Print a new API token for USERNAME. It is shown this once and lasts 90 days.\n"
        'Example: export SEGMENTIQ_TOKEN="$(./manage.py issue_token olga)"'
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("username", metavar="USERNAME", help="who the token acts for")

    def handle(self, *args: Any, **options: Any) -> None:
        from segmentiq.tokens import issue_token

        name = options["username"]
        user = get_user_model()._default_manager.filter(**{get_user_model().USERNAME_FIELD: name}, is_active=True).first()
        if user is None:
            raise CommandError(f"There is no active account called {name!r}.")
        try:
            _, secret = issue_token(user)
        except Refusal as refusal:
            raise CommandError(refusal.sentence) from refusal
        self.stdout.write(secret)
