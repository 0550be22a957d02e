"""Failures of the API: one shape everywhere, registered codes only, nothing quoted back, nothing that gives away what exists."""

from __future__ import annotations

import json
import logging
import uuid
from typing import Any

import pytest
from django.db import OperationalError
from django.test import Client
from rest_framework.test import APIClient, APIRequestFactory

from datasets.viewsets import DatasetViewSet
from segmentiq.edge import HEADER, ValuelessFormatter
from segmentiq.ml.errors import Refusal
from segmentiq.problems import CODES, answer
from segmentiq.tests.sources import files

TRAIN = "/api/v1/clustering/train"
MISSING = str(uuid.UUID(int=7))


def error(response: Any, status: int) -> dict[str, Any]:
    """Return the error of an answer after checking that it has the one shape."""
    assert response.status_code == status, response.content
    assert response["Content-Type"] == "application/json"
    told = json.loads(response.content)["error"]
    assert list(told) == ["code", "message", "field", "hint", "request_id"]
    assert CODES[told["code"]].status == status
    assert told["request_id"] == response[HEADER]
    assert told["message"]
    return told  # type: ignore[no-any-return]


@pytest.fixture
def api(owner: Any) -> APIClient:
    client = APIClient(raise_request_exception=False)
    client.force_authenticate(owner)
    return client


def send(client: Any, body: bytes | str, content_type: str = "application/json") -> Any:
    return client.generic("POST", TRAIN, body, content_type=content_type)


UNSOUND = {
    "NaN": b'{"dataset_id": "x", "pca": NaN}',
    "infinity": b'{"n_clusters": Infinity}',
    "too large a float": b'{"n_clusters": 1e400}',
    "5,000 digits": b'{"n_clusters": ' + b"9" * 5000 + b"}",
    "bad UTF-8": b'{"columns": ["caf\xe9"]}',
    "UTF-16": '{"n_clusters": 3}'.encode("utf-16"),
    "truncated": b'{"n_clusters": ',
    "array": b"[1, 2]",
    "string": b'"hello"',
    "null": b"null",
    "half a surrogate pair": b'{"columns": ["\\ud800"]}',
    "NUL": b'{"columns": ["a\\u0000b"]}',
    "NUL in a key": b'{"a\\u0000b": 1}',
    "depth": b"[" * 100_000,
    "depth, closed": b'{"a": ' + b"[" * 100_000 + b"]" * 100_000 + b"}",
    "depth of objects": b'{"a":' * 100_000 + b"1" + b"}" * 100_000,
    "trailing words": b'{"n_clusters": 3} secret-word',
}


@pytest.mark.parametrize("body", UNSOUND.values(), ids=UNSOUND)
def test_unsound_json_is_a_parse_error_and_is_not_quoted_back(api: APIClient, body: bytes) -> None:
    response = send(api, body)
    told = error(response, 400)
    assert told["code"] == "parse_error"
    assert not any(word in told["message"] + told["hint"] for word in ("secret-word", "caf"))


def test_a_key_named_twice_is_refused_at_any_depth(api: APIClient) -> None:
    assert error(send(api, '{"seed": 1, "seed": 2}'), 400)["code"] == "duplicate_key"
    assert error(send(api, '{"weights": {"a": 1, "a": 2}}'), 400)["code"] == "duplicate_key"


def test_a_body_of_more_than_a_mebibyte_is_refused(api: APIClient) -> None:
    assert error(send(api, b'{"a": "' + b"x" * 2**20 + b'"}'), 413)["code"] == "body_too_large"


@pytest.mark.parametrize(
    "content_type", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "application/xml", "x"]
)
def test_a_body_of_another_kind_is_refused(api: APIClient, content_type: str) -> None:
    assert error(send(api, "n_clusters=3", content_type), 415)["code"] == "unsupported_media_type"


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("PUT", "/api/v1/datasets", "GET, HEAD, OPTIONS"),
        ("DELETE", "/api/v1/datasets", "GET, HEAD, OPTIONS"),
        ("GET", "/api/v1/datasets/upload", "POST, OPTIONS"),
        ("PATCH", "/api/v1/datasets/upload", "POST, OPTIONS"),
        ("PUT", f"/api/v1/datasets/{MISSING}", "GET, PATCH, DELETE, HEAD, OPTIONS"),
        ("GET", TRAIN, "POST, OPTIONS"),
        ("POST", "/api/v1/clustering/runs", "GET, HEAD, OPTIONS"),
        ("PATCH", f"/api/v1/clustering/runs/{MISSING}", "GET, DELETE, HEAD, OPTIONS"),
        ("GET", f"/api/v1/clustering/runs/{MISSING}/cancel", "POST, OPTIONS"),
        ("POST", f"/api/v1/clustering/runs/{MISSING}/tree", "GET, HEAD, OPTIONS"),
        ("BREW", "/api/v1/datasets", "GET, HEAD, OPTIONS"),
    ],
)
def test_a_method_an_address_does_not_take_is_told_with_those_it_takes(
    api: APIClient, method: str, path: str, allowed: str
) -> None:
    response = api.generic(method, path)
    assert error(response, 405)["code"] == "method_not_allowed"
    assert response["Allow"] == allowed


@pytest.mark.parametrize(
    "path", ["/api/v1/nothing", "/api/", "/api/v2/datasets", "/api/v1/datasets/17", "/api/v1/datasets/upload/x"]
)
@pytest.mark.django_db
def test_an_unknown_address_is_missing_in_the_one_shape(client: Client, path: str) -> None:
    assert error(client.get(path), 404)["code"] == "not_found"


def test_an_unknown_format_is_named_as_the_bad_parameter(api: APIClient) -> None:
    told = error(api.get("/api/v1/datasets?format=pickle"), 400)
    assert (told["code"], told["field"]) == ("invalid_value", "format")
    assert "json" in told["hint"]


@pytest.mark.parametrize("query", ["?stauts=done", "?owner__password=x", "?a__b=1", "?wait=3", "?%s=1"])
@pytest.mark.parametrize("path", ["/api/v1/datasets", "/api/v1/clustering/runs"])
def test_a_filter_that_does_not_exist_is_named(api: APIClient, path: str, query: str) -> None:
    told = error(api.get(path + query), 400)
    assert told["code"] == "unknown_field"
    assert "status" in told["hint"]


def test_a_form_of_answer_that_does_not_exist_is_not_acceptable(api: APIClient) -> None:
    response = api.get("/api/v1/datasets", headers={"Accept": "application/pdf"})
    assert error(response, 406)["code"] == "not_acceptable"


@pytest.mark.django_db
def test_nobody_is_told_to_authenticate_with_a_token(client: Client) -> None:
    response = client.get("/api/v1/datasets")
    assert error(response, 401)["code"] == "not_authenticated"
    assert response["WWW-Authenticate"] == "Token"


@pytest.mark.parametrize("header", ["Token nonsense", "Token", "Token a b", "Token " + "f" * 64, "Token \xff\xfe"])
@pytest.mark.django_db
def test_a_token_that_does_not_work_is_told_so(client: Client, header: str) -> None:
    response = client.get("/api/v1/datasets", headers={"Authorization": header})
    assert error(response, 401)["code"] == "authentication_failed"
    assert response["WWW-Authenticate"] == "Token"


def test_a_session_without_its_csrf_token_may_not_change_anything(owner: Any) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(owner)
    response = client.post(TRAIN, {"dataset_id": MISSING}, content_type="application/json")
    assert error(response, 403)["code"] == "csrf_failed"


def test_a_deactivated_person_is_nobody(owner: Any) -> None:
    client = Client()
    client.force_login(owner)
    owner.is_active = False
    owner.save()
    assert error(client.get("/api/v1/datasets"), 401)["code"] == "not_authenticated"


def test_another_ones_dataset_is_byte_for_byte_a_missing_one(make_dataset: Any, stranger: Any) -> None:
    client = APIClient()
    client.force_authenticate(stranger)
    dataset = make_dataset()
    for ending in ("", "/rows", "/file", "/columns/age", "?wait=1"):
        for method in ("GET", "PATCH", "DELETE", "POST"):
            theirs = client.generic(method, f"/api/v1/datasets/{dataset.pk}{ending}")
            missing = client.generic(method, f"/api/v1/datasets/{MISSING}{ending}")
            assert without_id(theirs) == without_id(missing), (method, ending)


def without_id(response: Any) -> tuple[Any, ...]:
    headers = {name: value for name, value in response.items() if name != HEADER}
    return response.status_code, headers, response.content.replace(response[HEADER].encode(), b"")


def test_training_on_anothers_dataset_is_byte_for_byte_a_missing_one(make_dataset: Any, stranger: Any) -> None:
    client = APIClient()
    client.force_authenticate(stranger)
    theirs = send(client, json.dumps({"dataset_id": str(make_dataset().pk)}))
    assert error(theirs, 404)["code"] == "not_found"
    assert without_id(theirs) == without_id(send(client, json.dumps({"dataset_id": MISSING})))


def raising(monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    def explode(self: Any) -> Any:
        raise error

    monkeypatch.setattr(DatasetViewSet, "get_queryset", explode)


def test_a_bug_is_told_as_a_bug_and_logged_without_values(
    api: APIClient, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    raising(monkeypatch, ValueError("olga@example.org"))
    with caplog.at_level(logging.ERROR):
        response = api.get("/api/v1/datasets")
    assert error(response, 500)["code"] == "internal_error"
    assert b"olga@example.org" not in response.content
    written = ValuelessFormatter("{request_id} {message}", style="{").format(caplog.records[0])
    assert "ValueError" in written
    assert "test_api_errors.py" in written
    assert "olga@example.org" not in written


def test_a_bug_outside_of_a_viewset_has_the_same_shape(monkeypatch: pytest.MonkeyPatch, settings: Any) -> None:
    settings.MIDDLEWARE = [*settings.MIDDLEWARE, "segmentiq.tests.test_api_errors.broken_middleware"]
    response = Client(raise_request_exception=False).get("/api/v1/datasets")
    assert error(response, 500)["code"] == "internal_error"


def broken_middleware(get_response: Any) -> Any:
    def middleware(request: Any) -> Any:
        raise ValueError("olga@example.org")

    return middleware


def test_a_database_that_is_away_asks_to_come_back(api: APIClient, monkeypatch: pytest.MonkeyPatch) -> None:
    raising(monkeypatch, OperationalError("no route to 10.0.0.7"))
    response = api.get("/api/v1/datasets")
    assert error(response, 503)["code"] == "unavailable"
    assert response["Retry-After"] == "5"


def test_a_full_disk_asks_to_come_back(api: APIClient, monkeypatch: pytest.MonkeyPatch) -> None:
    raising(monkeypatch, OSError(28, "No space left on device"))
    assert error(api.get("/api/v1/datasets"), 503)["code"] == "disk_full"


def test_a_host_that_is_not_ours_is_a_bad_request_in_the_one_shape(client: Client) -> None:
    assert error(client.get("/api/v1/datasets", headers={"Host": "evil.example"}), 400)["code"] == "bad_request"


@pytest.mark.django_db
def test_the_request_id_of_a_proxy_is_kept_when_it_is_sound(client: Client) -> None:
    assert client.get("/healthz", headers={HEADER: "proxy-12345678"})[HEADER] == "proxy-12345678"
    for unsound in ("short", "x" * 65, "a b c d e f g", "<script>alert</script>"):
        assert client.get("/healthz", headers={HEADER: unsound})[HEADER] != unsound


@pytest.mark.django_db
def test_no_cache_keeps_an_answer_of_the_api(client: Client) -> None:
    assert client.get("/api/v1/datasets")["Cache-Control"] == "private, no-store"


def test_every_code_that_is_raised_is_registered() -> None:
    import re

    used = {
        (path.name, code)
        for path in files(".py")
        if "tests" not in path.parts
        for code in re.findall(r'\bcode="([a-z_]+)"', path.read_text(encoding="utf-8"))
        if code not in ("invalid", "required", "unique", "unknown_field")
    }
    assert sorted((name, code) for name, code in used if code not in CODES) == []


def test_a_refusal_keeps_its_words() -> None:
    refusal = Refusal("What.", code="out_of_range", field="k", hint="How.")
    response: Any = answer(refusal, {"request": APIRequestFactory().get("/")})
    assert response.status_code == 400
    told = json.loads(response.content)["error"]
    assert (told["message"], told["field"], told["hint"]) == ("What.", "k", "How.")
