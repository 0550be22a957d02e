"""Every method on every route: what an address does not take is answered 405 with the methods it does take, and changes nothing.

The routes come from the URL resolver and the methods an address takes from the promises of the access matrix, so neither can be
forgotten here. Pages of other people's making (admin, account) answer such methods in their own way, but with no fault.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import product
from typing import Any

import pytest
from django.db import transaction
from django.test import Client

from clustering.models import Run
from datasets.models import Dataset
from segmentiq.tests.test_access_matrix import address, ask, content_type, promises, routes
from segmentiq.tests.test_api_errors import error

METHODS = ("HEAD", "OPTIONS", "PUT", "PATCH", "DELETE", "TRACE", "BREW")
THEIRS = ("admin/", "account/")


@pytest.fixture
def addresses(make_run: Callable[..., Any], owner: Any) -> dict[str, tuple[str, str]]:
    """Return every route's name with its pattern and an address of it that exists."""
    run = make_run()
    return {name: (whole, address(whole, run, owner)) for name, whole, _ in routes()}


def signed_in(person: Any) -> Client:
    client = Client(raise_request_exception=False)
    if person is not None:
        client.force_login(person)
    return client


def send(client: Client, method: str, path: str) -> Any:
    """Return the answer; what the request changed is rolled back."""
    with transaction.atomic():
        response = client.generic(method, path, b"{}" if "/api/" in path else b"", content_type=content_type(path))
        transaction.set_rollback(True)
    return response


def taken(name: str, whole: str) -> set[str]:
    """Return the methods that an address of ours takes."""
    promised = {method for method, route in promises() if route == name}
    implied = {"HEAD"} if "GET" in promised else set()
    return promised | implied | ({"OPTIONS"} if whole.startswith(("api/", "^api/", "^docs", "^redoc")) else set())


def allowed(response: Any) -> set[str]:
    return {method.strip() for method in response.headers.get("Allow", "").split(",") if method.strip()}


def ours(addresses: dict[str, tuple[str, str]]) -> list[tuple[str, str, str]]:
    """Return name, pattern and address of the routes that we wrote."""
    own = ("account/tokens", "account/tokens/revoke")
    return [(name, whole, path) for name, (whole, path) in addresses.items() if whole in own or not whole.startswith(THEIRS)]


def test_a_method_an_address_does_not_take_is_405_with_those_it_takes(addresses: dict[str, tuple[str, str]], owner: Any) -> None:
    client, wrong = signed_in(owner), []
    for (name, whole, path), method in product(ours(addresses), METHODS):
        takes = taken(name, whole)
        response = send(client, method, path)
        if method not in takes:
            if (response.status_code, allowed(response)) != (405, takes):
                wrong.append((method, name, response.status_code, sorted(allowed(response)), sorted(takes)))
            elif "/api/" in path and method != "HEAD":
                assert error(response, 405)["code"] == "method_not_allowed"
        elif method == "OPTIONS" and (response.status_code, allowed(response)) != (200, takes):
            wrong.append((method, name, response.status_code, sorted(allowed(response)), sorted(takes)))
        elif method == "HEAD" and (response.status_code, response.getvalue()) != (ask("GET", path, owner), b""):
            wrong.append((method, name, response.status_code, [], []))
    assert wrong == []
    assert (Dataset.objects.count(), Run.objects.count()) == (1, 1)


def test_pages_of_others_end_in_no_fault(addresses: dict[str, tuple[str, str]], staff: Any) -> None:
    theirs = [path for whole, path in addresses.values() if whole.startswith(THEIRS)]
    wrong = []
    for client in (signed_in(None), signed_in(staff)):
        for path, method in product(theirs, ("HEAD", "OPTIONS", "PUT", "TRACE")):
            response = send(client, method, path)
            if response.status_code >= 500 or (response.status_code == 405 and not allowed(response)):
                wrong.append((method, path, response.status_code))
    assert wrong == []
    assert (Dataset.objects.count(), Run.objects.count()) == (1, 1)


@pytest.mark.parametrize("method", ["HEAD", "OPTIONS", "PUT"])
def test_what_is_not_there_is_missing_by_any_method(client: Client, owner: Any, method: str) -> None:
    client.force_login(owner)
    for path in ("/nothing", "/datasets/17", "/api/v1/nothing", "/media/datasets", "/api/v1/datasets/../../etc/passwd"):
        assert client.generic(method, path).status_code == 404
