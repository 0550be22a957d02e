"""Datasets over REST, as a script uses them: upload, list, look, correct, read rows, download, delete."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from rest_framework.test import APIClient

from datasets import storage
from datasets.models import Dataset
from segmentiq.testing.tables import ODD_NAMES, THREE_GROUPS
from segmentiq.tests.test_api_errors import error
from segmentiq.tokens import issue_token

UPLOAD = "/api/v1/datasets/upload"
LIST = "/api/v1/datasets"
Make = Callable[..., Dataset]


@pytest.fixture
def api(owner: Any) -> APIClient:
    """Return a script of olga's, with a real token."""
    client = APIClient(raise_request_exception=False)
    client.credentials(HTTP_AUTHORIZATION=f"Token {issue_token(owner)[1]}")
    return client


def upload(client: APIClient, content: str | bytes = THREE_GROUPS, name: str = "customers.csv", **fields: Any) -> Any:
    raw = content.encode() if isinstance(content, str) else content
    return client.post(UPLOAD, {"file": SimpleUploadedFile(name, raw), **fields}, format="multipart")


def test_an_upload_is_answered_at_once_and_read_in_the_background(api: APIClient, drain: Callable[[], int]) -> None:
    response = upload(api, name="Spring customers.csv")
    assert response.status_code == 201
    told = response.json()
    assert (told["name"], told["status"], told["owner"], told["columns"]) == ("Spring customers", "reading", "olga", [])
    assert response["Location"] == f"http://testserver{LIST}/{told['id']}"
    drain()
    told = api.get(response["Location"]).json()
    assert (told["status"], told["n_rows"], told["n_columns"], told["error"]) == ("ready", 48, 4, None)
    assert {column["name"]: (column["kind"], column["role"]) for column in told["columns"]} == {
        "customer_id": ("id", "id"),
        "region": ("category", "feature"),
        "age": ("number", "feature"),
        "spending": ("number", "feature"),
    }
    assert all(decision["reason"] for decision in told["decisions"])


@pytest.mark.parametrize("slash", ["", "/"])
def test_every_address_takes_a_trailing_slash_or_none(api: APIClient, make_dataset: Make, slash: str) -> None:
    dataset = make_dataset()
    for path in (
        LIST,
        f"{LIST}/{dataset.pk}",
        f"{LIST}/{dataset.pk}/rows",
        f"{LIST}/{dataset.pk}/file",
        "/api/v1/clustering/runs",
    ):
        assert api.get(path + slash).status_code == 200, path
    assert api.post(UPLOAD + slash, {"file": SimpleUploadedFile("a.csv", b"a,b\n1,2\n")}, format="multipart").status_code == 201


def test_what_the_person_knows_better_goes_with_the_upload(api: APIClient, drain: Callable[[], int]) -> None:
    told = upload(api, "a;b\n1,5;x\n2,5;y\n", name="a.csv", overrides='{"delimiter": ";"}').json()
    drain()
    told = api.get(f"{LIST}/{told['id']}").json()
    assert told["overrides"] == {"delimiter": ";"}
    assert [column["name"] for column in told["columns"]] == ["a", "b"]


def test_waiting_answers_as_soon_as_the_state_is_settled(api: APIClient, make_dataset: Make) -> None:
    assert api.get(f"{LIST}/{make_dataset().pk}?wait=20").json()["status"] == "ready"
    reading = upload(api).json()["id"]
    assert api.get(f"{LIST}/{reading}?wait=1").json()["status"] == "reading"
    assert error(api.get(f"{LIST}/{reading}?wait=soon"), 400)["field"] == "wait"


def test_a_list_filters_searches_orders_and_pages(api: APIClient, make_dataset: Make, owner: Any) -> None:
    for name in ("alpha", "beta", "gamma"):
        make_dataset(name=name)
    upload(api, name="delta.csv")
    assert names(api, "") == ["delta", "gamma", "beta", "alpha"]
    assert names(api, "?status=reading") == ["delta"]
    assert names(api, "?status=ready&ordering=name") == ["alpha", "beta", "gamma"]
    assert names(api, "?search=AMM") == ["gamma"]
    assert names(api, "?ordering=-name&page_size=2&page=2") == ["beta", "alpha"]
    assert names(api, "?page_size=100000") == ["delta", "gamma", "beta", "alpha"]
    page = api.get(f"{LIST}?page_size=2").json()
    assert (page["count"], page["previous"]) == (4, None)
    assert "page=2" in page["next"]


def names(api: APIClient, query: str) -> list[str]:
    response = api.get(LIST + query)
    assert response.status_code == 200, response.content
    return [entry["name"] for entry in response.json()["results"]]


@pytest.mark.parametrize(
    ("query", "status", "code", "field"),
    [
        ("?ordering=owner__password", 400, "unknown_field", "ordering"),
        ("?ordering=%3F", 400, "unknown_field", "ordering"),
        ("?ordering=--name", 400, "unknown_field", "ordering"),
        ("?ordering=-pk", 400, "unknown_field", "ordering"),
        ("?status=done", 400, "invalid_value", "status"),
        ("?page_size=0", 400, "invalid_value", "page_size"),
        ("?page_size=-1", 400, "invalid_value", "page_size"),
        ("?page_size=two", 400, "invalid_value", "page_size"),
        ("?page=0", 404, "not_found", None),
        ("?page=%00", 404, "not_found", None),
        (f"?page=1{'0' * 21}", 404, "not_found", None),
        ("?search=%00", 400, "invalid_value", None),
    ],
)
def test_what_a_list_does_not_know_is_refused_by_name(
    api: APIClient, query: str, status: int, code: str, field: str | None
) -> None:
    told = error(api.get(LIST + query), status)
    assert (told["code"], told["field"]) == (code, field)


@pytest.mark.parametrize("query", ["?search='; DROP TABLE x;--", "?search=%25s{0}"])
def test_odd_words_in_a_query_reach_no_lookup(api: APIClient, make_dataset: Make, query: str) -> None:
    make_dataset()
    assert api.get(LIST + query).status_code == 200


def test_a_list_shows_ones_own_and_staff_see_all(make_dataset: Make, owner: Any, stranger: Any, staff: Any) -> None:
    make_dataset(name="olga's")
    make_dataset(name="stan's", owner=stranger)
    for person, seen in ((owner, ["olga's"]), (stranger, ["stan's"]), (staff, ["stan's", "olga's"])):
        client = APIClient()
        client.force_authenticate(person)
        assert names(client, "") == seen


@pytest.mark.parametrize("n", [1, 12])
def test_a_list_takes_the_same_queries_however_long_it_is(
    owner: Any, n: int, django_assert_num_queries: Callable[..., Any]
) -> None:
    Dataset.objects.bulk_create(Dataset(owner=owner, name=f"d{i}", file_name="d.csv", sha256="0", size=1) for i in range(n))
    client = Client()
    client.force_login(owner)
    with django_assert_num_queries(4):  # session, person, count, rows
        assert len(client.get(LIST).json()["results"]) == n


def test_one_dataset_takes_few_queries(owner: Any, make_dataset: Make, django_assert_num_queries: Callable[..., Any]) -> None:
    dataset = make_dataset()
    client = Client()
    client.force_login(owner)
    with django_assert_num_queries(4):  # session, person, dataset, columns
        assert client.get(f"{LIST}/{dataset.pk}").status_code == 200


def test_a_dataset_can_be_renamed(api: APIClient, make_dataset: Make) -> None:
    path = f"{LIST}/{make_dataset().pk}"
    assert api.patch(path, {"name": "Kunden 2024"}, format="json").json()["name"] == "Kunden 2024"
    assert error(api.patch(path, {"name": ""}, format="json"), 400)["field"] == "name"
    assert error(api.patch(path, {"name": "x" * 201}, format="json"), 400)["field"] == "name"
    assert error(api.patch(path, {"nmae": "x"}, format="json"), 400)["code"] == "unknown_field"
    assert error(api.patch(path, {"owner": "stan"}, format="json"), 400)["code"] == "unknown_field"


def test_a_file_is_read_again_in_another_way(api: APIClient, make_dataset: Make, drain: Callable[[], int]) -> None:
    dataset = make_dataset("a;b\n1;2\n3;4\n5;6\n")
    path = f"{LIST}/{dataset.pk}"
    response = api.patch(path, {"overrides": {"delimiter": ","}}, format="json")
    assert (response.status_code, response.json()["status"]) == (200, "reading")
    drain()
    assert [column["name"] for column in api.get(path).json()["columns"]] == ["a;b"]


def test_a_columns_kind_and_role_can_be_overridden(api: APIClient, make_dataset: Make) -> None:
    path = f"{LIST}/{make_dataset().pk}/columns"
    told = api.patch(f"{path}/age", {"role": "ignored"}, format="json").json()
    assert (told["name"], told["kind"], told["role"]) == ("age", "number", "ignored")
    assert error(api.patch(f"{path}/age", {"role": "king"}, format="json"), 400)["field"] == "role"
    assert error(api.patch(f"{path}/age", {"rank": "x"}, format="json"), 400)["code"] == "unknown_field"
    assert error(api.patch(f"{path}/customer_id", {"role": "feature"}, format="json"), 400)["code"] == "invalid_role"
    assert error(api.patch(f"{path}/nothing", {"role": "ignored"}, format="json"), 404)["code"] == "not_found"


def test_columns_with_odd_names_are_reached_by_them(api: APIClient, make_dataset: Make) -> None:
    dataset = make_dataset(ODD_NAMES)
    for name, written in (("__proto__", "__proto__"), ("=1+1", "%3D1%2B1"), ("<b>bold</b>", "%3Cb%3Ebold%3C%2Fb%3E")):
        response = api.patch(f"{LIST}/{dataset.pk}/columns/{written}", {"role": "ignored"}, format="json")
        assert response.json()["name"] == name


def test_rows_are_typed_and_paged(api: APIClient, make_dataset: Make) -> None:
    dataset = make_dataset("id,amount,vip,note\n001,1.5,yes,x\n002,,no,\n003,7,yes,z\n")
    path = f"{LIST}/{dataset.pk}/rows"
    told = api.get(path).json()
    assert (told["count"], told["page"], told["columns"]) == (3, 1, ["id", "amount", "vip", "note"])
    assert [row[:2] for row in told["results"]] == [["001", 1.5], ["002", None], ["003", 7]]
    second = api.get(f"{path}?page_size=2&page=2").json()
    assert [row[0] for row in second["results"]] == ["003"]
    assert error(api.get(f"{path}?page=3&page_size=2"), 404)["code"] == "not_found"
    assert error(api.get(f"{path}?page=x"), 404)["code"] == "not_found"


def test_rows_of_a_file_still_being_read_are_not_ready(api: APIClient) -> None:
    told = error(api.get(f"{LIST}/{upload(api).json()['id']}/rows"), 409)
    assert told["code"] == "not_ready"


def test_the_original_comes_back_byte_for_byte_as_an_attachment(api: Any) -> None:
    pk = upload(api, name="Käufer 100 %.csv").json()["id"]
    response = api.get(f"{LIST}/{pk}/file")
    assert b"".join(response.streaming_content) == THREE_GROUPS.encode()
    assert response["Content-Disposition"] == "attachment; filename*=utf-8''K%C3%A4ufer%20100%20%25.csv"
    assert response["Content-Type"] == "application/octet-stream"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Cache-Control"] == "private, no-store"
    assert "sandbox" in response["Content-Security-Policy"]


@pytest.mark.parametrize(
    "name", ["a\r\nSet-Cookie: x.csv", "a%0d%0ab.csv", 'q"u.csv', "../../etc/passwd.csv", "CON.csv", "x.php.csv"]
)
def test_a_hostile_file_name_stays_one_line_of_a_header(api: APIClient, name: str) -> None:
    body = f'--q\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n\r\na,b\r\n1,2\r\n--q--\r\n'
    response = api.generic("POST", UPLOAD, body, content_type="multipart/form-data; boundary=q")
    if response.status_code == 400:
        return
    assert response.status_code == 201
    header = api.get(f"{LIST}/{response.json()['id']}/file")["Content-Disposition"]
    assert "\n" not in header
    assert "\r" not in header
    assert "/" not in header.replace("utf-8''", "")


def test_deleting_leaves_nothing_behind(
    api: APIClient, make_dataset: Make, media: Path, django_capture_on_commit_callbacks: Callable[..., Any]
) -> None:
    dataset = make_dataset()
    assert storage.original_path(dataset).is_file()
    with django_capture_on_commit_callbacks(execute=True):
        assert api.delete(f"{LIST}/{dataset.pk}").status_code == 204
    assert [path for path in media.rglob("*") if path.is_file()] == []
    assert error(api.delete(f"{LIST}/{dataset.pk}"), 404)["code"] == "not_found"


def test_a_failed_reading_tells_why(api: APIClient, drain: Callable[[], int]) -> None:
    pk = upload(api, "a,b\n" + "".join(f"{i},\n" for i in range(5)).replace("0,", ",").replace("1,", ",")).json()["id"]
    Dataset.objects.filter(pk=pk).update(status="failed", error_code="ragged_rows", error_message="Why.", error_hint="How.")
    told = api.get(f"{LIST}/{pk}").json()
    assert (told["status"], told["error"]) == ("failed", {"code": "ragged_rows", "message": "Why.", "hint": "How."})
    assert "Why." in error(api.get(f"{LIST}/{pk}/rows"), 409)["message"]
