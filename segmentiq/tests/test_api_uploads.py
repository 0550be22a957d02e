"""Uploads the API refuses: files that are no table, forms that are no upload; each with its code, and no row left behind."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from rest_framework.test import APIClient

from segmentiq.tests.test_api_errors import api, error

__all__ = ["api"]


def upload(client: APIClient, **fields: Any) -> Any:
    return client.post("/api/v1/datasets/upload", fields, format="multipart")


@pytest.mark.parametrize(
    ("content", "name", "status", "code"),
    [
        (b"", "a.csv", 422, "empty_file"),
        (b"\n \n", "a.csv", 422, "empty_file"),
        (b"\xef\xbb\xbf", "a.csv", 422, "empty_file"),
        (b"a,b,c\n", "a.csv", 422, "empty_file"),
        (b"\x89PNG\r\n\x1a\n" + bytes(range(256)), "a.csv", 415, "content_mismatch"),
        (b"%PDF-1.7\n", "a.csv", 415, "content_mismatch"),
        (b"a,b\n1,2,3\n4,5,6\n7,8,9\n", "a.csv", 422, "ragged_rows"),
        (
            ",".join(f"c{i}" for i in range(10_000)).encode() + b"\n" + b",".join([b"1"] * 10_000),
            "a.csv",
            413,
            "too_many_columns",
        ),
        (b"a,b\n1,\x00\n", "a.csv", 422, "binary_content"),
        (b"a,b\n1,2\n", "a.xlsx", 415, "content_mismatch"),
        (b"\x80\x04\x95", "model.pkl", 415, "unsupported_type"),
    ],
)
def test_a_file_that_is_no_table_is_refused_with_its_code(
    api: APIClient, content: bytes, name: str, status: int, code: str
) -> None:
    assert error(upload(api, file=SimpleUploadedFile(name, content)), status)["code"] == code


def test_an_upload_without_a_usable_file_is_refused(api: Any) -> None:
    path = "/api/v1/datasets/upload"
    assert error(upload(api, name="x"), 400)["code"] == "file_missing_or_truncated"
    assert error(api.post(path, {"file": "text"}, format="multipart"), 400)["code"] == "file_missing_or_truncated"
    assert error(api.generic("POST", path, b"", content_type="multipart/form-data"), 400)["code"] == "file_missing_or_truncated"
    assert error(api.generic("POST", path, b"x", content_type="multipart/form-data; boundary=q"), 400)["code"]
    assert error(api.post(path, {"file": "x"}, format="json"), 415)["code"] == "unsupported_media_type"
    for name in ("..", "", "/"):
        body = f'--q\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n\r\na,b\r\n1,2\r\n--q--\r\n'
        response = api.generic("POST", path, body, content_type="multipart/form-data; boundary=q")
        assert error(response, 400)["code"] == "file_missing_or_truncated"


def test_a_form_that_ended_early_leaves_no_dataset(api: APIClient, owner: Any) -> None:
    body = '--q\r\nContent-Disposition: form-data; name="file"; filename="a.csv"\r\n\r\na,b\r\n1,2\r\n3,4\r\n'
    response = api.generic("POST", "/api/v1/datasets/upload", body, content_type="multipart/form-data; boundary=q")
    assert error(response, 400)["code"] == "file_missing_or_truncated"
    assert not owner.datasets.exists()


def test_more_than_one_file_or_a_thousand_fields_are_refused(api: APIClient) -> None:
    two = upload(api, file=SimpleUploadedFile("a.csv", b"a\n1\n"), other=SimpleUploadedFile("b.csv", b"a\n1\n"))
    assert error(two, 400)["code"] == "one_file_expected"
    assert error(upload(api, **{f"f{i}": "x" for i in range(1001)}), 400)["code"] == "one_file_expected"


def test_a_file_announced_as_too_large_is_refused_unread(api: APIClient, settings: Any) -> None:
    settings.MAX_UPLOAD_BYTES = 1000
    response = upload(api, file=SimpleUploadedFile("a.csv", b"a,b\n" + b"1,2\n" * 50_000))
    assert error(response, 413)["code"] == "file_too_large"


def test_an_unknown_field_of_an_upload_is_named(api: APIClient) -> None:
    told = error(upload(api, file=SimpleUploadedFile("a.csv", b"a,b\n1,2\n"), nmae="typo"), 400)
    assert (told["code"], told["field"]) == ("unknown_field", "nmae")


@pytest.mark.parametrize(
    "overrides",
    ["{", "[]", "3", '{"delimiter": ";"', "[" * 100_000, '{"header": 1e400}', '{"header": NaN}', '{"sheet": "\\ud800"}'],
    ids=["cut", "list", "number", "open", "deep", "huge", "NaN", "surrogate"],
)
def test_overrides_that_are_no_object_are_refused(api: APIClient, overrides: str) -> None:
    told = error(upload(api, file=SimpleUploadedFile("a.csv", b"a,b\n1,2\n"), overrides=overrides), 400)
    assert told["field"] == "overrides"


@pytest.mark.parametrize("overrides", ['{"delimiter": 5}', '{"what": 1}', '{"header": "maybe"}', '{"encoding": "rot13"}'])
def test_a_reading_choice_that_is_none_is_refused_at_once(api: APIClient, owner: Any, overrides: str) -> None:
    response = upload(api, file=SimpleUploadedFile("a.csv", b"a,b\n1,2\n"), overrides=overrides)
    assert error(response, 400)["code"] == "invalid_override"
    assert not owner.datasets.exists()
