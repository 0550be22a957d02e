"""Content and name of a file: what agrees is read, what does not is refused, and nothing is unpacked to find out."""

from __future__ import annotations

import gzip
import io
import pickle
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from datasets.reader import ReadLimits, check_upload
from segmentiq.ml.errors import FileRefused


class Tripwire:
    """An object that leaves a trace when it is unpickled."""

    def __reduce__(self) -> tuple[object, ...]:
        return Path.touch, (Path("unpickled"),)


def zipped(**files: bytes) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, content in files.items():
            archive.writestr(name.replace("_dot_", "."), content)
    return packed.getvalue()


CSV = b"a,b\n1,2\n3,4\n"
PNG = b"\x89PNG\r\n\x1a\n" + bytes(50)
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)
CASES = {
    "an image called csv": (PNG, "customers.csv", "content_mismatch"),
    "a photo called csv": (b"\xff\xd8\xff\xe0" + bytes(50), "customers.csv", "content_mismatch"),
    "a document called csv": (b"%PDF-1.7\n", "customers.csv", "content_mismatch"),
    "an image": (PNG, "logo.png", "unsupported_type"),
    "a web page called csv": (b"\n<!DOCTYPE html><html>", "customers.csv", "content_mismatch"),
    "text called xlsx": (CSV, "customers.xlsx", "content_mismatch"),
    "text called parquet": (CSV, "customers.parquet", "content_mismatch"),
    "parquet called csv": (b"PAR1" + bytes(20) + b"PAR1", "customers.csv", "content_mismatch"),
    "half a parquet file": (b"PAR1" + bytes(20), "customers.parquet", "corrupt_parquet"),
    "a gzip archive": (gzip.compress(bytes(10_000_000)), "customers.csv.gz", "unsupported_type"),
    "a gzip archive called csv": (gzip.compress(CSV), "customers.csv", "unsupported_type"),
    "a zip archive": (zipped(a_dot_csv=CSV), "customers.zip", "unsupported_type"),
    "a zip of zips called csv": (zipped(a_dot_zip=zipped(a_dot_csv=CSV)), "customers.csv", "unsupported_type"),
    "a pickle": (pickle.dumps(Tripwire(), protocol=4), "customers.pkl", "unsupported_type"),
    "a pickle called csv": (pickle.dumps(Tripwire(), protocol=4), "customers.csv", "unsupported_type"),
    "an array": (b"\x93NUMPY\x01\x00", "customers.npy", "unsupported_type"),
    "a program called csv.exe": (CSV, "customers.csv.exe", "unsupported_type"),
    "a hidden file": (CSV, "page.php", "unsupported_type"),
    "old Excel": (OLE, "customers.xls", "unsupported_type"),
    "a locked workbook": (OLE + "EncryptedPackage".encode("utf-16-le"), "customers.xlsx", "encrypted_file"),
    "half a workbook": (b"PK\x03\x04" + bytes(100), "customers.xlsx", "corrupt_xlsx"),
    "a workbook called csv": (zipped(**{"xl/workbook.xml": b"<workbook/>"}), "customers.csv", "content_mismatch"),
}


@pytest.mark.parametrize(("content", "name", "code"), CASES.values(), ids=CASES.keys())
def test_content_that_is_no_table_or_not_what_the_name_says(
    content: bytes, name: str, code: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(FileRefused) as caught:
        check_upload(io.BytesIO(content), name, ReadLimits())
    assert caught.value.code == code
    assert not Path("unpickled").exists()


@pytest.mark.parametrize("name", ["a.csv", "A.CSV", "a.tsv", "a.txt", "a", "CON.csv", "x.php.csv", "..\\a.csv", ".htaccess"])
def test_text_may_have_any_name_of_text(name: str) -> None:
    check_upload(io.BytesIO(CSV), name, ReadLimits())


def test_a_file_beyond_the_limit_is_refused() -> None:
    with pytest.raises(FileRefused) as caught:
        check_upload(io.BytesIO(CSV), "a.csv", ReadLimits(max_bytes=5))
    assert caught.value.code == "file_too_large"


def test_a_path_is_checked_like_an_open_file(tmp_path: Path) -> None:
    (tmp_path / "original").write_bytes(CSV)
    check_upload(tmp_path / "original", "a.csv", ReadLimits())


def test_an_open_file_is_handed_back_at_its_start() -> None:
    stream = io.BytesIO(CSV)
    check_upload(stream, "a.csv", ReadLimits())
    assert stream.tell() == 0


def test_the_quick_check_needs_the_standard_library_only() -> None:
    code = (
        "import io, sys; from datasets.reader import ReadLimits, check_upload;"
        "check_upload(io.BytesIO(b'a,b\\n1,2\\n'), 'a.csv', ReadLimits());"
        "print([name for name in ('django', 'numpy', 'pandas', 'pyarrow', 'python_calamine') if name in sys.modules])"
    )
    root = Path(__file__).resolve().parents[3]
    done = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
