"""What people may do with datasets: upload, rename, correct, read again, turn orders into customers, delete.

Flows in: a request that was already checked for access. Flows out: rows changed in one transaction, with the work queued in it;
files follow the rows, written before they are mentioned and deleted after the transaction that forgets them. The reading itself
happens in the worker (`ingestion`); this module stays light enough for the web process.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from functools import partial
from pathlib import PurePosixPath
from typing import Any, BinaryIO, cast, get_args

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.db.models import Sum

from datasets import storage
from datasets.deriving import no_orders, order_columns, orders_of
from datasets.limits import read_limits
from datasets.models import Column, Dataset
from datasets.orders import Recipe
from datasets.tasks import read_dataset
from segmentiq.access import deleted
from segmentiq.files import free_bytes, remove_folder, run_folder, sha256_of
from segmentiq.ml.errors import FileRefused, Refusal
from segmentiq.ml.values import Kind, Role

NEVER_FEATURES = ("id", "text", "constant")


def upload(
    *, owner: Any, uploaded: UploadedFile[Any], name: str = "", overrides: dict[str, Any] | None = None, is_sample: bool = False
) -> Dataset:
    """Keep an uploaded file and queue its reading. Raises FileRefused and Refusal; then neither row nor file stays."""
    from datasets.reader import check_upload

    file_name = clean_file_name(uploaded.name)
    _check_room(owner, uploaded.size or 0)
    uploaded.seek(0)
    check_upload(cast("BinaryIO", uploaded.file), file_name, read_limits(), overrides=overrides)
    uploaded.seek(0)
    dataset = Dataset(
        id=uuid.uuid4(),
        owner=owner,
        name=_clean_name(name or PurePosixPath(file_name).stem),
        file_name=file_name,
        overrides=overrides or {},
        is_sample=is_sample,
    )
    try:
        stored = storage.store_upload(dataset.pk, uploaded.chunks(storage.CHUNK), settings.MAX_UPLOAD_BYTES)
        dataset.sha256, dataset.fingerprint, dataset.size = sha256_of(stored.path), stored.fingerprint, stored.size
        _publish(dataset)
    except BaseException:
        storage.remove_dir(dataset.pk)
        raise
    return dataset


def _publish(dataset: Dataset) -> None:
    """Save the row and queue its reading; the owner's row is locked, so that twenty uploads at once cannot pass a quota."""
    with transaction.atomic():
        get_user_model()._default_manager.select_for_update(no_key=True).get(pk=dataset.owner_id)
        _check_quota(dataset.owner, dataset.size)
        dataset.save(force_insert=True)
        read_dataset.enqueue(str(dataset.pk))


def clean_file_name(name: str | None) -> str:
    """Return the last part of the path a browser sent, printable, at most 255 long. Raises FileRefused if it is none."""
    last = (name or "").replace("\\", "/").rpartition("/")[2]
    kept = "".join(character for character in last if character.isprintable()).strip()
    if kept.strip(".") == "" or "\N{REPLACEMENT CHARACTER}" in kept:  # what is not UTF-8 arrives as that
        raise FileRefused(
            "The upload has no usable file name.",
            code="file_missing_or_truncated",
            field="file",
            hint="Choose a file, its name in UTF-8, and send it again.",
        )
    stem, dot, ending = kept.rpartition(".")
    return f"{stem[: 254 - len(ending)]}.{ending}" if dot and len(ending) < 20 else kept[:255]


def _clean_name(name: str) -> str:
    kept = " ".join("".join(character if character.isprintable() else " " for character in name).split())[:200].strip()
    if not kept:
        raise Refusal("A dataset needs a name.", code="invalid_value", field="name", hint="Give it one of up to 200 characters.")
    return kept


def _check_room(owner: Any, size: int) -> None:
    """Refuse before a byte is written; `_publish` checks the quota again when it is exact."""
    if size > settings.MAX_UPLOAD_BYTES:
        raise storage.too_large(settings.MAX_UPLOAD_BYTES)
    if free_bytes(settings.UPLOAD_DIR) < settings.MIN_FREE_DISK_BYTES + size:
        raise Refusal("The disk is nearly full, so new files wait.", code="disk_full", hint="Tell whoever runs this site.")
    _check_quota(owner, size)


def _check_quota(owner: Any, size: int) -> None:
    theirs = Dataset.objects.filter(owner=owner)
    if theirs.count() >= settings.MAX_DATASETS_PER_USER:
        raise Refusal(
            f"You have {settings.MAX_DATASETS_PER_USER:,} datasets, which is the limit.",
            code="too_many_datasets",
            hint="Delete one you no longer need.",
        )
    if (theirs.aggregate(total=Sum("size"))["total"] or 0) + size > settings.MAX_BYTES_PER_USER:
        raise Refusal(
            f"Your files would take more than the limit of {settings.MAX_BYTES_PER_USER // 2**20:,} MiB.",
            code="storage_quota",
            hint="Delete a dataset you no longer need.",
        )


def rename(dataset: Dataset, name: str) -> None:
    """Give a dataset another name. Raises Refusal when it is empty."""
    dataset.name = _clean_name(name)
    dataset.save(update_fields=["name"])


def override_column(column: Column, *, kind: Kind | None = None, role: Role | None = None) -> None:
    """Correct what a column holds or is for. Raises Refusal for an unknown kind or role, or an identifier as a feature."""
    new_kind, new_role = kind or column.kind, role or column.role
    if new_kind not in get_args(Kind):
        raise Refusal(f"A column's kind is one of {', '.join(get_args(Kind))}.", code="invalid_kind", field="kind")
    if new_role not in get_args(Role):
        raise Refusal(f"A column's role is one of {', '.join(get_args(Role))}.", code="invalid_role", field="role")
    if new_role == "feature" and new_kind in NEVER_FEATURES:
        raise Refusal(
            f"Column {column.name!r} holds {new_kind}, which cannot be clustered on.",
            code="invalid_role",
            field="role",
            hint="Set its kind to number, category, date or boolean first.",
        )
    if not column.override(new_kind, new_role):
        raise Refusal("The file is read again at this moment.", code="conflict", hint="Wait until it is ready.")


def restore_column(column: Column) -> bool:
    """Give a column back the kind and role it was read with. False when nobody overrode them."""
    return column.restore()


def read_again(dataset: Dataset, overrides: dict[str, Any]) -> Dataset:
    """Queue another reading of the same file with other decisions. Raises Refusal while it is read, or when runs stand on it.

    Customers turned from orders have no file: without decisions they are turned again as they were.
    """
    from datasets.reader.overrides import check_overrides

    check_overrides(overrides)
    if dataset.is_derived and overrides in ({}, dataset.overrides):
        return turn_again(dataset, {})
    if dataset.is_derived:
        raise Refusal(
            "These customers were turned from orders: there is no file to be read in another way.",
            code="invalid_override",
            field="overrides",
            hint="Turn the orders again with another recipe, or read the order file in another way.",
        )
    return _queue_again(dataset, overrides=overrides)


def _queue_again(dataset: Dataset, **choices: Any) -> Dataset:
    with transaction.atomic():
        locked = _locked(dataset)
        if locked.is_active:
            raise Refusal(
                "The dataset is still being read.", code="still_active", hint="Wait until it is ready, then read it again."
            )
        if locked.runs.answering().exists():
            raise Refusal(
                "Runs stand on this dataset as it was read.",
                code="conflict",
                hint=f"Delete its runs first, or {'turn the orders' if locked.is_derived else 'upload the file'} a second time.",
            )
        locked.queue_again(**choices)
        read_dataset.enqueue(str(locked.pk))
    return locked


def _locked(dataset: Dataset) -> Dataset:
    """Lock and return the row as it is now. Raises Refusal when it was deleted."""
    locked: Dataset | None = Dataset.objects.select_for_update().filter(pk=dataset.pk).first()
    if locked is None:
        raise deleted()
    return locked


def derive_customers(orders: Dataset, recipe: Mapping[str, Any], *, name: str = "") -> Dataset:
    """Queue the turning of an order file into a dataset of its customers, which belongs to the same person.

    Raises Refusal for a recipe that does not fit the columns, orders that are not ready, and a quota.
    """
    if orders.is_derived:
        raise no_orders()
    with transaction.atomic():
        locked = _locked(orders)  # so that it is not deleted or read again before the customers name it
        checked = Recipe.from_mapping(recipe, order_columns(locked))
        _check_room(locked.owner, 0)
        stem = PurePosixPath(locked.file_name).stem
        derived = Dataset(
            id=uuid.uuid4(),
            owner=locked.owner,
            parent=locked,
            recipe=checked.to_mapping(),
            name=_clean_name(name or f"{locked.name[:188]}: customers"),
            file_name=f"{stem[:240]}-customers.csv",
            size=0,
        )
        _publish(derived)
    return derived


def turn_again(derived: Dataset, recipe: Mapping[str, Any]) -> Dataset:
    """Queue another turning of the same orders with another recipe; parts that are left out of it stay as they were.

    Raises Refusal for a recipe that does not fit, orders that are gone or not ready, a turning under way, runs that stand on it.
    """
    if not derived.is_derived:
        raise Refusal("Only customers that were turned from orders have a recipe.", code="not_orders", field="recipe")
    checked = Recipe.from_mapping({**derived.recipe, **recipe}, order_columns(orders_of(derived)))
    return _queue_again(derived, recipe=checked.to_mapping())


def delete(dataset: Dataset) -> None:
    """Forget a dataset with its runs; every file goes after the transaction, and work under way stops by losing its lease.

    Raises Refusal for all but one of those who delete it at once.
    """
    if not _forget(dataset):
        raise deleted()


def _forget(dataset: Dataset) -> bool:
    """Delete the row and say what goes with it; False when somebody else was quicker.

    The rows are locked first: a worker that publishes at this moment has done so before, or will find nothing to publish to.
    """
    with transaction.atomic():
        if Dataset.objects.select_for_update().filter(pk=dataset.pk).first() is None:
            return False
        runs = list(dataset.runs.select_for_update().values_list("pk", flat=True))
        folders = [storage.dataset_dir(dataset.pk), *map(run_folder, runs)]
        Dataset.objects.filter(pk=dataset.pk).delete()
        for folder in folders:
            transaction.on_commit(partial(remove_folder, folder), robust=True)
    return True


def erase(person: Any) -> None:
    """Forget a person with everything they own, files too, at once."""
    with transaction.atomic():
        for dataset in Dataset.objects.filter(owner=person):
            _forget(dataset)
        person.delete()
