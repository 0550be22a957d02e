"""After the sweep, the files on disk are those the database knows; nothing that is being written is touched."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from io import StringIO
from pathlib import Path
from typing import Any

from django.core.management import call_command

from clustering import services
from clustering.models import Artifact
from segmentiq.files import sweep_all
from segmentiq.ml.spec import SegmentationSpec

Make = Callable[..., Any]


def files(media: Path) -> set[Path]:
    return {path for path in media.rglob("*") if path.is_file()}


def put(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"x")
    return path


def test_what_the_database_knows_is_kept(make_run: Make, media: Path) -> None:
    make_run()
    before = files(media)
    assert sweep_all(0) == []
    assert files(media) == before


def test_orphans_and_parts_are_deleted(make_run: Make, media: Path) -> None:
    run = make_run()
    before = files(media)
    lease = Path(Artifact.objects.first().path).parts[1]  # type: ignore[union-attr]
    put(media / "datasets" / str(run.dataset_id) / "table-old.arrow")
    put(media / "datasets" / str(run.dataset_id) / "original.part")
    put(media / "datasets" / str(uuid.uuid4()) / "original")
    put(media / "runs" / str(run.pk) / "deadbeef" / "top.json")
    put(media / "runs" / str(run.pk) / lease / "top.json.part")
    put(media / "runs" / str(uuid.uuid4()) / "deadbeef" / "top.json")
    assert len(sweep_all(0)) == 6
    assert files(media) == before


def test_what_is_not_named_by_a_key_is_not_ours(media: Path, db: None) -> None:
    put(media / "datasets" / "lost+found" / "inode")
    put(media / "runs" / "README")
    assert sweep_all(0) == []
    assert len(files(media)) == 2


def test_what_changed_a_moment_ago_is_spared(media: Path, db: None) -> None:
    put(media / "datasets" / str(uuid.uuid4()) / "original.part")
    assert sweep_all(30.0) == []
    assert len(sweep_all(0)) == 1


def test_a_run_at_work_keeps_the_folder_of_its_lease(make_dataset: Make, owner: Any, media: Path) -> None:
    run = services.train(dataset=make_dataset(), spec=SegmentationSpec(), requested_by=owner)
    assert run.claim()
    at_work = put(media / "runs" / str(run.pk) / run.lease[:8] / "top.json.part")
    taken_over = put(media / "runs" / str(run.pk) / "deadbeef" / "top.json")
    sweep_all(0)
    assert at_work.exists()
    assert not taken_over.exists()


def test_a_person_deleted_with_all_rows_leaves_no_file(make_run: Make, owner: Any, media: Path) -> None:
    make_run()
    owner.delete()
    sweep_all(0)
    assert files(media) == set()


def test_prune_media_tells_what_it_deleted(media: Path, db: None) -> None:
    put(media / "datasets" / str(uuid.uuid4()) / "original")
    out = StringIO()
    call_command("prune_media", grace=0.0, stdout=out)
    assert out.getvalue().splitlines()[-1] == "1 orphans deleted."
    assert files(media) == set()
