"""Cuts over REST: by number, height or branches, looked at or kept, and taken back."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from typing import Any

import openpyxl
import pytest
from rest_framework.test import APIClient

from clustering.models import Run
from segmentiq.tests.test_api_errors import error
from segmentiq.tokens import issue_token

RUNS = "/api/v1/clustering/runs"
Make = Callable[..., Any]


@pytest.fixture
def api(owner: Any) -> APIClient:
    client = APIClient(raise_request_exception=False)
    client.credentials(HTTP_AUTHORIZATION=f"Token {issue_token(owner)[1]}")
    return client


@pytest.fixture
def run(make_run: Make) -> Run:
    made: Run = make_run()
    return made


@pytest.fixture
def path(run: Run) -> str:
    return f"{RUNS}/{run.pk}"


def post(api: APIClient, path: str, **body: Any) -> Any:
    return api.post(path, body, format="json")


def streamed(response: Any) -> bytes:
    assert response.status_code == 200, response.content
    return b"".join(response.streaming_content)


def split_of(api: APIClient, path: str) -> list[int]:
    """Return the answer with its smallest segment that can be divided replaced by its two children."""
    branches = api.get(f"{path}/tree").json()["branches"]
    ids: list[int] = api.get(path).json()["branches"]
    smallest = next(number for number in reversed(ids) if branches[number]["left"] is not None)
    return [number for number in ids if number != smallest] + [branches[smallest]["left"], branches[smallest]["right"]]


def test_a_number_a_height_or_branches_can_be_kept(api: APIClient, path: str) -> None:
    told = post(api, f"{path}/cut", k=2).json()
    assert (told["k"], told["sizes"]) == (2, [28, 20])
    two = told["branches"]
    height = api.get(path).json()["heights"][2]
    assert post(api, f"{path}/cut", height=height).json()["k"] == 3
    assert post(api, f"{path}/cut", branches=two[::-1]).json()["branches"] == two
    picked = split_of(api, path)
    told = post(api, f"{path}/cut", branches=picked).json()
    assert (told["k"], set(told["branches"]), sum(told["sizes"])) == (3, set(picked), 48)
    assert told["sizes"] == sorted(told["sizes"], reverse=True)


@pytest.mark.parametrize("wrong", [True, "3", 2.5, None, [3]])
def test_a_number_of_segments_is_a_whole_number(api: APIClient, path: str, wrong: Any) -> None:
    assert error(post(api, f"{path}/cut", k=wrong), 400)["field"] == "k"


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({}, "missing_field"),
        ({"k": 1}, "out_of_range"),
        ({"k": 10**30}, "out_of_range"),
        ({"k": 2, "height": 1.0}, "invalid_value"),
        ({"height": "high"}, "invalid_value"),
        ({"height": True}, "invalid_value"),
        ({"height": -1}, "invalid_value"),
        ({"height": 1e300}, "out_of_range"),
        ({"branches": "1,2"}, "invalid_value"),
        ({"branches": ["1", "2"]}, "invalid_value"),
        ({"branches": [True, 2]}, "invalid_value"),
        ({"branches": []}, "invalid_branches"),
        ({"branches": [0]}, "out_of_range"),
        ({"branches": [1]}, "invalid_branches"),
        ({"branches": [1, 1, 2]}, "invalid_branches"),
        ({"branches": [1, 2, 999]}, "invalid_branches"),
        ({"branches": [1, 2] * 200}, "invalid_branches"),
        ({"segments": 3}, "unknown_field"),
    ],
)
def test_a_cut_that_cannot_be_is_refused(api: APIClient, path: str, body: dict[str, Any], code: str) -> None:
    assert error(post(api, f"{path}/cut", **body), 400)["code"] == code
    assert len(api.get(path).json()["cuts"]) == 1


def test_every_answer_is_listed_with_who_kept_it_and_can_be_gone_back_to(api: APIClient, path: str) -> None:
    first = api.get(path).json()
    assert [(cut["k"], cut["kept_by"]) for cut in first["cuts"]] == [(3, None)]
    told = post(api, f"{path}/cut", branches=split_of(api, path)).json()
    assert [(cut["k"], cut["kept_by"]) for cut in told["cuts"]] == [(4, "olga"), (3, None)]
    assert told["cuts"][0]["branches"] == told["branches"]
    assert post(api, f"{path}/cut", branches=told["branches"]).json()["cuts"] == told["cuts"]
    back = post(api, f"{path}/cut/undo").json()
    assert {name: back[name] for name in ("k", "branches", "sizes", "silhouette", "cuts")} == {
        name: first[name] for name in ("k", "branches", "sizes", "silhouette", "cuts")
    }
    assert error(post(api, f"{path}/cut/undo"), 409)["code"] == "nothing_to_undo"


def test_every_address_takes_every_way_of_cutting(api: Any, path: str) -> None:
    picked = split_of(api, path)
    height = api.get(path).json()["heights"][3]
    for query, k in ((f"branches={','.join(map(str, picked))}", 4), ("k=4", 4), (f"height={height!r}", 4), ("", 3)):
        told = api.get(f"{path}/segments?{query}").json()
        assert (told["k"], len(told["segments"])) == (k, k)
        assert [entry["branch"] for entry in told["segments"]] == told["branches"]
        sizes = [entry["size"] for entry in told["segments"]]
        rows = list(csv.DictReader(io.StringIO(streamed(api.get(f"{path}/assignments?format=csv&{query}")).decode())))
        records = json.loads(streamed(api.get(f"{path}/assignments?{query}")))
        for found in ([int(row["segment"]) for row in rows], [row["segment"] for row in records["assignments"]]):
            assert [found.count(number) for number in range(1, k + 1)] == sizes
        assert f"{k} segments".encode() in streamed(api.get(f"{path}/dendrogram?format=svg&{query}"))


@pytest.mark.parametrize("ending", ["segments", "assignments", "dendrogram"])
@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("k=99", "out_of_range"),
        ("k=1", "out_of_range"),
        ("height=1e300", "out_of_range"),
        ("height=nan", "invalid_value"),
        ("branches=1", "invalid_branches"),
        ("branches=1;2", "invalid_branches"),
        ("branches=0", "out_of_range"),
        ("k=2&height=1", "invalid_value"),
    ],
)
def test_no_address_shows_a_cut_that_cannot_be(api: APIClient, path: str, ending: str, query: str, code: str) -> None:
    form = "&format=svg" if ending == "dendrogram" else ""
    assert error(api.get(f"{path}/{ending}?{query}{form}"), 400)["code"] == code


def test_the_picture_that_came_with_the_run_is_of_no_other_cut(api: APIClient, path: str) -> None:
    for query, field in (("branches=1,2", "branches"), ("height=3", "height")):
        assert error(api.get(f"{path}/dendrogram?{query}"), 400)["field"] == field


def test_what_is_said_about_a_branch_is_said_piece_by_piece(api: APIClient, path: str) -> None:
    branch = api.get(path).json()["branches"][0]
    address = f"{path}/segments/{branch}"
    assert api.patch(address, {"hue": 5}, format="json").json() == {"branch": branch, "name": "", "note": "", "hue": 5}
    assert api.patch(address, {"name": "Loyal"}, format="json").json()["hue"] == 5
    first = api.get(f"{path}/segments").json()["segments"][0]
    assert (first["name"], first["named"], first["hue"]) == ("Loyal", True, 5)
    assert api.patch(address, {"name": "", "hue": 0}, format="json").json()["hue"] == 0
    for wrong in (9, -1, True, "2", None):
        assert error(api.patch(address, {"hue": wrong}, format="json"), 400)["field"] == "hue"


def test_typical_customers_are_told_by_their_identifiers_too(api: APIClient, path: str) -> None:
    rows = json.loads(streamed(api.get(f"{path}/assignments")))["assignments"]
    for segment in api.get(f"{path}/segments").json()["segments"]:
        assert segment["typical_ids"] == [rows[row]["customer_id"] for row in segment["typical"]] != []


def test_assignments_come_as_a_workbook_and_with_the_mark_of_utf8(api: Any, path: str) -> None:
    answer = api.get(f"{path}/assignments?format=xlsx&k=2&segment=2")
    content = b"".join(answer.streaming_content)
    assert answer["Content-Type"] == "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    assert answer["Content-Disposition"].endswith('.xlsx"')
    assert openpyxl.load_workbook(io.BytesIO(content)).active.max_row == 1 + 20
    plain, marked = (streamed(api.get(f"{path}/assignments?format=csv&bom={bom}")) for bom in ("false", "true"))
    assert marked == b"\xef\xbb\xbf" + plain
    assert error(api.get(f"{path}/assignments?format=csv&bom=perhaps"), 400)["field"] == "bom"
    assert error(api.get(f"{path}/assignments?bom=true"), 400)["field"] == "bom"
