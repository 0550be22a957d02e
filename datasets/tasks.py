"""What the queue knows of datasets: reading one, and sweeping up what no dataset answers for."""

from __future__ import annotations

from datasets import storage
from datasets.models import Dataset
from segmentiq.files import SWEEPERS
from segmentiq.jobs.task import OnProgress, job_task

SWEEPERS.append(storage.sweep)
COMPILERS = (
    "datasets.reader.fields.compile_fields",
    "datasets.reader.buffers.compile_buffers",
    "datasets.reader.coding.compile_coding",
    "datasets.reader.plain.compile_plain",
    "datasets.reader.repeats.compile_repeats",
    "datasets.lines.compile_lines",
)


@job_task(
    Dataset,
    limit="READ_TIME_LIMIT_S",
    preload=("datasets.ingestion",),
    prepare=COMPILERS,
    priority=50,
)
def read_dataset(dataset: Dataset, on_progress: OnProgress) -> None:
    """Read an uploaded file, or turn orders, into a typed table; before any run that waits, because somebody looks on."""
    from datasets.ingestion import ingest

    ingest(dataset, on_progress)
