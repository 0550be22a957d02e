"""What a deployment must have for datasets: a private folder to keep them in, and limits that let one in."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, register

from segmentiq.folders import check_folder

LIMITS = (
    "MAX_UPLOAD_BYTES",
    "MAX_ROWS",
    "MAX_COLUMNS",
    "MAX_CELLS",
    "MAX_DATASETS_PER_USER",
    "MAX_BYTES_PER_USER",
    "READ_TIME_LIMIT_S",
)


@register("files")
def check_upload_folder(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    return check_folder("UPLOAD_DIR", "datasets")


@register("limits")
def check_limits(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    wrong = [name for name in LIMITS if getattr(settings, name) <= 0]
    return [Error(f"{name} must be above 0.", hint="Remove it to get the default.", id="datasets.E003") for name in wrong]
