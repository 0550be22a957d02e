"""How the catalogue of bad files is walked: each through the API, from the upload to the settled dataset.

A `Case` flows in: bytes, the name they come under, and what must become of them. Flows out what the API said, after everything
that holds for every case was asserted: no 5xx, a registered code with its status, a sentence with a remedy, no value of a cell in
an answer, a finding or a log line, nothing left behind by a refusal, and 5 seconds at most.
"""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from rest_framework.test import APIClient

from segmentiq.problems import CODES

SECRET = "Qz7kMarker"
"""Stands in a cell of every file that has cells, and must stand nowhere else."""
UPLOAD = "/api/v1/datasets/upload"
SECONDS = 5.0
"""Of computing, which does not depend on what else the machine does."""


@dataclass(frozen=True, kw_only=True)
class Case:
    """A file and its fate."""

    content: bytes | Callable[[], bytes]
    name: str = "customers.csv"
    code: str = ""
    """What it is refused with; empty where it is read."""
    warns: tuple[str, ...] = ()
    is_late: bool = False
    """Whether only the full reading can see it: the upload is taken, and the dataset fails with the same code."""

    def build(self) -> bytes:
        """Return the bytes."""
        return self.content if isinstance(self.content, bytes) else self.content()


@dataclass(frozen=True, kw_only=True)
class Walker:
    """A person with a client, and what can be seen of what happens."""

    client: APIClient
    drain: Callable[[], int]
    log: Any
    media: Path

    def walk(self, case: Case, **fields: Any) -> dict[str, Any]:
        """Upload a file, let it be read, hold what must hold, and return the error or the dataset."""
        content = case.build()
        started = time.process_time()
        response: Any = self.client.post(UPLOAD, {"file": SimpleUploadedFile(case.name, content), **fields}, format="multipart")
        is_refused = bool(case.code) and not case.is_late
        told = self._refused(response, case.code) if is_refused else self._settled(response, case)
        assert time.process_time() - started <= SECONDS
        assert SECRET not in self.log.text
        return told

    def _refused(self, response: Any, code: str) -> dict[str, Any]:
        assert response.status_code == CODES[code].status, response.content[:500]
        told = response.json()["error"]
        hold_sentence(told, code)
        assert SECRET not in response.content.decode()
        assert self.client.get("/api/v1/datasets").json()["count"] == 0
        assert [path for path in self.media.rglob("*") if path.is_file()] == []
        return told  # type: ignore[no-any-return]

    def _settled(self, response: Any, case: Case) -> dict[str, Any]:
        assert response.status_code == 201, response.content[:500]
        self.drain()
        told: dict[str, Any] = self.client.get(response["Location"]).json()
        findings = [told[key] for key in ("error", "decisions", "warnings", "ledger")] + [c["reason"] for c in told["columns"]]
        assert SECRET not in json.dumps(findings)
        if case.code:
            assert told["status"] == "failed"
            hold_sentence(told["error"], case.code)
        else:
            assert (told["status"], told["error"]) == ("ready", None)
            assert set(case.warns) <= {warning["code"] for warning in told["warnings"]}, told["warnings"]
            assert all(warning["message"].endswith((".", "*")) for warning in told["warnings"])
        return told

    def rows(self, dataset: dict[str, Any]) -> list[list[Any]]:
        """Return the first rows as the page and the API show them."""
        return self.client.get(f"/api/v1/datasets/{dataset['id']}/rows").json()["results"]  # type: ignore[no-any-return]


@pytest.fixture
def walker(owner: Any, drain: Callable[[], int], caplog: pytest.LogCaptureFixture, media: Path) -> Walker:
    """Return a person who uploads; every log line is heard."""
    caplog.set_level(logging.DEBUG)
    client = APIClient(raise_request_exception=False)
    client.force_authenticate(owner)
    return Walker(client=client, drain=drain, log=caplog, media=media)


def hold_sentence(told: dict[str, Any], code: str) -> None:
    """Assert that a failure is told with its code, in a sentence, with a remedy."""
    assert told["code"] == code, told
    assert told["message"].endswith(".")
    assert told["hint"]
    assert "Traceback" not in told["message"]


def warnings_of(dataset: dict[str, Any]) -> set[str]:
    """Return the codes of the warnings."""
    return {warning["code"] for warning in dataset["warnings"]}


def columns_of(dataset: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Return the columns by name."""
    return {column["name"]: column for column in dataset["columns"]}
