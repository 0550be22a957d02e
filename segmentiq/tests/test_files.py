"""Files are whole or absent, and a disk that takes nothing more is told in a sentence."""

from __future__ import annotations

import errno
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import OperationalError
from django.test import Client, RequestFactory
from django.test.client import encode_multipart
from xxhash import xxh3_128

from segmentiq import views
from segmentiq.files import PART, entries_of, opened, remove_settled, replacing, sha256_of
from segmentiq.ml.errors import Refusal
from segmentiq.problems import CODES, page_or_answer
from segmentiq.uploads import UnnamedFileHandler


def test_a_file_gets_its_name_when_it_is_whole(tmp_path: Path) -> None:
    path = tmp_path / "new" / "top.json"
    with replacing(path) as part:
        part.write_bytes(b"{}")
        assert not path.exists()
    assert [file.name for file in path.parent.iterdir()] == ["top.json"]


def test_a_full_disk_is_told_and_nothing_stays(tmp_path: Path) -> None:
    (tmp_path / f"a{PART}").symlink_to("/dev/full")
    with pytest.raises(Refusal) as refused, replacing(tmp_path / "a") as part:
        part.write_bytes(b"x")
    assert refused.value.code == "disk_full"
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(("number", "code"), [(errno.EDQUOT, "disk_full"), (errno.EROFS, "storage_closed")])
def test_a_disk_that_takes_nothing_has_a_registered_code(tmp_path: Path, number: int, code: str) -> None:
    with pytest.raises(Refusal) as refused, replacing(tmp_path / "a"):
        raise OSError(number, "no")
    assert refused.value.code == code
    assert CODES[code].status == 503


def test_another_failure_stays_what_it_is(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError), replacing(tmp_path / "a"):
        (tmp_path / "nothing").read_bytes()
    assert list(tmp_path.iterdir()) == []


def test_what_cannot_be_deleted_is_not_called_deleted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    orphan = tmp_path / "orphan"
    orphan.mkdir()
    monkeypatch.setattr("shutil.rmtree", lambda folder, ignore_errors: None)
    assert not remove_settled(orphan, 0)


def test_an_upload_on_its_way_has_no_name_that_could_outlive_the_process(tmp_path: Path, settings: Any) -> None:
    settings.FILE_UPLOAD_TEMP_DIR = tmp_path
    handler = UnnamedFileHandler()
    handler.new_file("file", "customers.csv", "text/csv", None)
    handler.receive_data_chunk(b"a,b\n", 0)
    handler.receive_data_chunk(b"1,2\n", 4)
    assert list(tmp_path.iterdir()) == []
    uploaded = handler.file_complete(8)
    assert (uploaded.name, uploaded.size, uploaded.read()) == ("customers.csv", 8, b"a,b\n1,2\n")
    handler.upload_interrupted()
    assert uploaded.closed


def test_a_large_upload_takes_that_way(settings: Any, tmp_path: Path) -> None:
    settings.FILE_UPLOAD_TEMP_DIR = tmp_path
    large = BytesIO(b"a,b\n" + b"1,2\n" * 300_000)
    large.name = "large.csv"
    uploaded: Any = RequestFactory().post("/", {"file": large}).FILES["file"]
    assert uploaded.size == 1_200_004
    assert list(tmp_path.iterdir()) == []


def test_a_database_that_is_away_is_told_on_pages_and_in_the_api(rf: RequestFactory) -> None:
    answer = page_or_answer("internal_error", views.broken)
    try:
        raise OperationalError("connection refused")
    except OperationalError:
        page, api = answer(rf.get("/runs")), answer(rf.get("/api/v1/datasets"))
    assert (page.status_code, api.status_code) == (503, 503)
    assert b"database is away" in page.content  # type: ignore[attr-defined]
    assert api.headers["Retry-After"]
    assert answer(rf.get("/runs")).status_code == 500


def test_a_folder_that_goes_away_while_it_is_swept_is_no_failure(tmp_path: Path) -> None:
    assert entries_of(tmp_path / "gone") == []
    assert remove_settled(tmp_path / "gone", 0)


def test_an_upload_announced_as_too_large_is_refused_before_it_is_read(client: Client, owner: Any, settings: Any) -> None:
    settings.MAX_UPLOAD_BYTES = 1000
    client.force_login(owner)
    for path in ("/datasets/upload", "/api/v1/datasets/upload"):
        body = encode_multipart("q", {"file": SimpleUploadedFile("a.csv", b"a,b\n" + b"1,2\n" * 50_000)})
        assert client.post(path, body, content_type="multipart/form-data; boundary=q").status_code == 413
    assert not owner.datasets.exists()


def test_a_file_that_differs_in_a_byte_is_not_opened(tmp_path: Path) -> None:
    path = tmp_path / "table"
    path.write_bytes(b"a" * 3_000_000)
    kept = xxh3_128(b"a" * 3_000_000).hexdigest(), sha256_of(path)
    for expected in kept:
        stream = opened(path, 3_000_000, expected)
        assert stream is not None
        assert stream.read(1) == b"a"
        stream.close()
    path.write_bytes(b"a" * 2_999_999 + b"b")
    assert [opened(path, 3_000_000, expected) for expected in kept] == [None, None]
