"""`manage.py first_admin`: the first administrator, with a random password printed once.

There is no set-up page that a stranger could be the first to open.
"""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from segmentiq.preparation import ADMIN, make_first_admin


class Command(BaseCommand):
    help = "Make the first administrator and print the password once. Example: ./manage.py first_admin"

    def handle(self, *args: Any, **options: Any) -> None:
        password = make_first_admin()
        if password is None:
            raise CommandError("There is an administrator already. A lost password is replaced by: manage.py changepassword NAME")
        self.stdout.write(f"Sign in as {ADMIN} with the password {password} - it is shown this once.")
