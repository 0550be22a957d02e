"""The fixtures everybody leans on do what they promise."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.conf import settings

from segmentiq.testing.factories import file_of
from segmentiq.testing.tables import THREE_GROUPS


def test_people_are_three_different_accounts(owner: Any, stranger: Any, staff: Any) -> None:
    assert len({owner.pk, stranger.pk, staff.pk}) == 3
    assert staff.is_staff
    assert not owner.is_staff


def test_files_of_a_test_lie_below_its_own_folder(media: Path) -> None:
    assert media in settings.UPLOAD_DIR.parents
    assert media in settings.OUTPUT_DIR.parents


def test_a_file_can_come_from_text_bytes_or_a_path(tmp_path: Path) -> None:
    path = tmp_path / "table.csv"
    path.write_bytes(b"a,b\n")
    assert [file_of(source).read() for source in ("a,b\n", b"a,b\n", path)] == [b"a,b\n"] * 3
    assert file_of(path).name == "table.csv"


def test_the_table_of_three_groups_has_48_customers_with_leading_zeros() -> None:
    lines = THREE_GROUPS.splitlines()
    assert len(lines) == 49
    assert lines[1].startswith("00001,north,")
