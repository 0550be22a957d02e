"""What the queue knows of runs: computing one, and sweeping up what no run answers for."""

from __future__ import annotations

from clustering import artifacts
from clustering.models import Run
from segmentiq.files import SWEEPERS
from segmentiq.jobs.task import OnProgress, job_task

SWEEPERS.append(artifacts.sweep)


@job_task(Run, limit="RUN_TIME_LIMIT_S", preload=("clustering.execution",), prepare=("segmentiq.jobs.preparing.prepare_engine",))
def train_run(run: Run, on_progress: OnProgress) -> None:
    """Compute a segmentation."""
    from clustering.execution import execute

    execute(run, on_progress)
