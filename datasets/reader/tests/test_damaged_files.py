"""Files damaged at random places: each is read or refused, by the quick check and by the full reading; nothing else happens."""

from __future__ import annotations

import datetime as dt
import io
import random
import zipfile
from contextlib import suppress
from typing import Any

import pyarrow as pa
import pyarrow.parquet
import pytest

from datasets.reader import check_upload
from datasets.reader.tests.reading import read
from datasets.reader.tests.workbooks import rewritten, workbook, write
from segmentiq.ml.errors import FileRefused

ROWS: list[list[Any]] = [["customer", "age", "when"], *([f"c{i}", i * 7 % 40, i] for i in range(12))]
BOOK = workbook(lambda book: [write(book, "D", ROWS), write(book, "E", ROWS)])
SEEDS = range(60)


def parquet() -> bytes:
    written = io.BytesIO()
    columns = {"name": ["a", "b", None] * 20, "n": list(range(60)), "at": [dt.datetime(2024, 1, 1)] * 60}
    pa.parquet.write_table(pa.table(columns), written)
    return written.getvalue()


def damaged(content: bytes, draw: random.Random) -> bytes:
    """Return the bytes with some of them changed, lost or doubled."""
    broken = bytearray(content)
    for _ in range(draw.randint(1, 5)):
        place, length = draw.randrange(len(broken)), draw.randint(1, 40)
        piece = (bytes([draw.choice(b'<>"/&0A1 \x00\xff')]), b"", bytes(broken[place : place + length]) * 2)[draw.randrange(3)]
        broken[place : place + (1 if len(piece) == 1 else length)] = piece
    return bytes(broken)


def damaged_part(draw: random.Random) -> bytes:
    """Return the workbook with one of its parts damaged, in a sound zip."""
    with zipfile.ZipFile(io.BytesIO(BOOK)) as archive:
        part = draw.choice([name for name in archive.namelist() if name.endswith((".xml", ".rels"))])
        return rewritten(BOOK, {part: damaged(archive.read(part), draw)})


def outcome_is_told(content: bytes, name: str) -> None:
    with suppress(FileRefused):
        check_upload(io.BytesIO(content), name)
    with suppress(FileRefused):
        read(content, name)


@pytest.mark.parametrize("seed", SEEDS)
def test_a_damaged_file_is_read_or_refused(seed: int) -> None:
    draw = random.Random(seed)
    outcome_is_told(damaged_part(draw), "a.xlsx")
    outcome_is_told(damaged(BOOK, draw), "a.xlsx")
    outcome_is_told(damaged(parquet(), draw), "a.parquet")
