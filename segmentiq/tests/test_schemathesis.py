"""The API keeps its own description: whatever requests can be made of the schema, sound or not, are answered as the schema says.

The OpenAPI document goes in, from the address everybody reads it at; requests for every operation come out. They are sent
in-process as somebody with a dataset, a finished run and a token, and each answer is held against the document: no fault of ours,
no status, type, header or body that is not described. What a request changed is rolled back, so that no deletion ends the walk,
and nothing computes: runs are queued and forgotten. Requests are the same every time; ``SCHEMATHESIS_EXAMPLES=500`` makes more.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.db import close_old_connections, transaction
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from hypothesis.errors import Unsatisfiable
from schemathesis import Case, Config, GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import Failure, FailureGroup
from schemathesis.specs.openapi.checks import (
    allow_header_conformance,
    content_type_conformance,
    negative_data_rejection,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
    unsupported_method,
)

from segmentiq.tokens import issue_token
from segmentiq.wsgi import application

EXAMPLES = int(os.environ.get("SCHEMATHESIS_EXAMPLES", "6"))
"""Requests per operation and kind, and five times as many at its borders; a nightly run asks for hundreds."""
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    allow_header_conformance,
    unsupported_method,
]
pytestmark = [pytest.mark.django_db, pytest.mark.once]


@dataclass(frozen=True, kw_only=True)
class Site:
    """The API as one person uses it, and the ids of what is theirs, by the first word of the path."""

    schema: Any
    headers: Mapping[str, str]
    ids: Mapping[str, Mapping[str, Any]]


@pytest.fixture(autouse=True)
def one_connection() -> Iterator[None]:
    """Leave the test's connection to the database open between requests, as Django's own test client does."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.fixture
def site(owner: Any, make_run: Callable[..., Any], monkeypatch: pytest.MonkeyPatch) -> Site:
    monkeypatch.setattr("segmentiq.waiting.MAX_WAIT_S", 0)  # no worker is there to wait for
    run = make_run()
    row, secret = issue_token(owner)
    schema = schemathesis.openapi.from_wsgi("/api/v1/schema?format=json", application, config=Config(seed=4))
    ids: dict[str, dict[str, Any]] = {
        "datasets": {"id": str(run.dataset_id), "column": "age"},
        "clustering": {"id": str(run.pk), "branch": 0, "dataset_id": str(run.dataset_id), "columns": ["age", "spending"]},
        "tokens": {"id": row.token_key},
    }
    return Site(schema=schema, headers={"Authorization": f"Token {secret}"}, ids=ids)


def operations(site: Site) -> Iterator[Any]:
    return (found.ok() for found in site.schema.get_all_operations())


def point(case: Case[Any], site: Site, *, at_body: bool) -> None:
    """Let a request be about what exists, so that it gets further than to 404."""
    known = site.ids[case.path.removeprefix("/api/v1/").split("/")[0]]
    for name in set(case.path_parameters) & set(known):
        case.path_parameters[name] = known[name]
    if at_body and isinstance(case.body, dict):
        for name in set(case.body) & set(known):
            case.body[name] = known[name]


def faults_of(case: Case[Any], site: Site, *more: Any) -> Iterator[str]:
    """Send a request, roll back what it did, and yield what the answer has that the schema does not."""
    with transaction.atomic():
        response = case.call(headers=dict(site.headers))
        transaction.set_rollback(True)
    is_described = str(response.status_code) in case.operation.responses.status_codes
    if case.method.lower() == case.operation.method.lower() and not is_described:
        yield f"{case.operation.label}: {response.status_code} is not described: {response.text[:200]}"
    try:
        case.validate_response(response, checks=[*CHECKS, *more])
    except FailureGroup as group:
        yield from (f"{case.operation.label}: {told(failure)} <- {case!r}"[:900] for failure in group.exceptions)


def told(failure: Failure) -> str:
    return " ".join(f"{failure.title}: {failure.message}".split())[:400]


def faults_in(operation: Any, mode: GenerationMode, site: Site) -> set[str]:
    """Make requests for one operation; return every fault once."""
    found: dict[str, str] = {}

    @settings(
        max_examples=EXAMPLES, deadline=None, derandomize=True, database=None, phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @given(case=operation.as_strategy(generation_mode=mode), is_ours=st.integers(0, 7))
    def ask(case: Case[Any], is_ours: int) -> None:
        if is_ours:
            point(case, site, at_body=mode is GenerationMode.POSITIVE)
        known = {parameter.name for parameter in operation.query}
        # A parameter that is left empty counts as not given, as everywhere on the web; one that is not known is refused.
        case.query = {name: value for name, value in case.query.items() if name not in known or value != ""}
        for fault in faults_of(case, site, negative_data_rejection):
            found.setdefault(fault.partition(" <- ")[0][:120], fault)

    try:
        ask()
    except Unsatisfiable:
        assert mode is GenerationMode.NEGATIVE, "the schema describes no request at all"  # or nothing in it can be wrong
    return set(found.values())


@pytest.mark.slow
@pytest.mark.parametrize("mode", list(GenerationMode), ids=str)
def test_every_answer_is_one_that_the_schema_describes(site: Site, mode: GenerationMode) -> None:
    found = [fault for operation in operations(site) for fault in sorted(faults_in(operation, mode, site))]
    assert not found, "\n".join(found)


@pytest.mark.slow
def test_every_border_of_every_parameter_is_held(site: Site) -> None:
    """Walk what the schema itself calls the borders: least and most, missing and doubled parameters, other methods."""
    found: dict[str, str] = {}
    for operation in operations(site):
        config = site.schema.config.generation_for(operation=operation)
        cases = site.schema.iter_coverage_cases(operation, generation_modes=list(GenerationMode), generation_config=config)
        for case in islice(cases, 5 * EXAMPLES):
            point(case, site, at_body=False)
            for fault in faults_of(case, site):
                found.setdefault(fault.partition(" <- ")[0][:120], fault)
    assert not found, "\n".join(found.values())
