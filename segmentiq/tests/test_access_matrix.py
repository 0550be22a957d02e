"""Who gets what from every route: each line of access_matrix.txt is a promise, and a route without a line fails.

A line says for a method and a route, by name, which status anonymous, owner, stranger, staff and superuser get, where dataset and
run are the owner's. The routes come from the URL resolver, so that none can be forgotten.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from django.db import transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from datasets.viewsets import UUID
from segmentiq.testing import factories
from segmentiq.tokens import issue_token

PEOPLE = ("anonymous", "owner", "stranger", "staff", "superuser")
TABLE = Path(__file__).with_name("access_matrix.txt")


def promises() -> dict[tuple[str, str], tuple[int, ...]]:
    """Read the table: (method, route) -> statuses by person."""
    lines = [line.split() for line in TABLE.read_text(encoding="utf-8").splitlines() if line.strip() and not line.startswith("#")]
    return {(method, name): tuple(map(int, statuses)) for method, name, *statuses in lines}


def routes(patterns: Any = None, before: str = "") -> Iterator[tuple[str, str, URLPattern]]:
    """Yield the name, the whole pattern, and the route of every address."""
    for entry in get_resolver().url_patterns if patterns is None else patterns:
        whole = before + str(entry.pattern)
        if isinstance(entry, URLResolver):
            yield from routes(entry.url_patterns, whole)
        else:
            yield route_name(whole, entry), whole, entry


def route_name(whole: str, entry: URLPattern) -> str:
    """Return the route's name; the admin's are not unique, so there it is the pattern."""
    return re.sub(r"app_label>[^)]*", "app_label>", whole) if whole.startswith("admin/") else str(entry.name)


def methods(route: URLPattern) -> list[str]:
    """Return the methods that must be promised: all that a viewset takes; GET or POST for anything else."""
    actions = getattr(route.callback, "actions", None)
    return sorted(method.upper() for method in actions if method != "head") if actions else []


def test_every_route_and_every_method_has_a_promise() -> None:
    promised = promises()
    missing = []
    for name, _, route in routes():
        wanted = [(method, name) for method in methods(route)]
        if not (all(key in promised for key in wanted) if wanted else any(key[1] == name for key in promised)):
            missing.append(name)
    assert missing == []
    assert {name for _, name in promised} - {name for name, _, _ in routes()} == set()


def test_every_route_keeps_its_promise(make_run: Callable[..., Any], owner: Any, stranger: Any, staff: Any) -> None:
    people = {"owner": owner, "stranger": stranger, "superuser": staff, "staff": factories.user("stig", is_staff=True)}
    run = make_run()
    addresses = {name: address(whole, run, owner) for name, whole, _ in routes()}
    got = {
        (method, name): tuple(ask(method, addresses[name], people.get(person)) for person in PEOPLE)
        for method, name in promises()
    }
    assert {key: statuses for key, statuses in got.items() if statuses != promises()[key]} == {}


def ask(method: str, path: str, person: Any) -> int:
    """Return the status this person gets; what the request changed is rolled back."""
    client = Client(raise_request_exception=False)
    with transaction.atomic():
        if person is not None:
            client.force_login(person)
        status = client.generic(method, path, b"{}" if "/api/" in path else b"", content_type=content_type(path)).status_code
        transaction.set_rollback(True)
    return status


def content_type(path: str) -> str:
    if path.endswith("/upload") and "/api/" in path:
        return "multipart/form-data; boundary=q"
    return "application/json" if "/api/" in path else "application/x-www-form-urlencoded"


def address(whole: str, run: Any, owner: Any) -> str:
    """Fill a pattern in with the owner's dataset or run, column, token and account."""
    about_dataset = whole.removeprefix("admin/").removeprefix("api/v1/^").startswith("datasets")
    pk = owner.pk if whole.startswith("admin/auth/user") else run.dataset_id if about_dataset else run.pk
    parts = {
        "(?P<id>[0-9a-f]{8,25})": token_key(owner),
        "<id>": owner.pk,
        "<int:column>": run.dataset.columns.get(name="age").position,
        "(?P<column>.+?)": "age",
        "(?P<branch>[0-9]{1,4})": 0,
        "<path:content_type_id>": 1,
        **dict.fromkeys((f"(?P<pk>{UUID})", "<uuid:pk>", "<path:object_id>"), pk),
    }
    for part, value in parts.items():
        whole = whole.replace(part, str(value))
    return "/" + re.sub(r"\(\?P<\w+>[^)]*\)", "datasets", whole).replace("^", "").replace("/?$", "").replace("$", "")


def token_key(owner: Any) -> str:
    row = owner.auth_token_set.first() or issue_token(owner)[0]
    return str(row.token_key)
