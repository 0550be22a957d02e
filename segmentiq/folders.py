"""Whether a folder for files will do: its path in, the system checks' findings out."""

from __future__ import annotations

import os
from pathlib import Path

from django.conf import settings
from django.core.checks import CheckMessage, Error


def check_folder(setting: str, code: str) -> list[CheckMessage]:
    """Find out whether files can be kept in the folder that a setting names, and whether nobody can fetch them from there."""
    folder = Path(getattr(settings, setting)).resolve()
    found: list[CheckMessage] = []
    nearest = next(parent for parent in (folder, *folder.parents) if parent.exists())
    if not nearest.is_dir() or not os.access(nearest, os.W_OK | os.X_OK):
        hint = "Give it to the user that runs the site, or name another folder."
        found.append(Error(f"{setting} cannot be written to.", hint=hint, id=f"{code}.E001"))
    static = Path(settings.STATIC_ROOT).resolve()
    if folder == static or static in folder.parents:
        hint = "Customers' files would be served to anybody: name a folder outside STATIC_ROOT."
        found.append(Error(f"{setting} lies inside STATIC_ROOT.", hint=hint, id=f"{code}.E002"))
    return found
