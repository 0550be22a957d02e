"""The files of a run say what was computed, prove themselves, and are missed when they are gone."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from clustering import artifacts, services, writers
from segmentiq.files import sha256_of
from segmentiq.ml.cohesion import cohesion_of
from segmentiq.ml.cut import cut_k
from segmentiq.ml.errors import Refusal

pytestmark = pytest.mark.once

Make = Callable[..., Any]


def path_of(run: Any, name: str) -> Path:
    with artifacts.open_file(run, name) as stream:
        return Path(stream.name)


def test_every_file_is_there_with_its_hash_and_size(make_run: Make, settings: Any) -> None:
    run = make_run()
    rows = list(run.artifacts.all())
    assert {row.name for row in rows} == set(writers.WRITERS)
    assert all(sha256_of(settings.OUTPUT_DIR / row.path) == row.sha256 for row in rows)
    assert artifacts.is_intact(run)


def test_what_was_saved_is_what_is_loaded(make_run: Make) -> None:
    run = make_run(n_clusters=3)
    top = artifacts.load_top(run)
    assert [branch.size for branch in cut_k(top, 3)] == run.sizes == [20, 16, 12]
    assert len(artifacts.load_profiles(run)) == len(top.branches)
    assert next(score.silhouette for score in artifacts.load_scores(run) if score.k == 3) == run.silhouette
    evaluation = artifacts.load_evaluation(run)
    assert evaluation["advice"] == run.advice
    assert evaluation["heights"] == sorted(evaluation["heights"], reverse=True)
    assert evaluation["heights"][0] == pytest.approx(top.branches[0].height)
    assert len(artifacts.load_map(run)["points"]) == len(artifacts.load_map(run)["positions"]) == 48


def test_labels_map_every_leaf_home(make_run: Make) -> None:
    run = make_run()
    order, rows = artifacts.load_labels(run)
    assert sorted(order.tolist()) == list(range(48))
    assert np.array_equal(rows, np.arange(48))


def test_silhouettes_of_any_cut_are_made_of_what_was_kept(make_run: Make) -> None:
    run = make_run(n_clusters=3)
    top, kept = artifacts.load_top(run), artifacts.load_cohesion(run)
    assert kept is not None
    found = cohesion_of(kept, top, [branch.id for branch in cut_k(top, 3)])
    assert found.silhouette == pytest.approx(run.silhouette, abs=1e-6)
    told = artifacts.load_evaluation(run)["silhouettes"]
    assert list(told) == [score.k for score in artifacts.load_scores(run)]
    assert told[3] == pytest.approx(found.segments, abs=1e-4)
    assert found.values.mean() == pytest.approx(found.silhouette)


def test_the_clustered_matrix_is_mapped_in_leaf_order(make_run: Make) -> None:
    run = make_run()
    space, labels = artifacts.load_space(run), artifacts.load_labels(run)
    assert isinstance(space, np.memmap)
    assert space.dtype == np.float32
    assert len(space) == len(labels.order) == 48
    assert not space.flags.writeable
    branch = max((b for b in artifacts.load_top(run).branches if b.split is None), key=lambda b: b.size)
    inside = space[branch.start : branch.stop]
    assert inside.std(axis=0).max() < space.std(axis=0).max()


def test_a_matrix_that_is_too_large_is_not_kept(make_run: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writers, "SPACE_BYTES", 47 * 4)
    run = make_run()
    assert not artifacts.has_file(run, "space.npy")
    assert artifacts.load_space(run) is None
    assert artifacts.is_intact(run)


@pytest.mark.parametrize("damage", [lambda path: path.unlink(), lambda path: path.write_bytes(b"0" * path.stat().st_size)])
def test_a_damaged_matrix_is_a_refusal(make_run: Make, damage: Callable[[Path], None]) -> None:
    run = make_run()
    damage(path_of(run, "space.npy"))
    with pytest.raises(Refusal) as refused:
        artifacts.load_space(run)
    assert refused.value.code == "artifact_damaged"


def test_a_run_of_before_loads_with_what_it_has(make_run: Make) -> None:
    run = make_run()
    for name, forgotten in [("evaluation.json", ("money", "silhouettes")), ("map.json", ("proportional",))]:
        path = path_of(run, name)
        data = json.loads(path.read_text())
        for key in forgotten:
            del data[key]
        path.write_text(json.dumps(data))
        run.artifacts.filter(name=name).update(sha256=sha256_of(path), size=path.stat().st_size)
    run.artifacts.filter(name__in=("cohesion.npz", "space.npy")).delete()
    old = type(run).objects.get(pk=run.pk)
    assert artifacts.load_cohesion(old) is None
    assert artifacts.load_space(old) is None
    assert artifacts.load_map(old)["proportional"] is True
    evaluation = artifacts.load_evaluation(old)
    assert (evaluation["money"], evaluation["silhouettes"]) == (None, {})


def test_profiles_tell_rules_and_unusual_customers(make_run: Make) -> None:
    run = make_run(n_clusters=3)
    profiles = {profile.branch: profile for profile in artifacts.load_profiles(run)}
    for branch in cut_k(artifacts.load_top(run), 3):
        rule = profiles[branch.id].rule
        assert rule is not None
        assert rule.precision == rule.recall == 1.0
        assert len(profiles[branch.id].unusual) == 1


def test_the_pictures_are_pictures(make_run: Make) -> None:
    run = make_run()
    assert path_of(run, "dendrogram.png").read_bytes().startswith(b"\x89PNG")
    assert b"<svg" in path_of(run, "dendrogram.svg").read_bytes()


def test_arrays_and_json_hold_no_code(make_run: Make) -> None:
    run = make_run()
    with np.load(path_of(run, "tree.npz"), allow_pickle=False) as arrays:
        assert arrays["merges"].shape == (47, 4)
    assert set(json.loads(path_of(run, "features.json").read_text())) == {"space", "names", "inertia", "notes"}


@pytest.mark.parametrize("damage", [lambda path: path.unlink(), lambda path: path.write_bytes(b"{}")])
def test_a_damaged_file_is_a_refusal_not_a_crash(make_run: Make, damage: Callable[[Path], None]) -> None:
    run = make_run()
    damage(path_of(run, "top.json"))
    with pytest.raises(Refusal) as refused:
        artifacts.load_top(run)
    assert refused.value.code == "artifact_damaged"
    assert not artifacts.is_intact(run)


def test_bytes_changed_at_the_same_length_are_noticed(make_run: Make) -> None:
    run = make_run()
    path = path_of(run, "top.json")
    path.write_bytes(b" " + path.read_bytes()[1:])
    with pytest.raises(Refusal):
        artifacts.load_top(run)


def test_a_picture_is_served_whole_or_not_at_all(make_run: Make) -> None:
    run = make_run()
    path = path_of(run, "dendrogram.png")
    path.write_bytes(path.read_bytes()[:-1] + b"?")
    with pytest.raises(Refusal):
        artifacts.open_file(run, "dendrogram.png")


def test_a_run_that_is_not_done_has_no_files(make_dataset: Make, owner: Any) -> None:
    from segmentiq.ml.spec import SegmentationSpec

    run = services.train(dataset=make_dataset(), spec=SegmentationSpec(), requested_by=owner)
    with pytest.raises(Refusal) as refused:
        artifacts.open_file(run, "top.json")
    assert refused.value.code == "no_artifact"


def test_loading_everything_asks_the_database_once(make_run: Make, django_assert_num_queries: Any) -> None:
    run = make_run()
    with django_assert_num_queries(1):
        artifacts.load_top(run)
        artifacts.load_evaluation(run)
        artifacts.load_map(run)
