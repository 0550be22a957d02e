"""Files that are whole or absent, in folders named by their row: UPLOAD_DIR/<dataset>/ and OUTPUT_DIR/<run>/.

Flows in: a path and what to write there; the rows the database knows. Flows out: a file under its final name, flushed to the
disk, or none at all; and the list of files that no row answers for.

A plain write, killed in the middle, leaves a torn file under its final name; a `.part` file that is renamed never does. Whatever
a killed process, a rolled-back transaction or a cascade leaves behind, the sweep finds by comparing folder and database, so
nothing depends on every path of deletion remembering the files.
"""

from __future__ import annotations

import errno
import hashlib
import os
import shutil
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from io import BufferedReader
from pathlib import Path
from typing import Any, BinaryIO

import xxhash
from django.conf import settings

from segmentiq.ml.errors import Refusal

PART = ".part"
HEX_OF_SHA256 = 64
fingerprinting: Any = xxhash.xxh3_128
"""Makes the fingerprint of a file that only we read: it shows damage, not malice, and costs a fortieth of a SHA-256."""
GRACE_S = 30.0
"""What changed more recently than this may belong to a request that has not committed yet."""

FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
CLOSED = (errno.EROFS, errno.EACCES, errno.EPERM, errno.EIO)

Sweeper = Callable[[float], list[Path]]
SWEEPERS: list[Sweeper] = []
"""One function per application, registered by its `tasks` module: `sweep(grace_s)` deletes orphans and returns which."""


def dataset_folder(pk: object) -> Path:
    return Path(settings.UPLOAD_DIR) / str(pk)


def run_folder(pk: object) -> Path:
    return Path(settings.OUTPUT_DIR) / str(pk)


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Yield a `.part` path to write to; on leaving, flush it and give it its name. On an exception nothing stays.

    Raises Refusal when the disk is full or cannot be written to.
    """
    part = path.with_name(path.name + PART)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        yield part
        flush(part)
        part.replace(path)
        flush(path.parent)
    except BaseException as error:
        with suppress(OSError):
            part.unlink(missing_ok=True)
        refusal = refusal_of(error)
        if refusal is not None:
            raise refusal from error
        raise


def refusal_of(error: BaseException) -> Refusal | None:
    """Return the sentence for a disk that takes nothing more, None for any other failure."""
    number = error.errno if isinstance(error, OSError) else None
    if number in FULL:
        return Refusal(
            "The disk is full, so nothing could be stored.",
            code="disk_full",
            hint="Try again when whoever runs this site has made room.",
        )
    if number in CLOSED:
        return Refusal(
            "The folder for files cannot be written to, so nothing could be stored.",
            code="storage_closed",
            hint="Tell whoever runs this site; try again afterwards.",
        )
    return None


def flush(path: Path) -> None:
    """Wait until a file's bytes, or a folder's names, are on the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def sha256_of(path: Path) -> str:
    """Return the file's SHA-256 (hex), which anybody can compare."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def opened(path: Path, size: int | None, expected: str = "") -> BinaryIO | None:
    """Open a file for reading; None when it is missing, or not as long or not what its row says.

    `expected` is a fingerprint or, of results and of files that were stored before there were any, a SHA-256.
    """
    try:
        stream = path.open("rb")
    except OSError:
        return None
    long_enough = size is None or os.fstat(stream.fileno()).st_size == size
    if long_enough and (not expected or _hash_like(expected, stream) == expected):
        stream.seek(0)
        return stream
    stream.close()
    return None


def is_sha256(expected: str) -> bool:
    """Tell a SHA-256 from a fingerprint."""
    return len(expected) == HEX_OF_SHA256


def _hash_like(expected: str, stream: BufferedReader) -> str:
    return hashlib.file_digest(stream, hashlib.sha256 if is_sha256(expected) else fingerprinting).hexdigest()


def remove_folder(folder: Path) -> None:
    """Delete a row's folder with everything in it; one that is gone already is fine."""
    shutil.rmtree(folder, ignore_errors=True)


def free_bytes(folder: Path) -> int:
    """Return the free bytes of the disk that holds the folder, which need not exist yet."""
    while not folder.exists():
        folder = folder.parent
    return shutil.disk_usage(folder).free


def folders_by_key(root: Path) -> dict[uuid.UUID, Path]:
    """Return the folders below `root` that are named like a row's key; anything else there is not ours to touch."""
    found: dict[uuid.UUID, Path] = {}
    for entry in root.iterdir() if root.is_dir() else ():
        key = _key(entry.name)
        if key is not None and entry.is_dir() and not entry.is_symlink():
            found[key] = entry
    return found


def _key(name: str) -> uuid.UUID | None:
    try:
        key = uuid.UUID(name)
    except ValueError:
        return None
    return key if str(key) == name else None


def entries_of(folder: Path) -> list[Path]:
    """Return what lies in a folder; nothing when somebody deleted it meanwhile."""
    try:
        return list(folder.iterdir())
    except (FileNotFoundError, NotADirectoryError):
        return []


def remove_settled(path: Path, grace_s: float) -> bool:
    """Delete a file or folder in which nothing changed within the grace period; tell whether it is gone."""
    inside = (Path(folder, name) for folder, folders, files in os.walk(path) for name in (*folders, *files))
    newest = max(map(_changed_at, (path, *inside)))
    if time.time() - newest < grace_s:
        return False
    if path.is_dir():
        remove_folder(path)
    else:
        path.unlink(missing_ok=True)
    return not path.exists()


def _changed_at(path: Path) -> float:
    try:
        return path.lstat().st_mtime
    except OSError:
        return 0.0


def sweep_all(grace_s: float = GRACE_S) -> list[Path]:
    """Delete every orphan of every application; return what was deleted."""
    from django.utils.module_loading import autodiscover_modules

    autodiscover_modules("tasks")
    return [path for sweeper in SWEEPERS for path in sweeper(grace_s)]
