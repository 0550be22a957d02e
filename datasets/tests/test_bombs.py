"""Files made to hurt, through a real worker: each past the check at upload, straight to the process that reads.

The dataset ends as failed with its code and its sentence, memory stays within bounds, and the same worker reads the next file.
"""

from __future__ import annotations

import io
import struct
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pyarrow as pa
import pyarrow.parquet
import pytest
from django.db import transaction

from datasets import storage
from datasets.models import Dataset
from datasets.reader.tests.workbooks import MAIN, SHEET, rewritten, sheet_of, workbook, write
from datasets.tasks import read_dataset
from datasets.tests.catalogue import hold_sentence
from segmentiq.jobs.tests.conftest import Site, connected, ended, is_alive, make_database, until

pytestmark = [pytest.mark.database, pytest.mark.slow]

MEMORY_MB = 512
MAX_PEAK_MB = 640
"""What the libraries take, and one chunk of whatever is read."""
SECONDS = 120.0
PLAIN = b"customer_id,spend\n" + b"".join(b"C%d,%d\n" % (i, i * i % 17) for i in range(50))
BOOK = workbook(lambda book: write(book, "Data", [["customer", "spend"], *([f"C{i}", i * 1.5] for i in range(30))]))


def bomb() -> bytes:
    """Return 300 KB that unpack to 300 MB."""
    return rewritten(BOOK, {SHEET: sheet_of(" " * 300_000_000)})


def repeated_text() -> bytes:
    """Return 500 KB that hold 3 GB of text: one long text, repeated by its number."""
    texts = f'<sst xmlns="{MAIN}"><si><t>{"x" * 32_000}</t></si></sst>'.encode()
    rows = "".join(f'<row r="{i}"><c r="A{i}" t="s"><v>0</v></c></row>' for i in range(1, 100_001))
    return rewritten(BOOK, {SHEET: sheet_of(rows), "xl/sharedStrings.xml": texts})


def huge_cell() -> bytes:
    return PLAIN + b'"' + b"x" * 150_000_000 + b'",1\n'


def endless_quote() -> bytes:
    """Return a quotation mark that is closed nowhere, before 150 MB of lines."""
    return b'customer_id,spend\n"C1,2\n' + b"C2,3\n" * 30_000_000


def claiming(n_rows: int) -> bytes:
    """Return 1,000 rows in Parquet that say everywhere how many they are: so many."""
    written = io.BytesIO()
    pa.parquet.write_table(pa.table({"customer_id": list(range(1_000)), "plan": ["a", "b"] * 500}), written)
    content = written.getvalue()
    start = len(content) - 8 - struct.unpack("<I", content[-8:-4])[0]
    said, lie = (b"\x16" + _varint(2 * n) for n in (1_000, n_rows))
    assert content[start:].count(said) > 1
    footer = content[start:-8].replace(said, lie)
    return content[:start] + footer + struct.pack("<I", len(footer)) + b"PAR1"


def _varint(number: int) -> bytes:
    """Return a number as Parquet's metadata writes it, seven bits at a time."""
    more, rest = number & 0x7F, number >> 7
    return bytes([more | 0x80]) + _varint(rest) if rest else bytes([more])


BOMBS: dict[str, tuple[str, Callable[[], bytes], str]] = {
    "a zip bomb": ("a.xlsx", bomb, "corrupt_xlsx"),
    "a shared text repeated 100,000 times": ("a.xlsx", repeated_text, "too_many_cells"),
    "a cell of 150 MB": ("a.csv", huge_cell, "cell_too_long"),
    "a quotation mark that is never closed": ("a.csv", endless_quote, "cell_too_long"),
    "Parquet of four billion rows": ("a.parquet", lambda: claiming(4_000_000_000), "too_many_rows"),
    "Parquet of a thousand rows that says two million": ("a.parquet", lambda: claiming(1_999_999), "corrupt_parquet"),
}


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory, django_db_blocker: Any) -> Iterator[Site]:
    """Build an installation of the whole project, and lead this process's connection there."""
    folder = tmp_path_factory.mktemp("site")
    with django_db_blocker.unblock():
        site = Site(url=make_database(folder), folder=folder, settings_module="segmentiq.settings")
        with pytest.MonkeyPatch.context() as patch, connected(site):
            patch.setenv("WORKER_MEMORY_MB", str(MEMORY_MB))
            assert site.run("migrate", "--verbosity=0", "--skip-checks").wait() == 0
            yield site


@pytest.fixture(scope="module")
def worker(place: Site) -> subprocess.Popen[bytes]:
    """Start the one worker that reads all of them."""
    return place.worker()


def upload(place: Site, name: str, content: bytes) -> Dataset:
    """Store a file as an upload that was looked at by nobody, and queue its reading."""
    from django.contrib.auth import get_user_model

    users: Any = get_user_model()._default_manager
    owner, _ = users.get_or_create(username="ann", defaults={"email": "ann@example.org"})
    dataset = Dataset(id=uuid4(), owner=owner, name="bomb", file_name=name)
    stored = storage.store_upload(dataset.pk, iter((content,)), len(content))
    dataset.sha256, dataset.fingerprint, dataset.size = "0" * 64, stored.fingerprint, stored.size
    with transaction.atomic():
        dataset.save(force_insert=True)
        read_dataset.enqueue(str(dataset.pk))
    return dataset


def child_of(worker: subprocess.Popen[bytes]) -> int | None:
    """Return the process that reads, of all that a worker started."""
    for path in Path("/proc").glob("[0-9]*"):
        try:
            parent = (path / "stat").read_text(encoding="ascii").rpartition(")")[2].split()[1]
            if parent == str(worker.pid) and b"segmentiq.jobs.child" in (path / "cmdline").read_bytes():
                return int(path.name)
        except OSError:
            continue
    return None


def peak_mb(pid: int) -> float:
    lines = Path(f"/proc/{pid}/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM"))


@pytest.mark.parametrize(("name", "build", "code"), BOMBS.values(), ids=BOMBS.keys())
def test_a_bomb_fails_in_a_sentence_and_the_worker_lives_on(
    place: Site, worker: subprocess.Popen[bytes], settings: Any, name: str, build: Callable[[], bytes], code: str
) -> None:
    settings.UPLOAD_DIR = place.folder / "datasets"
    dataset = upload(place, name, build())
    until(lambda: ended(dataset), SECONDS)
    assert dataset.status == "failed"
    hold_sentence({"code": dataset.error_code, "message": dataset.error_message, "hint": dataset.error_hint}, code)
    assert dataset.attempts == 1
    child = child_of(worker)
    assert child is not None
    assert peak_mb(child) < MAX_PEAK_MB
    sound = upload(place, "customers.csv", PLAIN)
    until(lambda: ended(sound), SECONDS)
    assert (sound.status, sound.n_rows) == ("done", 50)
    assert child_of(worker) == child
    assert is_alive(worker.pid)
