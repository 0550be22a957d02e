"""What the operator's lists share: states in words and colour, filters by state and age, and asking before acting.

Rows flow in; markup with classes, filtered rows, or a page that asks flow out. Colours are classes of `css/admin.css`, because
the content security policy allows no inline style, and every colour stands beside its word.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.html import format_html

from segmentiq.jobs.lifecycle import Job, Status
from segmentiq.words import count, plural

STATES: Mapping[str, str] = {
    "queued": "Waiting",
    "running": "Running",
    "silent": "Silent",
    "done": "Done",
    "failed": "Failed",
    "cancelled": "Cancelled",
}
"""The words of a job's state; `silent` is running in the row alone, for its worker no longer says anything."""

MOST_ASKED = 500
"""Rows one question may be about: its page lists every one, and a form takes a thousand fields."""


class ReadOnlyInline(admin.TabularInline[Any, Any]):
    """Rows that belong to the one shown and are not made by hand; who may see that one may see them."""

    can_delete = False
    extra = 0

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return True

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


# --- states ------------------------------------------------------------------------------------------------------------------


def is_silent(job: Job) -> bool:
    """Tell whether nobody works on a running job any more, and no other worker has taken it over."""
    return job.status == Status.RUNNING and job.shown_status == Status.QUEUED


def badge(job: Job, words: Mapping[str, str] = STATES) -> str:
    """Return a job's state as a coloured word."""
    state = "silent" if is_silent(job) else str(job.status)
    return format_html('<span class="state {}">{}</span>', state, words[state])


def number(words: str) -> str:
    """Return a figure, or a moment, that stays on one line of a column."""
    return format_html('<span class="number">{}</span>', words)


# --- filters -----------------------------------------------------------------------------------------------------------------


class StateFilter(admin.SimpleListFilter):
    """``?state=failed``, in the words of the list."""

    title = "state"
    parameter_name = "state"
    words: Mapping[str, str] = STATES

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(status, self.words[status]) for status in Status.values]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(status=self.value()) if self.value() in Status.values else queryset


class AgeFilter(admin.SimpleListFilter):
    """``?age=month``: what is new, and what is old enough to be cleared away."""

    title = "age"
    parameter_name = "age"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("today", "Today"), ("week", "Last 7 days"), ("month", "Last 30 days"), ("old", "Older than 90 days")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        now = timezone.now()
        made = {
            "today": Q(created_at__gte=timezone.localtime(now).replace(hour=0, minute=0, second=0, microsecond=0)),
            "week": Q(created_at__gte=now - timedelta(days=7)),
            "month": Q(created_at__gte=now - timedelta(days=30)),
            "old": Q(created_at__lt=now - timedelta(days=90)),
        }
        return queryset.filter(made.get(self.value() or "", Q()))


class EndFilter(admin.SimpleListFilter):
    """``?ended=day``: with a state, what failed or was done lately."""

    title = "when it ended"
    parameter_name = "ended"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("day", "In the last 24 hours"), ("week", "In the last 7 days")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        days = {"day": 1, "week": 7}.get(self.value() or "")
        return queryset.filter(finished_at__gte=timezone.now() - timedelta(days=days)) if days else queryset


# --- asking before acting ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True, slots=True)
class Fate:
    """What an action would do to one row; `changes` is False where that is nothing."""

    name: str
    state: str
    words: str
    changes: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Question:
    """An action and what is asked before it: `title` asks, `yes` is the button's word, with a place for how many rows change."""

    action: str
    title: str
    yes: str
    noun: str
    foretell: Callable[[Any], Fate]


def is_confirmed(request: HttpRequest) -> bool:
    return bool(request.POST.get("post"))


def ask(lists: admin.ModelAdmin[Any], request: HttpRequest, rows: QuerySet[Any], question: Question) -> TemplateResponse | None:
    """Return the page that says what will happen to every row and asks; None, with a message, when they are too many."""
    number = rows.count()
    if number > MOST_ASKED:
        said = f"{plural(number, question.noun)} are too many at once; choose {count(MOST_ASKED)} at most."
        lists.message_user(request, said, messages.WARNING)
        return None
    chosen = list(rows)
    fates = [question.foretell(row) for row in chosen]
    n_changed = sum(fate.changes for fate in fates)
    context = {
        **lists.admin_site.each_context(request),
        "title": question.title,
        "opts": lists.opts,
        "question": question,
        "fates": fates,
        "n_changed": n_changed,
        "yes": question.yes.format(plural(n_changed, question.noun)),
        "keys": [row.pk for row in chosen],
        "checkbox": ACTION_CHECKBOX_NAME,
    }
    return TemplateResponse(request, "admin/question.html", context)
