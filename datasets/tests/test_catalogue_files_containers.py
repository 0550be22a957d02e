"""The catalogue of bad files, containers: what is no table, or not what its name says; nothing is unpacked or unpickled."""

from __future__ import annotations

import gzip
import io
import pickle
import zipfile
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet
import pytest
import xlsxwriter

from datasets.tests.catalogue import SECRET, Case, Walker, walker

__all__ = ["walker"]


class Tripwire:
    """An object that leaves a trace when it is unpickled."""

    def __reduce__(self) -> tuple[object, ...]:
        return Path.touch, (Path("unpickled"),)


CSV = f"name,age\n{SECRET},2\nb,4\nc,7\n".encode()
PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(256))
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)
LOCKED = OLE + "EncryptedPackage".encode("utf-16-le") + bytes(100)


def zipped(files: dict[str, bytes]) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return packed.getvalue()


def workbook() -> bytes:
    content = io.BytesIO()
    book = xlsxwriter.Workbook(content, {"in_memory": True})
    sheet = book.add_worksheet("Data")
    for i in range(9):
        sheet.write_row(i, 0, [f"{SECRET}{i}" if i else "name", i or "age"])
    book.close()
    return content.getvalue()


def gz_bomb() -> bytes:
    """Return 10 MB that unpack to 10 GB: a thousand members of one archive."""
    return gzip.compress(bytes(10_000_000), 9, mtime=0) * 1_000


def parquet(**columns: object) -> bytes:
    written = io.BytesIO()
    pa.parquet.write_table(pa.table(columns), written)
    return written.getvalue()


def damaged_parquet() -> bytes:
    content = parquet(name=[SECRET] * 50, age=list(range(50)))
    return content[:4] + bytes(len(content) // 2) + content[4 + len(content) // 2 :]


CASES = {
    "a workbook called csv": Case(content=workbook, name="a.csv", code="content_mismatch"),
    "a png called csv": Case(content=PNG, name="a.csv", code="content_mismatch"),
    "a jpeg called csv": Case(content=b"\xff\xd8\xff\xe0" + bytes(90), name="a.csv", code="content_mismatch"),
    "a pdf called csv": Case(content=b"%PDF-1.7\n%\xe2\xe3\n", name="a.csv", code="content_mismatch"),
    "a csv called xlsx": Case(content=CSV, name="a.xlsx", code="content_mismatch"),
    "a csv called parquet": Case(content=CSV, name="a.parquet", code="content_mismatch"),
    "a web page called xls": Case(content=b"<html><table><tr><td>1</td>", name="a.xls", code="unsupported_type"),
    "a web page called csv": Case(content=b"\xef\xbb\xbf <TABLE><tr><td>1</td>", name="a.csv", code="content_mismatch"),
    "XML called csv": Case(content=b'<?xml version="1.0"?><Workbook/>', name="a.csv", code="content_mismatch"),
    "JSON called csv": Case(content=b'[{"name": "x"}]', name="a.csv", code="content_mismatch"),
    "old Excel": Case(content=OLE, name="a.xls", code="unsupported_type"),
    "old Excel called xlsx": Case(content=OLE, name="a.xlsx", code="unsupported_type"),
    "a locked workbook": Case(content=LOCKED, name="a.xlsx", code="encrypted_file"),
    "a spreadsheet of OpenOffice": Case(content=zipped({"content.xml": b"<x/>"}), name="a.ods", code="unsupported_type"),
    "a spreadsheet of OpenOffice called xlsx": Case(content=zipped({"content.xml": b""}), name="a.xlsx", code="content_mismatch"),
    "a spreadsheet of Numbers": Case(content=zipped({"Index/Document.iwa": b""}), name="a.numbers", code="unsupported_type"),
    "a binary workbook": Case(content=zipped({"xl/workbook.bin": b""}), name="a.xlsb", code="unsupported_type"),
    "a pickle": Case(content=pickle.dumps(Tripwire(), protocol=4), name="a.pkl", code="unsupported_type"),
    "an old pickle": Case(content=pickle.dumps(Tripwire(), protocol=0), name="a.pickle", code="unsupported_type"),
    "a pickle called csv": Case(content=pickle.dumps(Tripwire(), protocol=5), name="a.csv", code="unsupported_type"),
    "a pickle called joblib": Case(content=pickle.dumps(Tripwire(), protocol=4), name="a.joblib", code="unsupported_type"),
    "an array": Case(content=b"\x93NUMPY\x01\x00" + bytes(90), name="a.npy", code="unsupported_type"),
    "an array called csv": Case(content=b"\x93NUMPY\x01\x00" + bytes(90), name="a.csv", code="unsupported_type"),
    "a bomb in gzip": Case(content=gz_bomb, name="a.csv.gz", code="unsupported_type"),
    "a bomb in gzip called csv": Case(content=gz_bomb, name="a.csv", code="unsupported_type"),
    "a zip with a csv": Case(content=zipped({"a.csv": CSV}), name="a.zip", code="unsupported_type"),
    "a zip with a csv called csv": Case(content=zipped({"a.csv": CSV}), name="a.csv", code="unsupported_type"),
    "a zip of zips": Case(content=zipped({"a.zip": zipped({"a.csv": CSV})}), name="a.zip", code="unsupported_type"),
    "half a parquet file": Case(content=parquet(name=[SECRET])[:-7], name="a.parquet", code="corrupt_parquet"),
    "an encrypted parquet file": Case(content=b"PARE" + bytes(90) + b"PARE", name="a.parquet", code="encrypted_file"),
    "a parquet file with a torn middle": Case(content=damaged_parquet, name="a.parquet", code="corrupt_parquet", is_late=True),
    "a parquet file of lists": Case(
        content=parquet(a=[[1], [2]], b=[1, 2]), name="a.parquet", code="corrupt_parquet", is_late=True
    ),
    "a parquet file of records": Case(content=parquet(a=[{"x": SECRET}]), name="a.parquet", code="corrupt_parquet", is_late=True),
    "a parquet file of bytes": Case(content=parquet(a=[SECRET.encode()]), name="a.parquet", code="corrupt_parquet", is_late=True),
}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
def test_what_is_no_table_is_refused_unopened(
    walker: Walker, case: Case, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    walker.walk(case)
    assert not Path("unpickled").exists()
