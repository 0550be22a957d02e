"""Words of the environment in, typed values out; what cannot be read is refused in one sentence that names the variable.

django-environ does the reading. Around it stand three rules of ours: an empty value means the default (compose files pass empty
values on), a word that is neither yes nor no is not silently "no", and no refusal repeats a value, because some are secrets.
"""

from __future__ import annotations

import warnings
from collections.abc import Collection
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import environ
from django.core.exceptions import ImproperlyConfigured

WORDS = {"1": True, "true": True, "yes": True, "on": True, "0": False, "false": False, "no": False, "off": False}
DATABASES = ("django.db.backends.sqlite3", "django.db.backends.postgresql")


class Environment(environ.Env):  # type: ignore[misc]
    """django-environ with the three rules."""

    def is_given(self, name: str) -> bool:
        return bool(str(self.ENVIRON.get(name, "")).strip())

    def word(self, name: str, default: str) -> str:
        return str(self.ENVIRON[name]).strip() if self.is_given(name) else default

    def choice(self, name: str, default: str, allowed: Collection[str]) -> str:
        """Return one of the allowed words."""
        word = self.word(name, default)
        if word not in allowed:
            raise ImproperlyConfigured(f"{name} must be one of {', '.join(allowed)}.")
        return word

    def zone(self, name: str, default: str) -> str:
        """Return the name of a time zone."""
        word = self.word(name, default)
        try:
            ZoneInfo(word)
        except (ValueError, OSError, ZoneInfoNotFoundError):
            raise ImproperlyConfigured(f"{name} must be a time zone's name, such as Europe/Berlin.") from None
        return word

    def words(self, name: str, default: list[str]) -> list[str]:
        """Return a list written with commas."""
        return [word.strip() for word in self.word(name, "").split(",") if word.strip()] if self.is_given(name) else default

    def flag(self, name: str, default: bool) -> bool:
        word = self.word(name, str(default)).lower()
        if word not in WORDS:
            raise ImproperlyConfigured(f"{name} must be true or false.")
        return WORDS[word]

    def whole(self, name: str, default: int, *, least: int = 1, most: int = 2**40) -> int:
        """Return a whole number between the two bounds."""
        value = self.word(name, str(default)).replace("_", "")
        if not (value.isascii() and value.isdigit() and len(value) < 20) or not least <= int(value) <= most:
            raise ImproperlyConfigured(f"{name} must be a whole number from {least:,} to {most:,}.")
        return int(value)

    def database(self, name: str, default: str) -> dict[str, Any]:
        """Return Django's description of the one database behind the address."""
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # its warning repeats the password
                found: dict[str, Any] = self.db_url_config(self.word(name, default))
        except (ValueError, ImproperlyConfigured):
            found = {}
        if found.get("ENGINE") not in DATABASES:
            raise ImproperlyConfigured(f"{name} must read sqlite:////path/to/file or postgres://user:password@host:5432/name.")
        return found
