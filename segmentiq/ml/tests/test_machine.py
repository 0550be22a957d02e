"""What a piece of work took is told for that piece alone, and not at all where the system does not tell it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from segmentiq.ml.machine import Gauge, find_threads, peak_bytes

MIB = 2**20


def hold(n_mib: int) -> None:
    np.ones(n_mib * MIB // 8)


def test_a_gauge_tells_the_peak_of_its_own_work_after_something_larger() -> None:
    hold(200)
    with Gauge() as gauge:
        hold(50)
    assert gauge.bytes is not None
    assert 40 * MIB < gauge.bytes < 100 * MIB
    assert gauge.seconds > 0


def test_a_gauge_within_another_takes_nothing_away_from_it() -> None:
    with Gauge() as outer:
        hold(120)
        with Gauge() as inner:
            hold(30)
        assert peak_bytes() >= 120 * MIB
    assert outer.bytes is not None
    assert inner.bytes is not None
    assert outer.bytes > 100 * MIB > inner.bytes > 20 * MIB


def test_where_the_mark_cannot_be_set_back_only_a_new_peak_is_told(tmp_path: Path) -> None:
    refused = tmp_path / "nothing" / "clear_refs"
    hold(150)
    with Gauge(refused) as below:
        hold(20)
    with Gauge(refused) as above:
        hold(400)
    assert below.bytes is None
    assert above.bytes is not None
    assert above.bytes > 300 * MIB


@pytest.mark.parametrize(("asked", "threads"), [("1", 1), ("3", 3)])
def test_threads_are_held_to_the_setting(monkeypatch: pytest.MonkeyPatch, asked: str, threads: int) -> None:
    monkeypatch.setenv("ENGINE_THREADS", asked)
    assert find_threads() == threads


@pytest.mark.parametrize("asked", ["", "0", "many", "-2"])
def test_without_a_setting_every_core_is_used(monkeypatch: pytest.MonkeyPatch, asked: str) -> None:
    monkeypatch.setenv("ENGINE_THREADS", asked)
    assert find_threads() >= 1
