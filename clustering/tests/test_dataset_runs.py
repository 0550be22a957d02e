"""A dataset's page lists what was made of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from segmentiq.testing.tables import THREE_GROUPS

pytestmark = pytest.mark.django_db


def test_a_dataset_lists_its_own_runs_by_their_outcome(
    client: Client, owner: Any, make_dataset: Callable[..., Any], make_run: Callable[..., Any]
) -> None:
    client.force_login(owner)
    dataset, other = make_dataset(THREE_GROUPS, name="one"), make_dataset(THREE_GROUPS.replace("north", "nord"), name="two")
    run, elsewhere = make_run(dataset, n_clusters=3), make_run(other, n_clusters=4)
    page = client.get(reverse("dataset", args=[dataset.pk])).content.decode()
    assert reverse("run", args=[run.pk]) in page
    assert reverse("run", args=[elsewhere.pk]) not in page
    assert "in 3 segments</a>" in page


def test_a_dataset_without_runs_says_nothing_of_them(client: Client, owner: Any, make_dataset: Callable[..., Any]) -> None:
    client.force_login(owner)
    page = client.get(reverse("dataset", args=[make_dataset(THREE_GROUPS).pk]), {"change": 0}).content.decode()
    assert "Runs of this dataset" not in page
    assert '<option value="descriptor">described, not clustered on</option>' in page
