"""Names that are trouble, through the whole walk: upload, reading, run, tree, exports, pictures and the page in a real browser.

One table goes in whose columns, levels and name are words that other programs run, look up or format; the same words come out
everywhere as text. A spreadsheet gets an apostrophe before what it would run. `PROVED` says which rows of the catalogue are
held elsewhere.
"""

from __future__ import annotations

import csv
import io
import json
import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import quote
from xml.etree import ElementTree

import pytest
from rest_framework.test import APIClient

from clustering.models import Run
from datasets.models import Dataset
from segmentiq.testing.browsers import upload_and_segment
from segmentiq.testing.factories import file_of
from segmentiq.tests.sources import lacking_tests
from segmentiq.tests.test_api_errors import error
from segmentiq.tokens import issue_token

PROVED = {
    "a cell that a spreadsheet would run": "test_exports.test_a_text_that_would_run_gets_an_apostrophe",
    "a segment's name that a spreadsheet would run": "test_exports.test_names_people_gave_are_exported",
    "labels are words, not formulas": "test_plots.test_names_of_customers_are_words_not_formulas",
    "labels are cut to 40 characters": "test_plots.test_labels_are_cut_to_forty_characters",
    "nasty names on pages, without a browser": "test_run_pages.test_nasty_names_are_shown_as_text",
}
ALIKE = (
    ("Age", "age"),
    ("caf\u00e9", "cafe\u0301"),
    ("\ufb01t", "fit"),
    ("two  spaces", "two spaces"),
    ("Stra\u00dfe", "STRASSE"),
)
"""Equal after normalisation, by case, or by the spaces inside: different columns all the same."""
RUN_BY_SPREADSHEETS = ("=cmd|'/c calc'!A0", "+1", "-2+3", "@SUM(1)", "-pk")
NAMES = (
    "__proto__",
    "constructor",
    "toString",
    "hasOwnProperty",
    *RUN_BY_SPREADSHEETS,
    "'; DROP TABLE x;--",
    "%s",
    "{0}",
    "a__b",
    "?",
    "a/b",
    "../..",
    "#",
    "$$",
    "$\\frac{",
    "<img src=x onerror=alert(1)>",
    "{{ 7*7 }}",
    *(name for pair in ALIKE for name in pair),
)
SHOWN = ("__proto__", "constructor", "toString", "hasOwnProperty", "<img src=x onerror=alert(1)>", "{{ 7*7 }}")
"""As many as the result page tells of."""
LEVELS = ("=1+1", "$$", "$\\frac{1}{", "</script><b>x", "%s {0}", "\t=2", "L" * 20_000)
N_ROWS = 42
DATASETS = "/api/v1/datasets"
Make = Callable[..., Any]


def table(names: tuple[str, ...] = NAMES) -> str:
    text = io.StringIO()
    lines = csv.writer(text, lineterminator="\n")
    lines.writerow(["customer_id", "constructor_of_labels", *names])
    for row in range(N_ROWS):
        numbers = [f"{(row * (place + 3)) % 11 + place / 100 + (50 if row % 3 else 0):.2f}" for place in range(len(names))]
        lines.writerow([f"{row:05d}", LEVELS[row % len(LEVELS)], *numbers])
    return text.getvalue()


@pytest.fixture
def api(owner: Any) -> APIClient:
    client = APIClient(raise_request_exception=False)
    client.credentials(HTTP_AUTHORIZATION=f"Token {issue_token(owner)[1]}")
    return client


@pytest.fixture
def uploaded(api: APIClient, drain: Callable[[], int]) -> dict[str, Any]:
    """Upload the table through the API; return the dataset as it is told when it was read."""
    said = {"name": "$$ =1+1 <script>alert(1)</script> {0} %s"}
    response = api.post(f"{DATASETS}/upload", {"file": file_of(table()), **said}, format="multipart")
    assert response.status_code == 201, response.content
    drain()
    told: dict[str, Any] = api.get(response["Location"]).json()
    assert (told["status"], told["error"], told["n_rows"]) == ("ready", None, N_ROWS)
    return told


@pytest.fixture
def segmented(api: APIClient, uploaded: dict[str, Any], drain: Callable[[], int]) -> str:
    """Segment that dataset by every column and weigh some of them; return the run's address."""
    weights = dict.fromkeys(("__proto__", "constructor", "a__b", "%s", "$$"), 2)
    body = {"dataset_id": uploaded["id"], "stability": False, "columns": ["constructor_of_labels", *NAMES], "weights": weights}
    response = api.post("/api/v1/clustering/train", body, format="json")
    assert response.status_code == 202, response.content
    drain()
    told = api.get(response["Location"]).json()
    assert (told["status"], told["error"]) == ("done", None)
    assert told["spec"]["columns"][1:] == list(NAMES)
    assert told["spec"]["weights"] == weights
    return str(response["Location"])


def test_every_row_held_elsewhere_is_held() -> None:
    assert lacking_tests(PROVED.values()) == []


def test_every_name_is_kept_and_those_alike_are_told(uploaded: dict[str, Any]) -> None:
    assert [column["name"] for column in uploaded["columns"]][2:] == list(NAMES)
    alike = [entry["column"] for entry in uploaded["warnings"] if entry["code"] == "similar_headers"]
    assert sorted(alike) == sorted(second for _, second in ALIKE)


def test_every_column_is_reached_by_its_name_and_no_other(api: APIClient, uploaded: dict[str, Any]) -> None:
    path = f"{DATASETS}/{uploaded['id']}/columns"
    for name in NAMES:
        response = api.patch(f"{path}/{quote(name, safe='')}", {"role": "feature"}, format="json")
        assert (response.status_code, response.json().get("name")) == (200, name), response.content
    for name in ("pk", "dataset__owner", "name", "CONSTRUCTOR", "%", "0"):
        assert error(api.patch(f"{path}/{quote(name, safe='')}", {}, format="json"), 404)["code"] == "not_found"


def test_rows_tree_and_segments_tell_them_as_text(api: Any, segmented: str, uploaded: dict[str, Any]) -> None:
    rows = api.get(f"{DATASETS}/{uploaded['id']}/rows").json()
    assert rows["columns"][2:] == list(NAMES)
    assert all(isinstance(cell, float | int) for cell in rows["results"][0][2:])
    assert api.get(f"{segmented}/tree").json()["n"] == N_ROWS
    numbers = {entry["column"] for segment in api.get(f"{segmented}/segments").json()["segments"] for entry in segment["numbers"]}
    assert numbers <= set(NAMES)
    assert {"__proto__", "constructor"} <= numbers
    told = json.loads(b"".join(api.get(f"{segmented}/assignments").streaming_content))["assignments"]
    assert all(set(NAMES) <= set(row) for row in told)


def test_a_spreadsheet_runs_neither_a_name_nor_a_level(api: Any, segmented: str) -> None:
    answer = api.get(f"{segmented}/assignments?format=csv")
    rows = list(csv.reader(io.StringIO(b"".join(answer.streaming_content).decode("utf-8"), newline="")))
    assert rows[0][2:-2] == [f"'{name}" if name in RUN_BY_SPREADSHEETS else name for name in NAMES]
    levels = {row[1] for row in rows[1:]}
    assert {"'=1+1", "$$", "</script><b>x"} <= levels
    assert [cell for row in rows for cell in row if cell.startswith(("=", "@", "\t", "\r"))] == []


def test_pictures_draw_dollar_signs_and_cut_what_is_long(api: Any, segmented: str) -> None:
    branches = [entry["branch"] for entry in api.get(f"{segmented}/segments").json()["segments"]]
    for branch, name in zip(branches, ("$\\frac{$$", "<b>&</b>" + "x" * 70, "=1+1"), strict=False):
        assert api.patch(f"{segmented}/segments/{branch}", {"name": name}, format="json").status_code == 200
    picture = b"".join(api.get(f"{segmented}/dendrogram").streaming_content)
    assert picture.startswith(b"\x89PNG")
    drawing = ElementTree.fromstring(b"".join(api.get(f"{segmented}/dendrogram?format=svg").streaming_content))
    labels = ["".join(element.itertext()) for element in drawing.iter() if element.tag.endswith("text")]
    assert any("$\\frac{$$" in label for label in labels)
    assert [element for element in drawing.iter() if element.tag.endswith(("}b", "script", "img"))] == []
    assert [label for label in labels if "x" * 40 in label] == []


def test_a_name_nobody_has_is_refused_without_a_lookup(api: APIClient, uploaded: dict[str, Any]) -> None:
    for name in ("'; DROP TABLE datasets_column;--", "dataset__owner__password", "x" * 20_000, "\u202e", ""):
        body = {"dataset_id": uploaded["id"], "columns": [name]}
        told = error(api.post("/api/v1/clustering/train", body, format="json"), 400)
        assert told["code"] == "unknown_column"
        assert len(told["message"]) < 400
    assert Dataset.objects.count() == 1
    assert not Run.objects.exists()


def test_no_level_stands_in_a_log_line_or_a_warning(
    api: APIClient, caplog: pytest.LogCaptureFixture, request: pytest.FixtureRequest
) -> None:
    caplog.set_level(logging.DEBUG)
    request.getfixturevalue("segmented")
    uploaded = request.getfixturevalue("uploaded")
    said = [record.getMessage() for record in caplog.records if not record.name.startswith("django.db")]
    said += [entry["message"] for entry in (*uploaded["warnings"], *uploaded["decisions"]) if "message" in entry]
    marks = ("</script><b>x", "LLLLLLLL", "$\\frac{1}{")
    assert [text[:80] for text in said if any(mark in text for mark in marks)] == []


@pytest.mark.browser
@pytest.mark.slow
def test_a_browser_shows_them_as_text_and_runs_nothing(page: Any, tmp_path: Path) -> None:
    path = tmp_path / "{{ 7*7 }} $$ <script>alert(1)<script>.csv"
    path.write_text(table(SHOWN), encoding="utf-8")
    page.on("dialog", lambda dialog: pytest.fail("a name was run"))
    upload_and_segment(page, path, [*SHOWN])
    for _ in range(2):
        seen = page.locator("body").inner_text()
        assert [name for name in SHOWN if name not in seen] == []
        assert page.locator("img[src='x'], [onerror]").count() == 0
        page.get_by_role("link", name="One segment more").click()
    assert page.evaluate("Object.keys(Object.prototype).length + Object.getOwnPropertyNames({}).length") == 0
    page.get_by_text("Export", exact=True).click()
    with page.expect_download() as download:
        page.get_by_role("link", name="Customers with segments, CSV").click()
    saved = tmp_path / "saved.csv"
    download.value.save_as(saved)
    header = next(csv.reader(saved.open(encoding="utf-8", newline="")))
    assert header[2:-2] == list(SHOWN)
