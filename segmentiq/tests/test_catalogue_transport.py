"""Bad transport, row by row: in whatever form a request comes, its answer is a documented one and nothing is left behind.

A request goes in as bytes, as a hostile or broken client sends it; a status, a code and a sentence come out, and what the media
folder, the tables and the log hold afterwards. Names that are trouble later and methods have catalogues of their own
(`test_catalogue_transport_names.py`, `test_catalogue_transport_methods.py`). `PROVED` says which rows are held elsewhere.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django_tasks_db.models import DBTaskResult
from rest_framework.test import APIClient

from datasets import storage
from datasets.models import Dataset
from segmentiq.testing.factories import file_of
from segmentiq.testing.tables import THREE_GROUPS
from segmentiq.tests.sources import lacking_tests
from segmentiq.tests.test_api_errors import error
from segmentiq.tokens import issue_token

PROVED = {
    "a file name that is `..` or empty, or none": "test_api_uploads.test_an_upload_without_a_usable_file_is_refused",
    "two files, 1,001 fields": "test_api_uploads.test_more_than_one_file_or_a_thousand_fields_are_refused",
    "a form that ends early": "test_api_uploads.test_a_form_that_ended_early_leaves_no_dataset",
    "an upload killed with its process": "test_files.test_an_upload_on_its_way_has_no_name_that_could_outlive_the_process",
    "20 uploads at once": "test_concurrency.test_twenty_uploads_at_once_cannot_pass_a_quota",
    "odd words in a filter": "test_api_errors.test_a_filter_that_does_not_exist_is_named",
    "odd words in an ordering, page=NUL, page=10^21": "test_api_datasets.test_what_a_list_does_not_know_is_refused_by_name",
    "odd words in a search": "test_api_datasets.test_odd_words_in_a_query_reach_no_lookup",
    "JSON that is none": "test_api_errors.test_unsound_json_is_a_parse_error_and_is_not_quoted_back",
    "a JSON body above 1 MiB": "test_api_errors.test_a_body_of_more_than_a_mebibyte_is_refused",
    "a wrong Content-Type": "test_api_errors.test_a_body_of_another_kind_is_refused",
    "overrides that are no object": "test_api_uploads.test_overrides_that_are_no_object_are_refused",
}
UPLOAD = "/api/v1/datasets/upload"
TRAIN = "/api/v1/clustering/train"
FORM = "multipart/form-data; boundary=q"
GIB = 2**30
pytestmark = pytest.mark.django_db


@pytest.fixture
def api(owner: Any) -> APIClient:
    client = APIClient(raise_request_exception=False)
    client.credentials(HTTP_AUTHORIZATION=f"Token {issue_token(owner)[1]}")
    return client


@pytest.fixture
def nothing_left(media: Path) -> Callable[[], bool]:
    """Return a function that tells whether neither a row nor a file nor queued work is there."""

    def is_clean() -> bool:
        files = [path for path in media.rglob("*") if path.is_file()]
        return not (files or Dataset.objects.exists() or DBTaskResult.objects.exists())

    return is_clean


def part(file_name: bytes, content: bytes = b"a,b\n1,2\n3,4\n", field: bytes = b"file") -> bytes:
    return b'--q\r\nContent-Disposition: form-data; name="%b"; filename="%b"\r\n\r\n%b\r\n' % (field, file_name, content)


def form(*parts: bytes) -> bytes:
    return b"".join(parts) + b"--q--\r\n"


def send(client: Any, body: bytes, path: str = UPLOAD, content_type: str = FORM, **environ: Any) -> Any:
    return client.generic("POST", path, body, content_type=content_type, CONTENT_TYPE=content_type, **environ)


class Wire:
    """The stream of a request whose sender is gone after the first bytes: reading on fails, or finds the end."""

    def __init__(self, first: bytes, *, ends: bool) -> None:
        self.first, self.ends, self.n_read = first, ends, 0

    def read(self, size: int = -1) -> bytes:
        chunk, self.first = self.first[:size], self.first[size:] if size >= 0 else b""
        if not chunk and not self.ends:
            raise ConnectionResetError(104, "Connection reset by peer")
        self.n_read += len(chunk)
        return chunk

    def readline(self, size: int = -1) -> bytes:
        return self.read(size)


def announced(wire: Wire, n_bytes: int) -> dict[str, Any]:
    """Return what the server in front says of a request whose body it has not read."""
    return {"CONTENT_LENGTH": str(n_bytes), "wsgi.input": wire}


def test_every_row_held_elsewhere_is_held() -> None:
    assert lacking_tests(PROVED.values()) == []


@pytest.mark.parametrize("name", [b"\xff\xfe.csv", b"caf\xe9.csv", b"\xff", b"\x00", b"\x7f\x1b"])
def test_a_file_name_that_is_not_utf8_or_nothing_but_controls_is_refused(
    api: APIClient, nothing_left: Callable[[], bool], name: bytes
) -> None:
    told = error(send(api, form(part(name))), 400)
    assert (told["code"], told["field"]) == ("file_missing_or_truncated", "file")
    assert nothing_left()


@pytest.mark.parametrize(
    "name",
    [
        b"a\x00b.csv",
        b"a\nb.csv",
        b"a%0d%0aSet-Cookie: x=1.csv",
        b"a.csv\r\nSet-Cookie: x=1",
        "a\u2028b\u0085c.csv".encode(),
        b"../../etc/passwd.csv",
        b"C:\\temp\\a.csv",
        "\u202evsc.exe.csv".encode(),
        b"n" * 800 + b".csv",
        b"<script>alert(1)</script>.csv",
    ],
)
def test_a_hostile_file_name_is_taken_and_comes_back_on_one_line(api: Any, media: Path, name: bytes) -> None:
    response = send(api, form(part(name)))
    assert response.status_code == 201, response.content
    answer = api.get(f"{response['Location']}/file")
    header = answer["Content-Disposition"]
    assert header.startswith("attachment; filename")
    assert not set(header.replace('\\"', "")) & set("\r\n\0/\\")
    assert b"".join(answer.streaming_content) == b"a,b\n1,2\n3,4\n"
    assert "Set-Cookie" not in answer.headers
    assert len(response.json()["file_name"]) <= 255


@pytest.mark.parametrize(
    ("name", "status"),
    [("CON.csv", 201), ("x.php.csv", 201), ("x.csv.exe", 415), (".htaccess", 201), ("x.php", 415), ("x.csv/", 400)],
)
def test_a_file_is_kept_under_a_name_of_ours_whatever_it_is_called(api: APIClient, media: Path, name: str, status: int) -> None:
    response = send(api, form(part(name.encode())))
    assert response.status_code == status, response.content
    if status == 201:
        dataset = Dataset.objects.get()
        assert storage.original_path(dataset).is_file()
    stem = name.partition(".")[0] or name
    assert [path for path in media.rglob("*") if path.is_file() and stem in path.name] == []


def test_a_hundred_and_fifty_files_are_refused(api: APIClient, nothing_left: Callable[[], bool]) -> None:
    body = form(*(part(b"%d.csv" % number, field=b"f%d" % number) for number in range(150)))
    assert error(send(api, body), 400)["code"] == "one_file_expected"
    assert error(send(api, form(part(b"a.csv"), part(b"b.csv"))), 400)["code"] == "one_file_expected"
    assert nothing_left()


@pytest.mark.parametrize("content_type", ["multipart/form-data", "multipart/form-data; boundary=", "multipart/mixed; boundary=q"])
def test_a_form_without_its_boundary_is_none(api: APIClient, nothing_left: Callable[[], bool], content_type: str) -> None:
    response = send(api, form(part(b"a.csv")), content_type=content_type)
    assert response.status_code in (400, 415)
    assert error(response, response.status_code)["code"] in ("file_missing_or_truncated", "unsupported_media_type")
    assert nothing_left()


def test_five_gibibytes_are_refused_before_a_byte_of_them_is_read(
    api: APIClient, client: Client, owner: Any, nothing_left: Callable[[], bool]
) -> None:
    """The proxy in front is told the same limit (docs/operations.md); without one, this is where it ends."""
    client.force_login(owner)
    for visitor, path in ((api, UPLOAD), (client, UPLOAD), (client, "/datasets/upload")):
        wire = Wire(part(b"a.csv"), ends=False)
        response = send(visitor, b"", path, **announced(wire, 5 * GIB))
        assert (response.status_code, wire.n_read) == (413, 0), path
        assert b"larger than the" in response.content
    assert nothing_left()


@pytest.mark.parametrize("ends", [True, False], ids=["the end comes early", "the connection breaks"])
@pytest.mark.parametrize("n_bytes", [10, 400, 2_000_000], ids=["in a header", "in memory", "on the disk"])
def test_a_client_that_leaves_in_the_middle_leaves_nothing(
    api: APIClient,
    client: Client,
    owner: Any,
    nothing_left: Callable[[], bool],
    caplog: pytest.LogCaptureFixture,
    n_bytes: int,
    ends: bool,
) -> None:
    client.force_login(owner)
    client.raise_request_exception = False
    for visitor, path in ((api, UPLOAD), (client, UPLOAD), (client, "/datasets/upload")):
        wire = Wire(part(b"a.csv", THREE_GROUPS.encode() * 2_000)[:n_bytes] + b"--", ends=ends)
        response = send(visitor, b"", path, **announced(wire, 90_000_000))
        assert response.status_code == 400, response.content
        assert path != UPLOAD or error(response, 400)["code"] == "file_missing_or_truncated"
        assert nothing_left()
    assert [record for record in caplog.records if record.levelname == "ERROR"] == []


def test_a_client_that_leaves_amid_its_json_is_no_fault_of_ours(api: APIClient, caplog: pytest.LogCaptureFixture) -> None:
    wire = Wire(b'{"dataset_id": "', ends=False)
    response = send(api, b"", TRAIN, "application/json", **announced(wire, 900))
    assert error(response, 400)["code"] == "parse_error"
    assert [record for record in caplog.records if record.levelname == "ERROR"] == []


def test_the_same_file_twice_is_two_datasets(api: APIClient, drain: Callable[[], int]) -> None:
    first, second = (api.post(UPLOAD, {"file": file_of(THREE_GROUPS)}, format="multipart").json() for _ in range(2))
    assert first["id"] != second["id"]
    assert first["sha256"] == second["sha256"]
    drain()
    assert [entry["status"] for entry in api.get("/api/v1/datasets").json()["results"]] == ["ready", "ready"]


def test_the_fields_beside_a_file_may_be_anything(api: APIClient) -> None:
    said = {"name": "a\x00b\u202e" + "\U0001f4a9" * 150, "overrides": json.dumps({"delimiter": ","})}
    told = api.post(UPLOAD, {"file": file_of(THREE_GROUPS), **said}, format="multipart")
    assert told.status_code in (201, 400), told.content
    assert "\x00" not in told.content.decode()
    wrong = api.post(UPLOAD, {"file": file_of(THREE_GROUPS), "name": "n" * 201}, format="multipart")
    assert error(wrong, 400)["field"] == "name"
