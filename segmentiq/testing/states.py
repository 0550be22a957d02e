"""Every state that a page can be found in, made through the real services: for walks over all pages.

Flows in: the name of a person. Flows out: the address of a page by the state it is in. Work that shall wait is queued after
everything else is done, so that nothing takes it; the walk's site has no worker.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from segmentiq.testing import factories
from segmentiq.testing.sites import ROOT
from segmentiq.testing.tables import ODD_NAMES, ORDERS

if TYPE_CHECKING:
    from clustering.models import Run
    from datasets.models import Dataset

IN_A_PROCESS = """
import json, os, sys
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "segmentiq.settings")
import django
django.setup()
from segmentiq.testing import states
print("\\n" + json.dumps(getattr(states, sys.argv[1])(*sys.argv[2:])))
"""


def call(env: Mapping[str, str], name: str, *words: str) -> Any:
    """Call a function of this module in the installation with this environment; return what it returns."""
    done = subprocess.run(
        [sys.executable, "-c", IN_A_PROCESS, name, *words], cwd=ROOT, env=env, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.strip().splitlines()[-1])


def fill(username: str) -> dict[str, str]:
    """Give a person datasets and runs in every state; return the pages' addresses."""
    from django.contrib.auth import get_user_model

    owner = get_user_model().objects.get(username=username)
    ready = factories.dataset(owner=owner, name="Ready")
    orders = factories.dataset(ORDERS, owner=owner, name="Orders")
    finished = factories.run(ready, n_clusters=3)
    turned, failed_turning = _turned(orders), _turned(orders)
    found = {
        "dataset odd": _page(factories.dataset(ODD_NAMES, owner=owner, name="Odd")),
        "dataset ready": _page(ready),
        "dataset orders": _page(orders),
        "dataset derived": _page(factories.settled(turned)),
        "run done": _page(finished),
        "run damaged": _page(_damaged(factories.run(ready, n_clusters=2))),
        "run without structure": _page(factories.run(ready, columns=["age"], linkage="single")),
    }
    return found | _ended(ready, failed_turning) | _waiting(ready, orders)


def _turned(orders: Dataset) -> Dataset:
    from datasets.deriving import complete_recipe
    from datasets.services import derive_customers

    return derive_customers(orders, complete_recipe(orders, {}))


def _damaged(run: Run) -> Run:
    from django.conf import settings

    (settings.OUTPUT_DIR / run.artifacts.get(name="top.json").path).write_text("{")
    return run


def _ended(ready: Dataset, turning: Dataset) -> dict[str, str]:
    """Queue work and end it, badly."""
    from clustering.services import cancel
    from segmentiq.ml.errors import RunRefused

    unreadable = _queued_dataset(ready.owner)
    for job in (unreadable, turning):
        job.refresh_from_db()
        job.queue_again()
        job.claim()
        job.fail(RunRefused("Row 7 has 5 fields, the header 4.", code="unreadable_file", hint="Mend the row, then upload again."))
    failed, cancelled = _queued_run(ready, n_clusters=5), _queued_run(ready, n_clusters=6)
    failed.claim()
    failed.fail(RunRefused("No row is left.", code="no_rows_left", hint="Fill in what is missing instead."))
    cancel(cancelled)
    return {
        "dataset failed": _page(unreadable),
        "orders failed": _page(turning),
        "run failed": _page(failed),
        "run cancelled": _page(cancelled),
    }


def _waiting(ready: Dataset, orders: Dataset) -> dict[str, str]:
    running = _queued_run(ready, n_clusters=7)
    running.claim()
    running.advance("tree", 0.42)
    return {
        "dataset reading": _page(_queued_dataset(ready.owner)),
        "orders reading": _page(_turned(orders)),
        "run progress": _page(running),
        "run waiting": _page(_queued_run(ready, n_clusters=8)),
    }


def _queued_dataset(owner: Any) -> Dataset:
    from datasets.services import upload

    return upload(owner=owner, uploaded=factories.file_of(ODD_NAMES), name="On its way")


def _queued_run(of: Dataset, **spec: Any) -> Run:
    from clustering.services import train
    from segmentiq.ml.spec import SegmentationSpec

    asked = SegmentationSpec.from_mapping({"stability": False, **spec})
    return train(dataset=of, spec=asked, requested_by=of.owner)


def _page(job: Any) -> str:
    from django.urls import reverse

    return reverse(job._meta.model_name, args=[job.pk])


def start_worker(is_ready: str) -> None:
    """Say that a worker is there, for the two minutes that a clock may be ahead."""
    from django.utils import timezone

    from segmentiq.models import WorkerBeat

    ahead = timezone.now() + timedelta(seconds=100)
    WorkerBeat.objects.update_or_create(worker="walk", defaults={"beat_at": ahead, "is_ready": is_ready == "ready"})
