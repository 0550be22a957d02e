"""Reading a file: all that the worker does with an upload, beside the bare parsers of other libraries.

Flows in: a CSV file of mixed columns. Flows out: how many rows and columns each of them found. Theirs is a data frame or an Arrow
table and no more; ours is checked, typed and described, and stands in its files and in the database when it is done.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np

from bench.contenders import OURS
from bench.tables import SEED

INTAKE = "reading"
PANDAS, ARROW = "pandas.read_csv", "pyarrow.csv"
WORDS = ("parcel", "late", "asked", "for", "a", "refund", "happy", "with", "size", "blue", "called", "twice", "gift", "moved")
FEW = 3_000
"""Lines for the call that loads what the work needs, before it is timed."""

Shape = tuple[int, int]


@dataclass(frozen=True, kw_only=True, slots=True)
class Reader:
    """`run` reads what `prepare` has made of a file."""

    run: Callable[[Any], Shape]
    prepare: Callable[[Path], Any] = lambda path: path


def save_mixed(rows: int, path: Path) -> Shape:
    """Write twelve columns as a shop exports them: ids, dates, numbers, categories, text with commas, and gaps."""
    import pandas as pd

    frame = pd.DataFrame(_mixed(rows))
    frame.to_csv(path, index=False)
    return frame.shape


def _mixed(rows: int) -> Mapping[str, Any]:
    generator = np.random.default_rng([SEED, rows])
    day, minute = np.datetime64("2019-01-01"), np.datetime64("2023-01-01T00:00")
    orders = 1 + generator.poisson(np.exp(generator.normal(0.9, 0.8, size=rows)))
    return {
        "customer_id": [f"C{number:07}" for number in generator.permutation(rows)],
        "signed_up": (day + generator.integers(1_800, size=rows)).astype(str),
        "last_order": np.char.replace((minute + generator.integers(700_000, size=rows)).astype(str), "T", " "),
        "age": _with_gaps(generator.integers(18, 95, size=rows).astype(str), 0.03, generator),
        "income": _with_gaps(_say(generator.normal(32_000, 4_500, size=rows), 2), 0.05, generator),
        "orders": orders,
        "revenue": _say(orders * np.exp(generator.normal(3.2, 0.9, size=rows)), 2),
        "returns_share": _say(generator.beta(2, 8, size=rows), 4),
        "region": generator.choice(["north", "south", "east", "west"], size=rows),
        "channel": generator.choice(["online", "store", "phone", "partner"], size=rows),
        "tier": _with_gaps(generator.choice(["basic", "silver", "gold"], size=rows, p=[0.6, 0.3, 0.1]), 0.1, generator),
        "note": _with_gaps(_notes(rows, generator), 0.3, generator),
    }


def _say(numbers: Any, digits: int) -> Any:
    return np.array([f"{number:.{digits}f}" for number in numbers])


def _notes(rows: int, generator: np.random.Generator) -> Any:
    said = [f"{first} {second}, {third}" for first in WORDS for second in WORDS for third in WORDS]
    return np.array(said)[generator.integers(len(said), size=rows)]


def _with_gaps(cells: Any, share: float, generator: np.random.Generator) -> Any:
    return np.where(generator.random(len(cells)) < share, "", cells)


def head_of(path: Path) -> Path:
    """Return a file of the first lines."""
    head = path.with_name(f"head-{os.getpid()}.csv")
    with path.open(encoding="utf-8") as stream:
        head.write_text("".join(islice(stream, FEW)), encoding="utf-8")
    return head


def receive(path: Path) -> Any:
    """Return the dataset of an upload, claimed by a worker; in a database and a folder of this process alone."""
    import django

    os.environ["DJANGO_SETTINGS_MODULE"] = "segmentiq.settings"
    os.environ["UPLOAD_DIR"] = str(path.parent / f"uploads-{os.getpid()}")
    django.setup()
    from django.contrib.auth import get_user_model
    from django.core.files import File
    from django.core.management import call_command

    from datasets.services import upload

    call_command("migrate", verbosity=0)
    owner, _ = get_user_model()._default_manager.get_or_create(username="bench")
    with path.open("rb") as stream:
        dataset = upload(owner=owner, uploaded=File(stream, name=path.name))  # type: ignore[arg-type]
    dataset.claim()
    return dataset


def ingest(dataset: Any) -> Shape:
    from datasets.ingestion import ingest as work
    from segmentiq.jobs.inline import progress_of

    work(dataset, progress_of(dataset))
    return dataset.n_rows, dataset.n_columns


def read_pandas(path: Path) -> Shape:
    import pandas as pd

    return pd.read_csv(path).shape


def read_arrow(path: Path) -> Shape:
    import pyarrow.csv

    shape: Shape = pyarrow.csv.read_csv(path).shape
    return shape


READERS: Mapping[str, Reader] = {
    OURS: Reader(run=ingest, prepare=receive),
    PANDAS: Reader(run=read_pandas),
    ARROW: Reader(run=read_arrow),
}
