"""What a deployment must have for runs: a private folder of their own, and limits under which one can end."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, register

from segmentiq.folders import check_folder

LIMITS = ("MAX_QUEUED_PER_USER", "MAX_FEATURES", "RUN_TIME_LIMIT_S")


@register("files")
def check_output_folder(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    return check_folder("OUTPUT_DIR", "clustering")


@register("files")
def check_folders_are_apart(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Find folders that lie in each other: either's sweep would take the other's files for orphans."""
    uploads, outputs = Path(settings.UPLOAD_DIR).resolve(), Path(settings.OUTPUT_DIR).resolve()
    if uploads == outputs or uploads in outputs.parents or outputs in uploads.parents:
        hint = "Name two folders side by side."
        return [Error("UPLOAD_DIR and OUTPUT_DIR lie in each other.", hint=hint, id="clustering.E003")]
    return []


@register("limits")
def check_limits(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    wrong = [name for name in LIMITS if getattr(settings, name) <= 0]
    return [Error(f"{name} must be above 0.", hint="Remove it to get the default.", id="clustering.E004") for name in wrong]
