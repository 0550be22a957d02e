"""The house rules that a machine can hold: short files, short functions, honest names."""

from __future__ import annotations

import ast
import re
import statistics
from pathlib import Path

from segmentiq.tests.sources import files, short

FORBIDDEN = {"utils", "util", "helpers", "helper", "common", "manager", "base", "misc"}
LINES_PER_FILE = 300
LINES_PER_FUNCTION = 50


def functions(path: Path) -> list[ast.FunctionDef | ast.AsyncFunctionDef]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]


def length(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Return the lines of a function's code: its documentation may be as long as it needs."""
    body = function.body[1:] if ast.get_docstring(function) is not None else function.body
    return (function.end_lineno or 0) - (body[0].lineno if body else function.lineno) + 1


def test_no_file_is_long() -> None:
    lengths = {short(path): len(path.read_text(encoding="utf-8").splitlines()) for path in files(".py", ".js", ".css", ".html")}
    assert {name: n for name, n in lengths.items() if n > LINES_PER_FILE} == {}


def test_no_function_is_long() -> None:
    long = {
        f"{short(path)}:{function.lineno} {function.name}": length(function)
        for path in files(".py")
        for function in functions(path)
        if length(function) > LINES_PER_FUNCTION
    }
    assert long == {}


def test_most_functions_are_very_short() -> None:
    assert statistics.median(length(function) for path in files(".py") for function in functions(path)) <= 10


def test_every_module_is_named_for_what_it_holds() -> None:
    assert [short(path) for path in files(".py") if path.stem in FORBIDDEN] == []


def test_every_module_says_what_flows_in_and_out() -> None:
    def is_silent(path: Path) -> bool:
        tree = ast.parse(path.read_text(encoding="utf-8"))
        return bool(tree.body) and ast.get_docstring(tree) is None

    assert [short(path) for path in files(".py") if path.name not in ("__init__.py", "apps.py") and is_silent(path)] == []


def test_pages_load_nothing_from_other_hosts() -> None:
    loads = re.compile(r"""(?:src|href|@import|url)\s*[=(]?\s*["']?(?:https?:)?//""")
    assert [short(path) for path in files(".js", ".css", ".html") if loads.search(path.read_text(encoding="utf-8"))] == []
