"""The files of a dataset: the untouched original, the canonical table and its rows as text.

    UPLOAD_DIR/<dataset>/original               the bytes that were uploaded
                        /table-<hash>.arrow     typed columns, for the worker
                        /rows-<hash>.csv        the same rows as UTF-8 text, for the web process, which has no pandas;
                                                columns that the customer wrote otherwise also as they were written

Flows in: an upload, what was read of it. Flows out: paths, rows, a `Table`. A derived file carries its own hash in its name and
the row names the hash, so a reading that lost its lease can never overwrite what a later one published.
"""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Self, cast

from datasets.cells import shown_cells, written_cells
from datasets.models import Dataset
from segmentiq.access import must_exist
from segmentiq.files import (
    PART,
    dataset_folder,
    entries_of,
    fingerprinting,
    flush,
    folders_by_key,
    is_sha256,
    opened,
    remove_folder,
    remove_settled,
    replacing,
)
from segmentiq.jobs.lifecycle import Status
from segmentiq.ml.errors import FileRefused, Refusal

if TYPE_CHECKING:
    from uuid import UUID

    from datasets.reader import ReadResult
    from segmentiq.ml.values import Column, Table

ORIGINAL = "original"
CHUNK = 1024 * 1024
FLUSHED = 32 * CHUNK
"""Bytes after which a file that is written goes to the disk as far as it is, instead of all of it at its end."""


@dataclass(frozen=True, kw_only=True, slots=True)
class StoredFile:
    """What the row must say about a file."""

    path: Path
    fingerprint: str
    size: int


def dataset_dir(pk: object) -> Path:
    return dataset_folder(pk)


def original_path(dataset: Dataset) -> Path:
    return dataset_dir(dataset.pk) / ORIGINAL


def table_path(dataset: Dataset) -> Path:
    ending = "parquet" if is_sha256(dataset.table_fingerprint) else "arrow"  # the one before fingerprints, the other since
    return dataset_dir(dataset.pk) / f"table-{dataset.table_fingerprint[:16]}.{ending}"


def rows_path(dataset: Dataset) -> Path:
    return dataset_dir(dataset.pk) / f"rows-{dataset.rows_fingerprint[:16]}.csv"


def remove_dir(pk: object) -> None:
    remove_folder(dataset_dir(pk))


def store_upload(pk: object, chunks: Iterable[bytes], max_bytes: int) -> StoredFile:
    """Stream an upload to its place. Raises FileRefused when more bytes come than announced and allowed."""
    path = dataset_dir(pk) / ORIGINAL
    with replacing(path) as part, part.open("wb") as stream, Hashed(stream) as hashed:
        for chunk in chunks:
            if hashed.size + len(chunk) > max_bytes:
                raise too_large(max_bytes)
            hashed.write(chunk)
    return StoredFile(path=path, fingerprint=hashed.fingerprint, size=hashed.size)


def too_large(max_bytes: int) -> FileRefused:
    return FileRefused(
        f"The file is larger than the limit of {max_bytes // 2**20:,} MiB.",
        code="file_too_large",
        field="file",
        hint="Remove columns that are not needed, or save the table as CSV.",
    )


def open_original(dataset: Dataset) -> BinaryIO:
    """Open the bytes as they were uploaded. Raises Refusal when they are missing, cut short or changed."""
    return _present(dataset, opened(original_path(dataset), dataset.size, dataset.fingerprint or dataset.sha256))


@contextmanager
def verified(dataset: Dataset) -> Iterator[Path]:
    """Yield the path of the original, and see meanwhile whether its bytes are those that were uploaded.

    Raises Refusal in the end when they are missing, cut short or changed, whatever came of reading them.
    """
    path = original_path(dataset)
    with ThreadPoolExecutor(1) as threads:
        found = threads.submit(opened, path, dataset.size, dataset.fingerprint or dataset.sha256)
        try:
            yield path
        finally:
            _present(dataset, found.result()).close()


def open_rows(dataset: Dataset) -> BinaryIO:
    """Open the typed rows as UTF-8 CSV. Raises Refusal when they are missing or cut short."""
    return _present(dataset, opened(rows_path(dataset), dataset.rows_size) if dataset.rows_fingerprint else None)


def _present(dataset: Dataset, stream: BinaryIO | None) -> BinaryIO:
    if stream is None:
        must_exist(dataset)
        raise damaged()
    return stream


def damaged() -> Refusal:
    return Refusal(
        "The dataset's stored table is missing or damaged.",
        code="table_unreadable",
        hint="Read the file again; if that fails, upload it again.",
    )


def iter_rows(dataset: Dataset) -> Iterator[list[str]]:
    """Yield the header, then every typed row, as text; a missing cell is empty. Raises Refusal before the first one."""
    return shown_cells(_records(open_rows(dataset)))


def iter_written(dataset: Dataset) -> Iterator[list[str]]:
    """Yield the header, then every row, as the customer wrote it. Raises Refusal before the first one."""
    return written_cells(_records(open_rows(dataset)))


def _records(stream: BinaryIO) -> Iterator[list[str]]:
    with io.TextIOWrapper(stream, encoding="utf-8", newline="") as text:
        yield from map(whole_row, csv.reader(text))


def whole_row(row: list[str]) -> list[str]:
    """Return the row; where the only column's cell is missing, the line is blank and the csv module sees no cell at all."""
    return row or [""]


# --- the worker's side: everything below loads pandas ------------------------------------------------------------------------


def store_table(dataset: Dataset, read: ReadResult) -> StoredFile:
    """Write a typed table as an Arrow file, under a name made of its hash."""
    from datasets import tabular

    return _store_hashed(dataset, "table-{}.arrow", partial(tabular.write_table, read.table, shown=read.shown))


def store_rows(dataset: Dataset, read: ReadResult) -> StoredFile:
    """Write the rows of a typed table as text, under a name made of their hash."""
    from datasets import tabular

    write = partial(tabular.write_text, read.table, written=read.written, shown=read.shown)
    return _store_hashed(dataset, "rows-{}.csv", write)


def _store_hashed(dataset: Dataset, pattern: str, write: Callable[[BinaryIO], None]) -> StoredFile:
    draft = dataset_dir(dataset.pk) / pattern.format(f"draft{dataset.lease[:8]}")
    with replacing(draft) as part, part.open("wb") as stream, Hashed(stream) as hashed:
        write(cast("BinaryIO", hashed))
    path = draft.with_name(pattern.format(hashed.fingerprint[:16]))
    draft.replace(path)
    flush(path.parent)
    return StoredFile(path=path, fingerprint=hashed.fingerprint, size=hashed.size)


class Hashed:
    """A file to write to that knows the fingerprint of what was written, and brings it to the disk while more is made."""

    closed = False

    def __init__(self, stream: BinaryIO) -> None:
        self._stream, self._hash, self.size = stream, fingerprinting(), 0
        self._threads, self._flushing = ThreadPoolExecutor(1), list[Future[None]]()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        """Wait for what is on its way. Raises OSError when the disk failed at it, unless something else failed already."""
        self._threads.shutdown()
        for flushing in self._flushing if kind is None else ():
            flushing.result()

    def write(self, data: bytes) -> int:
        self._hash.update(data)
        self.size += memoryview(data).nbytes
        written = self._stream.write(data)
        if self.size >= FLUSHED * (len(self._flushing) + 1):
            self._flushing.append(self._threads.submit(os.fdatasync, self._stream.fileno()))
        return written

    def flush(self) -> None:
        self._stream.flush()

    def close(self) -> None:
        """Leave the file open: whoever opened it closes it."""

    def tell(self) -> int:
        return self.size

    @property
    def fingerprint(self) -> str:
        digest: str = self._hash.hexdigest()
        return digest


def load_table(dataset: Dataset, columns: Sequence[Column] | None = None) -> Table:
    """Load the typed table with the kinds and roles that the column rows say now.

    Raises Refusal when the file is missing, damaged, or a column cannot be read as the kind a person gave it.
    """
    from datasets import tabular

    wanted = columns or [column.to_value() for column in dataset.columns.order_by("position")]
    path = table_path(dataset)
    stream = opened(path, dataset.table_size, dataset.table_fingerprint) if dataset.table_fingerprint else None
    if stream is None:
        raise damaged()
    stream.close()
    return tabular.read_table(path, tuple(wanted))


# --- the sweep ---------------------------------------------------------------------------------------------------------------


def sweep(grace_s: float) -> list[Path]:
    """Delete folders of no dataset and files no dataset names; return what was deleted.

    The folders are listed before the rows are read: a row that commits in between is seen, and saves its files.
    """
    from django.conf import settings

    folders = folders_by_key(Path(settings.UPLOAD_DIR))
    inside = {key: entries_of(folder) for key, folder in folders.items()}
    rows = Dataset.objects.only("status", "table_fingerprint", "rows_fingerprint")
    known: dict[UUID, Dataset] = rows.in_bulk(list(folders))
    orphans = [folder for key, folder in folders.items() if key not in known]
    for key, entries in inside.items():
        orphans += _strays(known[key], entries) if key in known else []
    return [path for path in orphans if remove_settled(path, grace_s)]


def _strays(dataset: Dataset, entries: list[Path]) -> list[Path]:
    """Return the files that the row does not name; a reading under way keeps all of them."""
    if dataset.status == Status.RUNNING:
        return []
    named = {original_path(dataset), *((table_path(dataset), rows_path(dataset)) if dataset.table_fingerprint else ())}
    return [entry for entry in entries if entry not in named or entry.suffix == PART]
