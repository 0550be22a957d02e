"""The OpenAPI description and the pages that show it: valid, complete, and without anything from elsewhere."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from django.contrib.staticfiles import finders
from django.test import Client
from openapi_spec_validator import OpenAPIV31SpecValidator

from segmentiq.problems import CODES

SEED = {
    ("/api/v1/datasets/upload", "post"),
    ("/api/v1/datasets", "get"),
    ("/api/v1/datasets/{id}", "get"),
    ("/api/v1/datasets/{id}", "delete"),
    ("/api/v1/clustering/train", "post"),
    ("/api/v1/clustering/runs", "get"),
    ("/api/v1/clustering/runs/{id}", "get"),
    ("/api/v1/clustering/runs/{id}/dendrogram", "get"),
    ("/api/v1/clustering/runs/{id}/assignments", "get"),
}
pytestmark = pytest.mark.django_db


@pytest.fixture
def schema(client: Client) -> dict[str, Any]:
    return json.loads(client.get("/api/v1/schema?format=json").content)  # type: ignore[no-any-return]


def operations(schema: dict[str, Any]) -> dict[tuple[str, str], dict[str, Any]]:
    return {(path, method): told for path, methods in schema["paths"].items() for method, told in methods.items()}


def test_the_schema_is_valid_openapi(schema: dict[str, Any]) -> None:
    OpenAPIV31SpecValidator(schema).validate()
    assert schema["openapi"].startswith("3.1")


def test_the_schema_is_generated_without_a_warning(capsys: pytest.CaptureFixture[str]) -> None:
    from drf_spectacular.drainage import GENERATOR_STATS
    from drf_spectacular.generators import SchemaGenerator

    GENERATOR_STATS.reset()
    SchemaGenerator().get_schema(public=True)  # type: ignore[no-untyped-call]
    assert not GENERATOR_STATS, capsys.readouterr().err


def test_every_address_that_people_rely_on_is_described(schema: dict[str, Any]) -> None:
    assert set(operations(schema)) >= SEED


def test_every_operation_says_what_it_does_and_how_it_fails(schema: dict[str, Any]) -> None:
    for where, told in operations(schema).items():
        assert told["summary"], where
        assert told["responses"]["default"]["content"]["application/json"]["schema"] == {"$ref": "#/components/schemas/Error"}
    assert set(schema["components"]["schemas"]["Error"]["properties"]["error"]["properties"]["code"]["enum"]) == set(CODES)
    assert all(f"`{code}`" in schema["components"]["schemas"]["Error"]["description"] for code in CODES)
    assert "200 MiB" in schema["info"]["description"]


def test_the_specification_is_described_field_by_field(schema: dict[str, Any]) -> None:
    from dataclasses import fields

    from segmentiq.ml.spec import SegmentationSpec

    described = set(schema["components"]["schemas"]["TrainRequest"]["properties"])
    assert described == {"dataset_id", *(field.name for field in fields(SegmentationSpec))}


def test_the_schema_comes_as_yaml_too(client: Client) -> None:
    assert client.get("/api/v1/schema").content.startswith(b"openapi: 3.1")


@pytest.mark.parametrize("path", ["/docs", "/docs/", "/redoc", "/redoc/"])
def test_the_documentation_asks_nobody_else_for_anything(client: Client, path: str) -> None:
    response = client.get(path)
    page = response.content.decode()
    assert response.status_code == 200
    assert re.findall(r'(?:src|href)="(?:https?:)?//', page) == []
    for asset in re.findall(r'(?:src|href)="/static/([^"]+)"', page):
        assert finders.find(asset), asset


def test_only_the_reference_page_loosens_the_policy_and_only_for_styles(client: Client) -> None:
    strict = client.get("/docs")["Content-Security-Policy"]
    loose = client.get("/redoc")["Content-Security-Policy"]
    assert "unsafe" not in strict
    assert "style-src 'self' 'unsafe-inline'" in loose
    assert "worker-src blob:" in loose
    assert loose.replace(" 'unsafe-inline'", "").replace("; worker-src blob:", "").replace("worker-src blob:; ", "") == strict


def test_the_documentations_script_is_a_file_of_its_own(client: Client) -> None:
    page = client.get("/docs").content.decode()
    assert re.findall(r"<script>|<style|\son\w+=|\sstyle=", page) == []
    script = client.get(re.findall(r'src="(/docs[^"]*)"', page)[0].replace("&amp;", "&"))
    assert script["Content-Type"].startswith("application/javascript")
    assert b"/api/v1/schema" in script.content


def test_the_browsable_api_needs_nothing_inline(client: Client, make_dataset: Any, owner: Any) -> None:
    client.force_login(owner)
    dataset = make_dataset()
    paths = ["", "/datasets", f"/datasets/{dataset.pk}", "/datasets/upload", "/clustering/runs", "/clustering/train", "/tokens"]
    for path in (f"/api/v1{path}" for path in paths):
        response = client.get(path if path != "/api/v1" else "/api/v1/", headers={"Accept": "text/html"})
        page = response.content.decode()
        assert response["Content-Type"].startswith("text/html"), path
        assert re.findall(r"<script>|<style|\son[a-z]+=|\sstyle=", page) == [], path
        assert re.findall(r'(?:src|href)=["\'](?:https?:)?//(?!testserver)', page) == [], path
