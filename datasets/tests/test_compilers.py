"""What a worker's child compiles before its first job is all that reading and storing call: nobody waits for a compiler."""

from __future__ import annotations

from pathlib import Path

from segmentiq.testing.compiling import find_compiled

PREPARE = """
import django
from django.utils.module_loading import import_string
django.setup()
from datasets.tasks import COMPILERS

for compiler in COMPILERS:
    import_string(compiler)(lambda: None)
"""
READ = """
import io, sys
from datasets import tabular
from datasets.reader import read_table

for path in sys.argv[1:]:
    read = read_table(path, path)
    assert len(read.table.frame) == 80_000
    tabular.write_text(read.table, io.BytesIO(), read.written, read.shown)
    tabular.write_table(read.table, io.BytesIO())
"""


def test_no_reading_compiles_after_everything_was_compiled(tmp_path: Path) -> None:
    plain, quoted = tmp_path / "plain.csv", tmp_path / "quoted.csv"
    numbers = range(80_000)
    lines = "".join(f"C{n:05},{n / 7:.2f},2024-01-01 10:{n % 60:02},k{n % 5}\n" for n in numbers)
    plain.write_text(f"id,price,when,kind\n{lines}")
    quoted.write_text("id;price;note\n" + "".join(f'"{n}";"{n / 7:.2f}";"so ""{n}"""\n' for n in numbers))
    assert find_compiled(PREPARE, READ, tmp_path / "compiled", str(plain), str(quoted)) == "[]"
