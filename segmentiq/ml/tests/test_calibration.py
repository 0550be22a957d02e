"""How quick a machine is is measured once and kept; a file that is missing, damaged or from elsewhere is no obstacle."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import pytest

from segmentiq.ml.effort import forecast_run
from segmentiq.ml.linkage import KERNELS
from segmentiq.ml.linkage.calibration import QUICKEST, SLOWEST, calibrate, is_calibrated, load_speeds
from segmentiq.ml.linkage.forecast import forecast
from segmentiq.ml.linkage.probes import _measure, accepted
from segmentiq.ml.spec import SegmentationSpec

EVEN = dict.fromkeys(KERNELS, 1.5)


def never() -> Mapping[str, float]:
    raise AssertionError("measured although it was known")


def test_what_was_measured_is_kept_and_not_measured_again(tmp_path: Path) -> None:
    path = tmp_path / "engine" / "speeds.json"
    assert calibrate(path, lambda: EVEN) == EVEN
    assert calibrate(path, never) == load_speeds(path) == EVEN
    assert [entry.name for entry in path.parent.iterdir()] == ["speeds.json"]


def test_another_machine_is_measured_anew(tmp_path: Path) -> None:
    path = tmp_path / "speeds.json"
    calibrate(path, lambda: EVEN)
    path.write_text(json.dumps(json.loads(path.read_text()) | {"machine": "another"}))
    assert not is_calibrated(path)
    assert load_speeds(path) == EVEN
    assert calibrate(path, lambda: dict.fromkeys(KERNELS, 3.0)) == dict.fromkeys(KERNELS, 3.0)


@pytest.mark.parametrize(
    "content", ["", "{", "[]", '{"speeds": 3}', "[" * 100_000, '{"speeds": {"condensed": "fast", "x": null}}']
)
def test_a_damaged_file_counts_as_none(tmp_path: Path, content: str) -> None:
    path = tmp_path / "speeds.json"
    path.write_text(content)
    assert load_speeds(path) == {}
    assert calibrate(path, lambda: EVEN) == EVEN


@pytest.mark.parametrize("factor", [0.0, -1.0, 1e9, float("nan"), True])
def test_factors_that_no_machine_has_are_left_out(tmp_path: Path, factor: float) -> None:
    path = tmp_path / "speeds.json"
    path.write_text(json.dumps({"speeds": {"condensed": factor, "spanning-tree": 2.0}}))
    assert load_speeds(path) == {"spanning-tree": 2.0} | ({"condensed": 1.0} if factor is True else {})


def test_where_nothing_can_be_written_it_is_measured_each_time_and_said(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    (tmp_path / "file").write_text("")
    path = tmp_path / "file" / "speeds.json"
    assert calibrate(path, lambda: EVEN) == EVEN
    assert "cannot be kept" in caplog.text
    assert load_speeds(path) == {}


def test_measurements_that_went_wrong_are_held_within_bounds(tmp_path: Path) -> None:
    wild = dict(zip(KERNELS, [1e6, 1e-6, *[1.0] * len(KERNELS)], strict=False))
    assert {SLOWEST, QUICKEST} <= set(calibrate(tmp_path / "speeds.json", lambda: wild).values())


@pytest.mark.parametrize("name", list(KERNELS))
def test_every_kernel_can_be_timed(name: str) -> None:
    assert _measure(KERNELS[name]) > 0
    assert list(accepted(KERNELS[name]))


def test_a_machine_half_as_quick_doubles_the_forecast() -> None:
    asked = 20_000, 10, "average", "euclidean"
    slow = forecast(*asked, memory_bytes=2**33, speeds={"condensed": 2.0})
    assert slow.seconds == pytest.approx(2 * forecast(*asked, memory_bytes=2**33).seconds)


def test_the_machine_never_decides_which_kernel_links() -> None:
    speeds = {name: SLOWEST if number % 2 else QUICKEST for number, name in enumerate(KERNELS)}
    for n in (500, 8_000, 50_000):
        assert (
            forecast_run(n, 5, SegmentationSpec(), memory_bytes=2**34, speeds=speeds).kernel
            == forecast_run(n, 5, SegmentationSpec(), memory_bytes=2**34).kernel
        )
