"""Datasets for the operator: find, look at, rename, read again, delete with files. Uploading stays with the pages and the API.

Everything goes through the services, single and in bulk, so the admin deletes and queues exactly like the rest of the product.
"""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.contrib.auth import get_user_model
from django.contrib.auth.admin import UserAdmin
from django.db.models import Count, F, Q, QuerySet
from django.http import HttpRequest
from django.template.response import TemplateResponse

from datasets import services
from datasets.models import Column, Dataset
from segmentiq import curating
from segmentiq.jobs.lifecycle import Status
from segmentiq.ml.errors import Refusal
from segmentiq.words import ago, count, filesize

WORDS = {**curating.STATES, "running": "Being read", "done": "Ready"}


class ColumnInline(curating.ReadOnlyInline):
    """The columns as they are understood, to read; they are corrected on the dataset's page."""

    model = Column
    fields = readonly_fields = ("position", "name", "kind", "role", "reason", "n_missing", "n_distinct")
    ordering = ("position",)


admin.site.unregister(get_user_model())


@admin.register(get_user_model())
class PersonAdmin(UserAdmin):  # type: ignore[type-arg]
    """Django's own, but whoever is deleted takes their files along at once, also where no worker sweeps."""

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        services.erase(obj)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        for person in queryset:
            services.erase(person)


def _what_reading_again_does(dataset: Any) -> curating.Fate:
    """Foretell what `services.read_again` would do."""
    words, changes = "is read again with the same choices; columns that a person corrected stay so.", True
    if dataset.is_active:
        words, changes = "is being read already: nothing happens to it.", False
    elif dataset.answers_count:
        words, changes = "stays as it is: runs stand on it as it was read. Delete them first.", False
    elif dataset.is_derived:
        words = "is turned from its orders again, by the same recipe."
    return curating.Fate(name=dataset.name, state=curating.badge(dataset, WORDS), words=words, changes=changes)


READ_AGAIN = curating.Question(
    action="read_selected_again",
    title="Read these files again?",
    yes="Read {} again",
    noun="dataset",
    foretell=_what_reading_again_does,
)


class StateFilter(curating.StateFilter):
    words = WORDS


@admin.register(Dataset)
class DatasetAdmin(admin.ModelAdmin[Dataset]):
    """Every person's datasets."""

    list_display = ("name", "state", "owner", "created", "all_files", "rows", "columns", "n_runs", "is_sample")
    list_filter = (
        StateFilter, curating.AgeFilter, curating.EndFilter, "is_sample", ("owner", admin.RelatedOnlyFieldListFilter),
    )  # fmt: skip
    list_select_related = ("owner",)
    list_per_page = 50
    search_fields = ("name", "file_name", "owner__username", "owner__email", "sha256")
    search_help_text = "Name, file name, owner, or the file's SHA-256"
    date_hierarchy = "created_at"
    ordering = ("-created_at", "-pk")
    actions = ("read_selected_again",)
    inlines = (ColumnInline,)
    readonly_fields = (
        "owner", "id", "state", "stage", "progress", "attempts", "error_code", "error_message", "error_hint",
        "file_name", "uploaded_file", "table", "all_files", "sha256", "overrides", "decisions", "warnings", "n_rows", "n_columns",
        "is_sample", "parent", "recipe", "ledger",
        "created_at", "started_at", "finished_at",
    )  # fmt: skip
    fieldsets = (
        (None, {"fields": ("name", "owner", "id", "is_sample")}),
        ("File", {"fields": ("file_name", "uploaded_file", "table", "all_files", "sha256", "parent", "n_rows", "n_columns")}),
        ("Reading", {"fields": ("state", "stage", "progress", "attempts", "error_code", "error_message", "error_hint")}),
        ("Decisions", {"fields": ("overrides", "recipe", "ledger", "decisions", "warnings"), "classes": ("collapse",)}),
        ("Times", {"fields": ("created_at", "started_at", "finished_at")}),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Dataset]:
        rows: Any = super().get_queryset(request)
        answering = Count("runs", filter=Q(runs__status__in=[Status.QUEUED, Status.RUNNING, Status.DONE]))
        counted: QuerySet[Dataset] = rows.weighed().annotate(runs_count=Count("runs"), answers_count=answering)
        return counted.annotate(all_bytes=F("upload_bytes") + F("table_bytes"))

    @admin.display(ordering="status")
    def state(self, dataset: Dataset) -> str:
        return curating.badge(dataset, WORDS)

    @admin.display(description="size", ordering="all_bytes")
    def all_files(self, dataset: Any) -> str:
        return curating.number(filesize(dataset.all_bytes or None))

    @admin.display(ordering="created_at")
    def created(self, dataset: Dataset) -> str:
        return curating.number(ago(dataset.created_at))

    @admin.display(ordering="n_rows")
    def rows(self, dataset: Dataset) -> str:
        return count(dataset.n_rows)

    @admin.display(ordering="n_columns")
    def columns(self, dataset: Dataset) -> str:
        return count(dataset.n_columns)

    @admin.display(description="uploaded file")
    def uploaded_file(self, dataset: Any) -> str:
        return "none: turned from orders" if dataset.is_derived else filesize(dataset.upload_bytes)

    @admin.display(description="table read from it")
    def table(self, dataset: Any) -> str:
        return filesize(dataset.table_bytes) if dataset.table_fingerprint else "none yet"

    @admin.display(description="runs", ordering="runs_count")
    def n_runs(self, dataset: Any) -> int:
        return int(dataset.runs_count)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: Dataset, form: Any, change: bool) -> None:
        try:
            services.rename(obj, obj.name)
        except Refusal as refusal:
            self.message_user(request, refusal.message, messages.ERROR)

    def delete_model(self, request: HttpRequest, obj: Dataset) -> None:
        services.delete(obj)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Dataset]) -> None:
        for dataset in queryset:
            services.delete(dataset)

    @admin.action(description="Read the selected files again", permissions=["change"])
    def read_selected_again(self, request: HttpRequest, queryset: QuerySet[Dataset]) -> TemplateResponse | None:
        if not curating.is_confirmed(request):
            return curating.ask(self, request, queryset, READ_AGAIN)
        for dataset in queryset:
            try:
                services.read_again(dataset, dataset.overrides)
            except Refusal as refusal:
                self.message_user(request, f"{dataset.name}: {refusal.sentence}", messages.WARNING)
            else:
                self.log_change(request, dataset, "Read again.")
                self.message_user(request, f"{dataset.name} is being read again.", messages.SUCCESS)
        return None
