"""The request of somebody in the admin in, the overview of the installation out; nothing for who may not see everybody's rows."""

from __future__ import annotations

from typing import Any

from django import template
from django.contrib import admin

from clustering.models import Run
from datasets.models import Dataset
from segmentiq.overview import Overview, look_around

register = template.Library()


@register.inclusion_tag("admin/_overview.html", takes_context=True)
def overview(context: dict[str, Any]) -> dict[str, Overview | None]:
    request = context["request"]
    lists = [admin.site.get_model_admin(model) for model in (Dataset, Run)]
    return {"overview": look_around() if all(one.has_view_permission(request) for one in lists) else None}
