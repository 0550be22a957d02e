"""The computing of a run, done in the worker's child: typed table in; artifacts, answer and report out.

Files are written first, in the folder of the lease; then their rows and the run's answer are published in one transaction that
demands the lease. A process that lost it publishes nothing and takes its files away.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import transaction

from clustering import artifacts
from clustering.models import Artifact, KeptCut, Run
from clustering.report import answer_of, log_forecast, report_of
from clustering.stamps import stamp_of
from datasets import storage
from segmentiq.files import remove_folder
from segmentiq.jobs.limits import run_limits
from segmentiq.ml.errors import RunRefused
from segmentiq.ml.machine import Gauge
from segmentiq.ml.pipeline import segment
from segmentiq.ml.spec import SegmentationSpec

if TYPE_CHECKING:
    from segmentiq.ml.values import OnProgress, Segmentation

COMPUTED = 0.95
"""Share of the whole that is done when only the files are left to write."""


def execute(run: Run, on_progress: OnProgress) -> None:
    """Segment the run's dataset and publish what came out. Raises Refusal, LeaseLost."""
    spec = SegmentationSpec.from_mapping(run.spec)
    columns = tuple(column.to_value() for column in run.dataset.columns.order_by("position"))
    if stamp_of(run.dataset, columns, spec) != run.stamp:
        raise RunRefused(
            "The dataset's columns were changed after this run was asked for.", code="conflict", hint="Segment the dataset again."
        )
    with Gauge():
        table = storage.load_table(run.dataset, columns)
        segmentation = segment(
            table,
            spec,
            on_progress=_within(on_progress, COMPUTED),
            **run_limits(),
            max_features=settings.MAX_FEATURES,
        )
        on_progress("drawing", COMPUTED)
        try:
            _publish(run, segmentation)
        except BaseException:
            remove_folder(artifacts.lease_folder(run))
            raise


def _within(on_progress: OnProgress, end: float) -> OnProgress:
    """Return a reporter for a part of the work that ends at this share of the whole."""
    return lambda stage, share: on_progress(stage, share * end)


def _publish(run: Run, segmentation: Segmentation) -> None:
    began = time.perf_counter()
    rows = artifacts.save_all(run, segmentation)
    report = report_of(segmentation, forecast=run.report.get("forecast", {}), extra_s=time.perf_counter() - began)
    answer = answer_of(segmentation)
    with transaction.atomic():
        run.finish(**answer, report=report)  # first: it asks whether we may publish at all
        KeptCut.objects.create(run=run, branches=answer["branches"], k=answer["k"])
        Artifact.objects.bulk_create(rows)
    log_forecast(report["forecast"], report["took"])
