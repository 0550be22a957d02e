"""A segmentation and its table in, a folder of plain files out: what the command line leaves behind.

    assignments.csv (the table's columns and `segment`), segments.json, report.json, dendrogram.png, dendrogram.svg

No database and no run: the same walk, report and formats as the web, for a person with a file and a terminal.
"""

from __future__ import annotations

import csv
import json
import tempfile
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from clustering.exports import HARMLESS_KINDS, added_names, neutral
from clustering.report import answer_of, report_of
from clustering.writers import WRITERS, evaluation_of
from datasets import tabular
from datasets.cells import written_cells
from datasets.storage import whole_row
from segmentiq.files import replacing
from segmentiq.ml.cut import cut_k

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from datasets.reader import ReadResult
    from segmentiq.ml.spec import SegmentationSpec
    from segmentiq.ml.values import Segmentation

TOLD = ("name", "facts", "rule", "worth", "numbers", "levels", "typical", "unusual")
"""What `segments.json` tells of a segment's profile."""


def save_folder(
    folder: Path, read: ReadResult, spec: SegmentationSpec, segmentation: Segmentation, *, forecast: Mapping[str, Any]
) -> None:
    """Write every file into the folder, which is made if need be; files of the same names are replaced."""
    began = time.perf_counter()
    folder.mkdir(parents=True, exist_ok=True)
    _save_json(folder / "segments.json", segments_of(segmentation))
    with replacing(folder / "assignments.csv") as part:
        _write_assignments(part, read, numbers_of(segmentation))
    for name in ("dendrogram.png", "dendrogram.svg"):
        with replacing(folder / name) as part:
            WRITERS[name](segmentation, part)
    report = report_of(segmentation, forecast=forecast, extra_s=time.perf_counter() - began)
    _save_json(folder / "report.json", full_report(read, spec, segmentation, report))


def _save_json(path: Path, value: Any) -> None:
    with replacing(path) as part:
        text = json.dumps(value, indent=2, ensure_ascii=False, allow_nan=False, default=lambda scalar: scalar.item())
        part.write_text(text + "\n", encoding="utf-8")


def segments_of(segmentation: Segmentation) -> list[dict[str, Any]]:
    """Return the segments, largest first, with what sets each apart."""
    profiles = {profile.branch: profile.to_json() for profile in segmentation.profiles}
    return [
        {
            "segment": number,
            "branch": branch.id,
            "size": branch.size,
            "share": branch.size / segmentation.top.n,
            "found": branch.found,
            **{name: profiles[branch.id][name] for name in TOLD},
        }
        for number, branch in enumerate(cut_k(segmentation.top, segmentation.k), start=1)
    ]


def full_report(
    read: ReadResult, spec: SegmentationSpec, segmentation: Segmentation, report: Mapping[str, Any]
) -> dict[str, Any]:
    """Return the answer, every k's scores, the advice, the engine, and how the file was read."""
    answer = answer_of(segmentation)
    return {
        **answer,
        "n_set_aside": answer["n_rows"] - answer["n_clustered"],
        "scores": evaluation_of(segmentation)["scores"],
        **report,
        "specification": spec.to_json(),
        "reading": {"decisions": list(read.decisions), "warnings": list(read.warnings), "ledger": list(read.ledger)},
    }


def numbers_of(segmentation: Segmentation) -> NDArray[np.int64]:
    """Return one segment number per row of the table, 1 the largest; 0 for a row that was set aside."""
    import numpy as np

    numbers = np.zeros(segmentation.features.n_table_rows, dtype=np.int64)
    home = segmentation.features.rows[segmentation.order]
    for number, branch in enumerate(cut_k(segmentation.top, segmentation.k), start=1):
        numbers[home[branch.start : branch.stop]] = number
    return numbers


def _write_assignments(path: Path, read: ReadResult, numbers: NDArray[np.int64]) -> None:
    is_text = [column.kind not in HARMLESS_KINDS for column in read.table.columns]
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        rows = _rows(read)
        header = next(rows)
        writer.writerow([neutral(name) for name in (*header, added_names(header)[0])])
        for row, number in zip(rows, numbers.tolist(), strict=True):
            cells = (neutral(cell) if text else cell for cell, text in zip(row, is_text, strict=True))
            writer.writerow([*cells, number or ""])


def _rows(read: ReadResult) -> Iterator[list[str]]:
    """Yield the header and the rows as the customer wrote them, by the same way as the web's export."""
    with tempfile.TemporaryDirectory() as scratch:
        path = Path(scratch) / "rows.csv"
        with path.open("wb") as stream:
            tabular.write_text(read.table, stream, read.written, read.shown)
        with path.open(encoding="utf-8", newline="") as text:
            yield from written_cells(map(whole_row, csv.reader(text)))
