"""Tokens: made by a signed-in person or on the machine, shown once, owned by one."""

from __future__ import annotations

from collections.abc import Callable
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone
from knox.models import AuthToken

from segmentiq.tests.test_api_errors import error
from segmentiq.tokens import issue_token

TOKENS = "/api/v1/tokens"


@pytest.fixture
def browser(owner: Any) -> Client:
    client = Client()
    client.force_login(owner)
    return client


def with_token(secret: str) -> Client:
    return Client(headers={"Authorization": f"Token {secret}"})


def test_a_token_is_made_shown_once_and_works(browser: Client) -> None:
    made = browser.post(TOKENS)
    assert made.status_code == 201
    secret = made.json()["token"]
    assert with_token(secret).get("/api/v1/datasets").status_code == 200
    listed = browser.get(TOKENS).json()["results"]
    assert [entry["id"] for entry in listed] == [made.json()["id"]]
    assert secret not in str(listed)
    assert not AuthToken.objects.filter(digest=secret).exists()


def test_a_token_cannot_make_tokens(owner: Any) -> None:
    assert error(with_token(issue_token(owner)[1]).post(TOKENS), 403)["code"] == "session_required"


def test_a_deleted_token_stops_working(browser: Client, owner: Any) -> None:
    row, secret = issue_token(owner)
    assert browser.delete(f"{TOKENS}/{row.token_key}").status_code == 204
    assert error(with_token(secret).get("/api/v1/datasets"), 401)["code"] == "authentication_failed"
    assert error(browser.delete(f"{TOKENS}/{row.token_key}"), 404)["code"] == "not_found"


def test_nobody_sees_or_deletes_anothers_token(owner: Any, staff: Any) -> None:
    row, secret = issue_token(owner)
    client = Client()
    client.force_login(staff)
    assert client.get(TOKENS).json()["results"] == []
    assert client.delete(f"{TOKENS}/{row.token_key}").status_code == 404
    assert with_token(secret).get(TOKENS).status_code == 200


def test_an_expired_token_and_one_of_a_deactivated_person_do_not_work(owner: Any) -> None:
    row, secret = issue_token(owner)
    AuthToken.objects.filter(pk=row.pk).update(expiry=timezone.now())
    assert with_token(secret).get(TOKENS).status_code == 401
    _, secret = issue_token(owner)
    owner.is_active = False
    owner.save()
    assert with_token(secret).get(TOKENS).status_code == 401


def test_one_person_has_twenty_tokens_at_most(browser: Client, owner: Any) -> None:
    for _ in range(20):
        issue_token(owner)
    assert error(browser.post(TOKENS), 429)["code"] == "too_many_tokens"


@pytest.mark.parametrize("n", [1, 15])
def test_listing_tokens_takes_the_same_queries(
    browser: Client, owner: Any, n: int, django_assert_num_queries: Callable[..., Any]
) -> None:
    for _ in range(n):
        issue_token(owner)
    with django_assert_num_queries(4):  # session, person, count, rows
        browser.get(TOKENS)


def test_the_command_prints_a_token_and_nothing_else(owner: Any) -> None:
    printed = StringIO()
    call_command("issue_token", "olga", stdout=printed)
    assert with_token(printed.getvalue().strip()).get(TOKENS).status_code == 200
    assert len(printed.getvalue().splitlines()) == 1


@pytest.mark.django_db
def test_the_command_knows_active_accounts_only(owner: Any) -> None:
    with pytest.raises(CommandError, match="no active account"):
        call_command("issue_token", "nobody")
    owner.is_active = False
    owner.save()
    with pytest.raises(CommandError, match="no active account"):
        call_command("issue_token", "olga")
