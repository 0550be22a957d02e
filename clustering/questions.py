"""A dataset and a specification in; nothing out, or the reason why this question cannot be asked of this dataset.

Everything that can be known without computing is refused here, before a row is made or work is queued: columns, rows, the range
of k, the memory and the time it would take. Pure Python over the dataset's rows, because the web process asks it on every train
request.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from segmentiq.jobs.limits import run_limits
from segmentiq.ml.effort import RunForecast, forecast_run
from segmentiq.ml.errors import Refusal, SpecRefused
from segmentiq.ml.selection import choose_columns
from segmentiq.ml.values import MAX_SEGMENTS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from datasets.models import Column, Dataset
    from segmentiq.ml.spec import SegmentationSpec

MOST_LEVELS = 51
"""Features one category can become: 50 levels and one for what is missing."""
LEAST_ROWS = 3


def check_question(dataset: Dataset, columns: Sequence[Column], spec: SegmentationSpec) -> RunForecast:
    """Return what the run will cost. Raises Refusal when the dataset cannot answer this specification."""
    if dataset.state != "ready":
        raise Refusal(
            "The dataset is still being read." if dataset.state == "reading" else "The dataset could not be read.",
            code="not_ready",
            field="dataset_id",
            hint="Wait until it is ready." if dataset.state == "reading" else "Read it again, or upload another file.",
        )
    n_rows = dataset.n_rows or 0
    _check_rows(n_rows, spec)
    chosen = {column.name for column in choose_columns([column.to_value() for column in columns], spec)}
    n_features = sum(most_features(column.kind, column.n_distinct) for column in columns if column.name in chosen)
    if isinstance(spec.pca, int) and spec.pca > min(n_features, n_rows):
        raise SpecRefused(
            f"pca asks for {spec.pca:,} components, but these columns give at most {min(n_features, n_rows):,}.",
            code="invalid_pca",
            field="pca",
            hint="Ask for fewer, or for a share of the variance such as 0.9.",
        )
    return forecast_here(n_rows, n_features, spec)


def forecast_here(n_rows: int, n_features: int, spec: SegmentationSpec) -> RunForecast:
    """Forecast a run on this machine and under its limits. Raises RunRefused."""
    return forecast_run(n_rows, spec.pca if isinstance(spec.pca, int) else n_features, spec, **run_limits())


def _check_rows(n_rows: int, spec: SegmentationSpec) -> None:
    if n_rows < LEAST_ROWS:
        raise SpecRefused(
            f"The dataset has {n_rows:,} rows; segments need at least {LEAST_ROWS}.",
            code="too_few_rows",
            field="dataset_id",
            hint="Upload a file with more customers.",
        )
    if spec.n_clusters != "auto" and spec.n_clusters >= n_rows:
        raise SpecRefused(
            f"n_clusters is out of range: with {n_rows:,} customers it goes from 2 to {min(MAX_SEGMENTS, n_rows - 1)}.",
            code="out_of_range",
            field="n_clusters",
        )


def most_features(kind: str, n_distinct: int) -> int:
    """Return how many features a column becomes at most."""
    return min(n_distinct + 1, MOST_LEVELS) if kind == "category" else 1
