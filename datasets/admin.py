"""Datasets for the operator: find, look at, rename, read again, delete with files. Uploading stays with the pages and the API.

Everything goes through the services, single and in bulk, so the admin deletes and queues exactly like the rest of the product.
"""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.contrib.auth import get_user_model
from django.contrib.auth.admin import UserAdmin
from django.db.models import Count, QuerySet
from django.http import HttpRequest
from django.template.defaultfilters import filesizeformat

from datasets import services
from datasets.models import Column, Dataset
from segmentiq.ml.errors import Refusal


class ReadOnlyInline(admin.TabularInline[Any, Any]):
    """Rows that belong to the one shown and are not made by hand."""

    can_delete = False
    extra = 0

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class ColumnInline(ReadOnlyInline):
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


@admin.register(Dataset)
class DatasetAdmin(admin.ModelAdmin[Dataset]):
    """Every person's datasets."""

    list_display = ("name", "owner", "state", "n_rows", "n_columns", "file_size", "n_runs", "is_sample", "created_at")
    list_filter = ("status", "is_sample", "created_at", ("owner", admin.RelatedOnlyFieldListFilter))
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
        "file_name", "file_size", "sha256", "overrides", "decisions", "warnings", "n_rows", "n_columns", "is_sample",
        "parent", "recipe", "ledger",
        "created_at", "started_at", "finished_at",
    )  # fmt: skip
    fieldsets = (
        (None, {"fields": ("name", "owner", "id", "is_sample")}),
        ("File", {"fields": ("file_name", "file_size", "sha256", "parent", "n_rows", "n_columns")}),
        ("Reading", {"fields": ("state", "stage", "progress", "attempts", "error_code", "error_message", "error_hint")}),
        ("Decisions", {"fields": ("overrides", "recipe", "ledger", "decisions", "warnings"), "classes": ("collapse",)}),
        ("Times", {"fields": ("created_at", "started_at", "finished_at")}),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Dataset]:
        return super().get_queryset(request).annotate(runs_count=Count("runs"))

    @admin.display(ordering="status")
    def state(self, dataset: Dataset) -> str:
        return dataset.state

    @admin.display(description="size", ordering="size")
    def file_size(self, dataset: Dataset) -> str:
        return filesizeformat(dataset.size)

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
    def read_selected_again(self, request: HttpRequest, queryset: QuerySet[Dataset]) -> None:
        for dataset in queryset:
            try:
                services.read_again(dataset, dataset.overrides)
            except Refusal as refusal:
                self.message_user(request, f"{dataset.name}: {refusal.sentence}", messages.WARNING)
            else:
                self.message_user(request, f"{dataset.name} is being read again.", messages.SUCCESS)
