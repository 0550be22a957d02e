"""Requests in; home, tokens, probes and error pages out."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from knox.models import AuthToken

from clustering.models import Run
from segmentiq.jobs import beats

pytestmark = pytest.mark.django_db


def test_a_token_is_shown_once(client: Client, owner: Any) -> None:
    client.force_login(owner)
    page = client.post(reverse("tokens")).content.decode()
    token = AuthToken.objects.get()
    shown = page.split('class="secret">')[1].split("<")[0]
    assert shown.startswith(token.token_key)
    assert shown not in client.get(reverse("tokens")).content.decode()


def test_a_token_can_be_revoked_by_its_owner_only(client: Client, owner: Any, stranger: Any) -> None:
    token, _ = AuthToken.objects.create(owner)
    client.force_login(stranger)
    client.post(reverse("token_revoke"), {"key": token.token_key})
    assert AuthToken.objects.exists()
    client.force_login(owner)
    client.post(reverse("token_revoke"), {"key": token.token_key})
    assert not AuthToken.objects.exists()


def test_tokens_have_a_limit(client: Client, owner: Any) -> None:
    for _ in range(20):
        AuthToken.objects.create(owner)
    client.force_login(owner)
    assert "which is the limit" in client.post(reverse("tokens")).content.decode()
    assert AuthToken.objects.count() == 20


def test_probes_answer_anybody(client: Client) -> None:
    assert client.head("/healthz").status_code == 200
    assert client.get("/healthz").json()["status"] == "ok"
    assert client.get("/readyz").status_code == 200


def test_readiness_says_whether_a_worker_is_alive_and_able(client: Client) -> None:
    assert "no worker" in client.get("/readyz").json()["status"]
    beats.beat("one", is_ready=False)
    assert client.get("/readyz").json()["status"].startswith("preparing")
    beats.beat("one")
    assert client.get("/readyz").json()["status"] == "ready"


def test_a_folder_that_cannot_be_written_is_not_ready(client: Client, settings: Any, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    settings.UPLOAD_DIR = tmp_path / "file"
    assert client.get("/readyz").status_code == 503


def test_what_is_not_there_is_told_in_a_page(client: Client, owner: Any) -> None:
    assert b"There is nothing here." in client.get("/nothing").content
    client.force_login(owner)
    assert b"There is nothing here." in client.get("/nothing").content


def test_a_stale_form_is_told_in_a_page(owner: Any) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(owner)
    answer = client.post(reverse("tokens"))
    assert answer.status_code == 403
    assert b"This form was open too long." in answer.content


def test_the_broken_page_needs_nothing() -> None:
    from django.template.loader import get_template

    assert "Something broke on our side." in get_template("500.html").render()


def test_the_broken_page_names_the_entry_of_the_log(client: Client, make_dataset: Callable[..., Any], owner: Any) -> None:
    Run.objects.create(dataset=make_dataset(), spec={"of another": "version"}, stamp="0")
    client.force_login(owner)
    client.raise_request_exception = False
    answer = client.get("/", headers={"X-Request-ID": "entry-12345678"})
    assert answer.status_code == 500
    assert "<code>entry-12345678</code>" in answer.content.decode()


def test_the_door_is_open_and_promises_no_mail(client: Client, owner: Any) -> None:
    assert client.get(reverse("account_login")).status_code == 200
    client.force_login(owner)
    page = client.get(reverse("account_change_password"))
    assert page.status_code == 200
    assert b"<h1>Change the password</h1>" in page.content
    assert b"reset" not in page.content


def test_no_shared_computer_keeps_a_page_with_customers(client: Client, owner: Any) -> None:
    client.force_login(owner)
    for path in ("/", "/datasets", "/runs"):
        assert client.get(path)["Cache-Control"] == "private, no-store"
