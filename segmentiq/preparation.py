"""What an installation needs before it serves: tables, a first administrator, a sample to look at, static files.

Flows in: the settings. Flows out: sentences that say what was done, and nothing when all of it already stood. Everything happens
in one process (`manage.py prepare`), because each further start of Django costs more than the work itself.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.db import connection, transaction
from django.db.migrations.executor import MigrationExecutor

ADMIN = "admin"
SAMPLES = {"customers.csv": "Sample: 2,000 customers", "orders.csv": "Sample: their orders"}


def prepare() -> Iterator[str]:
    """Do whatever is still missing, and say what was done."""
    yield from migrate()
    password = make_first_admin()
    if password:
        yield f"Sign in as {ADMIN} with the password {password} - it is shown this once. Change it in the menu at the top right."
    yield from load_first_sample()
    yield from collect_static()


def migrate() -> Iterator[str]:
    """Bring the tables up to date."""
    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        call_command("migrate", interactive=False, verbosity=0)
        yield "The database is up to date."


def make_first_admin() -> str | None:
    """Make the local administrator and return the random password; None when there is an administrator already."""
    users = get_user_model()
    with transaction.atomic():
        if users._default_manager.filter(is_superuser=True).exists():
            return None
        password = secrets.token_urlsafe(12)
        users._default_manager.create_superuser(username=ADMIN, email="", password=password)
    return password


def load_first_sample() -> Iterator[str]:
    """Load the sample into an installation that holds no dataset at all, so that there is something to look at."""
    from datasets.models import Dataset

    if not Dataset.objects.exists():
        yield from load_sample()


def load_sample() -> Iterator[str]:
    """Upload the sample's two files as the administrator's; those that are there already stay as they are."""
    from datasets.models import Dataset
    from datasets.sample import make_sample
    from datasets.services import upload

    owner: Any = get_user_model()._default_manager.filter(is_superuser=True).order_by("pk").first()
    if owner is None:
        yield "There is no administrator yet: run `manage.py first_admin`, then this command again."
        return
    for (file_name, name), content in zip(SAMPLES.items(), make_sample(), strict=True):
        if Dataset.objects.filter(owner=owner, sha256=hashlib.sha256(content).hexdigest()).exists():
            continue
        upload(owner=owner, uploaded=SimpleUploadedFile(file_name, content, "text/csv"), name=name, is_sample=True)
        yield f"{name} is loaded; the worker reads it."


def collect_static() -> Iterator[str]:
    """Collect the static files when one of ours, or a pinned library, has changed since the last time."""
    stamp = Path(settings.STATIC_ROOT) / ".stamp"
    wanted = fingerprint()
    if stamp.exists() and stamp.read_text() == wanted:
        return
    call_command("collectstatic", interactive=False, verbosity=0)
    stamp.write_text(wanted)
    yield "The static files are collected."


def fingerprint() -> str:
    """Return a digest that changes with every edit of a static file or of the pinned requirements."""
    files = [settings.BASE_DIR / "requirements.txt", *sorted(settings.BASE_DIR.glob("[!.]*/static/**/*.*"))]
    facts = [f"{path} {path.stat().st_size} {path.stat().st_mtime_ns}" for path in files]
    return hashlib.sha256("\n".join(facts).encode()).hexdigest()
