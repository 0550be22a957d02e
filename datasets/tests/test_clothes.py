"""One table in any clothes is one table: the reader gives back, cell by cell, what was written, whoever wrote it and how.

200 tables in every round of the tests; ``NIGHTLY=1`` tries 2,000 and more.
"""

from __future__ import annotations

import datetime as dt
import os
from typing import Any

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from datasets.reader import ReadResult
from datasets.reader.tests.reading import kinds, read, warned
from datasets.tests.clothes import DATES, NAMES, Clothes, Dressed, draw_table, dress
from segmentiq.ml.errors import FileRefused
from segmentiq.ml.pipeline import segment
from segmentiq.ml.spec import SegmentationSpec
from segmentiq.testing.tables import THREE_GROUPS

IS_NIGHT = os.environ.get("NIGHTLY") == "1"
many = settings(
    max_examples=2_000 if IS_NIGHT else 200,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    print_blob=True,
)
OLD_PAGES = ("cp1252", "cp850", "mac-roman")
REMARK = st.text(
    st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Co", "Cn", "Zl", "Zp"), exclude_characters="\ufeff\ufffd"),
    max_size=12,
)
WESTERN = st.text(st.sampled_from("abcXYZ ,;|\t\"'éüßñøÅçÀ€–’\n0.-"), max_size=12)


@st.composite
def wardrobes(draw: st.DrawFn) -> tuple[Dressed, Clothes]:
    """Draw a table and clothes that can say all of it."""
    container = draw(st.sampled_from(["csv", "csv", "csv", "csv", "xlsx", "parquet"]))
    encoding = draw(st.sampled_from(["utf-8", "utf-8", "utf-8-sig", "utf-16", "utf-16-le", *OLD_PAGES[:1]]))
    delimiter = draw(st.sampled_from(",;\t|^~"))
    decimal = draw(st.sampled_from(".,"))
    quoting = draw(st.sampled_from(["needed", "needed", "all", "all", "backslash", "single"]))
    line_end = draw(st.sampled_from(["\n", "\r\n", "\r"]))
    remark = WESTERN if encoding in OLD_PAGES else REMARK
    unsaid = "\r\\" if quoting == "backslash" else "\r\n" if quoting == "needed" and line_end == "\r" else "\r"
    table = draw_table(
        kinds=draw(st.permutations(list(NAMES)).flatmap(lambda order: st.integers(2, 7).map(lambda n: tuple(order[:n])))),
        n_rows=draw(st.integers(24, 60)),
        remarks=[text.translate(dict.fromkeys(map(ord, unsaid))) for text in draw(st.lists(remark, min_size=1, max_size=6))],
        seed=draw(st.integers(0, 2**32)),
    )
    clothes = Clothes(
        container=container,  # type: ignore[arg-type]
        delimiter=delimiter,
        decimal=decimal,
        thousands=draw(st.sampled_from(["", "", " ", "\u00a0", "." if decimal == "," else ","])),
        encoding=encoding,
        line_end=line_end,
        quoting=quoting,  # type: ignore[arg-type]
        date=draw(st.sampled_from(DATES)),
        truths=draw(st.sampled_from([("true", "false"), ("TRUE", "FALSE"), ("WAHR", "FALSCH"), ("vrai", "faux")])),
        missing=draw(st.sampled_from(["", "", "NULL", "N/A", "#N/A"])),
        has_hint=draw(st.booleans()) and delimiter in ",;\t",
        ends_open=draw(st.booleans()),
    )
    return table, clothes


def shown(result: ReadResult, name: str) -> list[Any]:
    """Return a column's values as they were written: whole numbers and days without the rest."""
    series = result.table.frame[name]
    values = [None if gone else value for value, gone in zip(series.tolist(), series.isna(), strict=True)]
    return [value.date() if isinstance(value, dt.datetime) else value for value in values]


def read_aloud(content: bytes, file_name: str, encoding: str) -> ReadResult:
    """Read the file; where an old code page was not told from its letters, say which one it is: guesses are warned of."""
    result, refused = attempt(content, file_name)
    if refused is not None:
        assert refused.code == "encoding_unknown", refused.message
    if result is None or "encoding_guessed" in warned(result):
        return read(content, file_name, overrides={"encoding": encoding})
    return result


def attempt(content: bytes, file_name: str, **options: Any) -> tuple[ReadResult | None, FileRefused | None]:
    """Read the file; return what came of it."""
    try:
        return read(content, file_name, **options), None
    except FileRefused as refused:
        return None, refused


@many
@given(wardrobes())
def test_a_table_in_any_clothes_is_the_same_table(drawn: tuple[Dressed, Clothes]) -> None:
    table, clothes = drawn
    result = read_aloud(*dress(table, clothes), clothes.encoding)
    assert list(result.table.frame) == table.names, result.decisions
    for name, cells in zip(table.names, table.columns, strict=True):
        assert shown(result, name) == list(cells), (name, result.decisions, result.warnings)
    plain = read(*dress(table, Clothes()))
    assert kinds(result) == kinds(plain)
    assert [column.role for column in result.table.columns] == [column.role for column in plain.table.columns]
    assert result.ledger == plain.ledger
    pd.testing.assert_frame_equal(result.table.frame, plain.table.frame, check_dtype=False)


PIECES = st.sampled_from(
    [
        *(b"a,b\n", b"1,2\n", b'"', b"\\", b";", b"\t", b"\r", b"\n", b"\x00", b"\xff\xfe", b"\xef\xbb\xbf", b"sep=;\n"),
        *(b"Total,3\n", b"\x81\x8d", "ü".encode(), "ü".encode("cp1252"), "日本".encode("cp932"), b"'", b"||", b"----\n"),
        *(b"1.234,5", b"NaN", b"\x01", b" ", b"# x\n"),
    ]
)


@many
@given(
    st.one_of(st.binary(max_size=300), st.lists(PIECES, max_size=60).map(b"".join)),
    st.fixed_dictionaries(
        {},
        optional={
            "delimiter": st.sampled_from([",", ";", "space", "blanks", "||", "none", "x"]),
            "quote": st.sampled_from(["double", "single", "backslash", "none"]),
            "header": st.booleans(),
            "encoding": st.sampled_from(["utf-8", "utf-16", "cp1252", "cp932", "gb18030", "utf-32-le"]),
            "skip_rows": st.integers(0, 50),
            "keep_rows": st.booleans(),
        },
    ),
)
def test_any_bytes_are_read_or_refused(content: bytes, overrides: dict[str, Any]) -> None:
    result, refused = attempt(content, "table.csv", overrides=overrides)
    if result is None:
        assert refused is not None
        assert refused.message.endswith(".")
    else:
        assert result.ledger[-1]["rows"] == len(result.table.frame)


def groups(clothes: Clothes) -> tuple[bytes, str]:
    """Return three clear groups of customers, dressed."""
    rows = [line.split(",") for line in THREE_GROUPS.strip().split("\n")[1:]]
    codes, regions, ages, spent = zip(*rows, strict=True)
    table = Dressed(
        kinds=("code", "level", "whole", "money"),
        columns=(codes, regions, tuple(round(float(age) * 10) for age in ages), tuple(float(amount) for amount in spent)),
    )
    return dress(table, clothes)


@pytest.mark.parametrize(
    "clothes",
    [
        Clothes(delimiter=";", decimal=",", thousands=".", encoding="cp1252", line_end="\r\n"),
        Clothes(delimiter="\t", encoding="utf-16", quoting="all"),
        Clothes(delimiter="|", decimal=",", thousands="\u00a0", encoding="utf-8-sig", line_end="\r"),
        Clothes(container="xlsx"),
        Clothes(container="parquet"),
    ],
    ids=["German", "wide", "French", "workbook", "Parquet"],
)
def test_a_table_in_any_clothes_has_the_same_segments(clothes: Clothes) -> None:
    spec = SegmentationSpec.from_mapping({"n_clusters": 3, "stability": False})
    one, other = (segment(read(*groups(worn)).table, spec) for worn in (Clothes(), clothes))
    assert one.order.tolist() == other.order.tolist()
    assert one.tree.merges.tolist() == other.tree.merges.tolist()
