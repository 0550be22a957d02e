"""The catalogue of bad files, text: how it is cut into rows and columns, and which encodings it may be in."""

from __future__ import annotations

from typing import Any

import pytest
from django.conf import settings

from datasets.tests.catalogue import SECRET, UPLOAD, Case, Walker, columns_of, walker, warnings_of
from segmentiq.testing.factories import file_of

__all__ = ["walker"]

WIDE = "\n".join(",".join(f"c{i}" if row == 0 else str(row * i % 97) for i in range(10_000)) for row in range(3))
LONG = f"name,age\n{SECRET},30\nBo,{'x' * 1_000_000}\nCy,27\n"
SNIFFER_BOMB = '"",' * 60 + '"' * 122
JAPANESE = f"name,city\n山田太郎,東京都\n鈴木一郎,大阪府\n{SECRET},京都府\n"
WESTERN = f"name,note,spend\nZoë,5 €,1\nJosé,“yes”,2\n{SECRET},no,3\n"

REFUSED = {
    "a 0-byte file": Case(content=b"", code="empty_file"),
    "only newlines": Case(content=b"\n\r\n\n", code="empty_file"),
    "only spaces": Case(content=b"   \n  \t ", code="empty_file"),
    "only a byte order mark": Case(content=b"\xef\xbb\xbf", code="empty_file"),
    "every column empty": Case(content=b"age,income\n,\n,\n", code="no_usable_columns"),
    "every column null": Case(content=b"age,income\nNULL,n/a\nnull,-\n,?\n", code="no_usable_columns"),
    "10,000 columns": Case(content=WIDE.encode(), code="too_many_columns"),
    "a cell of 1,000,000 characters": Case(content=LONG.encode(), code="cell_too_long"),
    "every row longer than the header": Case(content=f"a,b\n1,{SECRET},3\n4,5,6\n".encode(), code="ragged_rows"),
    "a zero byte in a cell": Case(content=f"name,age\n{SECRET}\x00,3\nb,4\n".encode(), code="binary_content"),
    "a zero byte in the header": Case(content=f"na\x00me,age\n{SECRET},3\nb,4\n".encode(), code="binary_content"),
}


@pytest.mark.parametrize("case", REFUSED.values(), ids=REFUSED.keys())
def test_text_that_is_no_table_is_refused_at_the_upload(walker: Walker, case: Case) -> None:
    walker.walk(case)


def test_a_long_cell_is_named_by_its_line_and_column(walker: Walker) -> None:
    told = walker.walk(Case(content=LONG.encode(), code="cell_too_long"))
    assert "on line 3, column 2" in told["message"]


@pytest.mark.parametrize("line", [3, 250_000], ids=["near", "behind the first megabytes"])
def test_a_row_longer_than_the_header_is_named_by_its_line(walker: Walker, line: int) -> None:
    rows = [f"person {i},{i % 90}" for i in range(line - 2)]
    content = "\n".join(["name,age", *rows, f"{SECRET},1,2", "x,3"]).encode()
    told = walker.walk(Case(content=content, code="ragged_rows", is_late=line > 1000))
    assert f"{line:,}" in (told["error"] if line > 1000 else told)["message"]


def test_more_rows_than_the_limit_fail_with_the_limit_in_the_sentence(walker: Walker) -> None:
    content = f"n,m\n{SECRET},2\n".encode() + b"1,2\n" * settings.MAX_ROWS
    told = walker.walk(Case(content=content, code="too_many_rows", is_late=True))
    assert f"{settings.MAX_ROWS:,}" in told["error"]["message"]


READ = {
    "one column without a delimiter": (
        Case(content=f"city\nberlin\nbern\n{SECRET}\nbrno\n".encode()),
        [["berlin"], ["bern"], [SECRET], ["brno"]],
    ),
    "a constant column": (
        Case(content=f"a,b\n1,x\n2,x\n3,x\n{7},x\n".encode(), warns=("constant_column",)),
        [[1, "x"], [2, "x"], [3, "x"], [7, "x"]],
    ),
    "duplicate headers": (Case(content=b"a,a\n1,2\n3,4\n5,7\n", warns=("duplicate_header",)), [[1, 2], [3, 4], [5, 7]]),
    "an empty header name": (Case(content=b",b\n11,2\n13,4\n15,7\n", warns=("blank_header",)), [[11, 2], [13, 4], [15, 7]]),
    "rows shorter than the header": (
        Case(content=f"n,a,b\n{SECRET},2,3\nx,4\ny,6,9\n".encode(), warns=("short_rows",)),
        [[SECRET, 2, 3], ["x", 4, None], ["y", 6, 9]],
    ),
    "a line break in a quoted cell": (
        Case(content=f'a,b\n"{SECRET}\ny",2\nz,4\nz,5\n'.encode()),
        [[f"{SECRET}\ny", 2], ["z", 4], ["z", 5]],
    ),
    "lines that end in CR": (Case(content=b"a,b\r1,2\r3,4\r5,6\r"), [[1, 2], [3, 4], [5, 6]]),
    "mixed line ends": (Case(content=b"a,b\r\n1,2\n3,4\r5,6\r\n"), [[1, 2], [3, 4], [5, 6]]),
    "a delimiter at the end of every row": (Case(content=b"a,b,\n1,2,\n3,4,\n5,6,\n"), [[1, 2], [3, 4], [5, 6]]),
    "a delimiter at the end of the rows only": (Case(content=b"a,b\n1,2,\n3,4,\n5,6,\n"), [[1, 2], [3, 4], [5, 6]]),
}


@pytest.mark.parametrize(("case", "rows"), READ.values(), ids=READ.keys())
def test_an_odd_layout_is_read_as_it_was_meant(walker: Walker, case: Case, rows: list[list[Any]]) -> None:
    assert walker.rows(walker.walk(case)) == rows


def test_both_names_of_duplicate_headers_are_shown(walker: Walker) -> None:
    dataset = walker.walk(Case(content=b"age,age,\n1,2,3\n3,4,5\n5,7,8\n", warns=("duplicate_header", "blank_header")))
    assert list(columns_of(dataset)) == ["age", "age_2", "column_3"]


def test_a_constant_column_is_left_out(walker: Walker) -> None:
    dataset = walker.walk(
        Case(content=f"a,b\n1,{SECRET}\n2,{SECRET}\n3,{SECRET}\n4,{SECRET}\n".encode(), warns=("constant_column",))
    )
    assert (columns_of(dataset)["b"]["kind"], columns_of(dataset)["b"]["role"]) == ("constant", "ignored")


def test_one_row_is_kept_with_a_warning_and_not_clustered(walker: Walker) -> None:
    dataset = walker.walk(Case(content=f"name,age,income\n{SECRET},30,1000\n".encode(), warns=("too_few_rows",)))
    response: Any = walker.client.post("/api/v1/clustering/train", {"dataset_id": dataset["id"]}, format="json")
    told = response.json()["error"]
    assert (response.status_code, told["code"]) == (400, "too_few_rows")
    assert "3" in told["message"] + told["hint"]


def test_the_bomb_of_a_sniffer_takes_no_time(walker: Walker) -> None:
    assert len(SNIFFER_BOMB) == 302
    response: Any = walker.client.post(UPLOAD, {"file": file_of(SNIFFER_BOMB)}, format="multipart")
    assert response.status_code in (201, 422)
    assert walker.drain() <= 1


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
def test_unicode_in_any_width_is_read(walker: Walker, encoding: str) -> None:
    dataset = walker.walk(Case(content=WESTERN.encode(encoding)))
    assert walker.rows(dataset)[:2] == [["Zoë", "5 €", 1], ["José", "“yes”", 2]]
    assert "encoding_guessed" not in warnings_of(dataset)


def test_western_text_keeps_its_euro_sign_and_says_that_it_was_guessed(walker: Walker) -> None:
    dataset = walker.walk(Case(content=WESTERN.encode("cp1252"), warns=("encoding_guessed",)))
    assert walker.rows(dataset)[:2] == [["Zoë", "5 €", 1], ["José", "“yes”", 2]]


def test_japanese_text_is_never_silently_mangled(walker: Walker) -> None:
    content = JAPANESE.encode("shift_jis")
    response: Any = walker.client.post(UPLOAD, {"file": file_of(content)}, format="multipart")
    if response.status_code == 201:
        walker.drain()
        dataset = walker.client.get(response["Location"]).json()
        assert "encoding_guessed" in warnings_of(dataset)
        assert walker.rows(dataset)[0] == ["山田太郎", "東京都"]
    else:
        assert response.json()["error"]["code"] == "encoding_unknown"
        assert response.json()["error"]["field"] == "encoding"
    chosen = walker.walk(Case(content=content), overrides='{"encoding": "shift_jis"}')
    assert walker.rows(chosen)[0] == ["山田太郎", "東京都"]
