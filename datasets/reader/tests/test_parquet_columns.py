"""Parquet columns as other programs write them: types kept, nothing rounded, nothing laid out that is only repeated."""

from __future__ import annotations

import datetime as dt
import io
from decimal import Decimal
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet
import pytest

from datasets.reader import ReadLimits
from datasets.reader.tests.reading import decided, kinds, read, values
from segmentiq.ml.errors import FileRefused

LARGE = 2**53 + 1


def parquet(columns: dict[str, Any], **options: Any) -> bytes:
    written = io.BytesIO()
    pa.parquet.write_table(pa.table(columns), written, **options)
    return written.getvalue()


def test_numbers_too_long_for_a_decimal_number_keep_every_digit() -> None:
    ids = [LARGE + 2 * i for i in range(40)]
    columns = {
        "customer_id": ids,
        "ref_no": [None, *ids[1:]],
        "wide_key": pa.array([2**64 - 1 - i for i in range(40)], pa.uint64()),
    }
    result = read(parquet({**columns, "n": list(range(0, 80, 2))}), "a.parquet")
    assert values(result, "customer_id")[:2] == [str(LARGE), str(LARGE + 2)]
    assert values(result, "ref_no")[:2] == [None, str(LARGE + 2)]
    assert values(result, "wide_key")[0] == "18446744073709551615"


def test_gaps_among_whole_numbers_are_missing() -> None:
    result = read(parquet({"n": [1, None, 3, 9], "m": [0.5, 1.5, None, 9.25]}), "a.parquet")
    assert values(result, "n") == [1, None, 3, 9]
    assert values(result, "m") == [0.5, 1.5, None, 9.25]


def test_decimals_are_numbers() -> None:
    price = pa.array([Decimal("1.25"), None, Decimal("1234.50"), Decimal("7.00")], pa.decimal128(12, 2))
    whole = pa.array([Decimal(i * i) for i in range(4)], pa.decimal128(20, 0))
    result = read(parquet({"price": price, "total": whole}), "a.parquet")
    assert values(result, "price") == [1.25, None, 1234.5, 7.0]
    assert values(result, "total") == [0, 1, 4, 9]


def test_dictionaries_are_categories_and_tell_missing() -> None:
    plan = pa.DictionaryArray.from_arrays([0, 1, None, 0, 2, 1], ["basic", "pro", "unused", "never"][:3])
    result = read(parquet({"plan": plan, "n": [1, 2, 3, 5, 8, 13]}), "a.parquet")
    assert kinds(result)["plan"] == "category"
    assert values(result, "plan") == ["basic", "pro", None, "basic", "unused", "pro"]


def test_moments_with_a_zone_are_told_in_utc() -> None:
    at = pa.array([dt.datetime(2024, 7, 1, 12), None, dt.datetime(2024, 7, 3, 12)], pa.timestamp("ns", "Europe/Berlin"))
    result = read(parquet({"at": at, "n": [1, 2, 3]}), "a.parquet")
    assert values(result, "at")[0] == pd.Timestamp(2024, 7, 1, 12)
    assert decided(result, "time zone in at") == "UTC"


def test_days_times_and_lengths_of_time_are_read() -> None:
    columns = {
        "day": pa.array([dt.date(2024, 1, 1), dt.date(2024, 1, 2), None]),
        "time": pa.array([dt.time(12), dt.time(13), dt.time(14)]),
        "stay": pa.array([dt.timedelta(hours=1), dt.timedelta(minutes=30), None]),
        "nothing": pa.nulls(3),
    }
    result = read(parquet(columns), "a.parquet")
    assert kinds(result)["day"] == "date"
    assert values(result, "stay") == [3600.0, 1800.0, None]
    assert kinds(result)["nothing"] == "constant"
    assert values(result, "time")[0] == "12:00:00"


def test_the_index_of_a_data_frame_is_a_row_s_number() -> None:
    frame = pd.DataFrame({"n": [5, 7, 9]}, index=[30, 10, 20])
    result = read(frame.to_parquet(), "a.parquet")
    assert set(kinds(result)) == {"n", "row_id"}
    assert decided(result, "index") == "row_id"
    named = read(frame.rename_axis("customer").to_parquet(), "a.parquet")
    assert set(kinds(named)) == {"n", "customer"}
    assert list(kinds(read(frame.reset_index(drop=True).to_parquet(), "a.parquet"))) == ["n"]


def test_columns_of_one_name_and_names_with_points_are_kept_apart() -> None:
    table = pa.Table.from_arrays([pa.array([1, 2, 4]), pa.array([5, 6, 9]), pa.array([7, 8, 3])], names=["a", "a", "b.c"])
    written = io.BytesIO()
    pa.parquet.write_table(table, written)
    result = read(written.getvalue(), "a.parquet")
    assert [values(result, name) for name in ("a", "a_2", "b.c")] == [[1, 2, 4], [5, 6, 9], [7, 8, 3]]


def test_many_row_groups_are_one_table() -> None:
    content = parquet({"name": [f"n{i % 5}" for i in range(100)], "n": list(range(0, 200, 2))}, row_group_size=7)
    result = read(content, "a.parquet")
    assert values(result, "name") == [f"n{i % 5}" for i in range(100)]


def test_text_that_would_be_too_much_laid_out_is_refused() -> None:
    column = pa.DictionaryArray.from_arrays(pa.array([i % 2 for i in range(200_000)], pa.int32()), ["x" * 30_000, "y" * 30_000])
    with pytest.raises(FileRefused) as caught:
        read(parquet({"text": column, "n": [i % 91 for i in range(200_000)]}), "a.parquet")
    assert caught.value.code == "too_many_cells"


@pytest.mark.parametrize(
    ("columns", "limits", "code"),
    [
        ({"a": [1, 2, 3]}, ReadLimits(max_rows=2), "too_many_rows"),
        ({"a": [1, 2, 3], "b": [1, 2, 3]}, ReadLimits(max_cells=5), "too_many_cells"),
        ({"a": [1], "b": [1], "c": [1]}, ReadLimits(max_columns=2), "too_many_columns"),
        ({"a": ["x" * 50]}, ReadLimits(max_cell_chars=40), "cell_too_long"),
        ({"a": [i * 0.37 for i in range(9_000)]}, ReadLimits(max_unpacked_bytes=50_000), "too_many_cells"),
        ({"a": pa.array([], pa.int64())}, ReadLimits(), "empty_file"),
        ({"a": pa.nulls(3)}, ReadLimits(), "no_usable_columns"),
    ],
)
def test_more_than_the_limits_is_refused(columns: dict[str, Any], limits: ReadLimits, code: str) -> None:
    with pytest.raises(FileRefused) as caught:
        read(parquet(columns), "a.parquet", limits=limits)
    assert caught.value.code == code


def test_text_that_is_no_text_is_refused() -> None:
    broken = pa.StringArray.from_buffers(2, pa.py_buffer(b"\0\0\0\0\2\0\0\0\4\0\0\0"), pa.py_buffer(b"\xff\xfeok"))
    with pytest.raises(FileRefused) as caught:
        read(parquet({"a": broken}), "a.parquet")
    assert caught.value.code == "corrupt_parquet"
