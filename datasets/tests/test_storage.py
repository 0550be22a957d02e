"""What is stored is whole or absent, and is noticed when it is neither."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from datasets import services, storage
from segmentiq.files import replacing
from segmentiq.ml.errors import Refusal
from segmentiq.testing.tables import THREE_GROUPS

Make = Callable[..., Any]


def test_a_file_appears_under_its_name_only_when_it_is_whole(tmp_path: Path) -> None:
    path = tmp_path / "folder" / "file"

    def break_off() -> None:
        with replacing(path) as part:
            part.write_bytes(b"half")
            raise OSError("disk full")

    with pytest.raises(OSError, match="disk full"):
        break_off()
    assert list(path.parent.iterdir()) == []
    with replacing(path) as part:
        part.write_bytes(b"whole")
        assert not path.exists()
    assert [entry.name for entry in path.parent.iterdir()] == ["file"]


def test_more_bytes_than_allowed_leave_nothing(media: Path, db: None) -> None:
    with pytest.raises(Refusal) as refused:
        storage.store_upload("00000000-0000-0000-0000-000000000000", iter([b"x" * 60, b"y" * 60]), 100)
    assert refused.value.code == "file_too_large"
    assert [path for path in media.rglob("*") if path.is_file()] == []


def test_rows_come_back_as_text_with_leading_zeros(make_dataset: Make) -> None:
    rows = list(storage.iter_rows(make_dataset()))
    assert rows[0] == ["customer_id", "region", "age", "spending"]
    first = THREE_GROUPS.splitlines()[1].split(",")
    assert rows[1][:2] == first[:2]
    assert [float(cell) for cell in rows[1][2:]] == [float(cell) for cell in first[2:]]
    assert len(rows) == 49


def test_a_missing_cell_of_the_only_column_is_a_row_too(make_dataset: Make) -> None:
    dataset = make_dataset("amount\n1.5\n\n2.5\n3\n")
    assert len(list(storage.iter_rows(dataset))) == dataset.n_rows + 1


def test_the_table_is_loaded_with_the_kinds_and_roles_of_now(make_dataset: Make) -> None:
    dataset = make_dataset()
    services.override_column(dataset.columns.get(name="age"), kind="category", role="descriptor")
    table = storage.load_table(dataset)
    age = next(column for column in table.columns if column.name == "age")
    assert (age.kind, age.role, table.frame["age"].dtype.name) == ("category", "descriptor", "string")
    assert table.frame["customer_id"].iloc[0] == "00001"


@pytest.mark.parametrize("damage", [lambda path: path.unlink(), lambda path: path.write_bytes(b"PAR1")])
@pytest.mark.parametrize("name", ["rows", "table"])
def test_a_missing_or_torn_file_is_a_refusal(make_dataset: Make, damage: Callable[[Path], None], name: str) -> None:
    dataset = make_dataset()
    damage(storage.rows_path(dataset) if name == "rows" else storage.table_path(dataset))
    with pytest.raises(Refusal) as refused:
        storage.iter_rows(dataset) if name == "rows" else storage.load_table(dataset)
    assert refused.value.code == "table_unreadable"


def test_reading_again_leaves_only_the_new_table_after_the_sweep(make_dataset: Make, drain: Make, media: Path) -> None:
    dataset = make_dataset("a;b\n1;2\n3;4\n5;7\n")
    services.read_again(dataset, {"header": False})
    drain()
    dataset.refresh_from_db()
    storage.sweep(0)
    assert dataset.n_rows == 4
    assert {path for path in media.rglob("*") if path.is_file()} == {
        storage.original_path(dataset),
        storage.table_path(dataset),
        storage.rows_path(dataset),
    }
