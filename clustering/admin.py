"""Runs for the operator: find, look at, run again, cancel, delete with files. Training stays with the pages and the API.

Everything goes through the services. The picture of a tree is an image behind the same checked address that the pages use, sized
by attributes: the content security policy allows no inline style, and no file is served past the access rule.
"""

from __future__ import annotations

import json
from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.html import format_html

from clustering import services
from clustering.drawing import FILLS
from clustering.models import Artifact, KeptCut, Run, SegmentName
from segmentiq import curating
from segmentiq.jobs.lifecycle import Status
from segmentiq.ml.errors import Refusal
from segmentiq.ml.linkage.forecast import MICRO
from segmentiq.ml.linkage.kernels import KERNELS
from segmentiq.words import ago, count, figure, filesize, plural


class ArtifactInline(curating.ReadOnlyInline):
    model = Artifact
    fields = readonly_fields = ("name", "file_size", "sha256", "created_at")
    ordering = ("name",)

    @admin.display(description="size")
    def file_size(self, artifact: Artifact) -> str:
        return filesize(artifact.size)


class SegmentNameInline(curating.ReadOnlyInline):
    model = SegmentName
    fields = readonly_fields = ("branch", "name", "note", "colour")
    ordering = ("branch",)

    @admin.display(description="colour")
    def colour(self, named: SegmentName) -> str:
        if not named.hue:
            return "as laid out"
        patch = '<svg class="hue" width="14" height="14" aria-hidden="true"><rect width="14" height="14" fill="{}"/></svg> {}'
        return format_html(patch, FILLS[named.hue - 1], named.hue)


class KeptCutInline(curating.ReadOnlyInline):
    """The answers this run has had, the one it has first."""

    model = KeptCut
    verbose_name_plural = "Answers, the newest first"
    fields = readonly_fields = ("kept_at", "k", "picked", "by")
    ordering = ("-pk",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[KeptCut]:
        return super().get_queryset(request).select_related("kept_by")

    @admin.display(description="branches")
    def picked(self, kept: KeptCut) -> str:
        return ", ".join(map(str, kept.branches)) or "-"

    @admin.display(description="kept by")
    def by(self, kept: KeptCut) -> str:
        return kept.kept_by.get_username() if kept.kept_by else "the engine, or a person who has left"


class EngineFilter(admin.SimpleListFilter):
    """``?engine=ward-tree``: which kernel built the tree, as the technical report names it."""

    title = "engine"
    parameter_name = "engine"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [*((name, name) for name in KERNELS), (MICRO, f"{MICRO} (approximate)"), ("none", "no tree")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Run]) -> QuerySet[Run]:
        if self.value() is None:
            return queryset
        no_tree = {"report__engine__isnull": True}
        return queryset.filter(**no_tree if self.value() == "none" else {"report__engine__kernel": self.value()})


def _title(run: Run) -> str:
    return f"{run.dataset.name} ({str(run.pk)[:8]})"


def _fate(run: Run, words: str, *, changes: bool) -> curating.Fate:
    return curating.Fate(name=_title(run), state=curating.badge(run), words=words, changes=changes)


def _what_running_again_does(run: Run) -> curating.Fate:
    """Foretell what `services.rerun` would do; whether a finished run's files are whole is found out only then."""
    if run.is_active:
        return _fate(run, "is under way already: nothing happens to it.", changes=False)
    if run.status == Status.DONE:
        return _fate(
            run, "stands unless its files are damaged; then it is computed anew, and its names and kept cuts go.", changes=True
        )
    return _fate(run, "is asked for once more, as a new run; this one stays in the list.", changes=True)


def _what_cancelling_does(run: Run) -> curating.Fate:
    """Foretell what `services.cancel` would do."""
    if not run.is_active:
        return _fate(run, "has ended already: nothing happens to it.", changes=False)
    if run.status == Status.QUEUED:
        return _fate(run, "is taken out of the queue.", changes=True)
    return _fate(run, f"is stopped at {run.progress:.0%}; what was computed is lost.".replace("%", " %"), changes=True)


RUN_AGAIN = curating.Question(
    action="run_selected_again",
    title="Run these again?",
    yes="Run {} again",
    noun="run",
    foretell=_what_running_again_does,
)
CANCEL = curating.Question(
    action="cancel_selected", title="Cancel these runs?", yes="Cancel {}", noun="run", foretell=_what_cancelling_does
)


@admin.register(Run)
class RunAdmin(admin.ModelAdmin[Run]):
    """Every person's runs."""

    list_display = (
        "title", "picture", "state", "owner", "created", "all_files", "segments", "customers", "separation", "engine",
    )  # fmt: skip
    list_filter = (
        curating.StateFilter, EngineFilter, curating.AgeFilter, curating.EndFilter, "k",
        ("dataset__owner", admin.RelatedOnlyFieldListFilter),
    )  # fmt: skip
    list_select_related = ("dataset__owner",)
    list_per_page = 25
    search_fields = ("id", "dataset__name", "dataset__owner__username", "stamp", "names__name")
    search_help_text = "Run id, dataset, owner, stamp, or a segment's name"
    date_hierarchy = "created_at"
    ordering = ("-created_at", "-pk")
    actions = ("run_selected_again", "cancel_selected")
    inlines = (SegmentNameInline, KeptCutInline, ArtifactInline)
    readonly_fields = (
        "id", "dataset", "owner", "requested_by", "state", "stage", "progress", "attempts", "error_code", "error_message",
        "error_hint", "k", "sizes", "silhouette", "n_rows", "n_clustered", "n_set_aside", "verdict", "engine", "specification",
        "technical_report", "stamp", "large_picture", "all_files", "created_at", "started_at", "finished_at",
    )  # fmt: skip
    fieldsets = (
        (None, {"fields": ("id", "dataset", "owner", "requested_by", "large_picture", "all_files")}),
        ("Answer", {"fields": ("k", "sizes", "silhouette", "n_rows", "n_clustered", "n_set_aside", "verdict")}),
        ("Work", {"fields": ("state", "stage", "progress", "attempts", "error_code", "error_message", "error_hint")}),
        ("How", {"fields": ("engine", "specification", "stamp", "technical_report"), "classes": ("collapse",)}),
        ("Times", {"fields": ("created_at", "started_at", "finished_at")}),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Run]:
        rows: Any = super().get_queryset(request)
        weighed: QuerySet[Run] = rows.select_related("dataset__owner", "requested_by").weighed()
        return weighed

    @admin.display(description="run of", ordering="dataset__name")
    def title(self, run: Run) -> str:
        return run.dataset.name

    @admin.display(ordering="status")
    def state(self, run: Run) -> str:
        return curating.badge(run)

    @admin.display(ordering="k")
    def segments(self, run: Run) -> str:
        return count(run.k)

    @admin.display(ordering="n_clustered")
    def customers(self, run: Run) -> str:
        return count(run.n_clustered)

    @admin.display(description="silhouette", ordering="silhouette")
    def separation(self, run: Run) -> str:
        return figure(run.silhouette)

    @admin.display(ordering="created_at")
    def created(self, run: Run) -> str:
        return curating.number(ago(run.created_at))

    @admin.display(ordering="report__engine__kernel")
    def engine(self, run: Run) -> str:
        return str((run.report.get("engine") or {}).get("kernel", "–"))

    @admin.display(description="size", ordering="file_bytes")
    def all_files(self, run: Any) -> str:
        return curating.number(filesize(run.file_bytes or None))

    @admin.display(ordering="dataset__owner__username")
    def owner(self, run: Run) -> str:
        return run.dataset.owner.get_username()

    @admin.display(description="set aside")
    def n_set_aside(self, run: Run) -> int:
        return run.n_set_aside

    @admin.display(description="advice")
    def verdict(self, run: Run) -> str:
        return str(run.advice.get("sentence", "-"))

    @admin.display(description="dendrogram")
    def picture(self, run: Run) -> str:
        return _picture(run, width=120, height=60)

    @admin.display(description="dendrogram")
    def large_picture(self, run: Run) -> str:
        return _picture(run, width=720, height=360)

    @admin.display(description="specification")
    def specification(self, run: Run) -> str:
        return _as_text(run.spec)

    @admin.display(description="technical report")
    def technical_report(self, run: Run) -> str:
        return _as_text(run.report)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def change_view(self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        """Show a run without buttons that save: every field is a fact."""
        unsaved = {"show_save": False, "show_save_and_continue": False}
        return super().change_view(request, object_id, form_url, {**(extra_context or {}), **unsaved})

    def save_model(self, request: HttpRequest, obj: Run, form: Any, change: bool) -> None:
        """Save nothing."""

    def delete_model(self, request: HttpRequest, obj: Run) -> None:
        services.delete_run(obj)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Run]) -> None:
        for run in queryset:
            services.delete_run(run)

    @admin.action(description="Run the selected again", permissions=["change"])
    def run_selected_again(self, request: HttpRequest, queryset: QuerySet[Run]) -> TemplateResponse | None:
        if not curating.is_confirmed(request):
            return curating.ask(self, request, queryset, RUN_AGAIN)
        for run in queryset:
            try:
                again = services.rerun(run, requested_by=request.user)
            except Refusal as refusal:
                self.message_user(request, f"{_title(run)}: {refusal.sentence}", messages.WARNING)
            else:
                self.tell_of_rerun(request, run, again)
        return None

    def tell_of_rerun(self, request: HttpRequest, run: Run, again: Run) -> None:
        if again.pk != run.pk:
            self.log_change(request, again, "Run again.")
            self.message_user(request, f"{_title(run)} is queued again.", messages.SUCCESS)
        else:
            stands = "is under way already." if run.is_active else "stands already, with all its files."
            self.message_user(request, f"{_title(run)} {stands}", messages.INFO)

    @admin.action(description="Cancel the selected", permissions=["change"])
    def cancel_selected(self, request: HttpRequest, queryset: QuerySet[Run]) -> TemplateResponse | None:
        if not curating.is_confirmed(request):
            return curating.ask(self, request, queryset, CANCEL)
        for run in queryset:
            try:
                services.cancel(run)
            except Refusal as refusal:
                self.message_user(request, f"{_title(run)}: {refusal.message}", messages.WARNING)
            else:
                self.log_change(request, run, "Cancelled.")
                self.message_user(request, f"{_title(run)} is cancelled.", messages.SUCCESS)
        return None


def _picture(run: Run, *, width: int, height: int) -> str:
    """Return the dendrogram of the answer, as it is now; the PNG shows the engine's own, whatever was kept since."""
    if run.status != Status.DONE:
        return "–"
    image = '<a href="{}"><img src="{}" width="{}" height="{}" loading="lazy" alt="Dendrogram of {}"></a>'
    addresses = (reverse(name, args=[run.pk]) for name in ("run", "run_dendrogram"))
    return format_html(image, *addresses, width, height, plural(run.k or 0, "segment"))


def _as_text(value: Any) -> str:
    return format_html("<pre>{}</pre>", json.dumps(value, indent=2, ensure_ascii=False))
