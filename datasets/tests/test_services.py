"""Datasets by their services: what is kept, what is refused, what is left behind (nothing)."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.db import transaction
from django_tasks_db.models import DBTaskResult

from clustering.services import train
from datasets import services, storage
from datasets.models import CHOSEN, Dataset
from segmentiq.ml.errors import Refusal
from segmentiq.ml.spec import SegmentationSpec
from segmentiq.testing.factories import dataset as make
from segmentiq.testing.factories import file_of, settled
from segmentiq.testing.tables import THREE_GROUPS

Make = Callable[..., Any]


def files(root: Path) -> list[str]:
    return sorted(path.name for path in root.rglob("*") if path.is_file())


def test_an_upload_keeps_the_bytes_and_queues_its_reading(owner: Any) -> None:
    dataset = services.upload(owner=owner, uploaded=file_of(THREE_GROUPS, "spring customers.csv"))
    assert storage.original_path(dataset).read_bytes() == THREE_GROUPS.encode()
    assert (dataset.sha256, dataset.size) == (hashlib.sha256(THREE_GROUPS.encode()).hexdigest(), len(THREE_GROUPS))
    assert (dataset.name, dataset.file_name, dataset.state) == ("spring customers", "spring customers.csv", "reading")
    assert DBTaskResult.objects.get().args_kwargs["args"] == [str(dataset.pk)]


def test_an_uploaded_file_is_read_into_columns_rows_and_a_preview(make_dataset: Make) -> None:
    dataset = make_dataset()
    assert (dataset.state, dataset.n_rows, dataset.n_columns) == ("ready", 48, 4)
    kinds = {column.name: (column.kind, column.role) for column in dataset.columns.all()}
    assert kinds["customer_id"] == ("id", "id")
    assert kinds["region"] == ("category", "feature")
    assert kinds["age"] == ("number", "feature")
    assert len(dataset.preview) == 20
    assert dataset.preview[0][0] == "00001"


@pytest.mark.parametrize("content", ["", "\n\n", "a,b\n", b"\x89PNG\r\n\x1a\n0000"])
def test_a_file_that_is_no_table_leaves_neither_row_nor_file(owner: Any, media: Path, content: str | bytes) -> None:
    with pytest.raises(Refusal):
        services.upload(owner=owner, uploaded=file_of(content))
    assert not Dataset.objects.exists()
    assert files(media) == []


def test_a_rolled_back_upload_leaves_no_row_no_file_and_nothing_queued(
    owner: Any, media: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def explode(*args: object) -> None:
        raise RuntimeError("queue is away")

    monkeypatch.setattr("django_tasks.base.Task.enqueue", explode)
    with pytest.raises(RuntimeError):
        services.upload(owner=owner, uploaded=file_of(THREE_GROUPS))
    assert (Dataset.objects.count(), DBTaskResult.objects.count(), files(media)) == (0, 0, [])


@pytest.mark.parametrize(
    ("setting", "value", "code"),
    [
        ("MAX_DATASETS_PER_USER", 1, "too_many_datasets"),
        ("MAX_BYTES_PER_USER", 2000, "storage_quota"),
        ("MAX_UPLOAD_BYTES", 1000, "file_too_large"),
        ("MIN_FREE_DISK_BYTES", 10**18, "disk_full"),
    ],
)
def test_a_quota_is_refused_with_its_own_code(owner: Any, settings: Any, setting: str, value: int, code: str) -> None:
    services.upload(owner=owner, uploaded=file_of(THREE_GROUPS))
    setattr(settings, setting, value)
    with pytest.raises(Refusal) as refused:
        services.upload(owner=owner, uploaded=file_of(THREE_GROUPS))
    assert refused.value.code == code
    assert Dataset.objects.count() == 1


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("C:\\fake\\path\\a.csv", "a.csv"),
        ("../../etc/x.csv", "x.csv"),
        ("a\x00b\r\nc.csv", "abc.csv"),
        ("é" * 300 + ".csv", "é" * 251 + ".csv"),
        (".htaccess", ".htaccess"),
        ("CON.csv", "CON.csv"),
    ],
)
def test_file_names_lose_folders_and_control_characters(sent: str, kept: str) -> None:
    assert services.clean_file_name(sent) == kept
    assert len(services.clean_file_name(sent)) <= 255


@pytest.mark.parametrize("sent", [None, "", "..", "/", "a/\x00"])
def test_a_name_that_is_no_name_is_refused(sent: str | None) -> None:
    with pytest.raises(Refusal) as refused:
        services.clean_file_name(sent)
    assert refused.value.code == "file_missing_or_truncated"


def test_a_dataset_can_be_renamed_but_not_to_nothing(make_dataset: Make) -> None:
    dataset = make_dataset()
    services.rename(dataset, "  Spring \n 2024 ")
    dataset.refresh_from_db()
    assert dataset.name == "Spring 2024"
    with pytest.raises(Refusal):
        services.rename(dataset, " \x00 ")


def test_a_corrected_column_stays_corrected_when_the_file_is_read_again(make_dataset: Make) -> None:
    dataset = make_dataset()
    services.override_column(dataset.columns.get(name="region"), role="descriptor")
    again = settled(services.read_again(dataset, {"delimiter": ","}))
    assert again.state == "ready"
    assert again.overrides == {"delimiter": ","}
    assert (again.columns.get(name="region").role, again.columns.get(name="region").reason) == ("descriptor", CHOSEN)
    assert again.columns.get(name="age").reason != CHOSEN


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"kind": "colour"}, "invalid_kind"),
        ({"role": "hero"}, "invalid_role"),
        ({"kind": "id", "role": "feature"}, "invalid_role"),
    ],
)
def test_a_column_refuses_kinds_and_roles_it_cannot_have(make_dataset: Make, change: dict[str, Any], code: str) -> None:
    with pytest.raises(Refusal) as refused:
        services.override_column(make_dataset().columns.get(name="age"), **change)
    assert refused.value.code == code


def test_a_dataset_that_is_being_read_is_not_read_again(owner: Any) -> None:
    dataset = services.upload(owner=owner, uploaded=file_of(THREE_GROUPS))
    with pytest.raises(Refusal) as refused:
        services.read_again(dataset, {})
    assert refused.value.code == "still_active"


def test_deleting_takes_the_files_after_the_transaction(
    make_dataset: Make, media: Path, django_capture_on_commit_callbacks: Any
) -> None:
    dataset = make_dataset()
    with django_capture_on_commit_callbacks(execute=True):
        services.delete(dataset)
        assert files(media) != []
    assert files(media) == []
    assert not Dataset.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_a_rolled_back_deletion_keeps_the_files(media: Path, django_user_model: Any) -> None:
    dataset = make(owner=django_user_model.objects.create(username="otto"))
    before = files(media)
    with transaction.atomic():
        services.delete(dataset)
        transaction.set_rollback(True)
    assert files(media) == before
    assert Dataset.objects.filter(pk=dataset.pk).exists()


def test_reading_goes_before_runs_that_wait(make_dataset: Make, owner: Any) -> None:
    train(dataset=make_dataset(), spec=SegmentationSpec(), requested_by=owner)
    waiting = services.upload(owner=owner, uploaded=file_of(THREE_GROUPS))
    assert next(iter(DBTaskResult.objects.ready())).args_kwargs["args"] == [str(waiting.pk)]


def test_erasing_a_person_takes_their_rows_and_files_at_once(
    make_run: Make, owner: Any, media: Path, django_capture_on_commit_callbacks: Any
) -> None:
    make_run()
    assert files(media)
    with django_capture_on_commit_callbacks(execute=True):
        services.erase(owner)
    assert files(media) == []
    assert not Dataset.objects.exists()
    assert not get_user_model().objects.exists()


def test_of_two_who_delete_at_once_one_is_told_that_it_is_gone(make_dataset: Any) -> None:
    dataset = make_dataset()
    same = Dataset.objects.get(pk=dataset.pk)
    services.delete(dataset)
    with pytest.raises(Refusal) as refused:
        services.delete(same)
    assert refused.value.code == "not_found"


def test_the_files_of_a_deleted_dataset_are_missing_not_damaged(make_dataset: Any) -> None:
    dataset = make_dataset()
    same = Dataset.objects.get(pk=dataset.pk)
    services.delete(dataset)
    storage.remove_dir(same.pk)
    for open_one in (storage.open_original, storage.open_rows):
        with pytest.raises(Refusal) as refused:
            open_one(same)
        assert refused.value.code == "not_found"
