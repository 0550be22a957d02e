"""Runs for the operator: find, look at, run again, cancel, delete with files. Training stays with the pages and the API.

Everything goes through the services. The picture of a tree is an image behind the same checked address that the pages use, sized
by attributes: the content security policy allows no inline style, and no file is served past the access rule.
"""

from __future__ import annotations

import json
from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.template.defaultfilters import filesizeformat
from django.urls import reverse
from django.utils.html import format_html

from clustering import services
from clustering.models import Artifact, Run, SegmentName
from datasets.admin import ReadOnlyInline
from segmentiq.jobs.lifecycle import Status
from segmentiq.ml.errors import Refusal
from segmentiq.words import count, figure


class ArtifactInline(ReadOnlyInline):
    model = Artifact
    fields = readonly_fields = ("name", "file_size", "sha256", "created_at")
    ordering = ("name",)

    @admin.display(description="size")
    def file_size(self, artifact: Artifact) -> str:
        return filesizeformat(artifact.size)


class SegmentNameInline(ReadOnlyInline):
    model = SegmentName
    fields = readonly_fields = ("branch", "name", "note")
    ordering = ("branch",)


@admin.register(Run)
class RunAdmin(admin.ModelAdmin[Run]):
    """Every person's runs."""

    list_display = ("short_id", "dataset", "picture", "status", "segments", "customers", "separation", "owner", "created_at")
    list_filter = ("status", "k", "created_at", ("dataset__owner", admin.RelatedOnlyFieldListFilter))
    list_select_related = ("dataset__owner",)
    list_per_page = 25
    search_fields = ("id", "dataset__name", "dataset__owner__username", "stamp", "names__name")
    search_help_text = "Run id, dataset, owner, stamp, or a segment's name"
    date_hierarchy = "created_at"
    ordering = ("-created_at", "-pk")
    actions = ("run_selected_again", "cancel_selected")
    inlines = (SegmentNameInline, ArtifactInline)
    readonly_fields = (
        "id", "dataset", "owner", "requested_by", "status", "stage", "progress", "attempts", "error_code", "error_message",
        "error_hint", "k", "sizes", "silhouette", "n_rows", "n_clustered", "n_set_aside", "verdict", "specification",
        "technical_report", "stamp", "large_picture", "created_at", "started_at", "finished_at",
    )  # fmt: skip
    fieldsets = (
        (None, {"fields": ("id", "dataset", "owner", "requested_by", "large_picture")}),
        ("Answer", {"fields": ("k", "sizes", "silhouette", "n_rows", "n_clustered", "n_set_aside", "verdict")}),
        ("Work", {"fields": ("status", "stage", "progress", "attempts", "error_code", "error_message", "error_hint")}),
        ("How", {"fields": ("specification", "stamp", "technical_report"), "classes": ("collapse",)}),
        ("Times", {"fields": ("created_at", "started_at", "finished_at")}),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Run]:
        return super().get_queryset(request).select_related("dataset__owner", "requested_by")

    @admin.display(description="run", ordering="id")
    def short_id(self, run: Run) -> str:
        return str(run.pk)[:8]

    @admin.display(ordering="k")
    def segments(self, run: Run) -> str:
        return count(run.k)

    @admin.display(ordering="n_clustered")
    def customers(self, run: Run) -> str:
        return count(run.n_clustered)

    @admin.display(description="silhouette", ordering="silhouette")
    def separation(self, run: Run) -> str:
        return figure(run.silhouette)

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

    def save_model(self, request: HttpRequest, obj: Run, form: Any, change: bool) -> None:
        """Save nothing: every field is a fact."""

    def delete_model(self, request: HttpRequest, obj: Run) -> None:
        services.delete_run(obj)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Run]) -> None:
        for run in queryset:
            services.delete_run(run)

    @admin.action(description="Run the selected again", permissions=["change"])
    def run_selected_again(self, request: HttpRequest, queryset: QuerySet[Run]) -> None:
        for run in queryset:
            try:
                again = services.rerun(run, requested_by=request.user)
            except Refusal as refusal:
                self.message_user(request, f"{run}: {refusal.sentence}", messages.WARNING)
            else:
                same = again.pk == run.pk
                said = f"{run} stands already, with all its files." if same else f"{run} is queued again."
                self.message_user(request, said, messages.INFO if same else messages.SUCCESS)

    @admin.action(description="Cancel the selected", permissions=["change"])
    def cancel_selected(self, request: HttpRequest, queryset: QuerySet[Run]) -> None:
        for run in queryset:
            try:
                services.cancel(run)
            except Refusal as refusal:
                self.message_user(request, f"{run}: {refusal.message}", messages.WARNING)
            else:
                self.message_user(request, f"{run} is cancelled.", messages.SUCCESS)


def _picture(run: Run, *, width: int, height: int) -> str:
    if run.status != Status.DONE:
        return "-"
    address = reverse("run_picture", args=[run.pk])
    return format_html(
        '<a href="{}"><img src="{}" width="{}" height="{}" loading="lazy" alt="Dendrogram of {} segments"></a>',
        reverse("run", args=[run.pk]),
        address,
        width,
        height,
        run.k,
    )


def _as_text(value: Any) -> str:
    return format_html("<pre>{}</pre>", json.dumps(value, indent=2, ensure_ascii=False))
