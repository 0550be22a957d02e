"""Compiled code is kept apart for every state of the sources: numba alone would go on with what was compiled into a caller."""

from __future__ import annotations

from pathlib import Path

from segmentiq.ml.compiled import SETTINGS, compiled, find_folder


def test_a_changed_source_has_a_folder_of_its_own(tmp_path: Path) -> None:
    source, other = tmp_path / "kernel.py", tmp_path / "words.py"
    source.write_text("import numba\n")
    other.write_text("x = 1\n")
    before = find_folder(tmp_path, tmp_path)
    other.write_text("x = 2\n")
    assert find_folder(tmp_path, tmp_path) == before
    source.write_text("import numba  # changed\n")
    assert find_folder(tmp_path, tmp_path) != before


def test_the_engine_keeps_its_code_in_such_a_folder() -> None:
    folder = Path(SETTINGS.CACHE_DIR)
    assert folder == find_folder(folder.parent)


def test_compiled_functions_give_infinity_for_a_division_by_zero_and_raise_nothing() -> None:
    assert compiled(_divide)(1.0, 0.0) == float("inf")


def _divide(a: float, b: float) -> float:
    return a / b
