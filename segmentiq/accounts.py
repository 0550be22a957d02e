"""Who gets in: accounts are made by an operator, never by a stranger."""

from __future__ import annotations

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest


class ClosedSignup(DefaultAccountAdapter):  # type: ignore[misc]
    """No sign-up page: `manage.py createsuperuser` or the admin makes accounts."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False
