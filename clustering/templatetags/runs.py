"""A dataset in, the lines of its runs out: for the dataset's page, whose application may not know this one."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django import template

from clustering.models import Run
from clustering.pages import RunLine, run_lines
from datasets.models import Dataset

N_LATEST = 10

register = template.Library()


@register.inclusion_tag("components/_run_lines.html", takes_context=True)
def runs_of(context: dict[str, Any], dataset: Dataset) -> dict[str, tuple[RunLine, ...]]:
    """List the latest runs of this dataset; every line is titled by its outcome, for the dataset's name would repeat."""
    runs = Run.objects.visible_to(context["user"]).filter(dataset=dataset).select_related("dataset").newest()[:N_LATEST]
    return {"lines": tuple(replace(line, title=line.outcome, outcome=line.method, method="") for line in run_lines(runs))}
